"""Types of marginals.pyx."""

import numpy as np
from numpy.typing import NDArray

from crfseg.decoding.decoder import Decoder
from crfseg.decoding.word_trie import Trie

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
        boundaries: NDArray[np.int8],
        starts: NDArray[np.uint8],
        user_words: Trie | None = None,
    ) -> NDArray[np.float64]: ...
    def of_tags(
        self,
        codes: NDArray[np.uint32],
        offsets: NDArray[np.intp],
        boundaries: NDArray[np.int8],
        user_words: Trie | None = None,
    ) -> NDArray[np.float64]: ...
    def of_sentences(
        self,
        codes: NDArray[np.uint32],
        offsets: NDArray[np.intp],
        boundaries: NDArray[np.int8],
        user_words: Trie | None = None,
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]: ...
