"""The alphabet: the characters a model knows, how it folds them, and their symbols in each view.

A character's entry is one number that holds its symbols in the views C, T and G; see
:mod:`crfseg.features.ngrams` for their layout.
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
    """The characters a model knows, and how it folds them.

    Parameters
    ----------
    characters
        Known code points after folding, distinct, shape (S,), S <= 65,533; symbol ``3 + index``.
    folding
        ``"letters"`` reads full-width letters and digits as half-width ones, and punctuation that
        is only known in its other width as that; ``"simplified"`` does that, and reads traditional
        characters as simplified ones; ``"width"`` reads punctuation too as half-width; ``"none"``
        takes characters as they are.
    clusters
        The learned groups of the first G characters, shape (G,), at most 64; those that came in
        later training have none. Empty if none are learned. See :mod:`crfseg.features.clusters`.
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
        """Collect the characters of a text: the known ones as they come, then the most frequent."""
        known = np.empty(0, dtype=np.uint32) if known is None else known
        counts = np.zeros(0x110000, dtype=np.intp)
        for at in blocks(len(codes)):
            found = np.bincount(fold(codes[at], folding))
            counts[: len(found)] += found
        counts[known] = 0
        distinct = np.flatnonzero(counts)
        new = distinct[np.argsort(-counts[distinct], kind="stable")].astype(np.uint32)
        return cls(np.concatenate([known, new])[:_MAX_KNOWN], folding)

    @cached_property
    def entries(self) -> Numbers:
        """The entries of all code points below N, shape (N,).

        :data:`WHITE_SPACE` and :data:`NEWLINE` where a character is that. Code points from N on
        have the entry :data:`BEYOND`.
        """
        n = max(chars.N_CLASSIFIED, int(self.characters.max(initial=0)) + 1)
        classes = chars.classes(np.arange(n, dtype=np.uint32)) + np.uint32(FIRST_ID)
        entries: Numbers = classes << np.uint32(VIEWS["T"].shift)
        entries[self.characters] |= np.arange(len(self.characters), dtype=np.uint32) + FIRST_ID
        entries |= self.cluster_bits(entries)
        entries = entries[fold(np.arange(n, dtype=np.uint32), self.folding)]
        wide, narrow = chars.FULL_WIDTH, chars.fold_width(chars.FULL_WIDTH)
        if self.folding in (
            "letters",
            "simplified",
        ):  # punctuation of a width that is not known is its twin
            for unknown, twin in ((wide, narrow), (narrow, wide)):
                is_known = symbols_of(entries[unknown], VIEWS["C"]) != UNKNOWN_ID
                entries[unknown] = np.where(is_known, entries[unknown], entries[twin])
        entries[chars.WHITE_SPACE] = WHITE_SPACE
        entries[chars.NEWLINE] = NEWLINE
        return entries

    def cluster_bits(self, entries: Numbers) -> Numbers:
        """Return what the groups of characters add to their entries, shape (T,)."""
        of_symbol = np.zeros(1 << VIEWS["C"].bits, dtype=np.uint32)
        of_symbol[FIRST_ID : FIRST_ID + len(self.clusters)] = self.clusters + np.uint32(FIRST_ID)
        added: Numbers = of_symbol[symbols_of(entries, VIEWS["C"])] << np.uint32(VIEWS["G"].shift)
        return added

    def entries_of(self, codes: chars.CodePoints) -> Numbers:
        """Return the entries of characters, shape (T,)."""
        last = np.uint32(len(self.entries) - 1)
        found: Numbers = self.entries[np.minimum(codes, last)]
        found[codes > last] = BEYOND
        return found

    def ids(self, codes: chars.CodePoints, view: str) -> Symbols:
        """Return the symbols of characters in one of their views, shape (T,), uint16."""
        return symbols_of(self.entries_of(codes), VIEWS[view]).astype(np.uint16)

    def print(self, codes: chars.CodePoints, view: str) -> list[str]:
        """Return the symbols as feature names show them, T strings.

        A character that would be invisible, or that opens an escape, becomes ``<U+XXXX>``.

        >>> text = chars.code_points("京Ａ<")
        >>> Alphabet.of(text).print(text, "C"), Alphabet.of(text).print(text, "T")
        (['京', 'A', '<U+003C>'], ['h', 'l', 'p'])
        """
        if view == "C":
            return [_printed(char) for char in chars.to_text(fold(codes, self.folding))]
        return [chars.CLASSES[index][0] for index in chars.classes(codes).tolist()]

    def print_id(self, symbol: int, view: str, words: Sequence[str] = ()) -> str:
        """Return the printed form of a symbol's id; ``words`` are those of the lexicon."""
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
        found = str(known[symbol - FIRST_ID])
        return found[0] if view == "T" else f"<{found}>"

    def parse(self, symbol: str, view: str) -> int:
        """Return the id of a printed symbol, the inverse of :meth:`print`; 0 if unknown."""
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
    """Return characters as features see them, shape (T,)."""
    return codes if folding == "none" else _FOLDS[folding](codes)


def _printed(char: str) -> str:
    visible = char.isprintable() and char not in "< "
    return char if visible else f"<U+{ord(char):04X}>"
