"""Readers of lexicon files in the formats of crfseg, jieba, pkuseg and THULAC.

::

    crfseg     # products       a comment
               慢阻肺             has the lexicon's strength
               云计算 6           has a strength of 6 nats
               小度 inf nz        is always a word, if it has that label; -inf: never

A reader takes the text of a file and the lexicon's strength. It returns an entry for each word.
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
    """Strength and label of a word."""

    strength: float | None
    """In nats; None: the lexicon's."""
    tag: str
    """The label to which the strength applies; empty: any."""


PLAIN: Final = Entry(None, "")
"""The entry of a word without strength and label."""
_Reader = Callable[[str, float], dict[str, Entry]]
_TAG: Final = re.compile("[A-Za-z]+")  # as jieba recognises it at the end of a line
_COUNT: Final = re.compile("[0-9]+")
_NUMBER: Final = re.compile(r"[-+]?[0-9]*[.,]?[0-9]+(e[-+]?[0-9]+)?|[-+]?(inf|nan)")
_FIELDS: Final = re.compile(r"#|\r(?!\n)|[^\S\r\n]")  # absent if every line is one word


def checked_strength(strength: float) -> float:
    """Return a strength in nats, or raise a LexiconError if it is not valid."""
    if not isinstance(strength, Real) or not (abs(strength) <= MAX_NATS or math.isinf(strength)):
        raise LexiconError(
            f"strength must be from -{MAX_NATS} to {MAX_NATS} nats, or infinite, got {strength!r}"
        )
    return float(strength)


def _crfseg(text: str, _: float) -> dict[str, Entry]:
    if not _FIELDS.search(text):
        return dict.fromkeys(text.split(), PLAIN)
    entries: dict[str, Entry] = {}
    cache = {"": PLAIN}  # by the rest of the line, which is the same in many lines
    for n, line in enumerate(text.split("\n"), 1):
        parts = line.split(None, 1)
        if not parts or parts[0].startswith("#"):
            continue
        rest = parts[1] if len(parts) > 1 else ""
        if rest not in cache:
            cache[rest] = _entry(n, line, rest.split())
        entries[parts[0]] = cache[rest]
    return entries


def _entry(n: int, line: str, parts: list[str]) -> Entry:
    """Read the fields after a word: strength, tag and comment, each of them optional."""
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
    """Return a strength; None if the text is not a number."""
    try:
        number = float(text)
    except ValueError:
        return None
    try:
        return checked_strength(number)
    except LexiconError as error:
        raise LexiconError(f"line {n}: {error}; name the format if it is jieba's") from None


def _jieba(text: str, strength: float) -> dict[str, Entry]:
    """Read words and counts; the most frequent get the whole strength, the rarest half of it."""
    counts: dict[str, tuple[float | None, str]] = {}
    cache: dict[str, tuple[float | None, str] | None] = {"": (None, "")}
    for n, line in enumerate(text.split("\n"), 1):
        parts = line.split(None, 1)
        rest = parts[1] if len(parts) > 1 else ""
        if rest not in cache:
            cache[rest] = _count_and_tag(n, line, rest.split())
        fields = cache[rest]
        if parts and fields is not None:
            counts[parts[0]] = fields
    most = math.log1p(max((count for count, _ in counts.values() if count), default=1.0))
    return {
        word: Entry(
            None
            if count is None or len(word) == 1
            else strength * (1 + math.log1p(count) / most) / 2,
            tag,
        )
        for word, (count, tag) in counts.items()
        if count != 0  # a count of 0 removes a word from jieba's dictionary
    }


def _count_and_tag(n: int, line: str, parts: list[str]) -> tuple[float | None, str] | None:
    """Read count and tag; None if the word has white space in it, as in ``Edu Trust 20``."""
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
"""Reader of each format, by name."""
