"""How much of a figure, or of a difference of two, is chance.

The sentences of a test set are a sample of those there are. Drawing as many from them again and
again, with replacement, shows how much a figure would vary with another sample (Efron 1979,
Bootstrap methods). And if two segmenters were equally good, it would not matter which of them gave
which output: exchanging the two sentence by sentence at random shows how large a difference chance
makes (Noreen 1989, Computer-intensive methods for testing hypotheses).
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

LEVEL: Final = 0.95
"""How often an interval holds the figure of all sentences there are."""
_AT_ONCE: Final = 1 << 21  # sentences drawn together

Counts = NDArray[np.int64]
"""Of each sentence: gold words, predicted words, missed ones, wrong ones; shape (N, 4)."""


def f1_of(sums: NDArray[Any]) -> NDArray[np.float64]:
    """Return the F1 of sums of counts, in [0, 1], 0 where no word is right; shapes (..., 4), (...).

    F1 = 2 right / (gold + predicted), where the scorer counts right gold and right predicted words
    apart: their harmonic mean is taken as it does.
    """
    gold, predicted, missed, wrong = np.moveaxis(np.asarray(sums, dtype=np.float64), -1, 0)
    recall = 1 - missed / np.maximum(gold, 1)
    precision = 1 - wrong / np.maximum(predicted, 1)
    return np.asarray(2 * precision * recall / np.maximum(precision + recall, 1e-12))


def interval(counts: Counts, resamples: int = 1000, seed: int = 0) -> tuple[float, float]:
    """Return the ends of the 95 % interval of F1, in [0, 1]; the same seed gives the same.

    Parameters
    ----------
    counts
        Of N sentences. With fewer than two the interval is all there can be, 0 to 1.
    resamples
        How many times N sentences are drawn.
    """
    if len(counts) < 2:
        return 0.0, 1.0
    low, high = _bootstrap(counts, f1_of, resamples, seed)
    return max(low, 0.0), min(high, 1.0)


def interval_of_difference(
    one: Counts, other: Counts, resamples: int = 1000, seed: int = 0
) -> tuple[float, float]:
    """Return the ends of the 95 % interval of F1(other) - F1(one), of the same N sentences."""
    if len(one) < 2:
        return -1.0, 1.0
    return _bootstrap(
        np.hstack([one, other]), lambda sums: f1_of(sums[..., 4:]) - f1_of(sums[..., :4]),
        resamples, seed,
    )  # fmt: skip


def p_value(one: Counts, other: Counts, resamples: int = 1000, seed: int = 0) -> float:
    """Return how often chance alone gives two F1 that lie as far apart, in (0, 1].

    Approximate randomisation, two-sided: in each resample every sentence's outputs are exchanged
    or not, with equal chances.
    """
    from scipy.stats import permutation_test

    sums, change = one.sum(axis=0), (other - one).astype(np.float64)
    n = len(one)

    def difference(first: NDArray[np.intp], _: Any, axis: int) -> NDArray[np.float64]:
        moved = np.moveaxis(first >= n, axis, -1) @ change  # whose output came from the other
        return f1_of(sums + change.sum(axis=0) - moved) - f1_of(sums + moved)

    found = permutation_test(
        (np.arange(n), np.arange(n, 2 * n)), difference, permutation_type="samples",
        vectorized=True, n_resamples=resamples, batch=_batch(n), rng=np.random.default_rng(seed),
    )  # fmt: skip
    return float(found.pvalue)


def _bootstrap(counts: Counts, figure: Any, resamples: int, seed: int) -> tuple[float, float]:
    """Return the percentiles of a figure of sums of counts."""
    from scipy.stats import bootstrap

    n, numbers = len(counts), counts.astype(np.float64)

    def statistic(drawn: NDArray[np.intp], axis: int) -> NDArray[np.float64]:
        rows = np.moveaxis(drawn, axis, -1).reshape(-1, n)
        times = np.stack([np.bincount(row, minlength=n) for row in rows])  # each was drawn
        return np.asarray(figure(times @ numbers)).reshape(np.moveaxis(drawn, axis, -1).shape[:-1])

    found = bootstrap(
        (np.arange(n),), statistic, method="percentile", vectorized=True, n_resamples=resamples,
        batch=_batch(n), confidence_level=LEVEL, rng=np.random.default_rng(seed),
    )  # fmt: skip
    return float(found.confidence_interval.low), float(found.confidence_interval.high)


def _batch(n: int) -> int:
    return max(1, _AT_ONCE // n)
