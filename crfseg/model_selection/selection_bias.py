"""Selection bias: the luck in the figure of the best of several segmentations.

The best of many on one text is partly the luckiest there. Both functions estimate this from
bootstrap samples of the sentences.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from crfseg.evaluation.significance import Counts, f1_of

_RESAMPLES: Final = 1000
AT_ONCE: Final = 1 << 21  # sentences per batch


def reality_check(counts: Sequence[Counts], seed: int = 0) -> float:
    """Return the p-value of the best of several segmentations against the first.

    It is the share of bootstrap samples in which the largest gain over the first, each gain less
    its observed value, reaches the largest observed gain (White 2000, A reality check for data
    snooping).

    Parameters
    ----------
    counts
        The counts of K segmentations of the same N sentences, each of shape (N, 4), see
        :data:`crfseg.evaluation.significance.Counts`; the first is the baseline.
    seed
        The seed of the samples.

    Returns
    -------
    p
        In (0, 1]; 1 if none is better than the first.
    """
    table = _table(counts)
    observed = _f1(np.ones((1, len(table))), table)[0]
    gains = observed - observed[0]
    if gains.max() <= 0:
        return 1.0
    reached = 0
    for times in _draws(len(table), seed):
        drawn = _f1(times, table)
        excess = (drawn - drawn[:, :1] - gains)[:, 1:].max(axis=1)
        reached += int((excess >= gains.max()).sum())
    return (1 + reached) / (1 + _RESAMPLES)


def remaining_gain(counts: Sequence[Counts], seed: int = 0) -> float:
    """Return the gain over the first on sentences that took no part in the choice.

    Each bootstrap sample chooses the best on its sentences. Its gain is measured on the sentences
    that were not drawn, about a third (Efron 1983, Estimating the error rate of a prediction rule).
    The result is the mean gain in F1; the parameters are those of :func:`reality_check`.
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
    """Return the F1 of K segmentations, shape (B, K), with sentences repeated ``times``, (B, N)."""
    return f1_of((times @ table).reshape(len(times), -1, 4))


def _draws(n: int, seed: int) -> Iterator[NDArray[np.float64]]:
    """Yield batches of bootstrap samples: the times each sentence is drawn, shape (B, N)."""
    rng, left = np.random.default_rng(seed), _RESAMPLES
    while left > 0:
        size = min(left, max(1, AT_ONCE // n))
        yield rng.multinomial(n, np.full(n, 1 / n), size=size).astype(np.float64)
        left -= size
