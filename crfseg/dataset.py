"""The training corpus as flat arrays: which pattern stands where, and the gold tags.

::

    padded text      <s> <s>  我  爱  北  京  </s> </s>
    ids of kind C      0   0   7   9  12   4    1    1      row of the pattern that starts here
    ids of kind CC     0  41   8  33   5  17    2   -1      -1: below the cut-off
    tags                       S   S   B   E
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from crfseg import kernels, symbols
from crfseg.corpus import Corpus
from crfseg.symbols import Alphabet, Folding, Symbols
from crfseg.tags import Scheme, TagSet
from crfseg.templates import PatternKind, Templates


@dataclass(frozen=True, eq=False)
class Patterns:
    """The patterns of one kind that occur in the corpus.

    Parameters
    ----------
    kind
        What they are.
    keys
        Distinct patterns, the most frequent first, shape (P,), uint64.
    counts
        How often each occurs, shape (P,).
    ids
        Row of the pattern that starts at each padded position, -1 for none; int32.
    """

    kind: PatternKind
    keys: NDArray[np.uint64]
    counts: NDArray[np.intp]
    ids: NDArray[np.int32]

    @classmethod
    def of(cls, kind: PatternKind, padded: Symbols, min_count: int) -> Patterns:
        """Collect the patterns of a padded text that occur at least ``min_count`` times."""
        ids, keys = kernels.intern(symbols.pattern_keys(padded, kind.shape))
        counts = np.bincount(ids, minlength=len(keys))
        order = np.argsort(-counts, kind="stable")
        n_kept = int(np.count_nonzero(counts >= min_count))
        row = np.full(len(keys), -1, dtype=np.int32)
        row[order[:n_kept]] = np.arange(n_kept, dtype=np.int32)
        return cls(kind, keys[order[:n_kept]], counts[order[:n_kept]], row[ids])


@dataclass(frozen=True, eq=False)
class Dataset:
    """An encoded corpus.

    Parameters
    ----------
    tag_set, templates, alphabet
        What the arrays speak of; they become the model's.
    patterns
        One for each of ``templates.kinds``.
    tags
        The gold tags of the T characters, shape (T,), int16.
    offsets
        Where each of the N sentences begins, and T at the end; shape (N + 1,).
    """

    tag_set: TagSet
    templates: Templates
    alphabet: Alphabet
    patterns: tuple[Patterns, ...]
    tags: NDArray[np.int16]
    offsets: NDArray[np.intp]

    @classmethod
    def encode(
        cls,
        corpus: Corpus,
        templates: Templates,
        *,
        scheme: Scheme = "BMES",
        folding: Folding = "width",
        min_count: int = 1,
    ) -> Dataset:
        """Encode a corpus; labels become part of the tags where the corpus has them.

        A pattern must occur ``min_count`` times, a trigram of characters once more.

        O(T) time for each kind of pattern, about 30 bytes a character and kind.
        """
        alphabet = Alphabet.of(corpus.codes, folding)
        padded = {
            view: symbols.pad(alphabet.ids(corpus.codes, view), corpus.offsets, templates.window)
            for view in {kind.view for kind in templates.kinds}
        }
        # Most trigrams occur once: they would cost most of the memory and help nothing.
        patterns = tuple(
            Patterns.of(kind, padded[kind.view], min_count + (kind.name == "CCC"))
            for kind in templates.kinds
        )
        every_tag = TagSet(scheme, corpus.label_names)
        tag_set = every_tag.seen_in(every_tag.encode(corpus.starts, corpus.labels))
        tags = tag_set.encode(corpus.starts, corpus.labels)
        return cls(tag_set, templates, alphabet, patterns, tags, corpus.offsets)

    @property
    def n_patterns(self) -> int:
        """The number of distinct patterns."""
        return sum(len(patterns.keys) for patterns in self.patterns)

    @property
    def n_weights(self) -> int:
        """The number of weights if every feature has one for every tag."""
        blocks = sum(len(patterns.keys) * patterns.kind.width for patterns in self.patterns)
        return blocks * len(self.tag_set.names)

    def tag_names(self) -> Iterator[list[str]]:
        """Yield the gold tags of each sentence by name."""
        names = self.tag_set.names
        for begin, end in pairwise(self.offsets.tolist()):
            yield [names[tag] for tag in self.tags[begin:end].tolist()]


def feature_sequences(
    corpus: Corpus, templates: Templates, alphabet: Alphabet
) -> Iterator[list[list[str]]]:
    """Yield the features of each sentence by name: a list of strings for each character."""
    views = {kind.view for kind in templates.kinds}
    bounds = corpus.offsets.tolist()
    for begin, end in pairwise(bounds):
        codes = corpus.codes[begin:end]
        yield templates.feature_names({view: alphabet.print(codes, view) for view in views})
