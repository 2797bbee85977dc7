"""Text as the templates see it: one small number, a symbol, per character and view.

::

    text       我      爱      北      京        view C: the character, folded as the model says
    C     1    874     210     58      61    2   0 unknown, 1 <s>, 2 </s>, from 3 the alphabet
    T     1    4       4       4       4     2   view T: its class

A symbol fits 16 bits, so an n-gram of up to three is one 64-bit key. Sentences are laid end to end
with ``window`` symbols ``<s>`` before and ``</s>`` after each, so that no n-gram of one reaches
into the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from crfseg import chars

Symbols = NDArray[np.uint16]
Folding = Literal["none", "width"]

VIEWS: Final = ("C", "T")
VIEW_SHIFTS: Final = {"C": 0, "T": 16}
"""Where a view's symbol lies in an entry; see :meth:`Alphabet.entries`."""
FOLDINGS: Final = ("none", "width")
BEGIN: Final = "<s>"
END: Final = "</s>"
"""The printed symbols before and after a sentence."""

WHITE_SPACE: Final = 0xFFFFFFFE
NEWLINE: Final = 0xFFFFFFFF
BEYOND: Final = 0x00030000
"""Entries of white space, newlines, and characters of no class that are not known.

Compiled modules have them, and those of ``<s>`` and ``</s>``, from symbols.pxd.
"""

UNKNOWN_ID: Final = 0
BEGIN_ID: Final = 1
END_ID: Final = 2
FIRST_ID: Final = 3
_MAX_KNOWN: Final = (1 << 16) - FIRST_ID
_BLOCK: Final = 1 << 20  # characters that are counted together


@dataclass(frozen=True, eq=False)
class Alphabet:
    """The characters a model knows, and how it folds them.

    Parameters
    ----------
    characters
        Known code points after folding, distinct, shape (S,), S <= 65,533; symbol ``3 + index``.
    folding
        ``"width"`` reads full-width letters, digits and punctuation as half-width ones, ``"none"``
        takes characters as they are.
    """

    characters: chars.CodePoints
    folding: Folding = "width"

    @classmethod
    def of(
        cls,
        codes: chars.CodePoints,
        folding: Folding = "width",
        known: chars.CodePoints | None = None,
    ) -> Alphabet:
        """Collect the characters of a text: the known ones as they come, then the most frequent."""
        known = np.empty(0, dtype=np.uint32) if known is None else known
        counts = np.zeros(0x110000, dtype=np.intp)
        for begin in range(0, len(codes), _BLOCK):
            found = np.bincount(_fold(codes[begin : begin + _BLOCK], folding))
            counts[: len(found)] += found
        counts[known] = 0
        distinct = np.flatnonzero(counts)
        new = distinct[np.argsort(-counts[distinct], kind="stable")].astype(np.uint32)
        return cls(np.concatenate([known, new])[:_MAX_KNOWN], folding)

    @cached_property
    def _table(self) -> Symbols:
        """The symbol of every code point, shape (0x110000,)."""
        table = np.zeros(0x110000, dtype=np.uint16)
        ids = np.arange(FIRST_ID, FIRST_ID + len(self.characters), dtype=np.uint16)
        table[self.characters] = ids
        if self.folding == "width":
            wide = np.arange(0xFF01, 0xFF5F, dtype=np.uint32)
            table[wide] = table[_fold(wide, "width")]
        return table

    def entries(self) -> NDArray[np.uint32]:
        """Return the symbols of code points in all views, shape (N,).

        View C in the lower 16 bits, T in the upper; :data:`WHITE_SPACE` and :data:`NEWLINE` where
        a character is that. Code points from N on have the entry :data:`BEYOND`.
        """
        n = max(chars.N_CLASSIFIED, int(self.characters.max(initial=0)) + 1)
        classes = chars.classes(np.arange(n, dtype=np.uint32)) + np.uint32(FIRST_ID)
        entries: NDArray[np.uint32] = classes << np.uint32(VIEW_SHIFTS["T"])
        entries[self.characters] |= np.arange(len(self.characters), dtype=np.uint32) + FIRST_ID
        if self.folding == "width":
            wide = np.arange(0xFF01, 0xFF5F, dtype=np.uint32)
            entries[wide] = entries[_fold(wide, "width")]
        entries[chars.WHITE_SPACE] = WHITE_SPACE
        entries[chars.NEWLINE] = NEWLINE
        return entries

    def ids(self, codes: chars.CodePoints, view: str) -> Symbols:
        """Return the symbols of characters in a view, shape (T,), uint16."""
        if view == "C":
            return self._table[codes]
        return chars.classes(codes) + np.uint16(FIRST_ID)

    def print(self, codes: chars.CodePoints, view: str) -> list[str]:
        """Return the symbols as feature names show them, T strings.

        A character that would be invisible, or that opens an escape, becomes ``<U+XXXX>``.

        >>> text = chars.code_points("京Ａ<")
        >>> Alphabet.of(text).print(text, "C"), Alphabet.of(text).print(text, "T")
        (['京', 'A', '<U+003C>'], ['h', 'l', 'p'])
        """
        if view == "C":
            return [_printed(char) for char in chars.to_text(_fold(codes, self.folding))]
        return [chars.CLASSES[index][0] for index in chars.classes(codes).tolist()]

    def print_id(self, symbol: int, view: str) -> str:
        """Return the printed form of a symbol's id."""
        known = self.characters if view == "C" else chars.CLASSES
        if symbol in (BEGIN_ID, END_ID):
            return BEGIN if symbol == BEGIN_ID else END
        if not FIRST_ID <= symbol < FIRST_ID + len(known):
            return "<unknown>"
        if view == "C":
            return _printed(chr(self.characters[symbol - FIRST_ID]))
        return chars.CLASSES[symbol - FIRST_ID][0]

    def parse(self, symbol: str, view: str) -> int:
        """Return the id of a printed symbol, the inverse of :meth:`print`; 0 if unknown."""
        if symbol in _SENTENCE_EDGES:
            return _SENTENCE_EDGES[symbol]
        if view == "C":
            code = int(symbol[3:-1], 16) if len(symbol) > 1 else ord(symbol)
            return int(self._table[code])
        return next(
            (FIRST_ID + i for i, name in enumerate(chars.CLASSES) if name[0] == symbol), UNKNOWN_ID
        )


_SENTENCE_EDGES: Final = {BEGIN: BEGIN_ID, END: END_ID}


def _fold(codes: chars.CodePoints, folding: Folding) -> chars.CodePoints:
    return chars.fold_width(codes) if folding == "width" else codes


def _printed(char: str) -> str:
    visible = char.isprintable() and char not in "< "
    return char if visible else f"<U+{ord(char):04X}>"


def begins(offsets: NDArray[np.intp], window: int) -> NDArray[np.intp]:
    """Return where each sentence's first character stands once padded, shape (N,)."""
    return offsets[:-1] + window * (2 * np.arange(len(offsets) - 1) + 1)


def pad(ids: Symbols, offsets: NDArray[np.intp], window: int) -> Symbols:
    """Lay sentences end to end with ``window`` edge symbols on both sides of each.

    >>> pad(np.array([7, 8, 9], dtype=np.uint16), np.array([0, 2, 3]), 1).tolist()
    [1, 7, 8, 2, 1, 9, 2]
    """
    lengths = np.diff(offsets)
    padded = np.full(len(ids) + 2 * window * len(lengths), END_ID, dtype=np.uint16)
    begin = begins(offsets, window)
    for k in range(1, window + 1):
        padded[begin - k] = BEGIN_ID
    shift = np.repeat(begin - offsets[:-1], lengths)
    padded[np.arange(len(ids)) + shift] = ids
    return padded


def pattern_keys(symbols: Symbols, shape: Sequence[int]) -> NDArray[np.uint64]:
    """Return the key of the n-gram that starts at each position.

    Parameters
    ----------
    symbols
        Symbol ids, shape (T,).
    shape
        Offsets of the n-gram's symbols from its first, ascending from 0.

    Returns
    -------
    keys
        ``sum_k symbols[i + shape[k]] << 16 k``, shape (T,), uint64; symbols past the end are 0.
    """
    return packed([symbols[step:] for step in shape])


def packed(columns: Sequence[Symbols]) -> NDArray[np.uint64]:
    """Return the keys of n-grams from their first symbols, their second, ...; 0 where one ends.

    >>> packed([np.array([7, 8], dtype=np.uint16), np.array([1], dtype=np.uint16)]).tolist()
    [65543, 8]
    """
    keys = np.zeros(len(columns[0]), dtype=np.uint64)
    for k, column in enumerate(columns):
        keys[: len(column)] |= column.astype(np.uint64) << np.uint64(16 * k)
    return keys


def unpacked(keys: NDArray[np.uint64], n_symbols: int) -> Symbols:
    """Return the symbols of keys, shape (P, n)."""
    return keys.astype("<u8").view("<u2").reshape(-1, 4)[:, :n_symbols]
