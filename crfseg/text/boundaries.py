r"""A text of which something is known: where a word begins, and where none does.

The markup of such a text has a sign before the character it speaks of::

    我|是-北京       我 | 是: a word begins;  是 - 北: none does;  北 京: nothing is known
    a\-b             a backslash takes the sign, or a backslash, for itself

White space parts words as in any text, but ``-`` behind it joins what it parts: ``iPhone -14``.
A newline ends a sentence whatever is said.
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
"""A boundary constraint on a character: none, it begins a word, it does not begin one."""

CUT: Final = "|"
JOIN: Final = "-"
_ESCAPE: Final = "\\"
_SIGNS: Final = {CUT: 1, JOIN: -1}
_TOKEN: Final = re.compile(r"\\(.)|([|-])|([^\\|-]+)|(\\)", re.DOTALL)
_SPECIAL: Final = re.compile(r"[\\|-]")


@dataclass(frozen=True, eq=False)
class ConstrainedText:
    """A text and what is known of its words; every method of a segmenter takes it for a text.

    Parameters
    ----------
    text
        As it is.
    boundaries
        Of each character: 1 begins a word, -1 does not, 0 nothing is known; shape (len(text),),
        int8. What is said of white space does not count.

    Examples
    --------
    >>> Marked.parse("我|是-北京")
    Marked('我|是-北京')
    >>> Marked.at("iPhone 14", never=range(1, 9)).known.tolist()
    [0, -1, -1, -1, -1, -1, -1, -1, -1]
    """

    text: str
    boundaries: NDArray[np.int8]

    def __post_init__(self) -> None:
        if not isinstance(self.text, str):
            raise TypeError(f"expected text as str, got {type(self.text).__name__}")
        if self.boundaries.shape != (len(self.text),) or self.boundaries.dtype != np.int8:
            raise ShapeError(
                f"known: {self.boundaries.dtype} of shape {self.boundaries.shape}; expected int8, one for "
                f"each of {len(self.text)} characters"
            )

    def __len__(self) -> int:
        return len(self.text)

    @classmethod
    def at(
        cls, text: str, always: Iterable[int] = (), never: Iterable[int] = ()
    ) -> ConstrainedText:
        """Mark places by number.

        Parameters
        ----------
        text
            As it is.
        always, never
            Where a word must begin, and where none may: the index of the character behind the
            place. The ends of the text are places too, of which nothing more need be known.

        Raises
        ------
        MarkupError
            If a place is not in the text, or in both.
        """
        boundaries = np.zeros(len(text) + 1, dtype=np.int8)
        for name, places, sign in (("always", always, 1), ("never", never, -1)):
            for place in map(operator.index, places):
                if not 0 <= place <= len(text):
                    raise MarkupError(f"{name}: {place}; expected places from 0 to {len(text)}")
                if boundaries[place] == -sign:
                    raise MarkupError(f"{place} is in always and in never; expected it in one")
                boundaries[place] = sign
        return cls(text, boundaries[:-1])

    @classmethod
    def parse(cls, markup: str) -> ConstrainedText:
        """Read the markup of a text.

        Raises
        ------
        MarkupError
            If two signs meet, or a backslash stands at the end; the message says where.
        """
        if not isinstance(markup, str):
            raise TypeError(f"expected markup as str, got {type(markup).__name__}")
        parts: list[str] = []
        marks: dict[int, int] = {}
        n, last = 0, -1
        for token in _TOKEN.finditer(markup):
            escaped, sign, plain, stray = token.groups()
            if stray:
                raise MarkupError(
                    f"character {token.start() + 1}: a backslash at the end; expected what it "
                    "takes for itself, such as \\\\"
                )
            if sign:
                if last == n:
                    raise MarkupError(
                        f"character {token.start() + 1}: {sign!r} behind a sign; expected one sign "
                        f"between two characters (\\{sign} is the character itself)"
                    )
                marks[n], last = _SIGNS[sign], n
                continue
            parts.append(escaped or plain)
            n += len(parts[-1])
        boundaries = np.zeros(n + 1, dtype=np.int8)  # a sign at the end says nothing more
        boundaries[list(marks)] = list(marks.values())
        return cls("".join(parts), boundaries[:-1])

    @property
    def markup(self) -> str:
        r"""The text with its marks, the inverse of :meth:`parse`.

        >>> Marked.at("a-b|c", always=[4]).markup
        'a\\-b\\||c'
        """
        places = np.flatnonzero(self.boundaries).tolist()
        parts, before = [], 0
        for place in places:
            parts += [
                _SPECIAL.sub(r"\\\g<0>", self.text[before:place]),
                CUT if self.boundaries[place] > 0 else JOIN,
            ]
            before = place
        return "".join([*parts, _SPECIAL.sub(r"\\\g<0>", self.text[before:])])

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"Marked({self.markup!r})"


Text = str | ConstrainedText
"""What is cut: a text, or one of which something is known."""


def plain(text: Text) -> str:
    """Return a text without what is known of it."""
    return text.text if isinstance(text, ConstrainedText) else text
