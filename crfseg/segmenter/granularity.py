"""Granularity: finer and coarser words than the model's own, from the same scores.

The best path is searched again with a bias for each of its words::

    score(path) + longer * (words of two characters or more) + single * (words of one character)

Fine paths keep all boundaries of the model's own words; coarse paths add none to them. So the three
are nested::

    fine      中国 科学院 计算 所
    model     中国 科学院 计算所
    coarse    中国科学院 计算所
    search    中国 科学 科学院 学院 计算 计算所        index terms; they overlap
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from crfseg.errors import OptionError
from crfseg.features.lexicon_matcher import MAX_WORD_LENGTH
from crfseg.segmenter.word_spans import Positions, WordSpans
from crfseg.text import chars
from crfseg.text.whitespace import Lines

Flags = NDArray[np.bool_]
Boundaries = NDArray[np.int8]

Level = Literal["fine", "coarse"]
Granularity = Literal["fine", "coarse", "search"]

# (longer, single) in nats at the model's temperature. Fine: a word of two characters gains as much
# as two words of one, so that the bias does not split it. Coarse: single characters lose most, so
# that they join a neighbour first.
BIASES: Final[dict[Level, tuple[float, float]]] = {"fine": (8.0, 4.0), "coarse": (-0.5, -1.0)}

_UNCUT: Final = [chars.CLASSES.index(name) for name in ("latin", "digit", "numeral")]
_APART: Final = [chars.CLASSES.index(name) for name in ("punctuation", "other")]


def level_of(granularity: Granularity) -> Level:
    """Return the level at which a granularity searches again.

    Raises
    ------
    OptionError
        If the granularity is unknown.
    """
    if granularity not in get_args(Granularity):
        names = ", ".join(get_args(Granularity))
        raise OptionError(f"unknown granularity {granularity!r}; expected one of {names}")
    return "coarse" if granularity == "coarse" else "fine"


def boundaries_at(level: Level, lines: Lines, own: WordSpans) -> Boundaries:
    """Return boundary constraints under which the model's words only divide, or only join.

    Parameters
    ----------
    level
        ``"fine"``: words divide, but not inside runs of letters, digits or numerals.
        ``"coarse"``: words join, but not with punctuation.
    lines
        T characters.
    own
        The model's own words.

    Returns
    -------
    boundaries
        BEGIN (1), INSIDE (-1) or FREE (0) for each character, shape (T,), int8.
    """
    return (_when_fine if level == "fine" else _when_coarse)(lines, own.starts)


def _when_fine(lines: Lines, starts: Positions) -> Boundaries:
    boundaries = np.where(_is_uncut(lines.codes), np.int8(-1), lines.boundaries)
    boundaries[starts] = 1
    return boundaries


def _when_coarse(lines: Lines, starts: Positions) -> Boundaries:
    apart = np.isin(chars.classes(lines.codes), _APART)
    apart[1:] |= apart[:-1]
    boundaries = np.full_like(lines.boundaries, -1)
    boundaries[starts] = np.where(apart, np.int8(1), lines.boundaries)[starts]
    return boundaries


def _is_uncut(codes: chars.CodePoints) -> Flags:
    """Flag the characters before which no word is ever divided, shape (T,)."""
    classes = chars.classes(codes)
    uncut = np.isin(classes, _UNCUT)
    uncut[1:] &= classes[1:] == classes[:-1]
    uncut[:1] = False
    return uncut


def _is_kept(lines: Lines) -> Flags:
    """Flag the characters that a constraint joins to the one before, shape (T,).

    Between two Chinese characters the flag is not set: words inside words may end there.
    """
    is_han = chars.classes(lines.codes) == chars.CLASSES.index("han")
    kept = lines.boundaries < 0
    kept[1:] &= ~(is_han[1:] & is_han[:-1])
    return kept


def search_spans(
    lines: Lines, own: WordSpans, fine: WordSpans, is_word: Callable[[str], bool]
) -> WordSpans:
    """Return the index terms of a text: its words, and the words inside them.

    Inside a word of three characters or more these are the known words of two characters or more,
    and its finer words, unless one of those is a single character.

    Parameters
    ----------
    lines
        T characters.
    own, fine
        The model's own words, and the finer ones.
    is_word
        Returns True for known words.

    Returns
    -------
    words
        Each once, ordered by start, then end.
    """
    visible = chars.to_text(lines.codes)
    positions = np.append(~_is_uncut(lines.codes) & ~_is_kept(lines), True).tolist()
    cuts = np.isin(np.arange(len(positions)), np.append(fine.starts, len(lines.codes))).tolist()
    found: list[tuple[int, int, int]] = []
    for begin, end, tag in zip(*(column.tolist() for column in own), strict=True):
        inside: set[tuple[int, int]] = set()
        if end - begin >= 3:
            parts = list(pairwise(t for t in range(begin, end + 1) if cuts[t]))
            inside.update(parts if all(b - a > 1 for a, b in parts) else ())
            inside.update(_known_inside(visible, begin, end, positions, is_word))
        inside.discard((begin, end))
        found += sorted([(begin, end, tag), *((a, b, -1) for a, b in inside)])
    starts, ends, tags = np.array(found, dtype=np.intp).reshape(-1, 3).T
    return WordSpans(starts, ends, tags.astype(np.int16))


def _known_inside(
    visible: str, begin: int, end: int, positions: list[bool], is_word: Callable[[str], bool]
) -> Iterator[tuple[int, int]]:
    """Yield the spans of the known words inside a word."""
    for a in range(begin, end - 1):
        if positions[a] or a == begin:
            for b in range(a + 2, min(end, a + MAX_WORD_LENGTH) + 1):
                if (positions[b] or b == end) and is_word(visible[a:b]):
                    yield a, b
