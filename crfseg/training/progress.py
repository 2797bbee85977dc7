"""Progress of a training, as callbacks get it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """One iteration of training.

    Parameters
    ----------
    iteration
        1, 2, 3, ...
    max_iterations
        The last that can come; None if there is no limit.
    loss
        The objective after this iteration.
    active_features
        How many features have a weight; None where the algorithm does not say.
    seconds
        What this iteration took.
    dev_f1
        F1 of words on the dev set, in [0, 1]; None if it is not scored at every iteration.
    """

    iteration: int
    max_iterations: int | None
    loss: float
    active_features: int | None
    seconds: float
    dev_f1: float | None = None
