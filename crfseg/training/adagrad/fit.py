"""The built-in trainer: AdaGrad over mini-batches, weights averaged, all cores.

The objective is the negative log-likelihood of the gold tags over legal tag sequences, plus
``c1 |w| + c2 |w|^2``. A pass goes through the sentences in random order, see kernels.pyx.

Duchi, Hazan and Singer (2011), Adaptive subgradient methods for online learning and stochastic
optimization; averaging as Collins (2002), Discriminative training methods for hidden Markov models;
c1 as Langford, Li and Zhang (2009), Sparse online learning via truncated gradient.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crfseg.corpus.corpus import Corpus
from crfseg.corpus.tagset import OUTSIDE
from crfseg.errors import TrainingError
from crfseg.features.dataset import Dataset
from crfseg.model.model import Model
from crfseg.model.weights import PatternTable, Precision
from crfseg.segmenter.segmenter import Segmenter
from crfseg.training.adagrad.passes import Trainer
from crfseg.training.adagrad.state import Weights
from crfseg.training.checkpoint import Arrays, Checkpoint
from crfseg.training.progress import Progress


@contextmanager
def _ctrl_c_heard() -> Iterator[list[int]]:
    """Collect Ctrl-C instead of raising it wherever the program happens to be.

    Between two threads' starts an exception would leave one waiting for the other forever.
    """
    heard: list[int] = []
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler or (
        threading.current_thread() is not threading.main_thread()
    ):
        yield heard
        return
    signal.signal(signal.SIGINT, lambda number, _: heard.append(number))
    try:
        yield heard
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@dataclass(frozen=True)
class _Best:
    """The best pass on dev so far; its model in float32."""

    iteration: int
    f1: float
    model: Model


class _Run:
    """A training in progress: passes, their record, and the best of them on dev."""

    def __init__(
        self,
        weights: Weights,
        params: Mapping[str, Any],
        dev: Sequence[Corpus],
        precision: Precision,
    ) -> None:
        self.weights, self.params, self.dev, self.precision = weights, params, dev, precision
        self.trainer = Trainer(weights, params)
        self.history: list[dict[str, Any]] = []
        self.best: _Best | None = None

    def go_through(self) -> None:
        """Go once through the sentences, and score dev."""
        iteration = len(self.history) + 1
        loss = self.trainer.run()
        if not np.isfinite(loss):
            raise TrainingError(f"adagrad diverged in pass {iteration}; lower its rate")
        self.history.append({"iteration": iteration, "loss": loss})
        if self.dev:
            model = self.weights.model(self.params["prune"])
            segmenter = Segmenter(model.quantize(self.precision))
            f1 = sum(word_f1(segmenter, corpus) for corpus in self.dev) / len(self.dev)
            self.history[-1]["dev_f1"] = f1
            if self.best is None or f1 > self.best.f1:
                self.best = _Best(iteration, f1, model)

    @property
    def kept(self) -> int:
        """The pass that would be kept now."""
        return self.best.iteration if self.best else len(self.history)

    def model(self) -> Model:
        """Return the model of the pass that is kept."""
        return self.best.model if self.best else self.weights.model(self.params["prune"])

    def stop_reason(self, seconds: float, n_passes: int) -> str:
        """Say why training is over; empty while it is not."""
        n, params = len(self.history), self.params
        if n - self.kept >= params["patience"]:
            return f"no better dev F1 for {params['patience']} passes; kept pass {self.kept}"
        if n >= params["max_iterations"]:
            return f"reached max_iterations = {n}" + self._unless_last()
        budget = params["time_budget"]
        if budget and n_passes and seconds * (1 + 1 / n_passes) > budget:
            return f"time budget of {budget:g} s; kept pass {self.kept}"
        return ""

    def _unless_last(self) -> str:
        return "" if self.kept == len(self.history) else f"; kept pass {self.kept}"

    def progress(self, seconds: float) -> Progress:
        """Return what the callback gets."""
        record = self.history[-1]
        return Progress(
            iteration=record["iteration"],
            max_iterations=self.params["max_iterations"],
            loss=record["loss"],
            active_features=None,
            seconds=seconds,
            dev_f1=record.get("dev_f1"),
        )

    def save(self, checkpoint: Checkpoint) -> None:
        """Write down everything that the passes to come depend on."""
        weights, best = self.weights, self.best
        arrays: dict[str, NDArray[Any]] = {
            "states": weights.states,
            "transitions": weights.transitions,
        }
        record = {
            "clock": weights.clock,
            "history": self.history,
            "random": self.trainer.rng.bit_generator.state,
            "best": None if best is None else [best.iteration, best.f1],
        }
        if best is not None:
            arrays["best.transitions"] = best.model.transitions
            for k, table in enumerate(best.model.tables):
                arrays[f"best.{k}.keys"], arrays[f"best.{k}.weights"] = table.keys, table.weights
        checkpoint.save(arrays, record)

    def restore(self, arrays: Arrays, record: Mapping[str, Any]) -> None:
        """Go back to where a checkpoint was written."""
        weights, data = self.weights, self.weights.dataset
        weights.states[:] = arrays["states"]
        weights.transitions[:] = arrays["transitions"]
        weights.clock = record["clock"]
        self.history = record["history"]
        self.trainer.rng.bit_generator.state = record["random"]
        if record["best"]:
            tables = tuple(
                PatternTable(patterns.kind, arrays[f"best.{k}.keys"], arrays[f"best.{k}.weights"])
                for k, patterns in enumerate(data.patterns)
            )
            model = weights.assembled(tables, arrays["best.transitions"])
            self.best = _Best(record["best"][0], record["best"][1], model)


def fit(
    dataset: Dataset,
    params: Mapping[str, Any],
    dev: Sequence[Corpus] = (),
    precision: Precision = "int8",
    callback: Callable[[Progress], None] | None = None,
    init: Model | None = None,
    checkpoint: Checkpoint | None = None,
) -> tuple[Model, dict[str, Any]]:
    """Train with AdaGrad.

    Parameters
    ----------
    dataset
        The training corpus, encoded.
    params
        As :func:`crfseg.training.parameters.checked_params` returns them.
    dev
        Scored after every pass: the pass of the best mean F1 is kept, and training stops after
        ``patience`` passes without a better one. Without any the last pass is kept.
    precision
        Of the model that will be made of this one: dev is scored with that.
    callback
        Called after every pass.
    init
        The model whose weights are the first; the dataset was encoded with it.
    checkpoint
        Written after every pass, before the callback is called; training goes on from it.

    Returns
    -------
    model
        With float32 weights, those of the average.
    outcome
        ``history`` (a list of dicts) and ``stop`` (why training ended, in words).

    Raises
    ------
    TrainingError
        If the loss becomes infinite, or the checkpoint is of another training.
    """
    run = _Run(Weights(dataset, init), params, dev, precision)
    if checkpoint is not None:
        with checkpoint.loaded() as state:
            if state is not None:
                run.restore(*state)
    before, start = len(run.history), time.perf_counter()
    with _ctrl_c_heard() as heard:
        while not (stop := run.stop_reason(time.perf_counter() - start, len(run.history) - before)):
            began = time.perf_counter()
            run.go_through()
            if checkpoint is not None:
                run.save(checkpoint)
            if callback:
                callback(run.progress(time.perf_counter() - began))
            if heard:
                stop = f"interrupted; kept pass {run.kept}"
                break
    return run.model(), {"history": run.history, "stop": stop}


def word_f1(segmenter: Segmenter, gold: Corpus) -> float:
    """Return the F1 of words by their places, in [0, 1]; quick, to compare passes with.

    Where the model and the corpus have labels, a word counts if its label is right too, and
    characters outside every entity do not count.
    """
    found = segmenter.tag_corpus(gold)
    ends = [np.append(corpus.starts[1:], True) for corpus in (gold, found)]
    # A gold word is right if it begins and ends where a predicted one does, with no end between.
    begin = np.flatnonzero(gold.starts & found.starts)
    next_gold = np.searchsorted(np.flatnonzero(ends[0]), begin)
    next_found = np.searchsorted(np.flatnonzero(ends[1]), begin)
    right = np.flatnonzero(ends[0])[next_gold] == np.flatnonzero(ends[1])[next_found]
    if gold.labels is None or found.labels is None:
        return 2 * int(right.sum()) / (gold.n_words + found.n_words)
    names = [*({*gold.label_names, *found.label_names} - {OUTSIDE}), OUTSIDE]
    labels = [_numbered(corpus, names)[corpus.labels] for corpus in (gold, found)]
    outside = len(names) - 1
    right &= (labels[0][begin] == labels[1][begin]) & (labels[0][begin] != outside)
    n_words = np.count_nonzero(labels[0][gold.starts] != outside)
    n_words += np.count_nonzero(labels[1][found.starts] != outside)
    return 2 * int(right.sum()) / max(1, int(n_words))


def _numbered(corpus: Corpus, names: list[str]) -> NDArray[np.int32]:
    """Return the place of each of the corpus's labels in ``names``."""
    return np.array([names.index(name) for name in corpus.label_names], dtype=np.int32)
