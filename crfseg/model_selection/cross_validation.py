"""Cross-validation: every sentence is scored by a model that has not seen it.

::

    corpus   | fold 1 | fold 2 | fold 3 |       contiguous blocks, about as many words in each
             |  test  | train  | train  |  ->   model 1 segments fold 1
             | train  |  test  | train  |  ->   model 2 segments fold 2
             | train  | train  |  test  |  ->   model 3 segments fold 3

Neighbouring sentences share their subject and so their words. If a fold were a random selection of
sentences, their neighbours would be in the training text, and its score would be too high for new
text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import fmean, stdev
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from crfseg.corpus.corpus import Corpus, place
from crfseg.corpus.readers import Format, read_corpora
from crfseg.errors import CorpusError, TrainingError
from crfseg.evaluation.alignment import Alignment
from crfseg.evaluation.scores import Scores
from crfseg.model_selection.trials import Trial, run
from crfseg.text.files import PathLike

Unit = Literal["sentence", "document"]
UNITS: Final = ("sentence", "document")
"""The units that folds keep whole: a fold ends at the end of a sentence, or of a document."""


@dataclass(frozen=True, eq=False)
class Fold:
    """A part of the corpora, with the scores of a model trained on the other parts.

    Parameters
    ----------
    number
        The number of the fold, from 1.
    place
        The beginning of the fold: ``file:line``.
    sentences, words
        The size of the fold.
    scores
        The scores of the model; the known words are those of the other folds.
    likelihood
        The probability of each gold word, in [0, 1], shape (W,).
    seconds
        The time of training and scoring.
    """

    number: int
    place: str
    sentences: int
    words: int
    scores: Scores
    likelihood: NDArray[np.float64]
    seconds: float


@dataclass(frozen=True, eq=False)
class CrossValidation:
    """The result of :func:`cross_validate`.

    Parameters
    ----------
    parts
        The corpora; their sentences in order are those of the folds.
    folds
        The folds, in order.
    """

    parts: tuple[Corpus, ...]
    folds: tuple[Fold, ...]

    def place(self, sentence: int) -> tuple[str, int]:
        """Return the file and the line of a sentence, counted over all corpora."""
        return place(self.parts, sentence)

    @cached_property
    def pooled(self) -> Scores:
        """The scores of all folds counted as one text; ``alignment`` has the predicted words."""
        return pooled([fold.scores for fold in self.folds])

    @cached_property
    def likelihood(self) -> NDArray[np.float64]:
        """The probability of each gold word under the model that has not seen it, shape (W,)."""
        return np.concatenate([fold.likelihood for fold in self.folds])

    def mean(self, figure: str) -> float | None:
        """Return the mean of a figure of :class:`Scores` over the folds that have it."""
        values = self._values(figure)
        return fmean(values) if values else None

    def deviation(self, figure: str) -> float | None:
        """Return the standard deviation of a figure over the folds; None if fewer than two."""
        values = self._values(figure)
        return stdev(values) if len(values) > 1 else None

    def _values(self, figure: str) -> list[float]:
        found = (fold.scores.as_dict().get(figure) for fold in self.folds)
        return [value for value in found if value is not None]


def cross_validate(
    corpora: PathLike | Corpus | Iterable[PathLike | Corpus],
    *,
    also: PathLike | Corpus | Iterable[PathLike | Corpus] | None = None,
    folds: int = 10,
    by: Unit = "sentence",
    jobs: int = 0,
    callback: Callable[[Fold], None] | None = None,
    format: Format | None = None,
    encoding: str = "utf-8",
    **options: Any,
) -> CrossValidation:
    """Score training options by cross-validation on the training corpora.

    Parameters
    ----------
    corpora
        Segmented corpora, files or :class:`crfseg.Corpus` objects; divided as one text.
    also
        Further segmented corpora that every model is trained on; they are not scored.
    folds
        The number of parts, and of models.
    by
        ``"sentence"``: folds are equally large. ``"document"``: folds end where a document ends,
        at a blank line or the end of a file. Blank lines after every sentence are ignored.
    jobs
        The number of models trained at a time, each in its own process; 0: one per core. The
        results do not depend on it. A script that uses several processes needs
        ``if __name__ == "__main__":``, as always in Python.
    callback
        Called with each :class:`Fold` in order.
    format, encoding
        The format and the encoding of the files, see :func:`crfseg.read_corpus`.
    **options
        The options of :func:`crfseg.train`.

    Returns
    -------
    validation
        The folds, and the scores of all of them together.

    Raises
    ------
    CorpusError
        If a corpus cannot be read, or has fewer sentences or documents than there are folds.
    TrainingError
        If an option is out of range.
    """
    parts = read_corpora(corpora, format=format, encoding=encoding)
    others = [] if also is None else read_corpora(also, format=format, encoding=encoding)
    corpus, n_others = Corpus.join([*parts, *others]), sum(map(len, others))
    of_sentence = np.append(fold_numbers(parts, folds, by), np.full(n_others, -1))
    trials = [Trial(of_sentence != k, of_sentence == k, options) for k in range(folds)]
    scored: list[Fold] = []
    for k, outcome in enumerate(run(corpus, trials, jobs)):
        file, line = place(parts, int(np.argmax(of_sentence == k)))
        scored.append(
            Fold(
                k + 1, f"{file}:{line}", len(outcome.predicted), outcome.scores.counts.true_words,
                outcome.scores, outcome.likelihood, outcome.seconds,
            )
        )  # fmt: skip
        if callback:
            callback(scored[-1])
    return CrossValidation(tuple(parts), tuple(scored))


def fold_numbers(parts: Sequence[Corpus], folds: int, by: Unit = "sentence") -> NDArray[np.intp]:
    r"""Return the fold of every sentence of corpora that are divided as one text.

    Parameters
    ----------
    parts
        The corpora, N sentences in all.
    folds
        The number of folds, at least 2.
    by
        The unit that folds keep whole, see :func:`cross_validate`.

    Returns
    -------
    numbers
        From 0, ascending, shape (N,). Every fold has at least one unit, and folds are as equal in
        words as units allow.

    Raises
    ------
    CorpusError
        If there are fewer units than folds.
    TrainingError
        If there are fewer than two folds, or the unit is unknown.

    Examples
    --------
    >>> corpus = Corpus.from_text("我 爱 北京\n他 来 了\n好\n好")
    >>> fold_numbers([corpus], 2).tolist()
    [0, 1, 1, 1]
    """
    if folds < 2:
        raise TrainingError(f"folds must be at least 2, got {folds}")
    if by not in UNITS:
        raise TrainingError(f"unknown unit {by!r}; known: {', '.join(UNITS)}")
    begins = np.concatenate([_unit_begins(part, by) for part in parts] or [np.zeros(0, bool)])
    n_units = int(begins.sum())
    if n_units < folds:
        names = ", ".join(part.name for part in parts)
        raise CorpusError(
            f"{names}: {n_units:,} {by}{'' if n_units == 1 else 's'}; expected at least one for "
            f"each of {folds} folds: give more text or fewer folds"
        )
    words = np.concatenate([part.words_per_sentence() for part in parts])
    firsts = np.flatnonzero(begins)
    before = (np.cumsum(words) - words)[firsts]  # words before each unit
    cuts = _nearest(before, np.arange(1, folds) * words.sum() / folds)
    return np.searchsorted(firsts[cuts], np.arange(len(words)), "right")


def _nearest(before: NDArray[np.intp], wanted: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the unit that begins nearest to each wanted number; no fold is left empty."""
    after = np.clip(np.searchsorted(before, wanted), 1, len(before) - 1)
    nearest = after - (wanted - before[after - 1] < before[after] - wanted)
    cuts: list[int] = []
    for k, unit in enumerate(nearest.tolist()):
        lowest = cuts[-1] + 1 if cuts else 1
        highest = len(before) - (len(wanted) - k)  # one unit for each fold to come
        cuts.append(min(max(unit, lowest), highest))
    return np.array(cuts, dtype=np.intp)


def _unit_begins(corpus: Corpus, by: Unit) -> NDArray[np.bool_]:
    """Flag the sentences that begin a unit, shape (N,)."""
    begins = np.ones(len(corpus), dtype=bool)
    gaps = np.diff(corpus.lines) > 1
    if by == "document":
        begins[1:] = gaps & ~np.all(gaps)
    return begins


def pooled(scores: Sequence[Scores]) -> Scores:
    """Return the scores of several texts, each with its own model, counted as one text.

    There is no common training vocabulary: known and unknown words are separate in the counts, but
    not in the breakdown.
    """
    alignments = [each.alignment for each in scores]
    sure = [each.confidence for each in alignments if each.confidence is not None]
    alignment = Alignment(
        Corpus.join(each.gold for each in alignments),
        Corpus.join(each.predicted for each in alignments),
        np.concatenate(sure) if len(sure) == len(alignments) else None,
    )
    return Scores(
        np.vstack([each.rows for each in scores]),
        alignment,
        dict.fromkeys(alignment.gold.vocabulary(), 0),
        np.concatenate([each.seen for each in scores]),
    )
