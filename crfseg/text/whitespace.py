"""White space: separates words; a newline ends a line. A text is split into lines of characters.

The compiled tagger reads text by the same rules (:mod:`crfseg.decoding.text_io`), a line at a
time; one test holds the two readers together.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from crfseg.text import chars


class Lines(NamedTuple):
    """A text taken apart: its visible characters, and what white space said about them."""

    codes: chars.CodePoints
    """The T characters that are not white space, uint32."""
    starts: NDArray[np.bool_]
    """Which of them follow white space or begin a line, shape (T,)."""
    offsets: NDArray[np.intp]
    """Where each of the N lines that are not blank begins, and T at the end; shape (N + 1,)."""
    lines: NDArray[np.intp]
    """Their 0-based line numbers, shape (N,)."""
    positions: NDArray[np.intp]
    """Where in the text the characters stand, shape (T,)."""
    known: NDArray[np.int8]
    """What the decoder is to know of each: 1 begins a word, -1 does not, 0 nothing; shape (T,)."""


def split_lines(text: str, marks: NDArray[np.int8] | None = None) -> Lines:
    r"""Take a text apart at white space and newlines.

    ``marks`` are what is known of its characters, as in :class:`crfseg.Marked`. They say more than
    white space; a line begins a word whatever they say.

    >>> split_lines(" 我爱\u3000北京\n\n他").offsets.tolist()
    [0, 4, 5]
    """
    codes = chars.code_points(text)
    space = chars.is_white_space(codes)
    positions = np.flatnonzero(~space)
    starts = np.ones(len(positions), dtype=bool)
    starts[1:] = np.diff(positions) > 1
    line_of = np.cumsum(codes == chars.NEWLINE)[positions]
    first = np.flatnonzero(np.diff(line_of, prepend=-1))
    known = starts.astype(np.int8)
    if marks is not None:
        known = np.where(marks[positions], marks[positions], known)
        known[first] = 1
    offsets = np.append(first, len(positions))
    return Lines(codes[positions], starts, offsets, line_of[first], positions, known)
