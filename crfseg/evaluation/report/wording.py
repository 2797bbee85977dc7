"""Wording of a page: text in both languages, visible characters, widths and percentages."""

from __future__ import annotations

import re
from typing import Final, NamedTuple
from unicodedata import east_asian_width

_UNPRINTABLE: Final = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


class Text(NamedTuple):
    """A text in English and in Chinese."""

    en: str
    zh: str


Wording = Text | str
"""A text in both languages, or one string for both."""


def shown(text: str) -> str:
    r"""Return a text with unprintable characters replaced, one for one, for HTML.

    Control characters, which browsers drop, become control pictures; lone surrogates, which UTF-8
    cannot encode, become U+FFFD.

    >>> shown("a\0b\ud800"), len(shown("a\0b\ud800"))
    ('a␀b\ufffd', 4)
    """
    return _UNPRINTABLE.sub(_picture, text)


def _picture(match: re.Match[str]) -> str:
    code = ord(match[0])
    return chr(0x2400 + code) if code < 0x20 else "\u2421" if code == 0x7F else "\ufffd"


def columns_of(text: str) -> int:
    """Return the width of a text in columns; wide characters, such as Han, take two.

    >>> columns_of("北京 2008")
    9
    """
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


def share(figure: float | None, digits: int = 2) -> str:
    r"""Format a share in [0, 1] in per cent, None as a dash.

    >>> share(0.95301), share(None)
    ('95.30\xa0%', '–')
    """
    return "–" if figure is None else f"{100 * figure:.{digits}f}\N{NO-BREAK SPACE}%"
