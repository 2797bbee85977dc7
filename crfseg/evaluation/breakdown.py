"""Breakdown of recall: by length, frequency, class of characters, label, and word.

Every table is a list of slices. Here it is places that count: a word was found if it stands in the
output where it stands in the gold.
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

_LONG: Final = 5  # characters and more are one slice
CLASSES: Final = ("han", "kana", "digits", "latin", "punctuation", "other", "mixed")
"""What words are made of; mixed words have characters of several of these."""
_CLASS_OF: Final = {
    "han": "han", "numeral": "han", "digit": "digits", "latin": "latin",
    "punctuation": "punctuation", "kana": "kana", "other": "other",
}  # fmt: skip
_CLASS_NUMBERS: Final = np.array([CLASSES.index(_CLASS_OF[name]) for name in chars.CLASSES])
_MIXED: Final = CLASSES.index("mixed")


@dataclass(frozen=True, slots=True)
class Slice:
    """Some of the gold words.

    Parameters
    ----------
    name
        What they have in common.
    words
        How many they are.
    found
        How many of them the output has.
    """

    name: str
    words: int
    found: int

    @property
    def recall(self) -> float:
        """The share that was found, in [0, 1]."""
        return self.found / self.words


def by_length(alignment: Alignment) -> list[Slice]:
    """Slice the gold words by their number of characters."""
    words = alignment.gold_words
    lengths = np.minimum(words.ends - words.starts, _LONG)
    names = [*map(str, range(_LONG)), f"{_LONG}+"]
    return _slices(lengths, words.right, names)


def by_frequency(alignment: Alignment, frequency_of: Mapping[str, int]) -> list[Slice]:
    """Slice the gold words by how often the training text has them.

    ``frequency_of`` has their classes, see :class:`crfseg.Model`; for what it lacks that is 0.
    """
    texts = alignment.gold_texts
    classes = np.array([frequency_of.get(word, 0) for word in texts], dtype=np.intp)
    names = [_range_of(k) for k in range(int(classes.max(initial=0)) + 1)]
    return _slices(classes, alignment.gold_words.right, names)


def by_class(alignment: Alignment) -> list[Slice]:
    """Slice the gold words by what characters they are made of, see :data:`CLASSES`."""
    gold, words = alignment.gold, alignment.gold_words
    if not len(words.starts):
        return []
    of_char = _CLASS_NUMBERS[chars.classes(gold.codes)]
    least, most = (pick.reduceat(of_char, words.starts) for pick in (np.minimum, np.maximum))
    return _slices(np.where(least == most, most, _MIXED), words.right, CLASSES)


def by_label(alignment: Alignment) -> list[Slice]:
    """Slice the gold words by their labels, the most frequent first; none where there are none."""
    gold, words = alignment.gold, alignment.gold_words
    if gold.labels is None:
        return []
    slices = _slices(gold.labels[words.starts], words.right, gold.label_names)
    return sorted(slices, key=lambda each: -each.words)


def by_word(alignment: Alignment, which: NDArray[np.intp]) -> list[Slice]:
    """Slice some of the gold words by word: those most often missed first, then the most frequent.

    ``which`` has their indices.
    """
    texts = alignment.gold_texts
    words = Counter(texts[n] for n in which.tolist())
    found = Counter(texts[n] for n in which[alignment.gold_words.right[which]].tolist())
    slices = (Slice(word, n, found[word]) for word, n in words.items())
    return sorted(slices, key=lambda each: (each.found - each.words, -each.words, each.name))


def confusion(
    alignment: Alignment, scheme: Scheme = "BMES"
) -> tuple[tuple[str, ...], NDArray[np.intp]]:
    """Return the tags, and how often the gold has one (row) where the output has another."""
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
    """Return the slices that have any words, in order."""
    names = list(names)
    n_words = np.bincount(of_word, minlength=len(names)).tolist()
    n_found = np.bincount(of_word[found], minlength=len(names)).tolist()
    return [Slice(*each) for each in zip(names, n_words, n_found, strict=True) if each[1]]


def _range_of(frequency: int) -> str:
    """Say how often words of a class of frequency occur."""
    low, high = 1 << frequency >> 1, (1 << frequency) - 1
    return str(low) if low == high else f"{low:,}-{high:,}"
