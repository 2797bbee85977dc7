"""Significance: bootstrap intervals of scores, and p-values of differences.

The sentences of a test set are a sample of those there are. Drawing as many from them again and
again, with replacement, shows how much a figure would vary with another sample (Efron 1979,
Bootstrap methods). And if two segmenters were equally good, it would not matter which of them gave
which output: exchanging the two sentence by sentence at random shows how large a difference chance
makes (Noreen 1989, Computer-intensive methods for testing hypotheses).

Sentences with equal counts are drawn, or exchanged, together: how many of them there are follows a
multinomial, or a binomial, distribution.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

LEVEL: Final = 0.95
"""How often an interval holds the figure of all sentences there are."""
RESAMPLES: Final = 1000
AT_ONCE: Final = 1 << 20  # numbers drawn together

Counts = NDArray[np.int64]
"""Of each sentence: gold words, predicted words, missed ones, wrong ones; shape (N, 4)."""


def f1_of(sums: NDArray[Any]) -> NDArray[np.float64]:
    """Return the F1 of sums of counts, in [0, 1], 0 where no word is right; shapes (..., 4), (...).

    The harmonic mean of precision and recall, as the official scorer takes it.
    """
    gold, predicted, missed, wrong = np.moveaxis(np.asarray(sums, dtype=np.float64), -1, 0)
    recall = (gold - missed) / np.maximum(gold, 1)
    precision = (predicted - wrong) / np.maximum(predicted, 1)
    return np.asarray(2 * precision * recall / np.maximum(precision + recall, 1e-12))


def interval(counts: Counts, resamples: int = RESAMPLES, seed: int = 0) -> tuple[float, float]:
    """Return the ends of the 95 % interval of F1, in [0, 1]; the same seed gives the same.

    Parameters
    ----------
    counts
        Of N sentences. Fewer than two say nothing: the interval is then 0 to 1.
    resamples
        How many times N sentences are drawn.
    """
    if len(counts) < 2:
        return 0.0, 1.0
    return _ends(f1_of(_drawn(counts, resamples, seed)))


def interval_of_difference(
    one: Counts, other: Counts, resamples: int = RESAMPLES, seed: int = 0
) -> tuple[float, float]:
    """Return the ends of the 95 % interval of F1(other) - F1(one), on the same N sentences."""
    if len(one) < 2:
        return -1.0, 1.0
    sums = _drawn(np.hstack([one, other]), resamples, seed)
    return _ends(f1_of(sums[:, 4:]) - f1_of(sums[:, :4]))


def p_value(one: Counts, other: Counts, resamples: int = RESAMPLES, seed: int = 0) -> float:
    """Return how often chance alone gives two F1 that lie as far apart, in (0, 1].

    Approximate randomisation, two-sided: each time, every sentence's two outputs are exchanged or
    not, with equal chances. The outputs as they are count as one of the times.
    """
    change, times = np.unique(other - one, axis=0, return_counts=True)
    sums, total = one.sum(axis=0), (other - one).sum(axis=0)
    rng = np.random.default_rng(seed)
    moved = np.concatenate(
        [rng.binomial(times, 0.5, (n, len(times))) @ change for n in _batches(resamples, times)]
    )
    apart = np.abs(f1_of(sums + total - moved) - f1_of(sums + moved))
    seen = abs(f1_of(sums + total) - f1_of(sums))
    return (1 + int((apart >= seen - 1e-12).sum())) / (1 + resamples)


def _drawn(counts: Counts, resamples: int, seed: int) -> Counts:
    """Return the sums of the counts of N sentences drawn with replacement, (resamples, columns)."""
    rows, times = np.unique(counts, axis=0, return_counts=True)
    rng = np.random.default_rng(seed)
    shares = times / times.sum()
    return np.concatenate(
        [rng.multinomial(len(counts), shares, n) @ rows for n in _batches(resamples, times)]
    )


def _ends(figures: NDArray[np.float64]) -> tuple[float, float]:
    """Return the percentiles between which the figures lie so often."""
    low, high = np.quantile(figures, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def _batches(resamples: int, times: NDArray[np.intp]) -> list[int]:
    """Divide the resamples, so that not all of them need memory together."""
    most = max(1, AT_ONCE // max(1, len(times)))
    return [min(most, resamples - begin) for begin in range(0, resamples, most)]
