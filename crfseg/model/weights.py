"""Weights of a model: one table for each kind of pattern."""

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
        The kind.
    keys
        Keys of the patterns, distinct, shape (P,), uint64.
    weights
        One block for each pattern, shape (P, kind.width, L). Row r adds to position i -
        kind.reach + r, i being the pattern's first position.
    unit
        Quantization step of this table, in multiples of the model's scale.
    """

    kind: PatternKind
    keys: NDArray[np.uint64]
    weights: Weights
    unit: int = 1

    @property
    def largest_sum(self) -> float:
        """An upper bound of the absolute sum of these weights at one position and tag."""
        if not len(self.weights):
            return 0.0
        largest = max(float(self.weights.max()), -float(self.weights.min()))
        return self.kind.width * self.unit * largest
