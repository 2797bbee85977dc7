"""Learning curves: scores by the size of the training text, and a forecast for twice the text.

The error of many learners is a power of the size, e(n) = a n^-b (Hestness et al. 2017, Deep
learning scaling is predictable, empirically): a line on logarithmic axes. It is fitted to the
largest parts only, since small parts lie above it, and extrapolated to twice the text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from statistics import fmean, stdev
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from crfseg.corpus.corpus import Corpus
from crfseg.corpus.readers import Format, read_corpora
from crfseg.errors import TrainingError
from crfseg.evaluation.scores import Scores
from crfseg.model_selection.trials import Trial, run
from crfseg.text.files import PathLike
from crfseg.training.algorithm import algorithm_of

SIZES: Final = (Fraction(1, 16), Fraction(1, 8), Fraction(1, 4), Fraction(1, 2), Fraction(1))
_FITTED: Final = 3  # largest sizes; over these the error is close to a power


@dataclass(frozen=True)
class Point:
    """The scores of a model trained on a part of the corpora.

    Parameters
    ----------
    share
        The wanted share of the words of the corpora, in (0, 1].
    repeat
        The number of the repeat, from 1; each has its own first sentence and seed.
    sentences, words
        The size of the part.
    scores
        The scores on dev.
    seconds
        The time of training and scoring.
    """

    share: Fraction
    repeat: int
    sentences: int
    words: int
    scores: Scores
    seconds: float


@dataclass(frozen=True)
class Forecast:
    """The forecast of F1 for twice the text.

    Parameters
    ----------
    words
        Twice the words of the corpora.
    f1
        The expected F1, in [0, 1].
    gain
        The expected F1 less the fitted F1 of the whole corpora.
    low, high
        The 95 % interval of the gain, from the residuals of the fit.
    exponent
        The exponent b of e(n) = a n^-b: each doubling multiplies the error by 2^-b.
    """

    words: int
    f1: float
    gain: float
    low: float
    high: float
    exponent: float


@dataclass(frozen=True)
class Curve:
    """The result of :func:`learning_curve`: a point for each size and repeat, small sizes first."""

    points: tuple[Point, ...]

    @property
    def shares(self) -> list[Fraction]:
        """The sizes as shares of the words, ascending."""
        return sorted({point.share for point in self.points})

    def figures(self, share: Fraction, figure: str) -> list[float]:
        """Return a figure of :class:`Scores` for the repeats of a size that have it."""
        values = (p.scores.as_dict().get(figure) for p in self.points if p.share == share)
        return [value for value in values if value is not None]

    def mean(self, share: Fraction, figure: str) -> float | None:
        """Return the mean of a figure over the repeats."""
        values = self.figures(share, figure)
        return fmean(values) if values else None

    def deviation(self, share: Fraction, figure: str) -> float | None:
        """Return the standard deviation of a figure over the repeats; None if fewer than two."""
        values = self.figures(share, figure)
        return stdev(values) if len(values) > 1 else None

    def words(self, share: Fraction) -> int:
        """Return the mean number of words of a size."""
        return round(fmean(point.words for point in self.points if point.share == share))

    def forecast(self) -> Forecast | None:
        """Return the forecast for twice the text; None with under three sizes, or a perfect F1."""
        fitted = [point for point in self.points if point.share in self.shares[-_FITTED:]]
        errors = [1 - (point.scores.f1 or 0.0) for point in fitted]
        if len(self.shares) < _FITTED or min(errors) <= 0:
            return None
        return forecast(np.array([point.words for point in fitted]), np.array(errors))


def forecast(words: NDArray[np.intp], errors: NDArray[np.float64]) -> Forecast:
    """Fit log e = log a - b log n by least squares, with Student's interval of the slope."""
    from scipy import stats

    line = stats.linregress(np.log(words), np.log(errors))
    reach = float(stats.t.ppf(0.975, len(words) - 2)) * line.stderr
    most = int(words.max())
    error = float(np.exp(line.intercept + line.slope * np.log(most)))
    left = 2.0 ** np.array([line.slope, line.slope - reach, line.slope + reach])
    gain, high, low = (error * (1 - left)).tolist()
    return Forecast(2 * most, 1 - error + gain, gain, low, high, -float(line.slope))


def learning_curve(
    corpora: PathLike | Corpus | Iterable[PathLike | Corpus],
    *,
    dev: PathLike | Corpus | Iterable[PathLike | Corpus],
    sizes: Iterable[Fraction | float] = SIZES,
    repeats: int = 3,
    jobs: int = 0,
    callback: Callable[[Point], None] | None = None,
    format: Format | None = None,
    encoding: str = "utf-8",
    seed: int = 0,
    **options: Any,
) -> Curve:
    """Train on growing parts of the corpora, and score each model on dev.

    A part is contiguous, since new text comes in documents, not in sentences of known documents.
    The parts of a repeat begin at the same sentence, so that each contains the smaller ones.

    Parameters
    ----------
    corpora
        Segmented corpora, counted as one text.
    dev
        Segmented corpora that are scored, not trained on.
    sizes
        Shares of the words, in (0, 1].
    repeats
        The number of models of each size.
    jobs
        The number of models trained at a time; 0: one per core, see
        :func:`crfseg.cross_validate`.
    callback
        Called with each :class:`Point`, small sizes first.
    format, encoding
        The format and the encoding of the files, see :func:`crfseg.read_corpus`.
    seed
        The seed of the first repeat; each further repeat adds one.
    **options
        The options of :func:`crfseg.train`.

    Returns
    -------
    curve
        The scores of all models.

    Raises
    ------
    CorpusError
        If a corpus cannot be read.
    TrainingError
        If an option is out of range.
    """
    shares = _checked(sizes, repeats)
    text = Corpus.join(read_corpora(corpora, format=format, encoding=encoding))
    scored = Corpus.join(read_corpora(dev, format=format, encoding=encoding))
    both = Corpus.join([text, scored])
    is_dev = np.arange(len(both)) >= len(text)
    seeded = algorithm_of(options.get("algorithm")).has("seed")
    plan = list(product(shares, range(repeats)))
    trials = [
        Trial(
            np.append(part_of(text, share, repeat / repeats), np.zeros(len(scored), dtype=bool)),
            is_dev,
            options | ({"seed": seed + repeat} if seeded else {}),
        )
        for share, repeat in plan
    ]
    points: list[Point] = []
    outcomes = run(both, trials, jobs)
    for (share, repeat), trial, outcome in zip(plan, trials, outcomes, strict=True):
        of_char = np.repeat(trial.trained, np.diff(both.offsets))
        size = int(trial.trained.sum()), int(both.starts[of_char].sum())
        points.append(Point(share, repeat + 1, *size, outcome.scores, outcome.seconds))
        if callback:
            callback(points[-1])
    return Curve(tuple(points))


def part_of(corpus: Corpus, share: Fraction, begin: float) -> NDArray[np.bool_]:
    """Return flags of the sentences of a contiguous part, which may wrap around the end.

    Parameters
    ----------
    corpus
        N sentences.
    share
        The share of its words, in (0, 1]; the last sentence may exceed it.
    begin
        The share of the words before the part, in [0, 1).

    Returns
    -------
    flags
        Shape (N,).
    """
    words = corpus.words_per_sentence()
    first = int(np.searchsorted(np.cumsum(words), begin * words.sum(), "right"))
    order = np.roll(np.arange(len(words)), -first)
    before = np.cumsum(words[order]) - words[order]
    which = np.zeros(len(words), dtype=bool)
    which[order[before < float(share) * words.sum()]] = True
    return which


def _checked(sizes: Iterable[Fraction | float], repeats: int) -> Sequence[Fraction]:
    shares = sorted({Fraction(size).limit_denominator(10**6) for size in sizes})
    if not shares or not 0 < shares[0] <= shares[-1] <= 1:
        shown = ", ".join(map(str, shares)) or "none"
        raise TrainingError(f"sizes must be above 0 and at most 1, such as 1/4; got {shown}")
    if repeats < 1:
        raise TrainingError(f"repeats must be at least 1, got {repeats}")
    return shares
