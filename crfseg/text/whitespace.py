"""Splits text at white space, which separates words, and at newlines, which end sentences.

The compiled reader (:mod:`crfseg.decoding.text_io`) follows the same rules; a test compares the
two.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from crfseg.text import chars


class Lines(NamedTuple):
    """The lines of a text: its visible characters, and boundaries at white space."""

    codes: chars.CodePoints
    """The T characters that are not white space, uint32."""
    starts: NDArray[np.bool_]
    """True for those that follow white space or begin a line, shape (T,)."""
    offsets: NDArray[np.intp]
    """Index of the first character of each of the N lines that are not blank, then T; (N + 1,)."""
    lines: NDArray[np.intp]
    """0-based line numbers of these lines, shape (N,)."""
    positions: NDArray[np.intp]
    """Index of each character in the text, shape (T,)."""
    boundaries: NDArray[np.int8]
    """Constraint on each character, see :mod:`crfseg.text.boundaries`; shape (T,)."""


def split_lines(text: str, boundaries: NDArray[np.int8] | None = None) -> Lines:
    r"""Split a text at white space and newlines.

    Parameters
    ----------
    text
        Any text.
    boundaries
        Constraints on its characters, shape (len(text),), as in :class:`crfseg.ConstrainedText`.
        They override white space, but a line always begins a word.

    Examples
    --------
    >>> split_lines(" 我爱\u3000北京\n\n他").offsets.tolist()
    [0, 4, 5]
    """
    codes = chars.code_points(text)
    positions = np.flatnonzero(~chars.is_white_space(codes))
    starts = np.ones(len(positions), dtype=bool)
    starts[1:] = np.diff(positions) > 1
    line_of = np.cumsum(codes == chars.NEWLINE)[positions]
    first = np.flatnonzero(np.diff(line_of, prepend=-1))
    constraints = starts.astype(np.int8)
    if boundaries is not None:
        constraints = np.where(boundaries[positions], boundaries[positions], constraints)
        constraints[first] = 1
    offsets = np.append(first, len(positions))
    return Lines(codes[positions], starts, offsets, line_of[first], positions, constraints)
