"""Accessor variety of character n-grams (n = 2 to 4), counted on unsegmented text.

The accessor variety of a string is the number of distinct characters before it, or behind it if
those are fewer; each sentence edge counts as a distinct character. Words and sequences of words
have a high variety, other strings a low one::

    before   string     behind          before  behind   variety
    在 去 从   北京      的 市 。        3       3        3
    北 北 北   京大      学 学 道        1       2        1

Any text can be counted, segmented or not (``raw``). In the training text each occurrence of a
string has the variety without that occurrence (leave-one-out): otherwise no string would look as
new there as in other texts. If the text to be tagged is counted too (transductive), a string has
the mean of the leave-one-out varieties of its occurrences in that text.

Feng, Chen, Deng and Zheng (2004), Accessor variety criteria for Chinese word extraction; Zhao and
Kit (2008), Unsupervised segmentation helps supervised learning of character tagging for word
segmentation and named entity recognition.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from crfseg.features import counting
from crfseg.features.counting import EVERY_KEY, Interner
from crfseg.features.lexicon_matcher import Matcher
from crfseg.features.ngrams import FIRST_ID, VIEWS, Numbers, Symbols, packed, symbols_of, unpacked
from crfseg.text.blocks import blocks

MAX_STRING_LENGTH: Final = 4
_SHIFTS: Final = {2: 5, 3: 2, 4: 0}
"""By length of a string: lowest bit of its class in view A."""
_MINIMA: Final = {
    2: (1, 2, 4, 8, 16, 32, 64),
    3: (2, 3, 5, 9, 17, 33, 65),
    4: (2, 3, 5),
}
"""By length: the minimum variety of each class from 1 on; strings of class 0 are not kept."""
MAX_STRINGS: Final = 700_000  # of one length; bounds the size of a model
_MAX_COUNTER_BITS: Final = 26  # a table of counters has 64 MB at most


@dataclass(frozen=True, eq=False)
class Varieties:
    """Strings and the classes of their accessor variety.

    Parameters
    ----------
    strings
        Symbols of two to four characters, then 0; distinct, shape (N, 4), uint16.
    classes
        Class of each string at its bits of view A, shape (N,), uint8::

            class of 2 characters, 3 bits | of 3, 3 bits | of 4, 2 bits

    Raises
    ------
    ValueError
        If the strings are not valid, or a class is not one of the string's length.
    """

    strings: Symbols = field(
        default_factory=lambda: np.empty((0, MAX_STRING_LENGTH), dtype=np.uint16)
    )
    classes: NDArray[np.uint8] = field(default_factory=lambda: np.empty(0, dtype=np.uint8))

    def __post_init__(self) -> None:
        lengths = self._lengths
        if self.strings.shape != (len(self.classes), MAX_STRING_LENGTH) or np.any(
            (self.strings != 0) != (np.arange(MAX_STRING_LENGTH) < lengths[:, None])
        ):
            raise ValueError(f"strings of shape {self.strings.shape}, or with gaps")
        for length in np.unique(lengths).tolist():
            classes = self.classes[lengths == length]
            if length not in _SHIFTS or not np.isin(classes, _bits(length)[1:]).all():
                raise ValueError(f"a string of {length} characters has a class of another length")

    def __repr__(self) -> str:
        return f"Varieties({len(self.strings):,} strings)"

    @property
    def _lengths(self) -> NDArray[np.intp]:
        lengths: NDArray[np.intp] = np.count_nonzero(self.strings, axis=1)
        return lengths

    def matcher(self) -> Matcher:
        """Return a matcher of the strings.

        Raises
        ------
        ValueError
            If a string is there twice, or has a symbol that is not a character's.
        """
        offsets = np.append(0, np.cumsum(self._lengths)).astype(np.int64)
        return Matcher(self.strings[self.strings != 0], offsets)

    def mark(self, entries: Numbers, lexicon_features: Numbers) -> None:
        """Write view A of a text that was not counted into its lexicon features.

        Parameters
        ----------
        entries
            The text, each sentence between edges, shape (T',).
        lexicon_features
            Written to, shape (T',); see :meth:`crfseg.features.lexicon_matcher.Matcher.mark_all`.
        """
        self.matcher().mark_all(entries, self.classes, lexicon_features)


def _bits(length: int) -> NDArray[np.uint8]:
    """Return the classes of strings of one length, from 0 on, at their bits of view A."""
    return (np.arange(len(_MINIMA[length]) + 1) << _SHIFTS[length]).astype(np.uint8)


def fit_varieties(
    text: Numbers, raw: Numbers, lexicon_features: Numbers, *, transductive: bool
) -> Varieties:
    """Count strings in the training text and in raw text; write view A of the training text.

    Parameters
    ----------
    text
        Entries of the training text, each sentence between edges, shape (T',).
    raw
        Entries of the raw text, likewise, shape (R',).
    lexicon_features
        Lexicon features of the training text, shape (T',); view A is written to, with
        leave-one-out classes.
    transductive
        Return varieties for the text of ``raw``, not for a text that was not counted.

    Returns
    -------
    varieties
        At most MAX_STRINGS strings of each length, those of highest variety.
    """
    both = np.concatenate(
        [symbols_of(entries, VIEWS["C"]).astype(np.uint16) for entries in (text, raw)]
    )
    edges = (both[: len(text)] < FIRST_ID) * both[: len(text)]
    lexicon_features |= edges.astype(np.uint32) << np.uint32(VIEWS["A"].shift)
    by_length = [_of_length(n, both, lexicon_features, transductive) for n in _SHIFTS]
    return Varieties(*(np.concatenate(columns) for columns in zip(*by_length, strict=True)))


def _of_length(
    n: int, symbols: Symbols, lexicon_features: Numbers, transductive: bool
) -> tuple[Symbols, NDArray[np.uint8]]:
    """Count the strings of n characters; return symbols and class of each kept one."""
    keys, begins, numbers = _strings(n, symbols)
    before, only_before = _accessors(numbers, symbols[begins - 1], len(keys))
    behind, only_behind = _accessors(numbers, symbols[begins + n], len(keys))
    left_out = np.minimum(before[numbers] - only_before, behind[numbers] - only_behind)
    n_own = np.searchsorted(begins, len(lexicon_features))  # the training text comes first
    varieties = np.minimum(before, behind)
    if transductive:
        times = np.bincount(numbers[n_own:], minlength=len(keys))
        total = np.bincount(numbers[n_own:], left_out[n_own:], minlength=len(keys))
        varieties = np.rint(total / np.maximum(times, 1)).astype(np.intp)
    is_kept = np.zeros(len(keys), dtype=bool)
    is_kept[np.argsort(-varieties, kind="stable")[:MAX_STRINGS]] = True
    own = _classes(n, left_out[:n_own]) * is_kept[numbers[:n_own]]
    lexicon_features[begins[:n_own]] |= own.astype(np.uint32) << np.uint32(VIEWS["A"].shift)
    classes = _classes(n, varieties)
    is_kept &= classes > 0
    strings = np.zeros((np.count_nonzero(is_kept), MAX_STRING_LENGTH), dtype=np.uint16)
    strings[:, :n] = unpacked(keys[is_kept], "C" * n)
    return strings, classes[is_kept]


def _classes(length: int, varieties: NDArray[np.intp]) -> NDArray[np.uint8]:
    """Return the classes of varieties of strings of one length, at their bits of view A."""
    return _bits(length)[np.digitize(varieties, _MINIMA[length])]


def _strings(
    n: int, symbols: Symbols
) -> tuple[NDArray[np.uint64], NDArray[np.intp], NDArray[np.int32]]:
    """Return the distinct strings of n characters: keys; begin and key number of each occurrence.

    Strings that occur less often than the minimum variety of class 1 are left out.
    """
    min_count = _MINIMA[n][0] if _MINIMA[n][0] > 1 else 0
    bits = min(_MAX_COUNTER_BITS, max(1, len(symbols).bit_length())) if min_count else 1
    tallies = np.zeros(1 << bits, dtype=np.uint8)
    for _, keys in _keys(n, symbols) if min_count else ():
        counting.tally(tallies, keys)
    interner = Interner()
    begins, numbers = [np.empty(0, dtype=np.intp)], [np.empty(0, dtype=np.int32)]
    for at, keys in _keys(n, symbols):
        ids = interner.number(keys, tallies, min_count)
        begins.append(at[ids >= 0])
        numbers.append(ids[ids >= 0])
    return interner.distinct()[0], np.concatenate(begins), np.concatenate(numbers)


def _keys(n: int, symbols: Symbols) -> Iterator[tuple[NDArray[np.intp], NDArray[np.uint64]]]:
    """Yield the begins and the keys of strings of n characters, block by block."""
    for part in blocks(len(symbols) - n + 1):
        block = symbols[part.start : part.stop + n - 1]
        columns = [block[k : len(block) - n + 1 + k] for k in range(n)]
        (at,) = np.nonzero(np.min(columns, axis=0) >= FIRST_ID)
        yield part.start + at, packed([column[at] for column in columns], "C" * n)


def _accessors(
    numbers: NDArray[np.int32], neighbours: Symbols, n_strings: int
) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Return the number of distinct neighbours of each string, and where one occurs only once."""
    pairs = Interner()
    edge = neighbours < FIRST_ID
    keys = numbers.astype(np.uint64) << np.uint64(16) | neighbours.astype(np.uint64)
    ids = pairs.number(keys[~edge], EVERY_KEY, 0)
    distinct, counts = pairs.distinct()
    varieties = np.bincount((distinct >> np.uint64(16)).astype(np.intp), minlength=n_strings)
    varieties += np.bincount(numbers[edge], minlength=n_strings)
    only = edge.copy()
    only[~edge] = counts[ids] == 1
    return varieties, only
