"""Types of the compiled kernels; see kernels.pyx for what they do."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

def build_index(keys: NDArray[np.uint64], bits: int = 0) -> NDArray[np.uint64]: ...
def tally(tallies: NDArray[np.uint8], keys: NDArray[np.uint64]) -> None: ...
def find_rows(index: NDArray[np.uint64], keys: NDArray[np.uint64]) -> NDArray[np.int64]: ...
def add_emissions(
    symbols: NDArray[np.uint16],
    shape: NDArray[np.int64],
    reach: int,
    index: NDArray[np.uint64],
    weights: NDArray[Any],
    emissions: NDArray[Any],
    margin: int,
) -> None: ...
def viterbi(
    emissions: NDArray[Any],
    begins: NDArray[np.int64],
    offsets: NDArray[np.int64],
    arc_offsets: NDArray[np.int32],
    arc_tags: NDArray[np.int16],
    arc_scores: NDArray[np.float64],
    tag_begins: NDArray[np.uint8],
    tag_ends: NDArray[np.uint8],
    boundaries: NDArray[np.int8],
) -> tuple[NDArray[np.int16], int]: ...

class Interner:
    def __len__(self) -> int: ...
    def number(
        self, keys: NDArray[np.uint64], tallies: NDArray[np.uint8], min_count: int
    ) -> NDArray[np.int32]: ...
    def distinct(self) -> tuple[NDArray[np.uint64], NDArray[np.int64]]: ...
