"""Selection bias: the part of the best setting's gain that is chance.

The best of many on one text is partly the luckiest there. Drawing the sentences anew, with
replacement, shows how lucky: both functions go by how the K compare when some sentences happen to
come twice and others not at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from crfseg.evaluation.significance import Counts, f1_of

_RESAMPLES: Final = 1000
AT_ONCE: Final = 1 << 21  # sentences drawn together


def reality_check(counts: Sequence[Counts], seed: int = 0) -> float:
    """Return how often chance makes the best of several as much better than the first.

    The share of draws in which the largest of the differences from the first, each less its true
    value, reaches that which was found. White (2000), A reality check for data snooping.

    Parameters
    ----------
    counts
        Of K segmentations of the same N sentences, each of shape (N, 4), see
        :data:`crfseg.evaluation.significance.Counts`; the first is the one to be beaten.
    seed
        Of the draws.

    Returns
    -------
    p
        In (0, 1]; 1 if none is better than the first.
    """
    table = _table(counts)
    found = _f1(np.ones((1, len(table))), table)[0]
    gains = found - found[0]
    if gains.max() <= 0:
        return 1.0
    reached = 0
    for times in _draws(len(table), seed):
        drawn = _f1(times, table)
        excess = (drawn - drawn[:, :1] - gains)[:, 1:].max(axis=1)
        reached += int((excess >= gains.max()).sum())
    return (1 + reached) / (1 + _RESAMPLES)


def remaining_gain(counts: Sequence[Counts], seed: int = 0) -> float:
    """Return how much better than the first the chosen one is on sentences that did not choose.

    Each draw chooses the best on its sentences; what counts is its F1 less that of the first on
    those that were not drawn, about a third (Efron 1983, Estimating the error rate of a prediction
    rule, on such sentences). The mean over the draws; parameters as :func:`reality_check`.
    """
    table = _table(counts)
    gains = []
    for times in _draws(len(table), seed):
        best = _f1(times, table).argmax(axis=1)
        others = _f1((times == 0).astype(np.float64), table)
        gains.append(others[np.arange(len(best)), best] - others[:, 0])
    return float(np.concatenate(gains).mean())


def _table(counts: Sequence[Counts]) -> NDArray[np.float64]:
    """Return the counts as one array, shape (N, 4K)."""
    return np.hstack([np.asarray(each, dtype=np.float64) for each in counts])


def _f1(times: NDArray[Any], table: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the F1 of each segmentation, shape (B, K), if sentences come so often, (B, N)."""
    return f1_of((times @ table).reshape(len(times), -1, 4))


def _draws(n: int, seed: int) -> Iterator[NDArray[np.float64]]:
    """Yield how often each of N sentences is drawn, some draws together: shape (B, N)."""
    rng, left = np.random.default_rng(seed), _RESAMPLES
    while left > 0:
        size = min(left, max(1, AT_ONCE // n))
        yield rng.multinomial(n, np.full(n, 1 / n), size=size).astype(np.float64)
        left -= size
