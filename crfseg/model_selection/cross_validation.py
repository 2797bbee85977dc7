"""Cross-validation: every sentence scored by a model that has not seen it.

::

    corpus   | fold 1 | fold 2 | fold 3 |       contiguous blocks, about as many words in each
             |  test  | train  | train  |  ->   model 1 segments fold 1
             | train  |  test  | train  |  ->   model 2 segments fold 2
             | train  | train  |  test  |  ->   model 3 segments fold 3

Neighbouring sentences share their subject and so their words. A fold of single sentences picked at
random would have its neighbours among the training text, and a score that no new text reaches.
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
"""What stays whole: a fold ends where a sentence ends, or where a document does."""


@dataclass(frozen=True, eq=False)
class Fold:
    """A part of the corpora, and how well a model of the other parts segments it.

    Parameters
    ----------
    number
        From 1.
    place
        Where it begins: ``file:line``.
    sentences, words
        Its size.
    scores
        Its figures; the known words are those of the other folds.
    likelihood
        How probable the model finds each gold word, in [0, 1], shape (W,).
    seconds
        How long training and scoring took.
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
        The corpora; their sentences, as one text, are those of the folds.
    folds
        One after the other.
    """

    parts: tuple[Corpus, ...]
    folds: tuple[Fold, ...]

    def place(self, sentence: int) -> tuple[str, int]:
        """Return the file and the line of a sentence of the corpora as one text."""
        return place(self.parts, sentence)

    @cached_property
    def pooled(self) -> Scores:
        """All folds counted as one text; ``alignment`` has what was predicted."""
        return pooled([fold.scores for fold in self.folds])

    @cached_property
    def likelihood(self) -> NDArray[np.float64]:
        """The probability of each gold word in the model that has not seen it, shape (W,)."""
        return np.concatenate([fold.likelihood for fold in self.folds])

    def mean(self, figure: str) -> float | None:
        """Return the mean of a figure of :class:`Scores` over the folds that have it."""
        values = self._values(figure)
        return fmean(values) if values else None

    def deviation(self, figure: str) -> float | None:
        """Return the standard deviation of a figure between folds; None if fewer than two."""
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
    """Score a configuration on the training corpora themselves, by folds.

    Parameters
    ----------
    corpora
        Segmented corpora, files or :class:`crfseg.Corpus` objects; divided as one text.
    also
        Segmented corpora that every model is trained on besides; they are not scored.
    folds
        How many parts, and models.
    by
        ``"sentence"``: folds are equally large. ``"document"``: they end where a document ends,
        at a blank line or the end of a file. Blank lines say nothing where every sentence has one.
    jobs
        How many models are trained at a time, each in a process of its own; 0: one a core. The
        results do not depend on it. A script that calls this with more than one needs
        ``if __name__ == "__main__":``, as for all of Python's processes.
    callback
        Called with each :class:`Fold` in order.
    format, encoding
        How to read the files; see :func:`crfseg.read_corpus`.
    **options
        As :func:`crfseg.train` takes them.

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
    found: list[Fold] = []
    for k, outcome in enumerate(run(corpus, trials, jobs)):
        file, line = place(parts, int(np.argmax(of_sentence == k)))
        found.append(
            Fold(
                k + 1, f"{file}:{line}", len(outcome.predicted), outcome.scores.counts.true_words,
                outcome.scores, outcome.likelihood, outcome.seconds,
            )
        )  # fmt: skip
        if callback:
            callback(found[-1])
    return CrossValidation(tuple(parts), tuple(found))


def fold_numbers(parts: Sequence[Corpus], folds: int, by: Unit = "sentence") -> NDArray[np.intp]:
    r"""Return the fold of every sentence of corpora that are divided as one text.

    Parameters
    ----------
    parts
        The corpora, N sentences together.
    folds
        How many.
    by
        What stays whole, see :func:`cross_validate`.

    Returns
    -------
    numbers
        From 0, ascending, shape (N,). Every fold has a unit at least, and as near to the same
        number of words as units allow.

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
    """Return for each wanted number the unit that begins nearest, no fold being left empty."""
    after = np.clip(np.searchsorted(before, wanted), 1, len(before) - 1)
    nearest = after - (wanted - before[after - 1] < before[after] - wanted)
    cuts: list[int] = []
    for k, unit in enumerate(nearest.tolist()):
        lowest = cuts[-1] + 1 if cuts else 1
        highest = len(before) - (len(wanted) - k)  # as many units as folds still to come
        cuts.append(min(max(unit, lowest), highest))
    return np.array(cuts, dtype=np.intp)


def _unit_begins(corpus: Corpus, by: Unit) -> NDArray[np.bool_]:
    """Return which sentences begin a unit, shape (N,)."""
    begins = np.ones(len(corpus), dtype=bool)
    gaps = np.diff(corpus.lines) > 1
    if by == "document":
        begins[1:] = gaps & ~np.all(gaps)
    return begins


def pooled(scores: Sequence[Scores]) -> Scores:
    """Return the scores of texts, each by a model of its own, counted as one text.

    There is no one training vocabulary: the counts separate known and unknown words, the breakdown
    does not.
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
