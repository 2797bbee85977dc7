"""Types of decoder.pyx."""

import numpy as np
from numpy.typing import NDArray

from crfseg.corpus.tagset import WordTags
from crfseg.decoding.word_trie import Trie
from crfseg.features.lexicon_matcher import Matcher

Part = tuple[int, int, int, int, int]

class Decoder:
    n_tags: int
    window: int
    unit: float
    def __init__(
        self,
        tables: list[tuple[NDArray[np.uint32], NDArray[np.uint64], list[Part], int, int]],
        transitions: NDArray[np.int64],
        legal: NDArray[np.bool_],
        begins: NDArray[np.int8],
        ends: NDArray[np.int8],
        word_tags: WordTags,
        form: int,
        entries: NDArray[np.uint32],
        window: int,
        bits: int,
        unit: float,
        per_nat: float,
        lexicon: Matcher | None = None,
        word_classes: NDArray[np.uint8] | None = None,
        strings: Matcher | None = None,
        string_classes: NDArray[np.uint8] | None = None,
    ) -> None: ...
    def tag(
        self,
        codes: NDArray[np.uint32],
        offsets: NDArray[np.intp],
        boundaries: NDArray[np.int8],
        user_words: Trie | None = None,
    ) -> tuple[NDArray[np.int16], int]: ...
    def columns(self, codes: NDArray[np.uint32]) -> NDArray[np.uint32]: ...
    def emissions(self, codes: NDArray[np.uint32]) -> NDArray[np.int32]: ...
