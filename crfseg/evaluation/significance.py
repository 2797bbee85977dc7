"""Significance: bootstrap intervals of F1, and randomisation tests of a difference.

Bootstrap (Efron 1979, Bootstrap methods): the sentences of a test set are a sample. Drawing as many
of them with replacement, many times, shows how F1 varies between samples. Approximate randomisation
(Noreen 1989, Computer-intensive methods for testing hypotheses): if two segmenters are equally
good, exchanging their outputs sentence by sentence at random gives differences as large as the
observed one.

Sentences with equal counts are drawn, or exchanged, together: their number has a multinomial, or a
binomial, distribution.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

LEVEL: Final = 0.95
"""The coverage of an interval."""
RESAMPLES: Final = 1000
AT_ONCE: Final = 1 << 20  # numbers per batch

Counts = NDArray[np.int64]
"""Gold, predicted, missed and wrong words of each sentence; shape (N, 4)."""


def f1_of(sums: NDArray[Any]) -> NDArray[np.float64]:
    """Return the F1 of sums of counts, in [0, 1]; 0 if no word is right; shape (..., 4) to (...).

    It is the harmonic mean of precision and recall, as in the official scorer.
    """
    gold, predicted, missed, wrong = np.moveaxis(np.asarray(sums, dtype=np.float64), -1, 0)
    recall = (gold - missed) / np.maximum(gold, 1)
    precision = (predicted - wrong) / np.maximum(predicted, 1)
    return np.asarray(2 * precision * recall / np.maximum(precision + recall, 1e-12))


def interval(counts: Counts, resamples: int = RESAMPLES, seed: int = 0) -> tuple[float, float]:
    """Return the ends of the 95 % interval of F1, in [0, 1].

    Parameters
    ----------
    counts
        The counts of N sentences. With fewer than two the interval is 0 to 1.
    resamples
        The number of bootstrap samples.
    seed
        The seed of the samples.
    """
    if len(counts) < 2:
        return 0.0, 1.0
    return _ends(f1_of(_drawn(counts, resamples, seed)))


def interval_of_difference(
    one: Counts, other: Counts, resamples: int = RESAMPLES, seed: int = 0
) -> tuple[float, float]:
    """Return the ends of the 95 % interval of F1(other) - F1(one), in [-1, 1].

    Parameters
    ----------
    one, other
        The counts of two segmentations of the same N sentences.
    resamples
        The number of paired bootstrap samples.
    seed
        The seed of the samples.
    """
    if len(one) < 2:
        return -1.0, 1.0
    sums = _drawn(np.hstack([one, other]), resamples, seed)
    return _ends(f1_of(sums[:, 4:]) - f1_of(sums[:, :4]))


def p_value(one: Counts, other: Counts, resamples: int = RESAMPLES, seed: int = 0) -> float:
    """Return the two-sided p-value of the difference of two F1, in (0, 1].

    Approximate randomisation: in each resample, the two outputs of every sentence are exchanged
    with probability 1/2. The observed outputs count as one resample.

    Parameters
    ----------
    one, other
        The counts of two segmentations of the same N sentences.
    resamples
        The number of random exchanges.
    seed
        The seed of the exchanges.
    """
    change, times = np.unique(other - one, axis=0, return_counts=True)
    sums, total = one.sum(axis=0), (other - one).sum(axis=0)
    rng = np.random.default_rng(seed)
    moved = np.concatenate(
        [rng.binomial(times, 0.5, (n, len(times))) @ change for n in _batches(resamples, times)]
    )
    differences = np.abs(f1_of(sums + total - moved) - f1_of(sums + moved))
    observed = abs(f1_of(sums + total) - f1_of(sums))
    return (1 + int((differences >= observed - 1e-12).sum())) / (1 + resamples)


def _drawn(counts: Counts, resamples: int, seed: int) -> Counts:
    """Return the sums of the counts of N sentences drawn with replacement; (resamples, columns)."""
    rows, times = np.unique(counts, axis=0, return_counts=True)
    rng = np.random.default_rng(seed)
    shares = times / times.sum()
    return np.concatenate(
        [rng.multinomial(len(counts), shares, n) @ rows for n in _batches(resamples, times)]
    )


def _ends(figures: NDArray[np.float64]) -> tuple[float, float]:
    """Return the ends of the central interval with coverage :data:`LEVEL`."""
    low, high = np.quantile(figures, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def _batches(resamples: int, times: NDArray[np.intp]) -> list[int]:
    """Divide the resamples into batches, which bounds the memory."""
    most = max(1, AT_ONCE // max(1, len(times)))
    return [min(most, resamples - begin) for begin in range(0, resamples, most)]
