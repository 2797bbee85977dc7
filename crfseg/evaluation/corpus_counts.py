"""The official scorer's counts of whole corpora, sentence by sentence.

In most sentences the words that one segmentation alone has at their places do not stand anywhere
in the other::

    gold        他 | 前来 | 北京 | 大 学 生 活 | 了      大, 学, 生 and 活 are lost, 大学 and
    predicted   他 | 前来 | 北京 | 大学 生活   | 了      生活 found: 2 substitutions, 2 deletions

Then diff can but align the right words with themselves, and places say everything: they are
counted in arrays.  The other sentences are left to :func:`crfseg.evaluation.sighan.count_line`.
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
_BLANK: Final = 0x20  # the last of the characters that may be white space in ASCII
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
    rows = _counts_by_place(alignment, known_words)
    for n in sorted({*_odd_sentences(alignment), *_ambiguous_sentences(alignment)}):
        begin, end = gold.offsets[n : n + 2]
        words = gold.words(begin, end), predicted.words(begin, end)
        rows[n] = values(count_line(*words, known_words))
    return rows


def _counts_by_place(alignment: Alignment, known_words: Container[str]) -> NDArray[np.int64]:
    """Return the counts if every right word is aligned with itself, and no other word."""
    gold, predicted = alignment.gold_words, alignment.predicted_words
    lost, found = _Runs(gold), _Runs(predicted)  # run by run between the same right words
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

    ``of_words`` are the indices of those words; ``firsts``, ``lengths`` and ``sentences`` say of
    each run its first word, how many there are and the sentence, shape (R,).
    """

    def __init__(self, words: AlignedWords) -> None:
        self.of_words = np.flatnonzero(~words.right)
        sentences = words.sentences[self.of_words]
        # The right words before and the sentence: both only grow, so their sum tells runs apart.
        run = self.of_words - np.arange(len(self.of_words)) + sentences
        begins = np.flatnonzero(np.diff(run, prepend=-1))
        self.firsts, self.sentences = self.of_words[begins], sentences[begins]
        self.lengths = np.diff(begins, append=len(run))


def _known(corpus: Corpus, known_words: Container[str]) -> NDArray[np.bool_]:
    """Tell which words of a corpus are known, shape (W,)."""
    is_known = known_words.__contains__
    words = (corpus.words(begin, end) for _, begin, end in corpus.blocks())
    return np.fromiter(map(is_known, chain.from_iterable(words)), dtype=bool)


def _odd_sentences(alignment: Alignment) -> Iterator[int]:
    """Yield the sentences with words that the scorer may take for others than they are."""
    codes = alignment.gold.codes
    odd = (codes <= _BLANK) | (codes == _WIDE_BLANK)
    for mark in MARKS:
        odd |= codes == ord(mark)
    # Behind some characters an @ in the same word is white space.
    at = np.flatnonzero(codes == ord("@"))
    agreed = alignment.gold.starts[at] & alignment.predicted.starts[at]
    odd[at] = (codes[at - 1] > 0x7F) & ~agreed
    for words in alignment.gold_words, alignment.predicted_words:
        odd[words.starts[words.ends - words.starts >= COLUMN]] = True
    places = np.flatnonzero(odd)
    yield from alignment.gold.sentences_at(places).tolist()


def _ambiguous_sentences(alignment: Alignment) -> Iterator[int]:
    """Yield the sentences that might be aligned otherwise than place by place.

    Between its first and its last difference, a sentence has words that one segmentation has lost,
    others that it has found instead, and right words that it has kept.  If none of them is of two
    kinds, only kept words have partners, and diff finds all of them: it gives up none that is
    there only a few times, and no run of changes can slide as its ends are like no kept word.
    """
    gold, predicted = alignment.gold_words, alignment.predicted_words
    runs = _Runs(gold)
    sentences = np.unique(runs.sentences)
    text = alignment.gold.text(0, alignment.gold.n_chars)
    groups = (
        _grouped(text, words, which, sentences)
        for words, which in (
            (gold, runs.of_words),
            (predicted, _Runs(predicted).of_words),
            (gold, _kept(runs, len(gold.starts))),
        )
    )
    for n, *words in zip(sentences.tolist(), *groups, strict=True):
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
    """Return the indices of the words that stand between two runs of a sentence."""
    steps = np.zeros(n_words + 1, dtype=np.int8)
    ends = runs.firsts + runs.lengths
    together = np.flatnonzero(runs.sentences[1:] == runs.sentences[:-1])
    steps[ends[together]] = 1
    steps[runs.firsts[together + 1]] = -1
    return np.flatnonzero(np.cumsum(steps, dtype=np.int8))


def _grouped(
    text: str, words: AlignedWords, which: NDArray[np.intp], sentences: NDArray[np.intp]
) -> Iterator[list[str]]:
    """Yield, of each of these sentences, those of its words that are chosen."""
    starts, ends = words.starts[which].tolist(), words.ends[which].tolist()
    texts = [text[start:end] for start, end in zip(starts, ends, strict=True)]
    bounds = [*np.searchsorted(words.sentences[which], sentences).tolist(), len(texts)]
    return (texts[a:b] for a, b in pairwise(bounds))
