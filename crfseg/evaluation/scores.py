"""Scores: gold against predicted.

The figures are those of the official SIGHAN scorer (:mod:`crfseg.evaluation.sighan`), counted over
the whole corpus. For corpora with labels the labelled words are scored beside them: a word counts
if its place and its label are right; characters outside every entity do not count.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from crfseg.corpus.corpus import Corpus
from crfseg.corpus.readers import Format, read_corpora, read_corpus
from crfseg.corpus.tagset import OUTSIDE
from crfseg.errors import CorpusError
from crfseg.evaluation import breakdown, significance
from crfseg.evaluation.alignment import KINDS, Judgement, stretches
from crfseg.evaluation.breakdown import Slice
from crfseg.evaluation.calibration import Calibration
from crfseg.evaluation.corpus_counts import count_sentences
from crfseg.evaluation.sighan import OfficialCounts
from crfseg.segmenter.segmenter import Segmenter
from crfseg.text.files import PathLike

_FIGURES: Final = ("precision", "recall", "f1", "oov_rate", "oov_recall", "iv_recall")


@dataclass(frozen=True, slots=True)
class LabelCounts:
    """Labelled words: how many are gold, how many predicted, how many right."""

    gold: int
    predicted: int
    right: int

    @property
    def f1(self) -> float | None:
        """F1 of the labelled words, in [0, 1]; None if there are none."""
        total = self.gold + self.predicted
        return 2 * self.right / total if total else None


@dataclass(frozen=True, eq=False)
class Scores:
    """What :func:`evaluate` found. Figures are in [0, 1]; None where undefined.

    Parameters
    ----------
    rows
        What the official scorer counts, sentence by sentence: shape (N, 11), columns as the fields
        of :class:`crfseg.evaluation.sighan.OfficialCounts`.
    judgement
        The words, place by place.
    frequency_of
        The training vocabulary: how often it has each word, in classes, see
        :class:`crfseg.Model`; a word of an unknown number of times is in class 0. None where the
        vocabulary is unknown; there is no OOV without it.
    seen
        Which of the N sentences stand in the training text, as far as the model knows.
    labelled
        Scores of labelled words; None if the gold or the prediction has no labels.
    """

    rows: NDArray[np.int64]
    judgement: Judgement
    frequency_of: Mapping[str, int] | None
    seen: NDArray[np.bool_]
    labelled: LabelCounts | None = None

    @cached_property
    def counts(self) -> OfficialCounts:
        """What the official scorer counts in all."""
        return OfficialCounts(*self.rows.sum(axis=0).tolist())

    @property
    def knows_words(self) -> bool:
        """Whether the training vocabulary was known."""
        return self.frequency_of is not None

    @property
    def seen_share(self) -> float:
        """Share of the characters that stand in seen sentences."""
        lengths = np.diff(self.judgement.gold.offsets)
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
        return self.judgement.boundary_f1

    @property
    def sentence_accuracy(self) -> float | None:
        """Share of the sentences that have no error."""
        return float(self.judgement.right_sentences.mean()) if len(self.rows) else None

    @property
    def sentence_counts(self) -> significance.Counts:
        """Of each sentence: gold words, predicted words, missed, wrong; shape (N, 4)."""
        return self.rows[:, [3, 4, 5, 6]]

    @cached_property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of F1: 1,000 bootstrap samples of the sentences, seed 0."""
        return significance.interval(self.sentence_counts)

    @cached_property
    def differences(self) -> dict[str, int]:
        """How many stretches of text differ, by kind: merge, split, cross."""
        kinds = self.judgement.differences.kinds
        return dict(zip(KINDS, np.bincount(kinds, minlength=len(KINDS)).tolist(), strict=True))

    @cached_property
    def breakdown(self) -> dict[str, list[Slice]]:
        """Recall by length, frequency, class of characters and label, as far as they are known."""
        tables = {
            "length": breakdown.by_length(self.judgement),
            "frequency": self._by_frequency(),
            "class": breakdown.by_class(self.judgement),
            "label": breakdown.by_label(self.judgement),
        }
        return {name: slices for name, slices in tables.items() if slices}

    def _by_frequency(self) -> list[Slice]:
        counted = self.frequency_of is not None and any(self.frequency_of.values())
        return breakdown.by_frequency(self.judgement, self.frequency_of or {}) if counted else []

    @cached_property
    def oov_words(self) -> list[Slice]:
        """The words outside the training vocabulary, those most often missed first."""
        if self.frequency_of is None:
            return []
        known = np.array([word in self.frequency_of for word in self.judgement.gold_texts], bool)
        return breakdown.by_word(self.judgement, np.flatnonzero(~known))

    @cached_property
    def confusion(self) -> tuple[tuple[str, ...], NDArray[np.intp]]:
        """The tags B, M, E, S; and how often the gold has one (row), the output another."""
        return breakdown.confusion(self.judgement)

    @cached_property
    def calibration(self) -> Calibration | None:
        """How right the model is where it is how sure; None without a model."""
        if self.judgement.confidence is None:
            return None
        return Calibration.of(self.judgement.confidence, self.judgement.predicted_words.right)

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={_shown(getattr(self, name))}" for name in _FIGURES)
        return f"Scores({shown})"

    def as_dict(self) -> dict[str, float | None]:
        """Return the figures by name; ``labelled_f1`` too where there are labels."""
        figures = {name: getattr(self, name) for name in _FIGURES}
        return figures if self.labelled is None else figures | {"labelled_f1": self.labelled.f1}

    def report(self) -> str:
        """Return the official scorer's summary; ``--`` for what is undefined or unknown."""
        lines = self.counts.report().rstrip("\n").split("\n")
        if not self.knows_words:
            lines = [f"{line.split(chr(9))[0]}\t--" if "OV " in line else line for line in lines]
        return "\n".join(lines)


def evaluate(
    predicted: Segmenter | PathLike | Corpus,
    gold: PathLike | Corpus,
    *,
    known_words: Collection[str] | None = None,
    format: Format | None = None,
    encoding: str = "utf-8",
) -> Scores:
    """Score a segmenter, or what any segmenter wrote, against a gold corpus.

    Parameters
    ----------
    predicted
        A segmenter, which gets the text of ``gold``; or a file or corpus with the same sentences.
    gold
        The segmented corpus to be equalled.
    known_words
        The training vocabulary, for OOV rate and recall; None takes the segmenter's own. If it
        counts its words, as :meth:`crfseg.Corpus.vocabulary` does, there is recall by frequency.
    format, encoding
        How to read the files; see :func:`crfseg.read_corpus`.

    Raises
    ------
    CorpusError
        If a file cannot be read, or the two texts differ; the message names the first place.

    Examples
    --------
    >>> gold = Corpus.from_text("我 爱 北京 天安门")
    >>> scores = evaluate(Corpus.from_text("我 爱 北京 天 安门"), gold, known_words={"我", "爱"})
    >>> scores.precision, scores.recall, scores.oov_recall
    (0.6, 0.75, 0.5)
    """
    (gold,) = read_corpora([gold], format=format, encoding=encoding)
    frequency_of = None if known_words is None else _frequencies(known_words)
    confidence, seen = None, np.zeros(len(gold), dtype=bool)
    if isinstance(predicted, Segmenter):
        segmenter = predicted
        predicted = segmenter.tag_corpus(gold)
        confidence = segmenter.confidences(predicted)
        seen = np.isin(gold.hashes(), segmenter.model.sentences)
        if frequency_of is None:
            frequency_of = segmenter.model.frequency_of
    else:
        (predicted,) = read_corpora([predicted], format=format, encoding=encoding)
    check_same_text(gold, predicted)
    return Scores(
        count_sentences(gold, predicted, {} if frequency_of is None else frequency_of),
        Judgement(gold, predicted, confidence),
        frequency_of,
        seen,
        _label_counts(gold, predicted),
    )


def _frequencies(words: Collection[str]) -> Mapping[str, int]:
    """Return the class of frequency of each word, 0 where nobody counted."""
    counts = words if isinstance(words, Mapping) else dict.fromkeys(words, 0)
    return {word: int(n).bit_length() for word, n in counts.items()}


def check_same_text(gold: Corpus, predicted: Corpus) -> None:
    """Raise CorpusError unless both have the same sentences; the message names the first place."""
    same = np.array_equal(gold.codes, predicted.codes)
    if same and np.array_equal(gold.offsets, predicted.offsets):
        return
    texts, guesses = gold.texts(), predicted.texts()
    for n, (text, guess) in enumerate(zip(texts, guesses, strict=False)):
        if text != guess:
            raise CorpusError(
                f"{predicted.name}:{predicted.lines[n]}: its text parts from {gold.name}:"
                f"{gold.lines[n]} {_parting(text, guess)}; expected the same sentences"
            )
    raise CorpusError(
        f"{predicted.name}: {len(guesses)} sentences, but {gold.name} has {len(texts)}; "
        "expected the same sentences"
    )


def _parting(text: str, guess: str) -> str:
    """Show the first place where two texts differ."""
    pairs = zip(text, guess, strict=False)
    at = next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(text), len(guess)))
    return f"at character {at + 1}: {guess[at : at + 8]!r} for {text[at : at + 8]!r}"


def _label_counts(gold: Corpus, predicted: Corpus) -> LabelCounts | None:
    if gold.labels is None or predicted.labels is None:
        return None
    right = _labelled_words(gold) & _labelled_words(predicted)
    return LabelCounts(len(_labelled_words(gold)), len(_labelled_words(predicted)), len(right))


def _labelled_words(corpus: Corpus) -> set[tuple[int, int, str]]:
    """Return (start, end, label) of every word with a label but the outside one."""
    assert corpus.labels is not None
    starts, ends = stretches(corpus)
    words = zip(starts.tolist(), ends.tolist(), corpus.labels[starts].tolist(), strict=True)
    names = corpus.label_names
    return {(start, end, names[i]) for start, end, i in words if names[i] != OUTSIDE}


def read_words(path: PathLike, encoding: str = "utf-8") -> Mapping[str, int]:
    """Read a vocabulary: any segmented text; or a word a line, then nobody knows how often."""
    corpus = read_corpus(path, format="words", encoding=encoding)
    counts = corpus.vocabulary()
    counted = corpus.n_words > max(len(corpus), len(counts))  # lists may have a word twice
    return counts if counted else dict.fromkeys(counts, 0)


def _shown(figure: Any) -> str:
    return "--" if figure is None else f"{figure:.4f}"
