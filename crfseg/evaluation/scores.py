"""Scores: gold against predicted.

The figures are those of the official SIGHAN scorer (:mod:`crfseg.evaluation.sighan`), counted over the whole
corpus. For corpora with labels the labelled words are scored beside them: a word counts if its
place and its label are right; characters outside every entity do not count.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from crfseg.corpus import Corpus
from crfseg.errors import CorpusError
from crfseg.formats import Format, PathLike, read_corpus
from crfseg.segmenter import Segmenter
from crfseg.evaluation.sighan import OfficialCounts, count_line
from crfseg.tags import OUTSIDE

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


@dataclass(frozen=True, slots=True)
class Scores:
    """What :func:`evaluate` found. Figures are in [0, 1]; None where undefined.

    Parameters
    ----------
    counts
        What the official scorer counts.
    knows_words
        Whether the training vocabulary was known; without it there is no OOV.
    labelled
        Scores of labelled words; None if the gold or the prediction has no labels.
    """

    counts: OfficialCounts
    knows_words: bool = True
    labelled: LabelCounts | None = None

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
        The training vocabulary, for OOV rate and recall; None takes the segmenter's own.
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
    gold = gold if isinstance(gold, Corpus) else read_corpus(gold, format=format, encoding=encoding)
    if isinstance(predicted, Segmenter):
        if known_words is None:
            known_words = predicted.model.known_words
        predicted = predicted.tag_corpus(gold)
    elif not isinstance(predicted, Corpus):
        predicted = read_corpus(predicted, format=format, encoding=encoding)
    check_same_text(gold, predicted)
    known = frozenset() if known_words is None else frozenset(known_words)
    counts = OfficialCounts()
    for sentence, guess in zip(gold, predicted, strict=True):
        counts += count_line(sentence.words, guess.words, known)
    return Scores(counts, known_words is not None, _label_counts(gold, predicted))


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
    starts: NDArray[np.intp] = np.flatnonzero(corpus.starts)
    ends = np.append(starts[1:], corpus.n_chars)
    words = zip(starts.tolist(), ends.tolist(), corpus.labels[starts].tolist(), strict=True)
    names = corpus.label_names
    return {(start, end, names[i]) for start, end, i in words if names[i] != OUTSIDE}


def read_words(path: PathLike, encoding: str = "utf-8") -> frozenset[str]:
    """Read a vocabulary: a word a line, or any segmented text."""
    return frozenset(read_corpus(path, format="words", encoding=encoding).words())


def _shown(figure: Any) -> str:
    return "--" if figure is None else f"{figure:.4f}"
