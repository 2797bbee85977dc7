"""Types of the compiled sums; see marginals.pyx for what they are."""

import numpy as np
from numpy.typing import NDArray

from crfseg.decoder import Decoder

class Marginals:
    def __init__(
        self,
        decoder: Decoder,
        transitions: NDArray[np.float64],
        begins: NDArray[np.int8],
        ends: NDArray[np.int8],
        temperature: float,
    ) -> None: ...
    def of_words(
        self,
        codes: NDArray[np.uint32],
        offsets: NDArray[np.intp],
        known: NDArray[np.int8],
        starts: NDArray[np.uint8],
    ) -> NDArray[np.float64]: ...
