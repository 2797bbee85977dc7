"""Types of kernels.pyx."""

import numpy as np
from numpy.typing import NDArray

def time_of(clock: float) -> float: ...

class Batches:
    def __init__(
        self,
        order: NDArray[np.int64],
        batch: int,
        n_batches: float,
        window: int,
        begins: NDArray[np.int64],
        offsets: NDArray[np.int64],
        tags: NDArray[np.int16],
        boundaries: NDArray[np.int8],
        partial: NDArray[np.uint8],
        ids: NDArray[np.int32],
        kinds: NDArray[np.int64],
        states: NDArray[np.float32],
        shares: NDArray[np.float32],
        transitions: NDArray[np.float32],
        legal: NDArray[np.uint8],
        tag_begins: NDArray[np.uint8],
        tag_ends: NDArray[np.uint8],
        inner: NDArray[np.int32],
        dropped: NDArray[np.uint8],
        rows: NDArray[np.float32],
        norms: NDArray[np.float32],
        scratch: NDArray[np.float32],
        exponentials: NDArray[np.float32],
        arcs: NDArray[np.float32],
        losses: NDArray[np.float64],
        *,
        margin: float,
        rate: float,
        l1: float,
        l2: float,
        threshold: float,
    ) -> None: ...
    def run(self, thread: int, n_threads: int, clock: float) -> float: ...
