"""Types of counting.pyx."""

import numpy as np
from numpy.typing import NDArray

EVERY_KEY: NDArray[np.uint8]

def tally(tallies: NDArray[np.uint8], keys: NDArray[np.uint64]) -> None: ...

class Interner:
    def __len__(self) -> int: ...
    def number(
        self, keys: NDArray[np.uint64], tallies: NDArray[np.uint8], min_count: int
    ) -> NDArray[np.int32]: ...
    def distinct(self) -> tuple[NDArray[np.uint64], NDArray[np.int64]]: ...
