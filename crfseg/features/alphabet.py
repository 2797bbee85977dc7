"""The alphabet: the characters that a model knows, their folding, and their symbols in each view.

The entry of a character is one number with its symbols in the views C, T and G, see
:mod:`crfseg.features.ngrams`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from crfseg.features.ngrams import (
    BEGIN,
    BEGIN_ID,
    BEYOND,
    END,
    END_ID,
    FIRST_ID,
    NEWLINE,
    UNKNOWN_ID,
    VIEWS,
    WHITE_SPACE,
    Numbers,
    Symbols,
    symbols_of,
)
from crfseg.text import chars
from crfseg.text.blocks import blocks

Folding = Literal["letters", "simplified", "width", "none"]
FOLDINGS: Final = ("letters", "simplified", "width", "none")
_MAX_KNOWN: Final = (1 << 16) - FIRST_ID


@dataclass(frozen=True, eq=False)
class Alphabet:
    """The characters that a model knows, and their folding.

    Parameters
    ----------
    characters
        Known code points after folding, distinct, shape (S,), S <= 65,533; symbol ``3 + index``.
    folding
        ``"letters"`` maps full-width letters and digits to half width, and punctuation of which
        only the other width is known to that; ``"simplified"`` also maps traditional characters to
        simplified ones; ``"width"`` maps all full-width forms to half width; ``"none"`` maps
        nothing.
    clusters
        Clusters of the first G characters, shape (G,), uint8, at most 64; those that a warm start
        added have none. Empty if there are none. See :mod:`crfseg.features.clusters`.
    """

    characters: chars.CodePoints
    folding: Folding = "letters"
    clusters: NDArray[np.uint8] = field(default_factory=lambda: np.empty(0, dtype=np.uint8))

    @classmethod
    def of(
        cls,
        codes: chars.CodePoints,
        folding: Folding = "letters",
        known: chars.CodePoints | None = None,
    ) -> Alphabet:
        """Collect the characters of a text: known ones in their order, then the most frequent.

        Parameters
        ----------
        codes
            The text, shape (T,).
        folding
            The folding.
        known
            Folded characters that come first, if any.
        """
        known = np.empty(0, dtype=np.uint32) if known is None else known
        counts = np.zeros(0x110000, dtype=np.intp)
        for at in blocks(len(codes)):
            of_block = np.bincount(fold(codes[at], folding))
            counts[: len(of_block)] += of_block
        counts[known] = 0
        distinct = np.flatnonzero(counts)
        new = distinct[np.argsort(-counts[distinct], kind="stable")].astype(np.uint32)
        return cls(np.concatenate([known, new])[:_MAX_KNOWN], folding)

    @cached_property
    def entries(self) -> Numbers:
        """The entries of all code points below N, shape (N,), uint32.

        White space has the entries :data:`WHITE_SPACE` and :data:`NEWLINE`, code points from N on
        :data:`BEYOND`.
        """
        n = max(chars.N_CLASSIFIED, int(self.characters.max(initial=0)) + 1)
        classes = chars.classes(np.arange(n, dtype=np.uint32)) + np.uint32(FIRST_ID)
        entries: Numbers = classes << np.uint32(VIEWS["T"].shift)
        entries[self.characters] |= np.arange(len(self.characters), dtype=np.uint32) + FIRST_ID
        entries |= self.cluster_bits(entries)
        entries = entries[fold(np.arange(n, dtype=np.uint32), self.folding)]
        wide, narrow = chars.FULL_WIDTH, chars.fold_width(chars.FULL_WIDTH)
        if self.folding in ("letters", "simplified"):
            # Punctuation of which only one width is known has the entry of that in both.
            for this, other in ((wide, narrow), (narrow, wide)):
                is_known = symbols_of(entries[this], VIEWS["C"]) != UNKNOWN_ID
                entries[this] = np.where(is_known, entries[this], entries[other])
        entries[chars.WHITE_SPACE] = WHITE_SPACE
        entries[chars.NEWLINE] = NEWLINE
        return entries

    def cluster_bits(self, entries: Numbers) -> Numbers:
        """Return the bits of view G for entries, shape (T,), uint32."""
        of_symbol = np.zeros(1 << VIEWS["C"].bits, dtype=np.uint32)
        of_symbol[FIRST_ID : FIRST_ID + len(self.clusters)] = self.clusters + np.uint32(FIRST_ID)
        bits: Numbers = of_symbol[symbols_of(entries, VIEWS["C"])] << np.uint32(VIEWS["G"].shift)
        return bits

    def entries_of(self, codes: chars.CodePoints) -> Numbers:
        """Return the entries of characters, shape (T,), uint32."""
        last = np.uint32(len(self.entries) - 1)
        entries: Numbers = self.entries[np.minimum(codes, last)]
        entries[codes > last] = BEYOND
        return entries

    def ids(self, codes: chars.CodePoints, view: str) -> Symbols:
        """Return the symbols of characters in view C, T or G, shape (T,), uint16."""
        return symbols_of(self.entries_of(codes), VIEWS[view]).astype(np.uint16)

    def print(self, codes: chars.CodePoints, view: str) -> list[str]:
        """Return the symbols of view C or T as printed in feature names, T strings.

        Invisible characters, and ``<``, become ``<U+XXXX>``.

        >>> text = chars.code_points("京Ａ<")
        >>> Alphabet.of(text).print(text, "C"), Alphabet.of(text).print(text, "T")
        (['京', 'A', '<U+003C>'], ['h', 'l', 'p'])
        """
        if view == "C":
            return [_printed(char) for char in chars.to_text(fold(codes, self.folding))]
        return [chars.CLASSES[index][0] for index in chars.classes(codes).tolist()]

    def print_id(self, symbol: int, view: str, words: Sequence[str] = ()) -> str:
        """Return the printed form of a symbol.

        Parameters
        ----------
        symbol
            The symbol, a number.
        view
            Its view.
        words
            Words of the lexicon, for views W and V.
        """
        if view in "bep":
            return f"<{symbol}>"
        if symbol in (BEGIN_ID, END_ID):
            return BEGIN if symbol == BEGIN_ID else END
        if view in "BEP" and symbol >> 5 == 0:
            return "<0>"
        if view in "BEP":
            return f"<{symbol >> 5}.{(symbol & 31) + 1}>"
        if view == "A":
            return f"<{symbol >> 5}.{symbol >> 2 & 7}.{symbol & 3}>"
        if view == "G" and symbol >= FIRST_ID:
            return f"<{symbol - FIRST_ID}>"
        known: Any = {"C": self.characters, "T": chars.CLASSES}.get(view, words)
        if not FIRST_ID <= symbol < FIRST_ID + len(known):
            return "<unknown>"
        if view == "C":
            return _printed(chr(self.characters[symbol - FIRST_ID]))
        name = str(known[symbol - FIRST_ID])
        return name[0] if view == "T" else f"<{name}>"

    def parse(self, symbol: str, view: str) -> int:
        """Return the symbol of its printed form in view C or T, 0 if unknown."""
        if symbol in _SENTENCE_EDGES:
            return _SENTENCE_EDGES[symbol]
        if view == "C":
            code = int(symbol[3:-1], 16) if len(symbol) > 1 else ord(symbol)
            return int(self.ids(np.array([code], dtype=np.uint32), "C")[0])
        return next(
            (FIRST_ID + i for i, name in enumerate(chars.CLASSES) if name[0] == symbol), UNKNOWN_ID
        )


_SENTENCE_EDGES: Final = {BEGIN: BEGIN_ID, END: END_ID}


_FOLDS: Final = {
    "letters": chars.fold_letters,
    "simplified": chars.fold_simplified,
    "width": chars.fold_width,
}


def fold(codes: chars.CodePoints, folding: Folding) -> chars.CodePoints:
    """Return folded characters, shape (T,)."""
    return codes if folding == "none" else _FOLDS[folding](codes)


def _printed(char: str) -> str:
    visible = char.isprintable() and char not in "< "
    return char if visible else f"<U+{ord(char):04X}>"
