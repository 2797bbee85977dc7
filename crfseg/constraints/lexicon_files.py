"""Lexicon files: readers for the formats of crfseg, jieba, pkuseg and THULAC.

::

    crfseg     # products       a comment
               慢阻肺             the lexicon's strength
               云计算 6           a strength of 6 nats
               小度 inf nz        always a word, if it has that label; -inf: never one

A reader takes the text of a file and the lexicon's strength, and returns an entry for each word.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from numbers import Real
from typing import Final, Literal, NamedTuple

from crfseg.decoding.viterbi import MAX_NATS
from crfseg.errors import LexiconError

LexiconFormat = Literal["crfseg", "jieba", "pkuseg", "thulac"]


class Entry(NamedTuple):
    """The strength and the tag of a word."""

    strength: float | None
    """In nats; None: the lexicon's."""
    tag: str
    """The label that is meant; empty: any."""


PLAIN: Final = Entry(None, "")
"""The entry of a word without strength and tag."""
_Reader = Callable[[str, float], dict[str, Entry]]
_TAG: Final = re.compile("[A-Za-z]+")  # as jieba tells them from the end of a line
_COUNT: Final = re.compile("[0-9]+")
_NUMBER: Final = re.compile(r"[-+]?[0-9]*[.,]?[0-9]+(e[-+]?[0-9]+)?|[-+]?(inf|nan)")
_MORE: Final = re.compile(r"#|\r(?!\n)|[^\S\r\n]")  # than one word a line


def checked_strength(strength: float) -> float:
    """Return a strength in nats; raise a LexiconError if it is not valid."""
    if not isinstance(strength, Real) or not (abs(strength) <= MAX_NATS or math.isinf(strength)):
        raise LexiconError(
            f"strength must be from -{MAX_NATS} to {MAX_NATS} nats, or infinite, got {strength!r}"
        )
    return float(strength)


def _crfseg(text: str, _: float) -> dict[str, Entry]:
    if not _MORE.search(text):
        return dict.fromkeys(text.split(), PLAIN)
    found: dict[str, Entry] = {}
    read = {"": PLAIN}  # what stands behind words, which is the same in many lines
    for n, line in enumerate(text.split("\n"), 1):
        parts = line.split(None, 1)
        if not parts or parts[0].startswith("#"):
            continue
        behind = parts[1] if len(parts) > 1 else ""
        if behind not in read:
            read[behind] = _entry(n, line, behind.split())
        found[parts[0]] = read[behind]
    return found


def _entry(n: int, line: str, parts: list[str]) -> Entry:
    """Read the fields after a word: strength, tag, comment; each may be left out."""
    parts = parts[: next((k for k, part in enumerate(parts) if part.startswith("#")), len(parts))]
    strength = _number(n, parts[0]) if parts else None
    tag = parts[strength is not None :]
    if len(tag) > 1:
        raise LexiconError(
            f"line {n}: {' '.join(line.split())[:40]!r}; expected a word, its strength in nats, "
            "its tag; a word has no white space"
        )
    return Entry(strength, "".join(tag))


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
    found: dict[str, tuple[float | None, str]] = {}
    read: dict[str, tuple[float | None, str] | None] = {"": (None, "")}
    for n, line in enumerate(text.split("\n"), 1):
        parts = line.split(None, 1)
        behind = parts[1] if len(parts) > 1 else ""
        if behind not in read:
            read[behind] = _count_and_tag(n, line, behind.split())
        said = read[behind]
        if parts and said is not None:
            found[parts[0]] = said
    most = math.log1p(max((count for count, _ in found.values() if count), default=1.0))
    return {
        word: Entry(
            None
            if count is None or len(word) == 1
            else strength * (1 + math.log1p(count) / most) / 2,
            tag,
        )
        for word, (count, tag) in found.items()
        if count != 0  # in jieba's files 0 removes a word
    }


def _count_and_tag(n: int, line: str, parts: list[str]) -> tuple[float | None, str] | None:
    """Read the fields after a word; None if they belong to the word itself: ``Edu Trust 20``."""
    tag = parts.pop() if parts and _TAG.fullmatch(parts[-1]) else ""
    count = float(parts.pop()) if parts and _COUNT.fullmatch(parts[-1]) else None
    if parts and _NUMBER.fullmatch(parts[-1]):
        raise LexiconError(
            f"line {n}: {' '.join(line.split())[:40]!r}; expected a word, its count, its tag"
        )
    return None if parts else (count, tag)


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
