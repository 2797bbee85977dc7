"""Weights in training with AdaGrad's state, block after block; conversion from and to models."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from crfseg.corpus.tagset import TagSet
from crfseg.features import counting
from crfseg.features.dataset import Dataset
from crfseg.features.templates import PatternKind
from crfseg.model.model import Model
from crfseg.model.weights import PatternTable
from crfseg.training.adagrad.kernels import time_of

LEARNED: Final = {"": 0, "lexicon": 1, "cluster": 2}
"""Numbers of the sources from which patterns can be learned; dropout leaves out those of one."""
_START: Final = 1.0  # first squared gradient, so that the first steps are not too long
_WARM_START: Final = 4.0  # likewise for weights of a warm start, so that they change slowly
_TRUST: Final = 0.75
"""Factor on lexicon and cluster weights when the model is written: new text has fewer known words.
Models with labels are not better with it and go without."""
_ROWS: Final = 1 << 12  # blocks that are averaged together
_TINY: Final = 1e-30  # patterns without a larger weight are always left out


class TrainingState:
    """All weights in training, with AdaGrad's state.

    ``states`` holds block after block ``(3, width * L)``: the weights w, the sums of squared
    gradients G, and the sums of time-weighted steps U. The average of the weights is ``w - U / t``.
    Column n of the L columns of a block belongs to tag ``tag_order[n]``.

    Parameters
    ----------
    dataset
        The patterns.
    init
        Model of a warm start, all of whose patterns and tags the dataset has; None for zeros.
    """

    def __init__(self, dataset: Dataset, init: Model | None = None) -> None:
        n_tags = len(dataset.tag_set.names)
        self.dataset = dataset
        self.tag_order = _tag_order(dataset.tag_set)
        self.tag_number = np.argsort(self.tag_order).astype(np.int16)
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
                (kind.width, kind.reach, kind.shape[-1], end, row, LEARNED[kind.learned_from])
                for kind, end, row in zip(kinds, ends, rows, strict=False)
            ],
            dtype=np.int64,
        )
        self.clock = 1.0
        if init is not None:
            self._start_from(init)

    def _start_from(self, init: Model) -> None:
        names = self.dataset.tag_set.names
        tag = self.tag_number[[names.index(name) for name in init.tag_set.names]]
        arcs = self.transitions.reshape(3, len(names), len(names))
        arcs[0][np.ix_(tag, tag)] = init.transitions * init.scale
        arcs[1][np.ix_(tag, tag)] = _WARM_START
        for patterns, table, block in zip(
            self.dataset.patterns, init.tables, self.blocks, strict=True
        ):
            rows = _rows(patterns.keys, table.keys)
            view = block.reshape(len(block), 3, patterns.kind.width, len(names))
            potentials = init.potentials(table) / self._scale(patterns.kind)
            view[rows[:, None], 0, :, tag] = potentials.transpose(0, 2, 1)
            view[rows[:, None], 1, :, tag] = _WARM_START

    def model(self, prune: float = 0.0) -> Model:
        """Return the model of the averaged weights, in float32.

        Patterns whose weights are all smaller than ``prune`` are left out, except those that only
        the model of a warm start has.
        """
        n_tags = len(self.dataset.tag_set.names)
        data = self.dataset
        tables = tuple(self._table(k, n_tags, prune) for k in range(len(data.patterns)))
        arcs = self._average(self.transitions[None]).reshape(n_tags, n_tags)
        transitions: Any = arcs[self.tag_number][:, self.tag_number]
        return self.assembled(tables, transitions)

    def assembled(self, tables: tuple[PatternTable, ...], transitions: Any) -> Model:
        """Return a model with these weights and the dataset's tags and features."""
        data = self.dataset
        return Model(data.tag_set, data.extractor, tables, transitions)

    def _table(self, k: int, n_tags: int, prune: float) -> PatternTable:
        patterns, block = self.dataset.patterns[k], self.blocks[k]
        scale = self._scale(patterns.kind)
        slices = [slice(at, at + _ROWS) for at in range(0, len(block), _ROWS)]
        kept = np.zeros(len(block), dtype=bool)
        for some in slices:
            heaviest = scale * np.abs(self._average(block[some])).max(axis=1, initial=0)
            kept[some] = heaviest >= np.where(patterns.counts[some], max(prune, _TINY), _TINY)
        shape = np.count_nonzero(kept), patterns.kind.width, n_tags
        weights: Any = np.empty(shape, dtype=np.float32)
        done = 0
        for some in slices:
            rows = scale * self._average(block[some][kept[some]]).reshape(-1, *shape[1:])
            weights[done : done + len(rows)] = rows[:, :, self.tag_number]
            done += len(rows)
        return PatternTable(patterns.kind, patterns.keys[kept], weights)

    def _scale(self, kind: PatternKind) -> np.float32:
        """Return the factor on the weights of a kind when the model is written."""
        return np.float32(_TRUST if kind.learned_from and not self.dataset.tag_set.labels else 1)

    def _average(self, block: NDArray[np.float32]) -> NDArray[np.float32]:
        return block[:, 0] - block[:, 2] / np.float32(time_of(self.clock))


def _tag_order(tag_set: TagSet) -> NDArray[np.intp]:
    """Return the tags in the order of training, labelled ones as B.. S.. E.. M..; shape (L,).

    So the tags that begin a word are contiguous, and those that end one; see lattice.pxd.
    """
    if not tag_set.labels:
        return np.arange(len(tag_set.names))
    return np.argsort(2 * ~tag_set.begins + (tag_set.begins == tag_set.ends), kind="stable")


def _rows(keys: NDArray[np.uint64], wanted: NDArray[np.uint64]) -> NDArray[np.int32]:
    """Return the index among the keys of each key wanted; all are present."""
    interner = counting.Interner()
    interner.number(keys, counting.EVERY_KEY, 0)
    return interner.number(wanted, counting.EVERY_KEY, 0)
