"""The files that a user's words are in: those of crfseg, jieba, pkuseg and THULAC.

::

    crfseg     # products       a comment
               慢阻肺             worth the lexicon's strength
               云计算 6           worth 6 nats
               小度 inf nz        always a word, if it has that label; -inf: never one

A reader takes the text of a file and the lexicon's strength, and returns what is said of each word.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from numbers import Real
from typing import Final, Literal, NamedTuple

from crfseg.errors import LexiconError

LexiconFormat = Literal["crfseg", "jieba", "pkuseg", "thulac"]
MOST: Final = 100  # nats that are not infinite


class Entry(NamedTuple):
    """What is said of a word."""

    strength: float | None
    """In nats; None: the lexicon's."""
    tag: str
    """The label that is meant; empty: any."""


PLAIN: Final = Entry(None, "")
"""What is said of a word that stands alone."""
_Reader = Callable[[str, float], dict[str, Entry]]
_TAG: Final = re.compile("[A-Za-z]+")  # as jieba tells them from the end of a line
_COUNT: Final = re.compile("[0-9]+")
_NUMBER: Final = re.compile(r"[-+]?[0-9]*[.,]?[0-9]+(e[-+]?[0-9]+)?|[-+]?(inf|nan)")
_MORE: Final = re.compile(r"#|\r(?!\n)|[^\S\r\n]")  # than one word a line


def checked_strength(strength: float) -> float:
    """Return a strength in nats; a LexiconError if it is none."""
    if not isinstance(strength, Real) or not (abs(strength) <= MOST or math.isinf(strength)):
        raise LexiconError(
            f"strength must be from -{MOST} to {MOST} nats, or infinite, got {strength!r}"
        )
    return float(strength)


def _crfseg(text: str, _: float) -> dict[str, Entry]:
    if not _MORE.search(text):
        return dict.fromkeys(text.split(), PLAIN)
    found: dict[str, Entry] = {}
    for n, line in enumerate(text.split("\n"), 1):
        parts = line.split()
        if len(parts) == 1 and "#" not in line:
            found[parts[0]] = PLAIN
        elif parts:
            _enter_line(found, n, _uncommented(parts))
    return found


def _uncommented(parts: list[str]) -> list[str]:
    """Return the parts of a line before a comment."""
    return parts[: next((k for k, part in enumerate(parts) if part.startswith("#")), len(parts))]


def _enter_line(found: dict[str, Entry], n: int, parts: list[str]) -> None:
    """Enter a word with its strength and its tag, if it has them."""
    if not parts:
        return
    word, *rest = parts
    strength = _number(n, rest[0]) if rest else None
    tag = rest[strength is not None :]
    if len(tag) > 1:
        raise LexiconError(
            f"line {n}: {' '.join(parts)[:40]!r}; expected a word, its strength in nats, its tag; "
            "a word has no white space"
        )
    found[word] = Entry(strength, "".join(tag))


def _number(n: int, text: str) -> float | None:
    """Return a strength, None for text that is no number."""
    try:
        number = float(text)
    except ValueError:
        return None
    try:
        return checked_strength(number)
    except LexiconError as error:
        raise LexiconError(f"line {n}: {error}; name the format if it is jieba's") from None


def _jieba(text: str, strength: float) -> dict[str, Entry]:
    """Read words and counts; what occurs often gets the whole strength, what is rare half of it."""
    rows = [_jieba_line(n, line.split()) for n, line in enumerate(text.split("\n"), 1)]
    counts = {word: count for word, count, _ in rows if word}
    tags = {word: tag for word, _, tag in rows}
    most = math.log1p(max((count for count in counts.values() if count), default=1.0))
    return {
        word: Entry(
            None
            if count is None or len(word) == 1
            else strength * (1 + math.log1p(count) / most) / 2,
            tags[word],
        )
        for word, count in counts.items()
        if count != 0  # jieba's way to take a word away
    }


def _jieba_line(n: int, parts: list[str]) -> tuple[str, float | None, str]:
    """Return a line's word, count and tag; no word for one with white space in it.

    >>> _jieba_line(1, ["云计算", "5", "n"]), _jieba_line(2, ["Edu", "Trust认证", "2000"])
    (('云计算', 5.0, 'n'), ('', 2000.0, ''))
    """
    rest = list(parts)
    tag = rest.pop() if len(rest) > 1 and _TAG.fullmatch(rest[-1]) else ""
    count = float(rest.pop()) if len(rest) > 1 and _COUNT.fullmatch(rest[-1]) else None
    if len(rest) > 1 and _NUMBER.fullmatch(rest[-1]):
        raise LexiconError(
            f"line {n}: {' '.join(parts)[:40]!r}; expected a word, its count, its tag"
        )
    return rest[0] if len(rest) == 1 else "", count, tag


def _pkuseg(text: str, _: float) -> dict[str, Entry]:
    rows = (line.strip().partition("\t") for line in text.split("\n"))
    return {
        word.strip(): Entry(None, tag.partition("\t")[0])
        for word, _, tag in rows
        if len(word.split()) == 1
    }


def _thulac(text: str, _: float) -> dict[str, Entry]:
    words = map(str.strip, text.split("\n"))
    return dict.fromkeys((word for word in words if len(word.split()) == 1), PLAIN)


READERS: Final[dict[str, _Reader]] = {
    "crfseg": _crfseg,
    "jieba": _jieba,
    "pkuseg": _pkuseg,
    "thulac": _thulac,
}
"""By the name of the format."""
