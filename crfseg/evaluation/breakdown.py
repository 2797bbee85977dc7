"""Breakdown of recall by properties of the gold words: length, frequency, characters, label.

Every table is a list of slices. Words count by position: a gold word is found if the output has the
same span.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from crfseg.corpus.tagset import Scheme, TagSet
from crfseg.evaluation.alignment import Alignment
from crfseg.text import chars

_LONG: Final = 5  # characters; longer words share its slice
CLASSES: Final = ("han", "kana", "digits", "latin", "punctuation", "other", "mixed")
"""The classes of words by their characters; mixed words have characters of several classes."""
_CLASS_OF: Final = {
    "han": "han", "numeral": "han", "digit": "digits", "latin": "latin",
    "punctuation": "punctuation", "kana": "kana", "other": "other",
}  # fmt: skip
_CLASS_NUMBERS: Final = np.array([CLASSES.index(_CLASS_OF[name]) for name in chars.CLASSES])
_MIXED: Final = CLASSES.index("mixed")


@dataclass(frozen=True, slots=True)
class Slice:
    """A subset of the gold words, and its recall.

    Parameters
    ----------
    name
        The common property.
    words
        The number of gold words.
    found
        The number of them that the output has.
    """

    name: str
    words: int
    found: int

    @property
    def recall(self) -> float:
        """The share of the words that was found, in [0, 1]."""
        return self.found / self.words


def by_length(alignment: Alignment) -> list[Slice]:
    """Slice the gold words by their number of characters."""
    words = alignment.gold_words
    lengths = np.minimum(words.ends - words.starts, _LONG)
    names = [*map(str, range(_LONG)), f"{_LONG}+"]
    return _slices(lengths, words.right, names)


def by_frequency(alignment: Alignment, frequency_of: Mapping[str, int]) -> list[Slice]:
    """Slice the gold words by their frequency in the training text.

    ``frequency_of`` maps words to frequency classes, see :class:`crfseg.Model`; words that it lacks
    are in class 0.
    """
    texts = alignment.gold_texts
    classes = np.array([frequency_of.get(word, 0) for word in texts], dtype=np.intp)
    names = [_range_of(k) for k in range(int(classes.max(initial=0)) + 1)]
    return _slices(classes, alignment.gold_words.right, names)


def by_class(alignment: Alignment) -> list[Slice]:
    """Slice the gold words by the class of their characters, see :data:`CLASSES`."""
    gold, words = alignment.gold, alignment.gold_words
    if not len(words.starts):
        return []
    of_char = _CLASS_NUMBERS[chars.classes(gold.codes)]
    least, most = (pick.reduceat(of_char, words.starts) for pick in (np.minimum, np.maximum))
    return _slices(np.where(least == most, most, _MIXED), words.right, CLASSES)


def by_label(alignment: Alignment) -> list[Slice]:
    """Slice the gold words by label, the most frequent first; empty if there are no labels."""
    gold, words = alignment.gold, alignment.gold_words
    if gold.labels is None:
        return []
    slices = _slices(gold.labels[words.starts], words.right, gold.label_names)
    return sorted(slices, key=lambda each: -each.words)


def by_word(alignment: Alignment, which: NDArray[np.intp]) -> list[Slice]:
    """Slice selected gold words by word: the most often missed first, then the most frequent.

    ``which`` has the indices of the selected words.
    """
    texts = alignment.gold_texts
    words = Counter(texts[n] for n in which.tolist())
    found = Counter(texts[n] for n in which[alignment.gold_words.right[which]].tolist())
    slices = (Slice(word, n, found[word]) for word, n in words.items())
    return sorted(slices, key=lambda each: (each.found - each.words, -each.words, each.name))


def confusion(
    alignment: Alignment, scheme: Scheme = "BMES"
) -> tuple[tuple[str, ...], NDArray[np.intp]]:
    """Return the L tags and their confusion matrix: gold by row, output by column, (L, L)."""
    tag_set = TagSet(scheme)
    gold, predicted = (
        tag_set.encode(corpus.starts, None).astype(np.intp)
        for corpus in (alignment.gold, alignment.predicted)
    )
    n = len(tag_set.names)
    return tag_set.names, np.bincount(gold * n + predicted, minlength=n * n).reshape(n, n)


def _slices(
    of_word: NDArray[np.integer], found: NDArray[np.bool_], names: Iterable[str]
) -> list[Slice]:
    """Return the slices that are not empty, in order."""
    names = list(names)
    n_words = np.bincount(of_word, minlength=len(names)).tolist()
    n_found = np.bincount(of_word[found], minlength=len(names)).tolist()
    return [Slice(*each) for each in zip(names, n_words, n_found, strict=True) if each[1]]


def _range_of(frequency: int) -> str:
    """Return the range of counts of a frequency class: class k has 2^(k-1) to 2^k - 1."""
    low, high = 1 << frequency >> 1, (1 << frequency) - 1
    return str(low) if low == high else f"{low:,}-{high:,}"
