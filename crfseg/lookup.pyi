"""Types of the compiled look-up; see lookup.pyx for what it does."""

import numpy as np
from numpy.typing import NDArray

def build_buckets(keys: NDArray[np.uint64]) -> NDArray[np.uint32]: ...
