r"""Boundary constraints: where a word must begin, and where none may.

A :class:`ConstrainedText` is a text with one constraint for each character. Its markup has a sign
before each constrained character::

    我|是-北京       我 | 是: a word begins;  是 - 北: none begins;  北 京: no constraint
    a\-b             a backslash escapes a sign or a backslash

White space separates words as in any text, unless ``-`` follows it: ``iPhone -14``. A newline ends
a sentence, whatever the constraints.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from crfseg.errors import MarkupError, ShapeError

FREE: Final = 0
BEGIN: Final = 1
INSIDE: Final = -1
"""Constraints on a character: none, begins a word, does not begin a word."""

CUT: Final = "|"
JOIN: Final = "-"
_SIGNS: Final = {CUT: BEGIN, JOIN: INSIDE}
_TOKEN: Final = re.compile(r"\\(.)|([|-])|([^\\|-]+)|(\\)", re.DOTALL)
_SPECIAL: Final = re.compile(r"[\\|-]")


@dataclass(frozen=True, eq=False)
class ConstrainedText:
    """A text with boundary constraints, for every method of a segmenter that takes a text.

    Parameters
    ----------
    text
        The text.
    boundaries
        BEGIN (1), INSIDE (-1) or FREE (0) for each character; shape (len(text),), int8. The
        constraints on white space are ignored.

    Raises
    ------
    ShapeError
        If there is not exactly one int8 constraint for each character.

    Examples
    --------
    >>> ConstrainedText.parse("我|是-北京")
    ConstrainedText('我|是-北京')
    >>> ConstrainedText.at("iPhone 14", never=range(1, 9)).boundaries.tolist()
    [0, -1, -1, -1, -1, -1, -1, -1, -1]
    """

    text: str
    boundaries: NDArray[np.int8]

    def __post_init__(self) -> None:
        if not isinstance(self.text, str):
            raise TypeError(f"expected text as str, got {type(self.text).__name__}")
        if self.boundaries.shape != (len(self.text),) or self.boundaries.dtype != np.int8:
            raise ShapeError(
                f"boundaries: {self.boundaries.dtype} of shape {self.boundaries.shape}; expected "
                f"int8, one for each of {len(self.text)} characters"
            )

    def __len__(self) -> int:
        return len(self.text)

    @classmethod
    def at(
        cls, text: str, always: Iterable[int] = (), never: Iterable[int] = ()
    ) -> ConstrainedText:
        """Return a text with constraints at some positions.

        Parameters
        ----------
        text
            The text.
        always, never
            Positions where a word must begin, and where none may, from 0 to len(text). The end of
            the text is allowed and has no effect.

        Raises
        ------
        MarkupError
            If a position is outside the text, or in both.
        """
        boundaries = np.zeros(len(text) + 1, dtype=np.int8)
        for name, positions, sign in (("always", always, BEGIN), ("never", never, INSIDE)):
            for position in map(operator.index, positions):
                if not 0 <= position <= len(text):
                    raise MarkupError(
                        f"{name}: {position}; expected positions from 0 to {len(text)}"
                    )
                if boundaries[position] == -sign:
                    raise MarkupError(f"{position} is in always and in never; expected it in one")
                boundaries[position] = sign
        return cls(text, boundaries[:-1])

    @classmethod
    def parse(cls, markup: str) -> ConstrainedText:
        """Parse the markup of a text.

        Raises
        ------
        MarkupError
            If two signs are adjacent, or a backslash is last; the message has the position.
        """
        if not isinstance(markup, str):
            raise TypeError(f"expected markup as str, got {type(markup).__name__}")
        parts: list[str] = []
        signs: dict[int, int] = {}
        n, last = 0, -1
        for token in _TOKEN.finditer(markup):
            escaped, sign, plain, stray = token.groups()
            if stray:
                raise MarkupError(
                    f"character {token.start() + 1}: a backslash at the end; expected the "
                    "character that it escapes, such as \\\\"
                )
            if sign:
                if last == n:
                    raise MarkupError(
                        f"character {token.start() + 1}: {sign!r} behind a sign; expected one sign "
                        f"between two characters (\\{sign} is the character itself)"
                    )
                signs[n], last = _SIGNS[sign], n
                continue
            parts.append(escaped or plain)
            n += len(parts[-1])
        boundaries = np.zeros(n + 1, dtype=np.int8)  # a sign at the end changes nothing
        boundaries[list(signs)] = list(signs.values())
        return cls("".join(parts), boundaries[:-1])

    @property
    def markup(self) -> str:
        r"""The markup of the text, the inverse of :meth:`parse`.

        >>> ConstrainedText.at("a-b|c", always=[4]).markup
        'a\\-b\\||c'
        """
        positions = np.flatnonzero(self.boundaries).tolist()
        parts, before = [], 0
        for position in positions:
            parts += [
                _SPECIAL.sub(r"\\\g<0>", self.text[before:position]),
                CUT if self.boundaries[position] > 0 else JOIN,
            ]
            before = position
        return "".join([*parts, _SPECIAL.sub(r"\\\g<0>", self.text[before:])])

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"ConstrainedText({self.markup!r})"


Text = str | ConstrainedText
"""A text, with or without constraints."""


def plain(text: Text) -> str:
    """Return a text without its constraints."""
    return text.text if isinstance(text, ConstrainedText) else text
