"""Types of tagger.pyx."""

import numpy as np
from numpy.typing import NDArray

from crfseg.decoding.decoder import Decoder
from crfseg.decoding.word_trie import Trie

Context = tuple[bytes, int]
Boundaries = NDArray[np.int8]

class Tagger:
    decoder: Decoder
    def __init__(self, decoder: Decoder, suffixes: list[bytes]) -> None: ...
    def cut(
        self, string: str, boundaries: Boundaries | None = None, user_words: Trie | None = None
    ) -> list[str]: ...
    def cut_many(
        self,
        strings: list[str],
        boundaries: list[Boundaries | None] | None = None,
        user_words: Trie | None = None,
    ) -> list[list[str]]: ...
    def spans(
        self, string: str, boundaries: Boundaries | None = None, user_words: Trie | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int16]]: ...
    def cut_utf8(
        self,
        data: bytes,
        context: Context = ...,
        surrogates: bool = False,
        boundaries: Boundaries | None = None,
        user_words: Trie | None = None,
    ) -> bytes: ...
    def cut_part(
        self,
        data: bytes,
        context: Context = ...,
        boundaries: Boundaries | None = None,
        user_words: Trie | None = None,
    ) -> tuple[bytes, int, Context]: ...
