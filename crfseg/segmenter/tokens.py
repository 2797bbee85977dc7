"""Tokens: words with offsets in code points, UTF-8 and UTF-16, as search engines want them.

White space can be dropped, kept as tokens of its own, or attached to the word before it. The
offsets are those of :mod:`crfseg.text.offsets`.
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
"""What becomes of white space: it is left out, tokens of its own, or part of the word before."""


class Token(NamedTuple):
    """A word, or white space, and its place in the text as given.

    Attributes
    ----------
    text
        As it stands in the text.
    start, end
        Half-open, in code points, as Python counts.
    byte_start, byte_end
        The same in bytes of UTF-8.
    utf16_start, utf16_end
        The same in units of UTF-16, as Java and JavaScript count.
    label
        Of the word; empty where the model has no labels.
    is_space
        Whether it is white space and no word.
    confidence
        The probability of the word, in [0, 1], if asked for; None otherwise and for white space.
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
        The words' places, ordered by start, then end; they may overlap. They cover all of the
        text but white space; shape (W,).
    labels
        The label of each word.
    white_space
        One of :data:`WHITE_SPACE`. Attached, that at the beginning is part of the first word.
    confidence
        The probability of each word, if known.
    """
    if white_space not in WHITE_SPACE:
        raise OptionError(
            f"unknown white_space {white_space!r}; expected one of {', '.join(WHITE_SPACE)}"
        )
    codes = chars.code_points(text)
    is_space = np.zeros(len(starts), dtype=bool)
    sure: list[float | None] = [None] * len(starts) if confidence is None else [*confidence]
    if white_space == "attach" and len(starts):
        starts, ends = _attached(codes, starts, ends)
    elif white_space != "drop":
        starts, ends, is_space = _with_gaps(starts, ends, len(text))
        words = iter(zip(labels, sure, strict=True))
        pairs = [("", None) if space else next(words) for space in is_space.tolist()]
        labels, sure = [label for label, _ in pairs], [value for _, value in pairs]
    spans = list(zip(starts.tolist(), ends.tolist(), strict=True))
    columns = [
        of_unit[edge].tolist()
        for of_unit in (offsets_of(codes, "utf-8"), offsets_of(codes, "utf-16"))
        for edge in (starts, ends)
    ]
    texts = [text[start:end] for start, end in spans]
    fields = zip(
        texts, *zip(*spans, strict=True), *columns, labels, is_space.tolist(), sure, strict=True
    )
    return list(map(_new_token, fields)) if spans else []


def _attached(codes: chars.CodePoints, starts: Offsets, ends: Offsets) -> tuple[Offsets, Offsets]:
    """Let words reach over the white space behind them, and the first over that before it."""
    visible = np.append(np.flatnonzero(~chars.is_white_space(codes)), len(codes))
    reach = visible[np.searchsorted(visible, ends)]
    return np.where(starts == visible[0], 0, starts), reach


def _with_gaps(
    starts: Offsets, ends: Offsets, n: int
) -> tuple[Offsets, Offsets, NDArray[np.bool_]]:
    """Return words and what lies between them, ordered, and which of them is no word."""
    begin = np.append(0, np.maximum.accumulate(ends))
    end = np.append(starts, n)
    wide = begin < end
    all_starts, all_ends = np.append(starts, begin[wide]), np.append(ends, end[wide])
    order = np.lexsort((all_ends, all_starts))
    return all_starts[order], all_ends[order], order >= len(starts)
