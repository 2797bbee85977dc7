"""The built-in trainer: AdaGrad over mini-batches, weights averaged, all cores.

The objective is the negative log-likelihood of the gold tags over legal tag sequences, plus
``c2 |w|^2``. Every pattern's weights lie in one block beside their squared gradients and their
sums for the average; a pass goes through the sentences in random order, see kernels.pyx.

Duchi, Hazan and Singer (2011), Adaptive subgradient methods for online learning and stochastic
optimization; averaging as Collins (2002), Discriminative training methods for hidden Markov models.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from crfseg import symbols
from crfseg.corpus import Corpus
from crfseg.dataset import Dataset, Patterns
from crfseg.errors import TrainingError
from crfseg.model import Model, PatternTable
from crfseg.segmenter import Segmenter
from crfseg.train import kernels
from crfseg.train.progress import Progress

_QUIET: Final = 0.01  # a block whose gradients sum to less is left alone, unless c2 must act
_START: Final = 1.0  # squared gradients begin here, so that the first steps are not too long


class Weights:
    """All weights in training, and what AdaGrad keeps beside them.

    ``states`` holds block after block ``(3, width * L)``: the weights w, their squared gradients
    G, and U, the steps weighted by time; at time c the average of the weights is ``w - U / c``.
    """

    def __init__(self, dataset: Dataset, c2: float) -> None:
        n_tags = len(dataset.tag_set.names)
        self.dataset = dataset
        sizes = [patterns.kind.width * n_tags for patterns in dataset.patterns]
        counts = [len(patterns.keys) for patterns in dataset.patterns]
        ends = np.cumsum([0, *(3 * n * size for n, size in zip(counts, sizes, strict=True))])
        rows = np.cumsum([0, *counts])
        self.states = np.zeros(int(ends[-1]), dtype=np.float32)
        self.blocks = [
            self.states[ends[k] : ends[k + 1]].reshape(counts[k], 3, sizes[k])
            for k in range(len(counts))
        ]
        self.transitions = np.zeros((3, n_tags * n_tags), dtype=np.float32)
        for block in (self.transitions[None], *self.blocks):
            block[:, 1] = _START
        kinds = [patterns.kind for patterns in dataset.patterns]
        self.kinds = np.array(
            [
                (size, kind.reach, kind.shape[-1], end, row)
                for size, kind, end, row in zip(sizes, kinds, ends, rows, strict=False)
            ],
            dtype=np.int64,
        )
        # A pattern that occurs n times pays its penalty in n parts.
        decay = [2 * c2 / patterns.counts for patterns in dataset.patterns]
        self.decay = np.concatenate(decay).astype(np.float32)
        self.clock = 1.0

    def model(self, prune: float = 0.0) -> Model:
        """Return the model of the averaged weights.

        Patterns whose weights are all smaller than ``prune`` are left out.
        """
        n_tags = len(self.dataset.tag_set.names)
        tables = tuple(
            self._table(patterns, block, n_tags, prune)
            for patterns, block in zip(self.dataset.patterns, self.blocks, strict=True)
        )
        transitions = self._average(self.transitions[None]).reshape(n_tags, n_tags).astype(float)
        data = self.dataset
        return Model(data.tag_set, data.templates, data.alphabet, tables, transitions)

    def _table(
        self, patterns: Patterns, block: NDArray[np.float32], n_tags: int, prune: float
    ) -> PatternTable:
        average = self._average(block)
        kept = np.abs(average).max(axis=1, initial=0) >= prune if prune else average.any(axis=1)
        blocks = average[kept].astype(np.float64).reshape(-1, patterns.kind.width, n_tags)
        return PatternTable(patterns.kind, patterns.keys[kept], blocks)

    def _average(self, block: NDArray[np.float32]) -> NDArray[np.float32]:
        return block[:, 0] - block[:, 2] / np.float32(self.clock)


class Trainer:
    """Goes through the sentences again and again, with several threads.

    Parameters
    ----------
    weights
        They are changed in place.
    params
        As :func:`crfseg.train.parameters.checked_params` returns them.
    """

    def __init__(self, weights: Weights, params: Mapping[str, Any]) -> None:
        data, tag_set = weights.dataset, weights.dataset.tag_set
        self._weights, self._params = weights, params
        self._n_threads = params["threads"] or os.cpu_count() or 1
        self._rng = np.random.default_rng(params["seed"])
        self._lengths = np.diff(data.offsets)
        self._losses = np.zeros(len(self._lengths))
        self._arrays = (
            data.templates.window,
            symbols.begins(data.offsets, data.templates.window),
            data.offsets,
            data.tags,
            np.stack([patterns.ids for patterns in data.patterns]),
            weights.kinds,
            weights.states,
            weights.decay,
            2 * params["c2"] / -(-len(self._lengths) // params["batch_size"]),
            weights.transitions,
            tag_set.legal.astype(np.uint8).ravel(),
            tag_set.begins.astype(np.uint8),
            tag_set.ends.astype(np.uint8),
        )

    def run(self) -> float:
        """Go once through all sentences in random order; return their loss."""
        order = self._rng.permutation(len(self._lengths))
        arguments: list[Any] = [order, self._params["batch_size"], *self._arrays]
        arguments += [*self._work_space(order), self._params["rate"], self._weights.clock]
        arguments.append(self._quiet)
        clocks = [0.0] * self._n_threads

        def work(me: int) -> None:
            clocks[me] = kernels.run(me, self._n_threads, *arguments)

        threads = [threading.Thread(target=work, args=(me,)) for me in range(self._n_threads)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self._weights.clock = clocks[0]
        return float(self._losses.sum())

    @property
    def _quiet(self) -> float:
        return -1.0 if self._params["c2"] else _QUIET

    def _work_space(self, order: NDArray[np.int64]) -> tuple[NDArray[Any], ...]:
        """Return the kernel's work space: rows, scratch, arcs, losses, meeting."""
        batch, window = self._params["batch_size"], self._arrays[0]
        n_tags, longest = len(self._weights.dataset.tag_set.names), int(self._lengths.max())
        per_batch = np.add.reduceat(
            self._lengths[order] + 4 * window, np.arange(0, len(order), batch)
        )
        return (
            np.zeros((int(per_batch.max()), n_tags), dtype=np.float32),
            np.zeros((self._n_threads, 2 * n_tags * (longest + 2)), dtype=np.float32),
            np.zeros((batch, n_tags * n_tags), dtype=np.float32),
            self._losses,
            np.zeros(2, dtype=np.int64),
        )


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


@dataclass
class _Best:
    """The best model so far, and how long it has been."""

    model: Model
    f1: float
    iteration: int


def fit(
    dataset: Dataset,
    params: Mapping[str, Any],
    dev: Corpus | None = None,
    callback: Callable[[Progress], None] | None = None,
) -> tuple[Model, dict[str, Any]]:
    """Train with AdaGrad.

    Parameters
    ----------
    dataset
        The training corpus, encoded.
    params
        As :func:`crfseg.train.parameters.checked_params` returns them.
    dev
        Scored after every pass: the best pass is kept, and training stops after ``patience``
        passes without a better one. None keeps the last pass.
    callback
        Called after every pass.

    Returns
    -------
    model
        With float64 weights, those of the average.
    outcome
        ``history`` (a list of dicts) and ``stop`` (why training ended, in words).

    Raises
    ------
    TrainingError
        If the loss becomes infinite.
    """
    weights = Weights(dataset, params["c2"])
    trainer = Trainer(weights, params)
    history: list[dict[str, Any]] = []
    best: _Best | None = None
    stop, start = "", time.perf_counter()
    with _ctrl_c_heard() as heard:
        while not stop:
            began = time.perf_counter()
            loss = trainer.run()
            if not np.isfinite(loss):
                raise TrainingError(f"adagrad diverged in pass {len(history) + 1}; lower its rate")
            history.append({"iteration": len(history) + 1, "loss": loss})
            model = weights.model(params["prune"])
            if dev is not None:
                history[-1]["dev_f1"] = word_f1(Segmenter(model.quantize()), dev)
            f1 = history[-1].get("dev_f1", 0.0)
            if best is None or dev is None or f1 > best.f1:
                best = _Best(model, f1, len(history))
            if callback:
                callback(_progress(history[-1], params, model, time.perf_counter() - began))
            stop = _stop_reason(len(history), best, params, time.perf_counter() - start)
            if heard:
                stop = f"interrupted; kept pass {best.iteration}"
    assert best is not None
    return best.model, {"history": history, "stop": stop}


def _stop_reason(iteration: int, best: _Best, params: Mapping[str, Any], seconds: float) -> str:
    """Say why training is over; empty while it is not."""
    if iteration - best.iteration >= params["patience"]:
        return f"no better dev F1 for {params['patience']} passes; kept pass {best.iteration}"
    if iteration >= params["max_iterations"]:
        kept = "" if best.iteration == iteration else f"; kept pass {best.iteration}"
        return f"reached max_iterations = {iteration}{kept}"
    if params["time_budget"] and seconds * (1 + 1 / iteration) > params["time_budget"]:
        return f"time budget of {params['time_budget']:g} s; kept pass {best.iteration}"
    return ""


def _progress(
    record: Mapping[str, Any], params: Mapping[str, Any], model: Model, seconds: float
) -> Progress:
    return Progress(
        iteration=record["iteration"],
        max_iterations=params["max_iterations"],
        loss=record["loss"],
        active_features=int(sum(np.count_nonzero(table.weights) for table in model.tables)),
        seconds=seconds,
        dev_f1=record.get("dev_f1"),
    )


def word_f1(segmenter: Segmenter, gold: Corpus) -> float:
    """Return the F1 of words by their places, in [0, 1]; quick, to compare passes with."""
    found = segmenter.tag_corpus(gold)
    ends = [np.append(corpus.starts[1:], True) for corpus in (gold, found)]
    # A gold word is right if it begins and ends where a predicted one does, with no end between.
    begin = np.flatnonzero(gold.starts & found.starts)
    next_gold = np.searchsorted(np.flatnonzero(ends[0]), begin)
    next_found = np.searchsorted(np.flatnonzero(ends[1]), begin)
    right = np.flatnonzero(ends[0])[next_gold] == np.flatnonzero(ends[1])[next_found]
    return 2 * int(right.sum()) / (gold.n_words + found.n_words)
