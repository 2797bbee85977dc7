"""Learning curves: scores by the size of the training text, and a forecast for twice as much.

The error of many a learner falls as a power of the text, e(n) = a n^-b (Hestness et al. 2017, Deep
learning scaling is predictable, empirically). On a double logarithmic scale that is a line; it is
fitted to the largest parts alone, since small ones lie above it, and carried on to twice the text.
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
_FITTED: Final = 3  # sizes, the largest ones: over these the error is close to a power


@dataclass(frozen=True)
class Point:
    """A model of a part of the training corpora.

    Parameters
    ----------
    share
        Of the words of the corpora that were wanted.
    repeat
        From 1; each begins at another sentence of the corpora and with another seed.
    sentences, words
        What was trained on.
    scores
        On dev.
    seconds
        How long training and scoring took.
    """

    share: Fraction
    repeat: int
    sentences: int
    words: int
    scores: Scores
    seconds: float


@dataclass(frozen=True)
class Forecast:
    """A forecast of the scores with twice the text.

    Parameters
    ----------
    words
        Twice those of the corpora.
    f1
        The F1 to be expected there.
    gain
        By how much that is more than the fitted F1 of the whole corpora.
    low, high
        The 95 % interval of the gain, as the scatter about the fitted line has it.
    exponent
        The power b of e(n) = a n^-b: each doubling leaves 2^-b of the error.
    """

    words: int
    f1: float
    gain: float
    low: float
    high: float
    exponent: float


@dataclass(frozen=True)
class Curve:
    """The result of :func:`learning_curve`: a point a size and repeat, the small ones first."""

    points: tuple[Point, ...]

    @property
    def shares(self) -> list[Fraction]:
        """The sizes, ascending."""
        return sorted({point.share for point in self.points})

    def figures(self, share: Fraction, figure: str) -> list[float]:
        """Return a figure of :class:`Scores`, of every repeat at a size that has it."""
        found = (p.scores.as_dict().get(figure) for p in self.points if p.share == share)
        return [value for value in found if value is not None]

    def mean(self, share: Fraction, figure: str) -> float | None:
        """Return the mean of a figure over the repeats."""
        values = self.figures(share, figure)
        return fmean(values) if values else None

    def deviation(self, share: Fraction, figure: str) -> float | None:
        """Return the standard deviation of a figure between repeats; None if fewer than two."""
        values = self.figures(share, figure)
        return stdev(values) if len(values) > 1 else None

    def words(self, share: Fraction) -> int:
        """Return the mean number of words at a size."""
        return round(fmean(point.words for point in self.points if point.share == share))

    def forecast(self) -> Forecast | None:
        """Return what twice the text would bring; None without three sizes, or with no errors."""
        fitted = [point for point in self.points if point.share in self.shares[-_FITTED:]]
        errors = [1 - (point.scores.f1 or 0.0) for point in fitted]
        if len(self.shares) < _FITTED or min(errors) <= 0:
            return None
        return forecast(np.array([point.words for point in fitted]), np.array(errors))


def forecast(words: NDArray[np.intp], errors: NDArray[np.float64]) -> Forecast:
    """Fit log e = log a - b log n by least squares; the interval is Student's, of the slope."""
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
    """Train on growing parts of the corpora, and score each on dev.

    A part is contiguous, since more text comes as more documents and not as more sentences of
    known ones. The parts of a repeat begin at the same sentence, so that each holds the smaller
    ones; those of another begin elsewhere.

    Parameters
    ----------
    corpora
        Segmented corpora, looked at as one.
    dev
        Segmented corpora that are not trained on.
    sizes
        Shares of the words, in (0, 1].
    repeats
        How many models of each size.
    jobs
        How many models are trained at a time, see :func:`crfseg.cross_validate`.
    callback
        Called with each :class:`Point`, the small ones first.
    format, encoding
        How to read the files; see :func:`crfseg.read_corpus`.
    seed
        Of the first repeat; the others have the next ones.
    **options
        As :func:`crfseg.train` takes them.

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
    """Return which sentences are in a part: so many words from a place on, around the end.

    Parameters
    ----------
    corpus
        N sentences.
    share
        Of its words, in (0, 1]; a sentence that the share cuts is in.
    begin
        Where the part begins, as a share of the words before it, in [0, 1).
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
