"""Gold and predicted words of the same text, place by place.

Boundaries on which both agree divide the text into stretches. A stretch with one word on either
side is right; else the segmentations differ there::

    gold        北京 | 大 学 生 | 前来 | 应 聘
    predicted   北京 | 大学 生  | 前 来 | 应聘
                       cross      split  merge

"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from crfseg.corpus.corpus import Corpus

KINDS: Final = ("merge", "split", "cross")
"""How a stretch can differ: several gold words predicted as one, one as several, or other ones."""


@dataclass(frozen=True, eq=False)
class Words:
    """The words of a corpus.

    Parameters
    ----------
    starts, ends
        Their first characters, and those behind their last, in the corpus; shape (W,).
    sentences
        The sentence of each, shape (W,).
    right
        Whether the other segmentation has the same word there, shape (W,).
    """

    starts: NDArray[np.intp]
    ends: NDArray[np.intp]
    sentences: NDArray[np.intp]
    right: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Stretches:
    """Stretches of text, in order.

    Parameters
    ----------
    starts, ends
        Half-open, in characters of the corpus; shape (D,).
    sentences
        The sentence of each, shape (D,).
    """

    starts: NDArray[np.intp]
    ends: NDArray[np.intp]
    sentences: NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.starts)


@dataclass(frozen=True, eq=False)
class Differences(Stretches):
    """Where two segmentations part: stretches without a common boundary inside.

    Parameters
    ----------
    starts, ends, sentences
        See :class:`Stretches`.
    kinds
        Indices into :data:`KINDS`, shape (D,).
    """

    kinds: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Judgement:
    """Two segmentations of one text, compared.

    Parameters
    ----------
    gold, predicted
        With the same sentences.
    confidence
        How sure the model is of each predicted word, in [0, 1], shape (V,); None if nobody said.
    """

    gold: Corpus
    predicted: Corpus
    confidence: NDArray[np.float64] | None = None

    @cached_property
    def gold_words(self) -> Words:
        """The W gold words."""
        return _words(self.gold, self.predicted)

    @cached_property
    def gold_texts(self) -> list[str]:
        """The gold words themselves."""
        return self.gold.words()

    @cached_property
    def predicted_words(self) -> Words:
        """The V predicted words."""
        return _words(self.predicted, self.gold)

    @cached_property
    def differences(self) -> Differences:
        """Where the segmentations part, in order."""
        starts, ends = stretches(self.gold, self.predicted)
        n_gold, n_predicted = (
            count_within(corpus.starts, starts) for corpus in (self.gold, self.predicted)
        )
        at = np.flatnonzero((n_gold > 1) | (n_predicted > 1))
        kinds = np.where(n_predicted[at] == 1, 0, np.where(n_gold[at] == 1, 1, 2))
        return Differences(
            starts[at], ends[at], sentences_of(self.gold, starts[at]), kinds.astype(np.uint8)
        )

    @property
    def right_sentences(self) -> NDArray[np.bool_]:
        """Which sentences have no difference, shape (N,)."""
        right = np.ones(len(self.gold), dtype=bool)
        right[self.differences.sentences] = False
        return right

    @property
    def boundary_f1(self) -> float | None:
        """F1 of the boundaries inside of sentences, in [0, 1]; None if there is none."""
        inside = np.ones(self.gold.n_chars, dtype=bool)
        inside[self.gold.offsets[:-1]] = False
        gold, predicted = self.gold.starts & inside, self.predicted.starts & inside
        total = int(gold.sum()) + int(predicted.sum())
        return 2 * int((gold & predicted).sum()) / total if total else None


def _words(corpus: Corpus, other: Corpus) -> Words:
    starts, ends = stretches(corpus)
    inside = np.append(0, np.cumsum(other.starts))
    begins = np.append(other.starts, True)
    right = begins[starts] & begins[ends] & (inside[ends] - inside[starts] == 1)
    return Words(starts, ends, sentences_of(corpus, starts), right)


def stretches(*segmentations: Corpus) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the stretches between boundaries on which all agree; of one alone, its words."""
    agreed = np.logical_and.reduce([corpus.starts for corpus in segmentations])
    starts = np.flatnonzero(agreed)
    return starts, np.append(starts[1:], len(agreed))[: len(starts)]


def count_within(flags: NDArray[np.bool_], starts: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return how many flags are set in each stretch, which ends where the next one starts."""
    return np.add.reduceat(flags, starts, dtype=np.intp) if len(starts) else starts


def sentences_of(corpus: Corpus, places: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the sentences in which characters stand."""
    return np.searchsorted(corpus.offsets, places, side="right") - 1
