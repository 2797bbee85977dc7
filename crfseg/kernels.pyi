"""Types of the compiled kernels; see kernels.pyx for what they do."""

import numpy as np
from numpy.typing import NDArray

def build_index(keys: NDArray[np.uint64], bits: int = 0) -> NDArray[np.uint64]: ...
def intern(keys: NDArray[np.uint64]) -> tuple[NDArray[np.int32], NDArray[np.uint64]]: ...
