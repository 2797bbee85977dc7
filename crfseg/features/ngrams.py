"""N-grams of symbols as 64-bit keys, and the views of a text that the symbols come from.

::

    text          我      爱      北      京
    entries  <s>  .       .       .       .      </s>   C | T << 16 | G << 24
    features <s>  .       .       .       .      </s>   B | E << 8 | P << 16 | A << 24
    words    <s>  .       .       .       .      </s>   W | V << 16

    C     1       874     210     58      61     2      the character, folded as the model says:
                                                        0 unknown, 1 <s>, 2 </s>, then the alphabet
    T     1       4       4       4       4      2      its class, see chars.py
    G     1       9       31      12      40     2      its learned group, see groups.py

    B, E, P    the longest known word that begins here, ends here, passes over the boundary before:
               its length and its class
    b, e, p    the length alone
    W, V       which word it is that begins here, ends here                    see lexicon.py
    A          accessor variety of the 2, 3, 4 characters from here on     see accessor_variety.py

An n-gram is one 64-bit key. Sentences are laid end to end with ``window`` symbols ``<s>`` before
and ``</s>`` after each, so that no n-gram of one reaches into the next.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from crfseg.corpus.corpus import Corpus

Numbers = NDArray[np.uint32]
Symbols = NDArray[np.uint16]
_Number = TypeVar("_Number", np.int8, np.uint32)


class View(NamedTuple):
    """The bits of a position's numbers that hold the symbols of a view."""

    number: int
    """0 entries, 1 lexicon features, 2 words."""
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
"""The view of the accessor variety of strings, words or not."""
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


def begins(offsets: NDArray[np.intp], window: int) -> NDArray[np.intp]:
    """Return where each sentence's first character stands once padded, shape (N,)."""
    return offsets[:-1] + window * (2 * np.arange(len(offsets) - 1) + 1)


def pad(entries: NDArray[_Number], offsets: NDArray[np.intp], window: int) -> Numbers:
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
    """Return the shape of an array with a number for each position of a padded corpus."""
    return (corpus.n_chars + 2 * window * len(corpus),)


def padded(
    corpus: Corpus,
    numbers_of: Callable[[slice], NDArray[_Number]],
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
    """Return the key of the n-gram that starts at each position.

    Parameters
    ----------
    places
        The entries, lexicon features and words of T positions; the last two if a view needs them.
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
