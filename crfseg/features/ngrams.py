"""Views of a text, held in three numbers for each position, and keys of n-grams.

::

    text                   我      爱      北      京
    entries           <s>  .       .       .       .      </s>   C | T << 16 | G << 24
    lexicon features  <s>  .       .       .       .      </s>   B | E << 8 | P << 16 | A << 24
    word ids          <s>  .       .       .       .      </s>   W | V << 16

    C                 1    874     210     58      61     2      the folded character: 0 unknown,
                                                                 1 <s>, 2 </s>, then the alphabet
    T                 1    4       4       4       4      2      its class, see chars.py
    G                 1    9       31      12      40     2      its cluster, see clusters.py

    B, E, P    length and class of the longest known word that begins here, ends here, or passes
               over the boundary before this position; see lexicon.py
    b, e, p    its length alone
    W, V       the id of the longest known word that begins here, ends here
    A          accessor variety of the next 2, 3 and 4 characters, see accessor_variety.py

The key of an n-gram has the bits of its symbols side by side, 64 at most. Padded text has
``window`` symbols ``<s>`` before and ``</s>`` after each sentence, so that no n-gram reaches from
one sentence into another.
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
    """The bits that hold the symbols of a view, in one of the numbers of a position."""

    number: int
    """0 entries, 1 lexicon features, 2 word ids."""
    shift: int
    """The lowest bit."""
    bits: int
    """The number of bits."""


VIEWS: Final = {
    "C": View(0, 0, 16), "T": View(0, 16, 8), "G": View(0, 24, 8),
    "B": View(1, 0, 8), "E": View(1, 8, 8), "P": View(1, 16, 8),
    "b": View(1, 5, 3), "e": View(1, 13, 3), "p": View(1, 21, 3), "A": View(1, 24, 8),
    "W": View(2, 0, 16), "V": View(2, 16, 16),
}  # fmt: skip
OF_CHARACTERS: Final = frozenset("CT")
"""The views of single characters; the others are fitted on text."""
OF_WORDS: Final = frozenset("BEPbepWV")
"""The views of the lexicon."""
OF_STRINGS: Final = frozenset("A")
"""The view of accessor variety."""
BEGIN: Final = "<s>"
END: Final = "</s>"
"""Printed symbols of the edges before and after a sentence."""

WHITE_SPACE: Final = 0xFFFFFFFE
NEWLINE: Final = 0xFFFFFFFF
BEYOND: Final = 0x00030000
"""Entries of white space, of newlines, and of unknown characters of class "other"."""

UNKNOWN_ID: Final = 0
BEGIN_ID: Final = 1
END_ID: Final = 2
FIRST_ID: Final = 3
"""Symbols: unknown, ``<s>``, ``</s>``, and the first of the alphabet."""
EDGES: Final = (0x01010001, 0x02020002)
"""Entries of ``<s>`` and ``</s>``."""


def begins(offsets: NDArray[np.intp], window: int) -> NDArray[np.intp]:
    """Return the padded position of the first character of each sentence, shape (N,)."""
    return offsets[:-1] + window * (2 * np.arange(len(offsets) - 1) + 1)


def pad(entries: NDArray[_Number], offsets: NDArray[np.intp], window: int) -> Numbers:
    """Return sentences end to end with ``window`` edge entries on both sides of each.

    Parameters
    ----------
    entries
        Numbers of the T characters, shape (T,).
    offsets
        Index of the first character of each of the N sentences, then T; shape (N + 1,).
    window
        Edges on each side.

    Returns
    -------
    padded
        Shape (T + 2 * window * N,).

    Examples
    --------
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
    """Return the shape of an array with one value for each position of a padded corpus."""
    return (corpus.n_chars + 2 * window * len(corpus),)


def padded(
    corpus: Corpus,
    numbers_of: Callable[[slice], NDArray[_Number]],
    window: int,
    out: NDArray[_Number],
) -> NDArray[_Number]:
    """Write numbers of the characters of a corpus into ``out``, each sentence between edges.

    Parameters
    ----------
    corpus
        The corpus, processed in blocks.
    numbers_of
        Returns the numbers of a slice of its characters.
    window
        Edges before and after each sentence.
    out
        Written to and returned; of the shape :func:`padded_shape`.
    """
    for of, begin, end in corpus.blocks():
        offsets = corpus.offsets[of.start : of.stop + 1] - begin
        block = pad(numbers_of(slice(begin, end)), offsets, window)
        first = begin + 2 * window * of.start
        out[first : first + len(block)] = block
    return out


def symbols_of(numbers: Numbers, view: View) -> Numbers:
    """Return the symbols of a view from the numbers that hold them, shape (T,)."""
    return numbers >> np.uint32(view.shift) & np.uint32((1 << view.bits) - 1)


def pattern_keys(places: Sequence[Numbers], views: str, shape: Sequence[int]) -> NDArray[np.uint64]:
    """Return the key of the n-gram that starts at each position.

    Parameters
    ----------
    places
        Entries, lexicon features and word ids of T positions; the last two only if views need them.
    views
        The views of the symbols.
    shape
        The offsets of the symbols from the first, ascending from 0.

    Returns
    -------
    keys
        The bits of the symbols side by side, the first lowest; shape (T,), uint64. Symbols beyond
        the end are 0.
    """
    return packed(
        [
            symbols_of(places[VIEWS[view].number][step:], VIEWS[view])
            for view, step in zip(views, shape, strict=True)
        ],
        views,
    )


def packed(columns: Sequence[NDArray[Any]], views: str) -> NDArray[np.uint64]:
    """Return the keys of n-grams, given their first symbols, their second, ...; missing ones are 0.

    >>> packed([np.array([7, 8]), np.array([1])], "CC").tolist()
    [65543, 8]
    """
    keys = np.zeros(len(columns[0]), dtype=np.uint64)
    for column, (_, low) in zip(columns, layout(views), strict=True):
        keys[: len(column)] |= column.astype(np.uint64) << np.uint64(low)
    return keys


def unpacked(keys: NDArray[np.uint64], views: str) -> Symbols:
    """Return the n symbols of each key, shape (P, n), uint16."""
    columns = [
        (keys >> np.uint64(low)).astype(np.uint16) & np.uint16((1 << view.bits) - 1)
        for view, low in layout(views)
    ]
    return np.stack(columns, axis=1)


def layout(views: str) -> list[tuple[View, int]]:
    """Return the view of each symbol of an n-gram, and the lowest bit of the symbol in the key."""
    lows = np.cumsum([0, *(VIEWS[view].bits for view in views)]).tolist()
    return [(VIEWS[view], low) for view, low in zip(views, lows, strict=False)]
