"""Word spans: the words of a text as index ranges over its visible characters."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from crfseg.text.whitespace import Lines

Positions = NDArray[np.intp]


class WordSpans(NamedTuple):
    """Words as half-open ranges of characters; white space is not counted."""

    starts: Positions
    """Shape (W,)."""
    ends: Positions
    tags: NDArray[np.int16]
    """The tag of each word's first character, shape (W,); -1 for a word inside another one."""

    @classmethod
    def from_starts(cls, starts: NDArray[np.bool_], tags: NDArray[np.int16]) -> WordSpans:
        """Return the words that begin at the flagged ones of T characters, with the tags there."""
        cuts = np.append(np.flatnonzero(starts), len(starts))
        return cls(cuts[:-1], cuts[1:], tags[cuts[:-1]])

    def in_text(self, lines: Lines) -> tuple[Positions, Positions]:
        """Return the starts and ends of the words in the text as given, in code points."""
        return lines.positions[self.starts], lines.positions[self.ends - 1] + 1
