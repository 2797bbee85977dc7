"""Types of lexicon_matcher.pyx."""

import numpy as np
from numpy.typing import NDArray

MAX_WORD_LENGTH: int
OF_TEXT: int

class Matcher:
    n_words: int
    longest: int
    def __init__(self, symbols: NDArray[np.uint16], offsets: NDArray[np.int64]) -> None: ...
    def mark(
        self,
        entries: NDArray[np.uint32],
        classes: NDArray[np.uint8],
        lexicon_features: NDArray[np.uint32],
        words: NDArray[np.uint32],
    ) -> None: ...
    def mark_all(
        self,
        entries: NDArray[np.uint32],
        classes: NDArray[np.uint8],
        lexicon_features: NDArray[np.uint32],
    ) -> None: ...
    def count(
        self,
        entries: NDArray[np.uint32],
        boundaries: NDArray[np.int8],
        seen: NDArray[np.int64],
        whole: NDArray[np.int64],
    ) -> None: ...
