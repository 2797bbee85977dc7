"""Progress: the report of a training after each iteration."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """One iteration of training.

    Parameters
    ----------
    iteration
        Its number, from 1.
    max_iterations
        The largest number; None if there is no limit.
    loss
        The objective, in nats.
    active_features
        Number of features with a weight; None if the algorithm does not report it.
    seconds
        Time of this iteration.
    dev_f1
        Mean word F1 on the dev corpora, in [0, 1]; None if they are not scored at each iteration.
    """

    iteration: int
    max_iterations: int | None
    loss: float
    active_features: int | None
    seconds: float
    dev_f1: float | None = None
