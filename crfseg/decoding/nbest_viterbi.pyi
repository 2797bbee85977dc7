"""Types of nbest_viterbi.pyx."""

import numpy as np
from numpy.typing import NDArray

from crfseg.decoding.decoder import Decoder
from crfseg.decoding.word_trie import Trie

def find(
    decoder: Decoder,
    codes: NDArray[np.uint32],
    boundaries: NDArray[np.int8],
    k: int,
    user_words: Trie | None = None,
) -> tuple[NDArray[np.int64], NDArray[np.int16]]: ...
