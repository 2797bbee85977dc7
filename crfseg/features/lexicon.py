"""The lexicon: the words that a model knows, each with a class of reliability, cross-fitted.

::

    word      occurrences    as one word    share    class
    北京          200            198         .990       16 = 1 + 4 * 3 + 3
    京人            5              0         0           0   unknown
    北京人          2              2         1          18 = 1 + 4 * 4 + 1
    京城            0              0         -          21, in a word list alone

A model that looked up the words of its own training text would never see an unknown word. So the
text is split into folds, and the classes in each fold come from the counts in the others
(cross-fitting). A word of one fold alone that is in a word list has the class of a list word there:
so the model learns the reliability of lists too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from crfseg.corpus.corpus import Corpus
from crfseg.errors import ShapeError
from crfseg.features import ngrams
from crfseg.features.alphabet import Alphabet
from crfseg.features.counting import EVERY_KEY, Interner
from crfseg.features.lexicon_matcher import MAX_WORD_LENGTH, OF_TEXT, Matcher
from crfseg.features.ngrams import FIRST_ID, UNKNOWN_ID, Symbols
from crfseg.text import chars
from crfseg.text.boundaries import BEGIN, INSIDE
from crfseg.text.scratch import Storage

Classes = NDArray[np.uint8]
Counts = NDArray[np.int64]

FOLDS: Final = 10
MAX_LISTS: Final = 6
N_CLASSES: Final = OF_TEXT + 2 * MAX_LISTS
_SHARES: Final = (0.1, 0.5, 0.9, 0.999)
_COUNTS: Final = (2, 5, 20)


@dataclass(frozen=True, eq=False)
class Lexicon:
    """A list of words.

    Parameters
    ----------
    words
        Folded words of one to eight characters, the most frequent first.
    classes
        Class of reliability of each, 1 to 32, see :func:`class_of`; shape (N,), uint8.

    Raises
    ------
    ShapeError
        If there is not one class for each word.
    ValueError
        If a class is not in 1 to 32.
    """

    words: tuple[str, ...] = ()
    classes: Classes = field(default_factory=lambda: np.empty(0, dtype=np.uint8))

    def __post_init__(self) -> None:
        if self.classes.shape != (len(self.words),):
            raise ShapeError(f"{len(self.words)} words, classes of shape {self.classes.shape}")
        if np.any((self.classes < 1) | (self.classes > N_CLASSES)):
            raise ValueError(f"a word has class 0 or above {N_CLASSES}, expected 1 to {N_CLASSES}")

    def __repr__(self) -> str:
        return f"Lexicon({len(self.words):,} words)"

    def matcher(self, alphabet: Alphabet) -> Matcher:
        """Return a matcher of the words, for text of an alphabet.

        Raises
        ------
        ValueError
            If a word is there twice, empty or too long, or has an unknown character.
        """
        lengths = np.fromiter(map(len, self.words), dtype=np.int64, count=len(self.words))
        codes = chars.code_points("".join(self.words))
        return Matcher(alphabet.ids(codes, "C"), np.append(0, np.cumsum(lengths)))


class FittedLexicon(NamedTuple):
    """The lexicon of a corpus, and the numbers of its padded text that lexicon views read."""

    lexicon: Lexicon
    lexicon_features: NDArray[np.uint32]
    """Shape (T',); see :meth:`crfseg.features.lexicon_matcher.Matcher.mark`."""
    word_ids: NDArray[np.uint32]
    """Likewise."""


def class_of(whole: Counts, seen: Counts, of_list: Classes | None = None) -> Classes:
    """Return the classes of words; 0 for those that are neither segmented as words nor in a list.

    Parameters
    ----------
    whole
        Number of occurrences of each as one word, shape (N,).
    seen
        Number of occurrences of its string, shape (N,).
    of_list
        The first list that contains it, from 1, or 0; shape (N,). Used if ``whole`` is 0. Each
        list has two classes: for strings that the text lacks, and for others, less reliable.

    Examples
    --------
    >>> class_of(np.array([0, 1, 198, 2]), np.array([5, 20, 200, 2])).tolist()
    [0, 1, 16, 18]
    >>> class_of(np.array([0, 0, 1, 0]), np.array([0, 5, 5, 0]), np.array([1, 1, 1, 2])).tolist()
    [21, 22, 5, 23]
    """
    share = np.digitize(whole / np.maximum(seen, 1), _SHARES)
    count = np.digitize(whole, _COUNTS)
    if of_list is None:
        of_list = np.zeros(len(whole), dtype=np.uint8)
    listed = np.where(of_list > 0, OF_TEXT - 1 + 2 * of_list + (seen > 0), 0)
    return np.where(whole > 0, 1 + 4 * share + count, listed).astype(np.uint8)


def first_words(lines: Corpus) -> Corpus:
    r"""Return the first word of each line of a list, without counts and parts of speech.

    A line that begins with ``#`` is a comment.

    >>> first_words(Corpus.from_text("# places\n北京 34488 ns\n天安门 1500 ns")).words()
    ['北京', '天安门']
    """
    number = np.cumsum(lines.starts)  # of the word of each character
    first, lengths = lines.offsets[:-1], np.diff(lines.offsets)
    listed = lines.codes[first] != ord("#")
    kept = np.repeat(listed, lengths) & (number == np.repeat(number[first], lengths))
    before = np.append(0, np.cumsum(kept))  # number kept before each
    return replace(
        lines, codes=lines.codes[kept], starts=lines.starts[kept],
        offsets=np.append(before[first[listed]], before[-1]), lines=lines.lines[listed],
        labels=None, label_names=(),
    )  # fmt: skip


def listed_words(lists: Sequence[Corpus], alphabet: Alphabet) -> dict[str, int]:
    """Return the distinct words of lists, and the number, from 1, of the first that has each."""
    first: dict[str, int] = {}
    for number, words in enumerate(lists, 1):
        for word in distinct_words(words, alphabet):
            first.setdefault(word, number)
    return first


def distinct_words(corpus: Corpus, alphabet: Alphabet) -> list[str]:
    """Return the folded words of a corpus, the most frequent first, ties by code points.

    Words longer than :data:`MAX_WORD_LENGTH`, or with an unknown character, are left out.
    """
    heads, tails, pairs = Interner(), Interner(), Interner()
    for _, begin, end in corpus.blocks():
        ids = alphabet.ids(corpus.codes[begin:end], "C")
        halves = _keys(ids, corpus.starts[begin:end], corpus.whole(begin, end))
        numbers = [
            interner.number(np.ascontiguousarray(half), EVERY_KEY, 0).astype(np.uint64)
            for interner, half in zip((heads, tails), halves.T, strict=True)
        ]
        pairs.number(numbers[0] << np.uint64(32) | numbers[1], EVERY_KEY, 0)
    keys, counts = pairs.distinct()
    head = heads.distinct()[0][keys >> np.uint64(32)]
    tail = tails.distinct()[0][keys & np.uint64(0xFFFFFFFF)]
    words = _texts(np.stack([head, tail], axis=1), alphabet)
    ranked = sorted(zip((-counts).tolist(), words, strict=True))
    return [word for _, word in ranked]


def _keys(ids: Symbols, starts: NDArray[np.bool_], whole: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """Return each word of a text as two numbers of four symbols each, padded by 0; (W, 2)."""
    begins = np.flatnonzero(starts)
    lengths = np.diff(begins, append=len(ids))
    kept = whole & (lengths <= MAX_WORD_LENGTH)
    begins, lengths = begins[kept], lengths[kept]
    steps = np.arange(MAX_WORD_LENGTH)
    padded = np.append(ids, np.zeros(MAX_WORD_LENGTH, dtype=np.uint16))
    rows = padded[begins[:, None] + steps] * (steps < lengths[:, None])
    rows = rows[np.sum(rows != UNKNOWN_ID, axis=1) == lengths]
    keys: NDArray[np.uint64] = rows.astype("<u2").view("<u8").astype(np.uint64)
    return keys


def _texts(keys: NDArray[np.uint64], alphabet: Alphabet) -> list[str]:
    """Return the words of keys as strings."""
    rows = keys.astype("<u8").view("<u2").reshape(-1, MAX_WORD_LENGTH)
    text = chars.to_text(alphabet.characters[rows[rows != UNKNOWN_ID] - FIRST_ID])
    ends = np.cumsum(np.sum(rows != UNKNOWN_ID, axis=1)).tolist()
    return [text[begin:end] for begin, end in pairwise([0, *ends])]


def _boundaries(corpus: Corpus, at: slice) -> NDArray[np.int8]:
    """Return the boundary constraints of a slice of characters."""
    if corpus.boundaries is not None:
        return corpus.boundaries[at]
    return np.where(corpus.starts[at], np.int8(BEGIN), np.int8(INSIDE))


def fold_bounds(corpus: Corpus, window: int) -> list[int]:
    r"""Return the first padded position of each fold, and the end of the last.

    Folds consist of whole sentences and have about equally many words. There are :data:`FOLDS`, or
    one for each sentence if those are fewer.

    >>> fold_bounds(Corpus.from_text("我 爱 北京\n他 来 了"), 1)
    [0, 6, 11]
    """
    n_words = np.zeros(len(corpus) + 1, dtype=np.intp)
    for of, begin, end in corpus.blocks():
        first = corpus.offsets[of] - begin
        n_words[of.start + 1 : of.stop + 1] = np.add.reduceat(
            corpus.starts[begin:end], first, dtype=np.intp
        )
    n_words = np.cumsum(n_words)  # before each sentence
    n_folds = min(FOLDS, max(1, len(corpus)))
    ideal = n_words[-1] * np.arange(n_folds + 1) / n_folds
    sentences = np.unique(np.searchsorted(n_words, ideal))
    bounds: list[int] = (corpus.offsets[sentences] + 2 * window * sentences).tolist()
    return bounds


def cross_fit(
    matcher: Matcher,
    entries: NDArray[np.uint32],
    boundaries: NDArray[np.int8],
    bounds: list[int],
    of_list: Classes | None = None,
) -> tuple[Classes, Classes]:
    """Return the classes of words by the whole text, and by the text without each fold.

    Parameters
    ----------
    matcher
        Matcher of the N words.
    entries
        The padded text, shape (T',), uint32.
    boundaries
        BEGIN, INSIDE or FREE for each position; shape (T',).
    bounds
        First position of each fold, and T'; F + 1 numbers.
    of_list
        The list of each word, see :func:`class_of`.

    Returns
    -------
    classes
        By the whole text, shape (N,), uint8.
    by_others
        By the text without each fold, shape (F, N), uint8.
    """
    seen, whole = _counts(matcher, entries, boundaries)
    by_others = np.empty((len(bounds) - 1, matcher.n_words), dtype=np.uint8)
    for fold, (begin, end) in enumerate(pairwise(bounds)):
        own_seen, own_whole = _counts(matcher, entries[begin:end], boundaries[begin:end])
        by_others[fold] = class_of(whole - own_whole, seen - own_seen, of_list)
    return class_of(whole, seen, of_list), by_others


def _counts(
    matcher: Matcher, entries: NDArray[np.uint32], boundaries: NDArray[np.int8]
) -> tuple[Counts, Counts]:
    """Return the occurrences of each word's string in a text, and those as one word."""
    seen = np.zeros(matcher.n_words, dtype=np.int64)
    whole = np.zeros(matcher.n_words, dtype=np.int64)
    matcher.count(entries, boundaries, seen, whole)
    return seen, whole


def fit_lexicon(
    corpus: Corpus,
    alphabet: Alphabet,
    entries: NDArray[np.uint32],
    window: int,
    *,
    lists: Sequence[Corpus] = (),
    init: Lexicon | None = None,
    storage: Storage | None = None,
) -> FittedLexicon:
    """Collect the words of a corpus and of lists; write its lexicon features, cross-fitted.

    Parameters
    ----------
    corpus, alphabet
        The text and its alphabet.
    entries
        Entries of the text, each sentence between ``window`` edges on both sides; shape (T',).
    window
        At least 1: edges keep words from crossing into the next sentence.
    lists
        Word lists, the most reliable first; see :func:`first_words`.
    init
        Lexicon of an initial model: its words keep their ranks and, in every fold, their classes.
    storage
        Allocates the arrays of shape (T',).
    """
    storage = storage or Storage()
    init = init or Lexicon()
    known = set(init.words)
    new = [word for word in distinct_words(corpus, alphabet) if word not in known]
    listed = listed_words(lists, alphabet)
    words = tuple(dict.fromkeys((*init.words, *new, *listed)))
    of_list = np.array([listed.get(word, 0) for word in words], dtype=np.uint8)
    bounds = fold_bounds(corpus, window)
    matcher = Lexicon(words, np.ones(len(words), dtype=np.uint8)).matcher(alphabet)
    boundaries = ngrams.padded(  # edges have values above 0, as words begin there
        corpus,
        lambda at: _boundaries(corpus, at),
        window,
        storage.empty(entries.shape, np.int8),
    )
    of_text, by_others = cross_fit(matcher, entries, boundaries, bounds, of_list)
    for row in (of_text, *by_others):
        row[: len(init.words)] = init.classes
    lexicon_features, word_ids = (storage.empty(entries.shape, np.uint32) for _ in range(2))
    for fold, (a, b) in enumerate(pairwise(bounds)):
        matcher.mark(entries[a:b], by_others[fold], lexicon_features[a:b], word_ids[a:b])
    return FittedLexicon(Lexicon(words, of_text), lexicon_features, word_ids)
