"""The weights of a model: a table for each kind of pattern."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from crfseg.features.templates import PatternKind

Weights = NDArray[np.float64] | NDArray[np.int16] | NDArray[np.int8]
Precision = Literal["int8", "int16", "float64"]
PRECISIONS: Final = ("int8", "int16", "float64")


@dataclass(frozen=True, eq=False)
class PatternTable:
    """The weights of one kind of pattern.

    Parameters
    ----------
    kind
        What the patterns are.
    keys
        The patterns, shape (P,), uint64, distinct.
    weights
        One block a pattern, shape (P, kind.width, L); row r speaks to the position ``r -
        kind.reach`` from the pattern's first symbol.
    unit
        How many of the model's units a weight of 1 is.
    """

    kind: PatternKind
    keys: NDArray[np.uint64]
    weights: Weights
    unit: int = 1

    @property
    def largest_sum(self) -> float:
        """The largest that the weights of this kind can add up to at one character and tag."""
        if not len(self.weights):
            return 0.0
        largest = max(float(self.weights.max()), -float(self.weights.min()))
        return self.kind.width * self.unit * largest
