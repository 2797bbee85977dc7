"""Types of word_trie.pyx."""

import numpy as np
from numpy.typing import NDArray

MAX_WORD_LENGTH: int

class Trie:
    n_words: int
    longest: int
    has_infinite: bool
    def __init__(
        self,
        codes: NDArray[np.uint32],
        offsets: NDArray[np.int64],
        strengths: NDArray[np.float32],
        labels: NDArray[np.int16],
        folded: NDArray[np.uint32],
        below: Trie | None = None,
    ) -> None: ...
    def infinite(self, codes: NDArray[np.uint32]) -> list[tuple[int, int, int, bool]]: ...
