"""The lexicon: the words that a model knows, each with a class of reliability, cross-fitted.

::

    word      in the text    as one word    share    class
    北京          200            198         .990       16 = 1 + 4 * 3 + 3
    京人            5              0         0           0   not known
    北京人          2              2         1          18 = 1 + 4 * 4 + 1
    京城            0              0         -          21, known from a list alone

A model that learned from its own text's words would never see a word it does not know. Hence the
text is cut into folds, and in each a word is what the others say of it (cross-fitting). So it also
learns how reliable an external list is: a word that no other fold has is known from it alone.
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
        As the model folds them, of one to eight characters, the most frequent first.
    classes
        The class of each, 1 to 32, see :func:`class_of`; shape (N,), uint8.

    Raises
    ------
    ShapeError
        If there is not one class a word.
    ValueError
        If a class is not valid.
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
        """Return what finds the words in text of an alphabet.

        Raises
        ------
        ValueError
            If a word is there twice, empty, too long, or has a character that is not known.
        """
        lengths = np.fromiter(map(len, self.words), dtype=np.int64, count=len(self.words))
        codes = chars.code_points("".join(self.words))
        return Matcher(alphabet.ids(codes, "C"), np.append(0, np.cumsum(lengths)))


class FittedLexicon(NamedTuple):
    """A corpus with the lexicon features of its characters."""

    lexicon: Lexicon
    lexicon_features: NDArray[np.uint32]
    """See :meth:`crfseg.features.lexicon_matcher.Matcher.mark`; shape (T',)."""
    word_ids: NDArray[np.uint32]


def class_of(whole: Counts, seen: Counts, of_list: Classes | None = None) -> Classes:
    """Return the classes of words; 0 for those that never were words and are in no list.

    Parameters
    ----------
    whole
        How often each was segmented as one word, shape (N,).
    seen
        How often its string was there, shape (N,).
    of_list
        The first list that has it, from 1; 0 for none; shape (N,). Only asked of words that the
        text does not have; where it has the string, it speaks against the list.

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
    r"""Return the first word of each line of a list: a count that follows is not looked at.

    A line that begins with ``#`` is a comment.

    >>> first_words(Corpus.from_text("# places\n北京 34488 ns\n天安门 1500 ns")).words()
    ['北京', '天安门']
    """
    number = np.cumsum(lines.starts)  # of the word that a character belongs to
    first, lengths = lines.offsets[:-1], np.diff(lines.offsets)
    listed = lines.codes[first] != ord("#")
    kept = np.repeat(listed, lengths) & (number == np.repeat(number[first], lengths))
    before = np.append(0, np.cumsum(kept))  # how many are kept before each
    return replace(
        lines, codes=lines.codes[kept], starts=lines.starts[kept],
        offsets=np.append(before[first[listed]], before[-1]), lines=lines.lines[listed],
        labels=None, label_names=(),
    )  # fmt: skip


def listed_words(lists: Sequence[Corpus], alphabet: Alphabet) -> dict[str, int]:
    """Return the words of lists, as :func:`distinct_words` does, and the first that has each."""
    found: dict[str, int] = {}
    for number, words in enumerate(lists, 1):
        for word in distinct_words(words, alphabet):
            found.setdefault(word, number)
    return found


def distinct_words(corpus: Corpus, alphabet: Alphabet) -> list[str]:
    """Return a corpus's words as folded, the most frequent first, equals by code points.

    Words longer than :data:`MAX_WORD_LENGTH`, or with an unknown character, are left out.
    """
    heads, tails, pairs = Interner(), Interner(), Interner()
    for _, begin, end in corpus.blocks():
        ids = alphabet.ids(corpus.codes[begin:end], "C")
        keys = _keys(ids, corpus.starts[begin:end], corpus.whole(begin, end))
        numbers = [
            interner.number(np.ascontiguousarray(half), EVERY_KEY, 0).astype(np.uint64)
            for interner, half in zip((heads, tails), keys.T, strict=True)
        ]
        pairs.number(numbers[0] << np.uint64(32) | numbers[1], EVERY_KEY, 0)
    found, counts = pairs.distinct()
    head = heads.distinct()[0][found >> np.uint64(32)]
    tail = tails.distinct()[0][found & np.uint64(0xFFFFFFFF)]
    words = _texts(np.stack([head, tail], axis=1), alphabet)
    ranked = sorted(zip((-counts).tolist(), words, strict=True))
    return [word for _, word in ranked]


def _keys(ids: Symbols, starts: NDArray[np.bool_], whole: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """Return the words of a text, eight symbols in two numbers, the last 0; shape (W, 2)."""
    begins = np.flatnonzero(starts)
    lengths = np.diff(begins, append=len(ids))
    taken = whole & (lengths <= MAX_WORD_LENGTH)
    begins, lengths = begins[taken], lengths[taken]
    steps = np.arange(MAX_WORD_LENGTH)
    padded = np.append(ids, np.zeros(MAX_WORD_LENGTH, dtype=np.uint16))
    rows = padded[begins[:, None] + steps] * (steps < lengths[:, None])
    rows = rows[np.sum(rows != UNKNOWN_ID, axis=1) == lengths]
    keys: NDArray[np.uint64] = rows.astype("<u2").view("<u8").astype(np.uint64)
    return keys


def _texts(keys: NDArray[np.uint64], alphabet: Alphabet) -> list[str]:
    """Return the words of keys."""
    rows = keys.astype("<u8").view("<u2").reshape(-1, MAX_WORD_LENGTH)
    text = chars.to_text(alphabet.characters[rows[rows != UNKNOWN_ID] - FIRST_ID])
    ends = np.cumsum(np.sum(rows != UNKNOWN_ID, axis=1)).tolist()
    return [text[begin:end] for begin, end in pairwise([0, *ends])]


def _boundaries(corpus: Corpus, at: slice) -> NDArray[np.int8]:
    """Return the boundary constraints of some characters: all are known, or some."""
    if corpus.boundaries is not None:
        return corpus.boundaries[at]
    return np.where(corpus.starts[at], np.int8(BEGIN), np.int8(INSIDE))


def fold_bounds(corpus: Corpus, window: int) -> list[int]:
    r"""Return where each fold begins in the padded text, and its end.

    Folds are whole sentences, of about as many words each; fewer than :data:`FOLDS` where there
    are fewer sentences.

    >>> fold_bounds(Corpus.from_text("我 爱 北京\n他 来 了"), 1)
    [0, 6, 11]
    """
    n_words = np.zeros(len(corpus) + 1, dtype=np.intp)  # before each sentence
    for of, begin, end in corpus.blocks():
        first = corpus.offsets[of] - begin
        n_words[of.start + 1 : of.stop + 1] = np.add.reduceat(
            corpus.starts[begin:end], first, dtype=np.intp
        )
    n_words = np.cumsum(n_words)
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
    """Return the classes of words by the whole text, and by all of it but each fold.

    Parameters
    ----------
    matcher
        Of the N words.
    entries
        The padded text, shape (T',).
    boundaries
        BEGIN, INSIDE or FREE for each position; shape (T',).
    bounds
        Where the folds begin, and T'; F + 1 numbers.
    of_list
        The list that has each word, as :func:`class_of` takes it.

    Returns
    -------
    classes
        Shape (N,).
    by_others
        Shape (F, N).
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
    """Return how often each word is in a text, and how often as one word."""
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
    """Collect the words of a corpus, and mark in each fold those of the other folds or a list.

    Parameters
    ----------
    corpus, alphabet
        The text and how to see it.
    entries
        The text as entries, each sentence between ``window`` edges on both sides; shape (T',).
    window
        At least 1: edges keep words from reaching into the next sentence.
    lists
        External word lists, the most reliable first; see :func:`first_words`.
    init
        Words that are known already: they keep their ranks and, in every fold, their classes.
    storage
        Where the arrays of shape (T',) are to be.
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
    boundaries = ngrams.padded(  # edges as if they were words
        corpus,
        lambda at: _boundaries(corpus, at),
        window,
        storage.empty(entries.shape, np.int8),
    )
    of_text, by_others = cross_fit(matcher, entries, boundaries, bounds, of_list)
    for row in (of_text, *by_others):
        row[: len(init.words)] = init.classes
    lexicon_features, found = (storage.empty(entries.shape, np.uint32) for _ in range(2))
    for fold, (a, b) in enumerate(pairwise(bounds)):
        matcher.mark(entries[a:b], by_others[fold], lexicon_features[a:b], found[a:b])
    return FittedLexicon(Lexicon(words, of_text), lexicon_features, found)
