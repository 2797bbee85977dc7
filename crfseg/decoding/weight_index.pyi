"""Types of weight_index.pyx."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

def build_finder(keys: NDArray[np.uint64], bits: int) -> NDArray[np.uint32]: ...
def build_buckets(keys: NDArray[np.uint64]) -> NDArray[np.uint32]: ...
def pack(
    keys: NDArray[np.uint64], weights: NDArray[Any], factor: float, bits: int
) -> NDArray[np.uint64]: ...
