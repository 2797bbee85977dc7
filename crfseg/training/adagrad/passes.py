"""Passes over the sentences by all cores; the inner loops are in kernels.pyx."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from crfseg.features import ngrams
from crfseg.features.dataset import Dataset
from crfseg.segmenter.streaming import n_cores
from crfseg.training.adagrad import kernels
from crfseg.training.adagrad.state import LEARNED, TrainingState

_QUIET: Final = 0.01  # a block whose gradients sum to less is left alone, unless a penalty acts
_BATCHES: Final = 256  # that are run together: tenths of seconds
_STARVED: Final = 0.4  # cores that the threads had to do without
_REST: Final = 10  # rounds until all threads are tried again


class Trainer:
    """Goes through the sentences again and again, with several threads.

    Parameters
    ----------
    weights
        They are changed in place.
    params
        As :func:`crfseg.training.parameters.checked_params` returns them.
    """

    def __init__(self, weights: TrainingState, params: Mapping[str, Any]) -> None:
        data, tag_set = weights.dataset, weights.dataset.tag_set
        self._weights, self._params = weights, params
        order = weights.tag_order
        legal, begins, ends = (
            tag_set.legal[order][:, order],
            *(edges[order] for edges in (tag_set.begins, tag_set.ends)),
        )
        inner = np.argwhere(legal & ~begins).astype(np.int32, order="C")
        self._crew = _Threads(params["threads"] or n_cores())
        self.rng = np.random.default_rng(params["seed"])
        self._lengths = np.diff(data.offsets)
        self._losses = np.zeros(len(self._lengths))
        self._dropped = np.zeros(len(self._lengths), dtype=np.uint8)
        self._arrays: tuple[Any, ...] = (
            data.extractor.templates.window,
            ngrams.begins(data.offsets, data.extractor.templates.window),
            data.offsets,
            weights.tag_number[data.tags] if tag_set.labels else data.tags,
            *_partial(data),
            data.ids,
            weights.kinds,
            weights.states,
            _shares(data),
            weights.transitions,
            legal.astype(np.uint8).ravel(),
            begins.astype(np.uint8),
            ends.astype(np.uint8),
            inner if tag_set.labels else inner[:0],
            self._dropped,
        )

    def run(self) -> float:
        """Go once through all sentences in random order; return their loss."""
        order, batch = self.rng.permutation(len(self._lengths)), self._params["batch_size"]
        self._drop_out()
        for begin in range(0, len(order), _BATCHES * batch):
            some = order[begin : begin + _BATCHES * batch]
            l1, l2 = self._params["c1"], 2 * self._params["c2"]
            batches = kernels.Batches(
                some, batch, -(-len(order) // batch), *self._arrays, *self._work_space(some),
                margin=self._params["margin"], rate=self._params["rate"], l1=l1, l2=l2,
                quiet=-1.0 if l1 or l2 else _QUIET,
            )  # fmt: skip
            self._weights.clock = self._crew.run(batches, self._weights.clock)
        return float(self._losses.sum())

    def _drop_out(self) -> None:
        """Choose the sentences that are trained on without what was learned from the text.

        The others teach the model the weights of such features; these teach it to do without,
        so that words which it does not know are found by their characters.
        """
        kinds = self._weights.dataset.extractor.templates.kinds
        if all(kind.learned_from == "" for kind in kinds):
            return
        drawn, below = self.rng.random(len(self._dropped)), 0.0
        self._dropped[:] = 0
        for source in ("lexicon", "cluster"):
            above = below + self._params[f"{source}_dropout"]
            self._dropped[(below <= drawn) & (drawn < above)] = LEARNED[source]
            below = above

    def _work_space(self, order: NDArray[np.int64]) -> tuple[Any, ...]:
        """Return the kernel's work space, from rows to losses."""
        batch, window = self._params["batch_size"], self._arrays[0]
        n_tags, longest = len(self._weights.dataset.tag_set.names), int(self._lengths.max())
        is_partial = self._weights.dataset.boundaries is not None
        room = 3 * longest + 2 + n_tags if is_partial else 2 * (longest + 1)
        per_batch = np.add.reduceat(
            self._lengths[order] + 4 * window, np.arange(0, len(order), batch)
        )
        most = int(per_batch.max())
        return (
            np.zeros((most, n_tags), dtype=np.float32),
            np.zeros(most, dtype=np.float32),
            np.zeros((self._crew.most, n_tags * room), dtype=np.float32),
            np.zeros((self._crew.most, 2 * n_tags * n_tags), dtype=np.float32),
            np.zeros((batch, n_tags * n_tags), dtype=np.float32),
            self._losses,
        )


class _Threads:
    """The threads: fewer while other programs hold the cores.

    Threads that have to share a core wait for each other most of the time.
    """

    def __init__(self, most: int) -> None:
        self.most, self._n, self._rest = most, most, 0

    def run(self, batches: kernels.Batches, clock: float) -> float:
        """Let all threads work on some batches; return the clock afterwards."""
        wall, cpu = time.perf_counter(), time.process_time()
        clock = self._run(batches, clock)
        had = (time.process_time() - cpu) / max(1e-9, time.perf_counter() - wall)
        self._rest -= 1
        if self._n - had > _STARVED:
            self._n, self._rest = max(1, int(had + 0.5)), _REST
        elif not self._rest:
            self._n = self.most
        return clock

    def _run(self, batches: kernels.Batches, clock: float) -> float:
        clocks = [0.0] * self._n

        def work(me: int) -> None:
            clocks[me] = batches.run(me, len(clocks), clock)

        threads = [threading.Thread(target=work, args=(me,)) for me in range(self._n)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return clocks[0]


def _partial(dataset: Dataset) -> tuple[NDArray[np.int8], NDArray[np.uint8]]:
    """Return the boundary constraints of the characters, and which sentences are partly free."""
    if dataset.boundaries is None:
        return np.empty(0, dtype=np.int8), np.empty(0, dtype=np.uint8)
    is_open = np.logical_or.reduceat(dataset.boundaries == 0, dataset.offsets[:-1])
    return dataset.boundaries, is_open.astype(np.uint8)


def _shares(dataset: Dataset) -> NDArray[np.float32]:
    """Return 1 / n for a pattern that occurs n times: it pays its penalty in n parts."""
    counts = np.concatenate([patterns.counts for patterns in dataset.patterns])
    shares: NDArray[np.float32] = (1 / np.maximum(counts, 1)).astype(np.float32)
    return shares
