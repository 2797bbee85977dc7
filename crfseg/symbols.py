"""Text as the templates see it: three numbers a place, in which the symbols of all views lie.

::

    text          我      爱      北      京
    entries  <s>  .       .       .       .      </s>   C | T << 16 | G << 24
    marks    <s>  .       .       .       .      </s>   B | E << 8 | P << 16 | A << 24
    words    <s>  .       .       .       .      </s>   W | V << 16

    C     1       874     210     58      61     2      the character, folded as the model says:
                                                        0 unknown, 1 <s>, 2 </s>, then the alphabet
    T     1       4       4       4       4      2      its class, see chars.py
    G     1       9       31      12      40     2      its learned group, see groups.py

    B, E, P    the longest known word that begins here, ends here, passes over the boundary before:
               how long, and how far to be trusted as a word
    b, e, p    the length alone
    W, V       which word it is that begins here, ends here                    see lexicon.py
    A          in how varied company the 2, 3, 4 characters from here on stand  see varieties.py

An n-gram is one 64-bit key. Sentences are laid end to end with ``window`` symbols ``<s>`` before
and ``</s>`` after each, so that no n-gram of one reaches into the next.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, Literal, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from crfseg import chars
from crfseg.corpus import Corpus

Numbers = NDArray[np.uint32]
Symbols = NDArray[np.uint16]
Folding = Literal["letters", "simplified", "width", "none"]
_Number = TypeVar("_Number", np.uint8, np.uint32)


class View(NamedTuple):
    """Where the symbols of a view lie: bits of one of a place's numbers."""

    number: int
    """0 entries, 1 marks, 2 words."""
    shift: int
    bits: int


VIEWS: Final = {
    "C": View(0, 0, 16), "T": View(0, 16, 8), "G": View(0, 24, 8),
    "B": View(1, 0, 8), "E": View(1, 8, 8), "P": View(1, 16, 8),
    "b": View(1, 5, 3), "e": View(1, 13, 3), "p": View(1, 21, 3), "A": View(1, 24, 8),
    "W": View(2, 0, 16), "V": View(2, 16, 16),
}  # fmt: skip
OF_CHARACTERS: Final = frozenset("CT")
"""The views that every character has by itself; the others are learned."""
OF_WORDS: Final = frozenset("BEPbepWV")
"""The views that look words up."""
OF_STRINGS: Final = frozenset("A")
"""The view that looks up strings, words or not, whose company was counted."""
FOLDINGS: Final = ("letters", "simplified", "width", "none")
BEGIN: Final = "<s>"
END: Final = "</s>"
"""The printed symbols before and after a sentence."""

WHITE_SPACE: Final = 0xFFFFFFFE
NEWLINE: Final = 0xFFFFFFFF
BEYOND: Final = 0x00030000
"""Entries of white space, newlines, and characters of no class that are not known."""

UNKNOWN_ID: Final = 0
BEGIN_ID: Final = 1
END_ID: Final = 2
FIRST_ID: Final = 3
EDGES: Final = (0x01010001, 0x02020002)
"""Entries of ``<s>`` and ``</s>``."""
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
        ``"letters"`` reads full-width letters and digits as half-width ones, and punctuation that
        is only known in its other width as that; ``"simplified"`` does that, and reads traditional
        characters as simplified ones; ``"width"`` reads punctuation too as half-width; ``"none"``
        takes characters as they are.
    groups
        The learned groups of the first G characters, shape (G,), at most 64; those that came in
        later training have none. Empty if none are learned. See :mod:`crfseg.groups`.
    """

    characters: chars.CodePoints
    folding: Folding = "letters"
    groups: NDArray[np.uint8] = field(default_factory=lambda: np.empty(0, dtype=np.uint8))

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
        for begin in range(0, len(codes), _BLOCK):
            found = np.bincount(fold(codes[begin : begin + _BLOCK], folding))
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
        entries |= self.groups_of(entries)
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

    def groups_of(self, entries: Numbers) -> Numbers:
        """Return what the groups of characters add to their entries, shape (T,)."""
        of_symbol = np.zeros(1 << VIEWS["C"].bits, dtype=np.uint32)
        of_symbol[FIRST_ID : FIRST_ID + len(self.groups)] = self.groups + np.uint32(FIRST_ID)
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


def begins(offsets: NDArray[np.intp], window: int) -> NDArray[np.intp]:
    """Return where each sentence's first character stands once padded, shape (N,)."""
    return offsets[:-1] + window * (2 * np.arange(len(offsets) - 1) + 1)


def pad(entries: Numbers, offsets: NDArray[np.intp], window: int) -> Numbers:
    """Lay sentences end to end with ``window`` edge entries on both sides of each.

    >>> pad(np.array([7, 8, 9], dtype=np.uint32), np.array([0, 2, 3]), 1).astype(np.uint16).tolist()
    [1, 7, 8, 2, 1, 9, 2]
    """
    lengths = np.diff(offsets)
    padded = np.full(len(entries) + 2 * window * len(lengths), EDGES[1], dtype=np.uint32)
    begin = begins(offsets, window)
    for k in range(1, window + 1):
        padded[begin - k] = EDGES[0]
    shift = np.repeat(begin - offsets[:-1], lengths)
    padded[np.arange(len(entries)) + shift] = entries
    return padded


def padded_shape(corpus: Corpus, window: int) -> tuple[int]:
    """Return the shape of what says something of every place of a padded corpus."""
    return (corpus.n_chars + 2 * window * len(corpus),)


def padded(
    corpus: Corpus,
    numbers_of: Callable[[slice], Numbers],
    window: int,
    out: NDArray[_Number],
) -> NDArray[_Number]:
    """Write the numbers of a corpus's characters into ``out``, each sentence between edges.

    Parameters
    ----------
    corpus
        Gone through block by block.
    numbers_of
        Gives the numbers of a slice of its characters.
    window
        Edges before and after each sentence.
    out
        Of that :func:`padded_shape`.
    """
    for of, begin, end in corpus.blocks():
        offsets = corpus.offsets[of.start : of.stop + 1] - begin
        block = pad(numbers_of(slice(begin, end)), offsets, window)
        first = begin + 2 * window * of.start
        out[first : first + len(block)] = block
    return out


def symbols_of(numbers: Numbers, view: View) -> Numbers:
    """Return the symbols of a view, out of the numbers that hold them."""
    return numbers >> np.uint32(view.shift) & np.uint32((1 << view.bits) - 1)


def pattern_keys(places: Sequence[Numbers], views: str, shape: Sequence[int]) -> NDArray[np.uint64]:
    """Return the key of the n-gram that starts at each place.

    Parameters
    ----------
    places
        The entries, marks and words of T places; the last two only if a view needs them.
    views
        The views of the n-gram's symbols.
    shape
        Their offsets from the first, ascending from 0.

    Returns
    -------
    keys
        The symbols' bits side by side, the first lowest; shape (T,), uint64. Past the end are 0.
    """
    return packed(
        [
            symbols_of(places[VIEWS[view].number][step:], VIEWS[view])
            for view, step in zip(views, shape, strict=True)
        ],
        views,
    )


def packed(columns: Sequence[NDArray[Any]], views: str) -> NDArray[np.uint64]:
    """Return the keys of n-grams from their first symbols, their second, ...; 0 where one ends.

    >>> packed([np.array([7, 8]), np.array([1])], "CC").tolist()
    [65543, 8]
    """
    keys = np.zeros(len(columns[0]), dtype=np.uint64)
    for column, (_, low) in zip(columns, layout(views), strict=True):
        keys[: len(column)] |= column.astype(np.uint64) << np.uint64(low)
    return keys


def unpacked(keys: NDArray[np.uint64], views: str) -> Symbols:
    """Return the symbols of each key, shape (P, n)."""
    columns = [
        (keys >> np.uint64(low)).astype(np.uint16) & np.uint16((1 << view.bits) - 1)
        for view, low in layout(views)
    ]
    return np.stack(columns, axis=1)


def layout(views: str) -> list[tuple[View, int]]:
    """Return each view, and the lowest bit of its symbol in an n-gram's key."""
    lows = np.cumsum([0, *(VIEWS[view].bits for view in views)]).tolist()
    return [(VIEWS[view], low) for view, low in zip(views, lows, strict=False)]
