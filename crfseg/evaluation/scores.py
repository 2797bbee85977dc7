"""Scores of a segmentation against a gold corpus.

The figures are those of the official SIGHAN scorer (:mod:`crfseg.evaluation.sighan`), counted over
the whole corpus. Corpora with labels have labelled scores too: a word is right if its span and its
label are; characters outside every entity do not count.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from crfseg.corpus.corpus import Corpus
from crfseg.corpus.readers import read_corpus
from crfseg.evaluation import breakdown, significance
from crfseg.evaluation.alignment import KINDS, Alignment, LabelCounts
from crfseg.evaluation.breakdown import Slice
from crfseg.evaluation.calibration import Calibration
from crfseg.evaluation.corpus_counts import count_sentences
from crfseg.evaluation.sighan import OfficialCounts
from crfseg.text.files import PathLike

_FIGURES: Final = ("precision", "recall", "f1", "oov_rate", "oov_recall", "iv_recall")


@dataclass(frozen=True, eq=False)
class Scores:
    """The result of :func:`crfseg.evaluate`. Figures are in [0, 1]; None if undefined.

    Parameters
    ----------
    rows
        The counts of the official scorer, by sentence: shape (N, 11), columns as the fields of
        :class:`crfseg.evaluation.sighan.OfficialCounts`.
    alignment
        The gold and the predicted words, by position.
    frequency_of
        The training vocabulary: the frequency class of each word, see :class:`crfseg.Model`; 0 if
        its count is unknown. None if the vocabulary is unknown; then there are no OOV figures.
    seen
        Flags of the sentences that the training text has too, as far as the model knows;
        shape (N,).
    """

    rows: NDArray[np.int64]
    alignment: Alignment
    frequency_of: Mapping[str, int] | None
    seen: NDArray[np.bool_]

    @property
    def labelled(self) -> LabelCounts | None:
        """Counts of labelled words; None if the gold or the prediction has no labels."""
        return self.alignment.labelled

    @cached_property
    def counts(self) -> OfficialCounts:
        """The counts of the official scorer, summed over the sentences."""
        return OfficialCounts(*self.rows.sum(axis=0).tolist())

    @property
    def knows_words(self) -> bool:
        """True if the training vocabulary is known."""
        return self.frequency_of is not None

    @property
    def seen_share(self) -> float:
        """Share of the characters that are in seen sentences."""
        lengths = np.diff(self.alignment.gold.offsets)
        return float(lengths[self.seen].sum() / max(1, lengths.sum()))

    @property
    def precision(self) -> float | None:
        """Share of the predicted words that are right."""
        return self.counts.precision

    @property
    def recall(self) -> float | None:
        """Share of the gold words that were found."""
        return self.counts.recall

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall."""
        return self.counts.f1

    @property
    def oov_rate(self) -> float | None:
        """Share of the gold words that are not in the training vocabulary."""
        return self.counts.oov_rate if self.knows_words else None

    @property
    def oov_recall(self) -> float | None:
        """Recall of the words outside the training vocabulary."""
        return self.counts.oov_recall if self.knows_words else None

    @property
    def iv_recall(self) -> float | None:
        """Recall of the words inside the training vocabulary."""
        return self.counts.iv_recall if self.knows_words else None

    @property
    def boundary_f1(self) -> float | None:
        """F1 of the boundaries between words."""
        return self.alignment.boundary_f1

    @property
    def sentence_accuracy(self) -> float | None:
        """Share of the sentences that have no error."""
        return float(self.alignment.right_sentences.mean()) if len(self.rows) else None

    @property
    def sentence_counts(self) -> significance.Counts:
        """Gold, predicted, missed and wrong words of each sentence; shape (N, 4)."""
        return self.rows[:, [3, 4, 5, 6]]

    @cached_property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of F1: 1,000 bootstrap samples of the sentences, seed 0."""
        return significance.interval(self.sentence_counts)

    @cached_property
    def differences(self) -> dict[str, int]:
        """The number of differences by kind: merge, split, cross."""
        kinds = self.alignment.differences.kinds
        return dict(zip(KINDS, np.bincount(kinds, minlength=len(KINDS)).tolist(), strict=True))

    @cached_property
    def breakdown(self) -> dict[str, list[Slice]]:
        """Recall by length, frequency, class of characters and label, where these are known."""
        tables = {
            "length": breakdown.by_length(self.alignment),
            "frequency": self._by_frequency(),
            "class": breakdown.by_class(self.alignment),
            "label": breakdown.by_label(self.alignment),
        }
        return {name: slices for name, slices in tables.items() if slices}

    def _by_frequency(self) -> list[Slice]:
        counted = self.frequency_of is not None and any(self.frequency_of.values())
        return breakdown.by_frequency(self.alignment, self.frequency_of or {}) if counted else []

    @cached_property
    def oov_words(self) -> list[Slice]:
        """The words outside the training vocabulary, the most often missed first."""
        if self.frequency_of is None:
            return []
        known = np.array([word in self.frequency_of for word in self.alignment.gold_texts], bool)
        return breakdown.by_word(self.alignment, np.flatnonzero(~known))

    @cached_property
    def confusion(self) -> tuple[tuple[str, ...], NDArray[np.intp]]:
        """The tags B, M, E, S and their confusion matrix: gold by row, output by column."""
        return breakdown.confusion(self.alignment)

    @cached_property
    def calibration(self) -> Calibration | None:
        """Confidence of the predicted words against their precision; None without a model."""
        if self.alignment.confidence is None:
            return None
        return Calibration.of(self.alignment.confidence, self.alignment.predicted_words.right)

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={_shown(getattr(self, name))}" for name in _FIGURES)
        return f"Scores({shown})"

    def as_dict(self) -> dict[str, float | None]:
        """Return the figures by name, with ``labelled_f1`` if there are labels."""
        figures = {name: getattr(self, name) for name in _FIGURES}
        return figures if self.labelled is None else figures | {"labelled_f1": self.labelled.f1}

    def report(self) -> str:
        """Return the official scorer's summary; ``--`` for undefined or unknown figures."""
        lines = self.counts.report().rstrip("\n").split("\n")
        if not self.knows_words:
            lines = [f"{line.split(chr(9))[0]}\t--" if "OV " in line else line for line in lines]
        return "\n".join(lines)


def score(
    gold: Corpus,
    predicted: Corpus,
    *,
    frequency_of: Mapping[str, int] | None = None,
    confidence: NDArray[np.float64] | None = None,
    seen: NDArray[np.bool_] | None = None,
) -> Scores:
    """Score one segmentation of a corpus against its gold.

    Parameters
    ----------
    gold, predicted
        The segmentations, with the same N sentences.
    frequency_of
        The training vocabulary, see :class:`Scores`; None if unknown.
    confidence
        The probability of each predicted word, in [0, 1], shape (V,); None if unknown.
    seen
        Flags of the sentences that the training text has too, shape (N,); None: no sentence.

    Raises
    ------
    CorpusError
        If the texts differ; the message names the first difference.
    """
    alignment = Alignment(gold, predicted, confidence)
    known = {} if frequency_of is None else frequency_of
    seen = np.zeros(len(gold), dtype=bool) if seen is None else seen
    return Scores(count_sentences(alignment, known), alignment, frequency_of, seen)


def read_words(path: PathLike, encoding: str = "utf-8") -> Mapping[str, int]:
    """Read a vocabulary from segmented text, with counts, or from a word list, without.

    Parameters
    ----------
    path
        Segmented text, or one word on each line.
    encoding
        A name that Python knows.

    Returns
    -------
    counts
        The count of each word; 0 for all if the file is a word list.

    Raises
    ------
    CorpusError
        If the file is not in that encoding.
    """
    corpus = read_corpus(path, format="words", encoding=encoding)
    counts = corpus.vocabulary()
    counted = corpus.n_words > max(len(corpus), len(counts))  # a list may repeat words
    return counts if counted else dict.fromkeys(counts, 0)


def _shown(figure: Any) -> str:
    return "--" if figure is None else f"{figure:.4f}"
