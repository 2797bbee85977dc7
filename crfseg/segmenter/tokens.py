"""Tokens: words with offsets in code points, UTF-8 and UTF-16, as search engines use them.

White space is dropped, kept as tokens of its own, or attached to the word before it.
"""

from __future__ import annotations

from functools import partial
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from crfseg.errors import OptionError
from crfseg.text import chars
from crfseg.text.offsets import Offsets, offsets_of

WhiteSpace = Literal["drop", "keep", "attach"]
WHITE_SPACE: Final = ("drop", "keep", "attach")
"""The treatments of white space: left out, tokens of its own, or part of the word before."""


class Token(NamedTuple):
    """A word or white space, and its span in the text as given.

    Attributes
    ----------
    text
        The characters of the text.
    start, end
        Half-open, in code points, as Python counts.
    byte_start, byte_end
        The same in bytes of UTF-8.
    utf16_start, utf16_end
        The same in units of UTF-16, as Java and JavaScript count.
    label
        The label of the word; empty if the model has no labels.
    is_space
        True for white space.
    confidence
        The probability of the word, in [0, 1]; None if it was not computed, and for white space.
    """

    text: str
    start: int
    end: int
    byte_start: int
    byte_end: int
    utf16_start: int
    utf16_end: int
    label: str = ""
    is_space: bool = False
    confidence: float | None = None


_new_token: Final = partial(tuple.__new__, Token)  # half the time of Token(...)


def tokens_of(
    text: str,
    starts: Offsets,
    ends: Offsets,
    labels: list[str],
    white_space: WhiteSpace = "drop",
    confidence: list[float] | None = None,
) -> list[Token]:
    """Return the words of a text as tokens.

    Parameters
    ----------
    text
        T code points.
    starts, ends
        The spans of W words, ordered by start, then end; they may overlap. They cover the text
        except white space; shape (W,).
    labels
        The label of each word.
    white_space
        One of :data:`WHITE_SPACE`. Attached white space at the beginning is part of the first word.
    confidence
        The probability of each word, in [0, 1]; None if unknown.

    Raises
    ------
    OptionError
        If the treatment of white space is unknown.
    """
    if white_space not in WHITE_SPACE:
        raise OptionError(
            f"unknown white_space {white_space!r}; expected one of {', '.join(WHITE_SPACE)}"
        )
    codes = chars.code_points(text)
    is_space = np.zeros(len(starts), dtype=bool)
    probs: list[float | None] = [None] * len(starts) if confidence is None else [*confidence]
    if white_space == "attach" and len(starts):
        starts, ends = _attached(codes, starts, ends)
    elif white_space != "drop":
        starts, ends, is_space = _with_gaps(starts, ends, len(text))
        words = iter(zip(labels, probs, strict=True))
        pairs = [("", None) if space else next(words) for space in is_space.tolist()]
        labels, probs = [label for label, _ in pairs], [value for _, value in pairs]
    spans = list(zip(starts.tolist(), ends.tolist(), strict=True))
    columns = [
        of_unit[edge].tolist()
        for of_unit in (offsets_of(codes, "utf-8"), offsets_of(codes, "utf-16"))
        for edge in (starts, ends)
    ]
    texts = [text[start:end] for start, end in spans]
    fields = zip(
        texts, *zip(*spans, strict=True), *columns, labels, is_space.tolist(), probs, strict=True
    )
    return list(map(_new_token, fields)) if spans else []


def _attached(codes: chars.CodePoints, starts: Offsets, ends: Offsets) -> tuple[Offsets, Offsets]:
    """Extend each word over the white space after it, and the first over that before it."""
    visible = np.append(np.flatnonzero(~chars.is_white_space(codes)), len(codes))
    reach = visible[np.searchsorted(visible, ends)]
    return np.where(starts == visible[0], 0, starts), reach


def _with_gaps(
    starts: Offsets, ends: Offsets, n: int
) -> tuple[Offsets, Offsets, NDArray[np.bool_]]:
    """Return the words and the gaps between them, ordered, and flags for the gaps."""
    begin = np.append(0, np.maximum.accumulate(ends))
    end = np.append(starts, n)
    wide = begin < end
    all_starts, all_ends = np.append(starts, begin[wide]), np.append(ends, end[wide])
    order = np.lexsort((all_ends, all_starts))
    return all_starts[order], all_ends[order], order >= len(starts)
