"""Types of the compiled tagger; see tagger.pyx for what it does."""

import numpy as np
from numpy.typing import NDArray

from crfseg.decoding.decoder import Decoder
from crfseg.decoding.word_trie import Trie

Past = tuple[bytes, int]
Marks = NDArray[np.int8]

class Tagger:
    decoder: Decoder
    def __init__(self, decoder: Decoder, suffixes: list[bytes]) -> None: ...
    def cut(
        self, string: str, marks: Marks | None = None, lexicon: Trie | None = None
    ) -> list[str]: ...
    def cut_many(
        self,
        strings: list[str],
        marks: list[Marks | None] | None = None,
        lexicon: Trie | None = None,
    ) -> list[list[str]]: ...
    def places(
        self, string: str, marks: Marks | None = None, lexicon: Trie | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int16]]: ...
    def cut_utf8(
        self,
        data: bytes,
        past: Past = ...,
        surrogates: bool = False,
        marks: Marks | None = None,
        lexicon: Trie | None = None,
    ) -> bytes: ...
    def cut_part(
        self,
        data: bytes,
        past: Past = ...,
        marks: Marks | None = None,
        lexicon: Trie | None = None,
    ) -> tuple[bytes, int, Past]: ...
