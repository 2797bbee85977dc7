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
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crfseg.corpus.corpus import Corpus
from crfseg.errors import TrainingError
from crfseg.evaluation.alignment import Alignment
from crfseg.model.model import Model
from crfseg.model.weights import PatternTable, Precision
from crfseg.segmenter.segmenter import Segmenter
from crfseg.training.adagrad.passes import Trainer
from crfseg.training.adagrad.state import TrainingState
from crfseg.training.checkpoint import Arrays, Checkpoint
from crfseg.training.progress import Progress
from crfseg.training.task import Outcome, Task


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
        weights: TrainingState,
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
            f1 = sum(_word_f1(segmenter, corpus) for corpus in self.dev) / len(self.dev)
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
        """Save the whole state that later passes depend on."""
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


def fit(task: Task) -> Outcome:
    """Train with AdaGrad.

    Dev is scored after every pass: the pass of the best mean F1 is kept, and training stops after
    ``patience`` passes without a better one. Without dev the last pass is kept. The checkpoint is
    written after every pass, before the callback is called, and training resumes from it.

    Returns
    -------
    outcome
        The model has float32 weights, those of the average.

    Raises
    ------
    TrainingError
        If the loss becomes infinite, or the checkpoint is of another training.
    """
    checkpoint, callback = task.checkpoint, task.callback
    weights = TrainingState(task.dataset, task.init)
    run = _Run(weights, task.params, task.devs, task.precision)
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
    return Outcome(run.model(), {"history": run.history, "stop": stop})


def _word_f1(segmenter: Segmenter, gold: Corpus) -> float:
    """Return the F1 of words by which passes are compared, in [0, 1]."""
    return Alignment(gold, segmenter.tag_corpus(gold)).word_f1
