"""Datasets: a training corpus as flat arrays of pattern ids and gold tags.

::

    padded text      <s> <s>  我  爱  北  京  </s> </s>
    ids of kind C      0   0   7   9  12   4    1    1      id of the pattern that starts here
    ids of kind CC     0  41   8  33   5  17    2   -1      -1: below the cut-off
    tags                       S   S   B   E
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from crfseg.corpus.corpus import Corpus
from crfseg.corpus.tagset import Scheme, TagSet, labels_in
from crfseg.features import counting, ngrams
from crfseg.features.alphabet import Folding
from crfseg.features.extractor import Columns, Extractor, Raw
from crfseg.features.templates import PatternKind, Templates
from crfseg.text.blocks import blocks
from crfseg.text.scratch import Storage

_MAX_COUNTER_BITS: Final = 26  # a table of counters has 64 MB at most


@dataclass(frozen=True, eq=False)
class Patterns:
    """The patterns of one kind.

    Parameters
    ----------
    kind
        The kind.
    keys
        Keys of distinct patterns, the most frequent first, shape (P,), uint64. The index of a
        pattern is its id.
    counts
        Number of occurrences, shape (P,), int64; 0 for those of the initial model alone.
    """

    kind: PatternKind
    keys: NDArray[np.uint64]
    counts: NDArray[np.int64]

    @classmethod
    def number(
        cls,
        kind: PatternKind,
        columns: Columns,
        ids: NDArray[np.int32],
        min_count: int,
        known: NDArray[np.uint64],
    ) -> Patterns:
        """Collect the patterns that occur ``min_count`` times or are known, and write their ids.

        A table of small counters first excludes rare patterns: memory then grows with the number
        of patterns kept, not of all.

        Parameters
        ----------
        kind
            The kind.
        columns
            The padded text, see :data:`crfseg.features.extractor.Columns`.
        ids
            Written to, shape (T',): id of the pattern at each position, -1 for none.
        min_count
            Minimum number of occurrences, >= 1.
        known
            Keys of the initial model, kept at any count.
        """
        bits = min(_MAX_COUNTER_BITS, max(1, len(ids).bit_length())) if min_count > 1 else 1
        tallies = np.zeros(1 << bits, dtype=np.uint8)
        enough = min(min_count, 255) if min_count > 1 else 0
        for _, keys in _keys(columns, kind) if enough else ():
            counting.tally(tallies, keys)
        for _ in range(enough):
            counting.tally(tallies, known)
        interner = counting.Interner()
        interner.number(known, tallies, enough)
        for at, keys in _keys(columns, kind):
            ids[at] = interner.number(keys, tallies, enough)
        keys, counts = interner.distinct()
        counts[: len(known)] -= 1
        order = np.argsort(-counts, kind="stable")
        order = order[(counts[order] >= min_count) | (order < len(known))]
        row = np.full(len(keys) + 1, -1, dtype=np.int32)  # the last is that of number -1
        row[order] = np.arange(len(order), dtype=np.int32)
        for at in blocks(len(ids)):
            ids[at] = row[ids[at]]
        return cls(kind, keys[order], counts[order])


def _keys(columns: Columns, kind: PatternKind) -> Iterator[tuple[slice, NDArray[np.uint64]]]:
    """Yield the keys of a kind, block by block."""
    for at in blocks(len(columns[0])):
        block = [numbers[at.start : at.stop + kind.shape[-1]] for numbers in columns]
        yield at, ngrams.pattern_keys(block, kind.views, kind.shape)[: at.stop - at.start]


class WarmStart(NamedTuple):
    """The parts of an initial model that encoding starts from."""

    tag_set: TagSet
    extractor: Extractor
    keys: Sequence[NDArray[np.uint64]]
    """Keys of the patterns of each kind."""


@dataclass(frozen=True, eq=False)
class Dataset:
    """An encoded corpus.

    Parameters
    ----------
    tag_set, extractor
        The tags and the features, for the model.
    patterns
        One for each of the K kinds of the templates.
    ids
        Id of the pattern of each kind that starts at each of the T' padded positions, -1 for none;
        shape (K, T'), int32.
    tags
        The gold tags of the T characters, shape (T,), int16.
    offsets
        Index of the first character of each of the N sentences, then T; shape (N + 1,).
    boundaries
        Constraints of a partially annotated corpus, see :class:`crfseg.Corpus`, or None. Its
        ``tags`` are arbitrary where they are not constrained.
    """

    tag_set: TagSet
    extractor: Extractor
    patterns: tuple[Patterns, ...]
    ids: NDArray[np.int32]
    tags: NDArray[np.int16]
    offsets: NDArray[np.intp]
    boundaries: NDArray[np.int8] | None = None

    @classmethod
    def encode(
        cls,
        corpus: Corpus,
        templates: Templates,
        *,
        scheme: Scheme = "BMES",
        folding: Folding = "letters",
        min_count: int = 1,
        warm_start: WarmStart | None = None,
        raw: Raw | None = None,
        lists: Sequence[Corpus] = (),
        patterns: bool = True,
        storage: Storage | None = None,
    ) -> Dataset:
        """Encode a corpus; its labels, if any, become part of the tags.

        Parameters
        ----------
        corpus
            The training corpus.
        templates
            The feature templates.
        scheme
            ``"BMES"`` or ``"BMES6"``.
        folding
            The folding of the alphabet.
        min_count
            Minimum number of occurrences of a pattern, >= 1; sparse kinds need one more.
        warm_start
            Parts of an initial model: its characters keep their symbols and clusters, its words
            their classes, and its patterns and tags are kept.
        raw, lists
            Unsegmented text and word lists, see :meth:`crfseg.features.extractor.Extractor.fit`.
        patterns
            False for a dataset without patterns and ids.
        storage
            Allocates the arrays of the text's size.

        Notes
        -----
        O(T) time for each kind of pattern. Memory in ``storage``: 4 bytes for each character and
        kind. Other memory: about 50 bytes for each pattern kept, and for some that are not.
        """
        storage = storage or Storage()
        before = warm_start.extractor if warm_start else None
        extractor, columns = Extractor.fit(
            corpus, templates, folding, before=before, raw=raw, lists=lists, storage=storage
        )
        kinds = templates.kinds if patterns else ()
        ids = storage.empty((len(kinds), len(columns[0])), np.int32)
        known = warm_start.keys if warm_start else [np.empty(0, dtype=np.uint64)] * len(ids)
        # Most long n-grams occur once: they would take most of the memory without any use.
        numbered = tuple(
            Patterns.number(kind, columns, ids[k], min_count + kind.is_sparse, known[k])
            for k, kind in enumerate(kinds)
        )
        tag_set, tags = _tags(corpus, scheme, warm_start.tag_set if warm_start else None, storage)
        return cls(tag_set, extractor, numbered, ids, tags, corpus.offsets, corpus.boundaries)

    @property
    def n_patterns(self) -> int:
        """The number of distinct patterns."""
        return sum(len(patterns.keys) for patterns in self.patterns)

    @property
    def n_weights(self) -> int:
        """The number of weights: one for each feature and tag."""
        blocks = sum(len(patterns.keys) * patterns.kind.width for patterns in self.patterns)
        return blocks * len(self.tag_set.names)

    def tag_names(self) -> Iterator[list[str]]:
        """Yield the names of the gold tags of each sentence."""
        names = self.tag_set.names
        for begin, end in pairwise(self.offsets.tolist()):
            yield [names[tag] for tag in self.tags[begin:end].tolist()]


def _tags(
    corpus: Corpus, scheme: Scheme, before: TagSet | None, storage: Storage
) -> tuple[TagSet, NDArray[np.int16]]:
    """Return the tag set of the corpus and the initial model, and the tags of the text."""
    labels = labels_in({*corpus.label_names, *(before.labels if before else ())})
    index = np.array([labels.index(name) for name in corpus.label_names], dtype=np.int32)
    every_tag = TagSet(scheme, labels)
    tags: NDArray[np.int16] = storage.empty((corpus.n_chars,), np.int16)
    counts = np.zeros(len(every_tag.names), dtype=np.intp)
    for _, begin, end in corpus.blocks():
        of_word = None if corpus.labels is None else index[corpus.labels[begin:end]]
        tags[begin:end] = every_tag.encode(corpus.starts[begin:end], of_word)
        counts += np.bincount(tags[begin:end], minlength=len(counts))
    if before is not None:
        counts += np.isin(every_tag.names, before.names)
    tag_set = every_tag.seen_in(counts)
    number = np.cumsum(np.isin(every_tag.names, tag_set.names), dtype=np.int16) - np.int16(1)
    for _, begin, end in corpus.blocks():
        tags[begin:end] = number[tags[begin:end]]
    return tag_set, tags


def feature_sequences(corpus: Corpus, extractor: Extractor) -> Iterator[list[list[str]]]:
    """Yield the feature names of each sentence, a list of strings for each character."""
    templates, alphabet = extractor.templates, extractor.alphabet
    bounds = corpus.offsets.tolist()
    for begin, end in pairwise(bounds):
        codes = corpus.codes[begin:end]
        yield templates.feature_names(
            {view: alphabet.print(codes, view) for view in sorted(templates.views)}
        )
