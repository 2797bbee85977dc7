"""Alignment of gold and predicted words of the same text, by position.

The boundaries on which both agree divide the text into spans. A span with one word on both sides is
right; in all others the segmentations differ::

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
from crfseg.corpus.tagset import OUTSIDE
from crfseg.errors import CorpusError

KINDS: Final = ("merge", "split", "cross")
"""Kinds of differences: several gold words predicted as one, one as several, or neither."""


@dataclass(frozen=True, eq=False)
class AlignedWords:
    """The words of one of two aligned corpora.

    Parameters
    ----------
    starts, ends
        Half-open spans, in characters of the corpus; shape (W,).
    sentences
        The sentence of each word, shape (W,).
    right
        True for words that the other segmentation has too, shape (W,).
    """

    starts: NDArray[np.intp]
    ends: NDArray[np.intp]
    sentences: NDArray[np.intp]
    right: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class TextSpans:
    """Spans of text, in order.

    Parameters
    ----------
    starts, ends
        Half-open, in characters of the corpus; shape (D,).
    sentences
        The sentence of each span, shape (D,).
    """

    starts: NDArray[np.intp]
    ends: NDArray[np.intp]
    sentences: NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.starts)


@dataclass(frozen=True, eq=False)
class Differences(TextSpans):
    """The spans in which two segmentations differ, without a common boundary inside.

    Parameters
    ----------
    starts, ends, sentences
        See :class:`TextSpans`.
    kinds
        Indices into :data:`KINDS`, shape (D,).
    """

    kinds: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class LabelCounts:
    """The numbers of labelled words: gold, predicted, and right."""

    gold: int
    predicted: int
    right: int

    @property
    def f1(self) -> float | None:
        """F1 of the labelled words, in [0, 1]; None if there are none."""
        total = self.gold + self.predicted
        return 2 * self.right / total if total else None


@dataclass(frozen=True, eq=False)
class Alignment:
    """Alignment of two segmentations of the same text.

    Parameters
    ----------
    gold, predicted
        The segmentations, with the same N sentences.
    confidence
        The probability of each predicted word, in [0, 1], shape (V,); None if unknown.

    Raises
    ------
    CorpusError
        If the texts differ; the message names the first difference.
    """

    gold: Corpus
    predicted: Corpus
    confidence: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        check_same_text(self.gold, self.predicted)

    @cached_property
    def gold_words(self) -> AlignedWords:
        """The W gold words."""
        return _aligned(self.gold, self.predicted)

    @cached_property
    def gold_texts(self) -> list[str]:
        """The gold words as strings."""
        return self.gold.words()

    @cached_property
    def predicted_words(self) -> AlignedWords:
        """The V predicted words."""
        return _aligned(self.predicted, self.gold)

    @cached_property
    def differences(self) -> Differences:
        """The differences of the two segmentations, in order."""
        starts, ends = agreed_spans(self.gold, self.predicted)
        n_gold, n_predicted = (
            count_within(corpus.starts, starts) for corpus in (self.gold, self.predicted)
        )
        at = np.flatnonzero((n_gold > 1) | (n_predicted > 1))
        kinds = np.where(n_predicted[at] == 1, 0, np.where(n_gold[at] == 1, 1, 2))
        return Differences(
            starts[at], ends[at], self.gold.sentences_at(starts[at]), kinds.astype(np.uint8)
        )

    @property
    def right_sentences(self) -> NDArray[np.bool_]:
        """Flags of the sentences without a difference, shape (N,)."""
        right = np.ones(len(self.gold), dtype=bool)
        right[self.differences.sentences] = False
        return right

    @property
    def word_f1(self) -> float:
        """F1 of words by their spans, in [0, 1]; 0 if there are none.

        If both segmentations have labels, a word is right if its label is right too, and
        characters outside every entity do not count.
        """
        if self.labelled is not None:
            return self.labelled.f1 or 0.0
        n_words = self.gold.n_words + self.predicted.n_words
        return 2 * int(self.gold_words.right.sum()) / max(1, n_words)

    @cached_property
    def labelled(self) -> LabelCounts | None:
        """The counts of labelled words; None unless both segmentations have labels."""
        if self.gold.labels is None or self.predicted.labels is None:
            return None
        names = [*({*self.gold.label_names, *self.predicted.label_names} - {OUTSIDE}), OUTSIDE]
        gold, predicted = (_labels(corpus, names) for corpus in (self.gold, self.predicted))
        outside = len(names) - 1
        starts = self.gold_words.starts[self.gold_words.right]
        right = (gold[starts] == predicted[starts]) & (gold[starts] != outside)
        return LabelCounts(
            int(np.count_nonzero(gold[self.gold.starts] != outside)),
            int(np.count_nonzero(predicted[self.predicted.starts] != outside)),
            int(np.count_nonzero(right)),
        )

    @property
    def boundary_f1(self) -> float | None:
        """F1 of the boundaries inside sentences, in [0, 1]; None if there is none."""
        inside = np.ones(self.gold.n_chars, dtype=bool)
        inside[self.gold.offsets[:-1]] = False
        gold, predicted = self.gold.starts & inside, self.predicted.starts & inside
        total = int(gold.sum()) + int(predicted.sum())
        return 2 * int((gold & predicted).sum()) / total if total else None


def _aligned(corpus: Corpus, other: Corpus) -> AlignedWords:
    starts, ends = agreed_spans(corpus)
    inside = np.append(0, np.cumsum(other.starts))
    begins = np.append(other.starts, True)
    right = begins[starts] & begins[ends] & (inside[ends] - inside[starts] == 1)
    return AlignedWords(starts, ends, corpus.sentences_at(starts), right)


def _labels(corpus: Corpus, names: list[str]) -> NDArray[np.int32]:
    """Return the label of each character, as an index into ``names``; shape (T,)."""
    assert corpus.labels is not None
    table = np.array([names.index(name) for name in corpus.label_names], dtype=np.int32)
    return table[corpus.labels]


def agreed_spans(*segmentations: Corpus) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the spans between the boundaries that all segmentations have; of one, its words."""
    agreed = np.logical_and.reduce([corpus.starts for corpus in segmentations])
    starts = np.flatnonzero(agreed)
    return starts, np.append(starts[1:], len(agreed))[: len(starts)]


def count_within(flags: NDArray[np.bool_], starts: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the number of flags set in each span; a span ends where the next one starts."""
    return np.add.reduceat(flags, starts, dtype=np.intp) if len(starts) else starts


def check_same_text(gold: Corpus, predicted: Corpus) -> None:
    """Check that two corpora have the same sentences.

    Raises
    ------
    CorpusError
        If they differ; the message names the first difference.
    """
    same = np.array_equal(gold.codes, predicted.codes)
    if same and np.array_equal(gold.offsets, predicted.offsets):
        return
    texts, guesses = gold.texts(), predicted.texts()
    for n, (text, guess) in enumerate(zip(texts, guesses, strict=False)):
        if text != guess:
            raise CorpusError(
                f"{predicted.name}:{predicted.lines[n]}: its text parts from {gold.name}:"
                f"{gold.lines[n]} {_disagreement(text, guess)}; expected the same sentences"
            )
    raise CorpusError(
        f"{predicted.name}: {len(guesses)} sentences, but {gold.name} has {len(texts)}; "
        "expected the same sentences"
    )


def _disagreement(text: str, guess: str) -> str:
    """Describe the first difference of two texts."""
    pairs = zip(text, guess, strict=False)
    at = next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(text), len(guess)))
    return f"at character {at + 1}: {guess[at : at + 8]!r} for {text[at : at + 8]!r}"
