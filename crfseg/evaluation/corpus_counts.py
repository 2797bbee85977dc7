"""Counts of the official scorer for whole corpora, sentence by sentence.

In most sentences the words that only one segmentation has at a position occur nowhere in the
other::

    gold        他 | 前来 | 北京 | 大 学 生 活 | 了      大, 学, 生 and 活 are missed, 大学 and
    predicted   他 | 前来 | 北京 | 大学 生活   | 了      生活 wrong: 2 substitutions, 2 deletions

Then diff aligns each right word with itself, so counting by position gives the same result; it is
done in arrays. The other sentences are left to :func:`crfseg.evaluation.sighan.count_line`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator
from dataclasses import fields
from itertools import chain, pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from crfseg.corpus.corpus import Corpus
from crfseg.evaluation.alignment import AlignedWords, Alignment
from crfseg.evaluation.gnu_diff import FEW
from crfseg.evaluation.sighan import COLUMN, MARKS, OfficialCounts, count_line, values

_N_COUNTS: Final = len(fields(OfficialCounts))
_BLANK: Final = 0x20  # the highest white space of ASCII
_WIDE_BLANK: Final = 0x3000


def count_sentences(alignment: Alignment, known_words: Container[str]) -> NDArray[np.int64]:
    r"""Count every sentence of a corpus as the official scorer would in the C locale.

    Parameters
    ----------
    alignment
        Two segmentations of the same N sentences.
    known_words
        The training vocabulary.

    Returns
    -------
    counts
        A row for each sentence, columns as the fields of
        :class:`crfseg.evaluation.sighan.OfficialCounts`; shape (N, 11).

    Examples
    --------
    >>> gold = Corpus.from_text("我 爱 北京\n他 来")
    >>> predicted = Corpus.from_text("我 爱北京\n他 来")
    >>> count_sentences(Alignment(gold, predicted), {"我", "他"}).tolist()
    [[0, 1, 1, 3, 2, 2, 1, 2, 2, 1, 0], [0, 0, 0, 2, 2, 0, 0, 1, 0, 1, 0]]
    """
    gold, predicted = alignment.gold, alignment.predicted
    rows = _counts_by_position(alignment, known_words)
    for n in sorted({*_odd_sentences(alignment), *_ambiguous_sentences(alignment)}):
        begin, end = gold.offsets[n : n + 2]
        words = gold.words(begin, end), predicted.words(begin, end)
        rows[n] = values(count_line(*words, known_words))
    return rows


def _counts_by_position(alignment: Alignment, known_words: Container[str]) -> NDArray[np.int64]:
    """Return the counts if right words are aligned with themselves, and no others are aligned."""
    gold, predicted = alignment.gold_words, alignment.predicted_words
    lost, found = _Runs(gold), _Runs(predicted)  # in parallel: between the same right words
    known, wrong = _known(alignment.gold, known_words), ~gold.right
    counts = (
        (found.sentences, np.maximum(found.lengths - lost.lengths, 0)),
        (found.sentences, np.maximum(lost.lengths - found.lengths, 0)),
        (found.sentences, np.minimum(lost.lengths, found.lengths)),
        *((words.sentences, None) for words in (gold, predicted)),
        *((words.sentences, ~words.right) for words in (gold, predicted)),
        *((gold.sentences, which) for which in (~known, ~known & wrong, known, known & wrong)),
    )
    n = len(alignment.gold)
    columns = [np.bincount(sentences, weights, n) for sentences, weights in counts]
    return np.stack(columns, axis=1).astype(np.int64)


class _Runs:
    """The R runs of words that are not right, each in one sentence.

    ``of_words`` are the indices of those words; ``firsts``, ``lengths`` and ``sentences`` are the
    first word, the number of words and the sentence of each run, shape (R,).
    """

    def __init__(self, words: AlignedWords) -> None:
        self.of_words = np.flatnonzero(~words.right)
        sentences = words.sentences[self.of_words]
        # Right words before + sentence: both only grow, so their sum is different for each run.
        run = self.of_words - np.arange(len(self.of_words)) + sentences
        begins = np.flatnonzero(np.diff(run, prepend=-1))
        self.firsts, self.sentences = self.of_words[begins], sentences[begins]
        self.lengths = np.diff(begins, append=len(run))


def _known(corpus: Corpus, known_words: Container[str]) -> NDArray[np.bool_]:
    """Flag the words of a corpus that are known, shape (W,)."""
    is_known = known_words.__contains__
    words = (corpus.words(begin, end) for _, begin, end in corpus.blocks())
    return np.fromiter(map(is_known, chain.from_iterable(words)), dtype=bool)


def _odd_sentences(alignment: Alignment) -> Iterator[int]:
    """Yield the sentences with words that the scorer may read differently."""
    codes = alignment.gold.codes
    odd = (codes <= _BLANK) | (codes == _WIDE_BLANK)
    for mark in MARKS:
        odd |= codes == ord(mark)
    # After some characters an @ in the same word is white space to the scorer.
    at = np.flatnonzero(codes == ord("@"))
    agreed = alignment.gold.starts[at] & alignment.predicted.starts[at]
    odd[at] = (codes[at - 1] > 0x7F) & ~agreed
    for words in alignment.gold_words, alignment.predicted_words:
        odd[words.starts[words.ends - words.starts >= COLUMN]] = True
    yield from alignment.gold.sentences_at(np.flatnonzero(odd)).tolist()


def _ambiguous_sentences(alignment: Alignment) -> Iterator[int]:
    """Yield the sentences that diff might align otherwise than by position.

    Between its first and its last difference, a sentence has lost words (gold only), found words
    (predicted only) and kept words (right). If no word is of two of these kinds, only kept words
    have partners, and diff aligns all of them: it discards no word that occurs only a few times,
    and no run of changes can slide because its ends differ from all kept words.
    """
    gold, predicted = alignment.gold_words, alignment.predicted_words
    runs = _Runs(gold)
    sentences = np.unique(runs.sentences)
    text = alignment.gold.text(0, alignment.gold.n_chars)
    by_sentence = (
        _by_sentence(text, words, which, sentences)
        for words, which in (
            (gold, runs.of_words),
            (predicted, _Runs(predicted).of_words),
            (gold, _kept(runs, len(gold.starts))),
        )
    )
    for n, *words in zip(sentences.tolist(), *by_sentence, strict=True):
        if not _has_one_alignment(*words):
            yield n


def _has_one_alignment(lost: list[str], found: list[str], kept: list[str]) -> bool:
    distinct = set(kept)
    return (
        distinct.isdisjoint(lost)
        and distinct.isdisjoint(found)
        and set(lost).isdisjoint(found)
        and (len(kept) - len(distinct) < FEW or max(Counter(kept).values()) <= FEW)
    )


def _kept(runs: _Runs, n_words: int) -> NDArray[np.intp]:
    """Return the indices of the words between two runs of a sentence."""
    steps = np.zeros(n_words + 1, dtype=np.int8)
    ends = runs.firsts + runs.lengths
    together = np.flatnonzero(runs.sentences[1:] == runs.sentences[:-1])
    steps[ends[together]] = 1
    steps[runs.firsts[together + 1]] = -1
    return np.flatnonzero(np.cumsum(steps, dtype=np.int8))


def _by_sentence(
    text: str, words: AlignedWords, which: NDArray[np.intp], sentences: NDArray[np.intp]
) -> Iterator[list[str]]:
    """Yield the selected words of each of these sentences."""
    starts, ends = words.starts[which].tolist(), words.ends[which].tolist()
    texts = [text[start:end] for start, end in zip(starts, ends, strict=True)]
    bounds = [*np.searchsorted(words.sentences[which], sentences).tolist(), len(texts)]
    return (texts[a:b] for a, b in pairwise(bounds))
