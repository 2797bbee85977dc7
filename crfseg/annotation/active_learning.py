"""Active learning: selection of the most informative sentences, and the boundaries to annotate.

The annotator is asked about the boundaries of words with low confidence. An answer helps wherever
the same two characters are adjacent. So the score of a boundary is its entropy times the square
root of the count of its character pair in the text. A pair scores 0 once a selected sentence asks
about it::

    words           患者    转氨    酶    升高    segmentation of the model
    probability     .99     .60     .55    .97
    suggested       患 者  |转 -氨 |酶   |升 高    boundary constraints to correct
    entropy              .1   .4   .6   .2

The score of a sentence is the mean over its characters. Sentences of the training text are skipped.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from heapq import heapify, heappop, heappush, nlargest
from itertools import chain
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from crfseg.corpus.corpus import Corpus
from crfseg.errors import CorpusError
from crfseg.segmenter.segmenter import Segmenter
from crfseg.segmenter.streaming import in_order
from crfseg.text import chars
from crfseg.text.boundaries import ConstrainedText
from crfseg.text.encodings import texts
from crfseg.text.files import PathLike
from crfseg.text.whitespace import split_lines

SURE: Final = 0.95
"""The default confidence from which words are not asked about."""
_AHEAD: Final = 10  # candidates kept for each sentence wanted
_PAIRS: Final = 1 << 20  # hash buckets of character pairs
_MULTIPLIER: Final = np.uint32(0x9E3779B1)  # of the hash
_NUL: Final = 0


@dataclass(frozen=True, eq=False)
class _Candidate:
    """A sentence with its boundary constraints, and the pair and score of each of them."""

    text: ConstrainedText
    length: int
    pairs: NDArray[np.intp]
    scores: NDArray[np.float64]

    def score(self, asked: NDArray[np.bool_]) -> float:
        """Return the mean score of its characters; pairs in ``asked`` score 0."""
        return float(self.scores[~asked[self.pairs]].sum()) / self.length


def suggest(
    segmenter: Segmenter,
    raw: PathLike | Iterable[PathLike],
    n: int = 100,
    *,
    sure: float = SURE,
    encoding: str = "utf-8",
    callback: Callable[[int], object] | None = None,
) -> list[ConstrainedText]:
    """Select the most informative sentences of raw text, with the boundaries to annotate.

    Parameters
    ----------
    segmenter
        The model to improve. Sentences that it was trained on are not suggested.
    raw
        One or several files of text, a sentence on each line; white space separates words. They
        are read twice, in blocks, so that large files do not need much memory.
    n
        The number of sentences; there may be fewer.
    sure
        The confidence from which words are not asked about, in [0, 1].
    encoding
        A name that Python knows.
    callback
        Called with the number of characters of each block that was read.

    Returns
    -------
    suggestions
        The lines, the most informative first. The words of low confidence have boundary
        constraints at both ends and at all characters inside, as the model segments them; these
        are to be corrected. All other boundaries are free.

    Raises
    ------
    CorpusError
        If a text is not in that encoding, or is not a file.
    OSError
        If a file cannot be read.
    """
    names = [raw] if isinstance(raw, str | os.PathLike) else list(raw)
    counts = np.zeros(_PAIRS)
    for text in _blocks(names, encoding, callback):
        lines = split_lines(text)
        counts += np.bincount(_pairs(lines.codes, lines.offsets), minlength=_PAIRS)
    best: list[_Candidate] = []
    no_pairs = np.zeros(_PAIRS, dtype=bool)
    candidates = partial(_candidates, segmenter, np.sqrt(counts), sure, _AHEAD * n)
    for found in in_order(candidates, _blocks(names, encoding, callback), 0):
        distinct = {each.text.text: each for each in chain(found, best)}.values()
        best = nlargest(_AHEAD * n, distinct, key=lambda each: each.score(no_pairs))
    return [selected.text for selected in _selected(best, n)]


def _blocks(
    names: list[PathLike], encoding: str, callback: Callable[[int], object] | None
) -> Iterator[str]:
    for name in names:
        if Path(name).exists() and not Path(name).is_file():
            raise CorpusError(f"{os.fspath(name)}: is no file; expected one, to be read twice")
        with Path(name).open("rb") as file:
            for text in texts(file, os.fspath(name), encoding):
                if callback:
                    callback(len(text))
                yield text


def _pairs(codes: chars.CodePoints, offsets: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the hash of each character and the one before; 0 at line starts, shape (T,)."""
    before = np.roll(codes, 1)
    pairs = ((before * _MULTIPLIER ^ codes) * _MULTIPLIER >> np.uint32(12)).astype(np.intp)
    pairs[offsets[:-1]] = 0
    return pairs


def _candidates(
    segmenter: Segmenter, weights: NDArray[np.float64], sure: float, most: int, text: str
) -> list[_Candidate]:
    """Return the sentences of a block with a score above 0, at most the best ``most`` of them."""
    lines = split_lines(text)
    if not len(lines.codes):
        return []
    asked = _asked(segmenter, text, sure)
    asked[lines.starts] = 0  # white space decides them
    pairs = _pairs(lines.codes, lines.offsets)
    scores = _entropies(segmenter, text) * weights[pairs] * _once(asked, pairs, lines.offsets)
    means = np.add.reduceat(scores, lines.offsets[:-1]) / np.diff(lines.offsets)
    means[_skipped(segmenter, Corpus(*lines[:4]))] = 0
    best = np.argsort(-means, kind="stable")[: min(most, np.count_nonzero(means))]
    rows, candidates = text.split("\n"), []
    firsts = np.cumsum([0, *(len(row) + 1 for row in rows)])
    for k in best.tolist():
        at = lines.offsets[k] + np.flatnonzero(asked[lines.offsets[k] : lines.offsets[k + 1]])
        row = int(lines.lines[k])
        boundaries = np.zeros(len(rows[row]), dtype=np.int8)
        boundaries[lines.positions[at] - firsts[row]] = asked[at]
        length = int(lines.offsets[k + 1] - lines.offsets[k])
        candidates.append(
            _Candidate(ConstrainedText(rows[row], boundaries), length, pairs[at], scores[at])
        )
    return candidates


def _asked(segmenter: Segmenter, text: str, sure: float) -> NDArray[np.int8]:
    """Return the model's boundaries around uncertain words: BEGIN, INSIDE or FREE, shape (T,)."""
    lengths = [end - start for start, end in segmenter.spans(text)]
    starts = np.zeros(sum(lengths), dtype=bool)
    starts[np.cumsum([0, *lengths[:-1]])] = True
    uncertain = np.repeat(segmenter.confidence(text) < sure, lengths)
    uncertain |= starts & np.roll(uncertain, 1)  # the end of a word is the start of the next
    return np.where(uncertain, np.where(starts, 1, -1), 0).astype(np.int8)


def _once(
    boundaries: NDArray[np.int8], pairs: NDArray[np.intp], offsets: NDArray[np.intp]
) -> NDArray[np.bool_]:
    """Flag the constraints whose pair is the first of its kind in the sentence, shape (T,)."""
    sentence_of = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    asked = np.flatnonzero(boundaries)
    _, first = np.unique(sentence_of[asked] * _PAIRS + pairs[asked], return_index=True)
    once = np.zeros(len(boundaries), dtype=bool)
    once[asked[first]] = True
    return once


def _entropies(segmenter: Segmenter, text: str) -> NDArray[np.float64]:
    """Return the entropy of each decision to begin a word, in nats, shape (T,)."""
    begins = segmenter.marginals(text)[:, segmenter.model.tag_set.begins].sum(axis=1)
    both = np.clip(np.stack([begins, 1 - begins]), 1e-12, 1.0)
    entropies: NDArray[np.float64] = -(both * np.log(both)).sum(axis=0)
    return entropies


def _skipped(segmenter: Segmenter, sentences: Corpus) -> NDArray[np.bool_]:
    """Flag the sentences of the training text, and those with NUL characters; shape (N,)."""
    binary = np.logical_or.reduceat(sentences.codes == _NUL, sentences.offsets[:-1])
    return np.isin(sentences.hashes(), segmenter.model.sentences) | binary


def _selected(candidates: list[_Candidate], n: int) -> Iterator[_Candidate]:
    """Yield n candidates greedily, each scored without the pairs of those before."""
    asked = np.zeros(_PAIRS, dtype=bool)
    heap = [(-each.score(asked), k) for k, each in enumerate(candidates)]
    heapify(heap)
    while heap and n > 0:
        _, k = heappop(heap)
        score = candidates[k].score(asked)
        if heap and -score > heap[0][0]:  # scores only fall, so the next one may be better
            heappush(heap, (-score, k))
        elif score > 0:
            asked[candidates[k].pairs] = True
            n -= 1
            yield candidates[k]
