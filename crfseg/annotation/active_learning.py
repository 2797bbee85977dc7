"""Active learning: chooses the sentences whose annotation teaches the model most.

A word that the model is not sure of is a question. Its answer helps wherever the same characters
meet, so a place is worth its entropy times the square root of how often its two characters stand
side by side in the text; and nothing once a sentence has been chosen that asks about them::

    words           患者    转氨    酶    升高    the model's
    probability     .99     .60     .55    .97
    suggested       患 者  |转 -氨 |酶   |升 高    what is marked is to be corrected
    entropy              .1   .4   .6   .2

A sentence is worth the mean over its characters. Those that the model has been trained on are
passed over.
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
_AHEAD: Final = 10  # so many times the sentences wanted are kept to choose from
_PAIRS: Final = 1 << 20  # pairs of characters that are counted apart
_MIXED: Final = np.uint32(0x9E3779B1)  # spreads the first of a pair over the counters
_NUL: Final = 0


@dataclass(frozen=True, eq=False)
class _Candidate:
    """A sentence, and what each of the places that it asks about is worth."""

    marked: ConstrainedText
    length: int
    pairs: NDArray[np.intp]
    worth: NDArray[np.float64]

    def value(self, asked: NDArray[np.bool_]) -> float:
        """Return the mean worth of its characters; pairs that were ``asked`` about have none."""
        return float(self.worth[~asked[self.pairs]].sum()) / self.length


def suggest(
    segmenter: Segmenter,
    raw: PathLike | Iterable[PathLike],
    n: int = 100,
    *,
    sure: float = SURE,
    encoding: str = "utf-8",
    callback: Callable[[int], object] | None = None,
) -> list[ConstrainedText]:
    """Choose the sentences of which most is to be learned, and mark what is to be decided.

    Parameters
    ----------
    segmenter
        The model that is to learn. Sentences that it was trained on are not suggested.
    raw
        Files of text, one or several, a sentence a line; white space parts words. They are read
        twice, block by block, so that their size does not matter.
    n
        How many sentences; there may be fewer.
    sure
        Words that are at least so probable are not asked about, from 0 to 1.
    encoding
        As Python names it.
    callback
        Called with the number of characters of each block that was read.

    Returns
    -------
    suggestions
        The lines, the most valuable first. Marked are both ends and all places inside of the words
        that the model is not sure of, as it would cut them: that is to be corrected. Of the other
        places nothing is said.

    Raises
    ------
    CorpusError
        If a text is not in that encoding, or no file.
    OSError
        If a file cannot be read.
    """
    names = [raw] if isinstance(raw, str | os.PathLike) else list(raw)
    counts = np.zeros(_PAIRS)
    for text in _blocks(names, encoding, callback):
        lines = split_lines(text)
        counts += np.bincount(_pairs(lines.codes, lines.offsets), minlength=_PAIRS)
    best: list[_Candidate] = []
    nothing = np.zeros(_PAIRS, dtype=bool)
    candidates = partial(_candidates, segmenter, np.sqrt(counts), sure, _AHEAD * n)
    for found in in_order(candidates, _blocks(names, encoding, callback), 0):
        distinct = {each.marked.text: each for each in chain(found, best)}.values()
        best = nlargest(_AHEAD * n, distinct, key=lambda each: each.value(nothing))
    return [chosen.marked for chosen in _varied(best, n)]


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
    """Return the number of each character with the one before it; 0 for first ones, shape (T,)."""
    before = np.roll(codes, 1)
    pairs = ((before * _MIXED ^ codes) * _MIXED >> np.uint32(12)).astype(np.intp)
    pairs[offsets[:-1]] = 0
    return pairs


def _candidates(
    segmenter: Segmenter, weights: NDArray[np.float64], sure: float, most: int, text: str
) -> list[_Candidate]:
    """Return the sentences of a block that are worth something, at most so many, the best ones."""
    lines = split_lines(text)
    if not len(lines.codes):
        return []
    asked = _asked(segmenter, text, sure)
    asked[lines.starts] = 0  # white space has said it
    pairs = _pairs(lines.codes, lines.offsets)
    worth = _entropies(segmenter, text) * weights[pairs] * _once(asked, pairs, lines.offsets)
    values = np.add.reduceat(worth, lines.offsets[:-1]) / np.diff(lines.offsets)
    values[_passed_over(segmenter, Corpus(*lines[:4]))] = 0
    chosen = np.argsort(-values, kind="stable")[: min(most, np.count_nonzero(values))]
    rows, found = text.split("\n"), []
    firsts = np.cumsum([0, *(len(row) + 1 for row in rows)])
    for k in chosen.tolist():
        at = lines.offsets[k] + np.flatnonzero(asked[lines.offsets[k] : lines.offsets[k + 1]])
        row = int(lines.lines[k])
        boundaries = np.zeros(len(rows[row]), dtype=np.int8)
        boundaries[lines.positions[at] - firsts[row]] = asked[at]
        length = int(lines.offsets[k + 1] - lines.offsets[k])
        found.append(
            _Candidate(ConstrainedText(rows[row], boundaries), length, pairs[at], worth[at])
        )
    return found


def _asked(segmenter: Segmenter, text: str, sure: float) -> NDArray[np.int8]:
    """Return how the model cuts where it is not sure: 1 begins a word, -1 does not; shape (T,)."""
    lengths = [end - start for start, end in segmenter.spans(text)]
    starts = np.zeros(sum(lengths), dtype=bool)
    starts[np.cumsum([0, *lengths[:-1]])] = True
    doubtful = np.repeat(segmenter.confidence(text) < sure, lengths)
    doubtful |= starts & np.roll(doubtful, 1)  # a word's end is where the next one begins
    return np.where(doubtful, np.where(starts, 1, -1), 0).astype(np.int8)


def _once(
    boundaries: NDArray[np.int8], pairs: NDArray[np.intp], offsets: NDArray[np.intp]
) -> NDArray[np.bool_]:
    """Tell which places ask about a pair that their sentence has not asked about before, (T,)."""
    sentence_of = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    asked = np.flatnonzero(boundaries)
    _, first = np.unique(sentence_of[asked] * _PAIRS + pairs[asked], return_index=True)
    once = np.zeros(len(boundaries), dtype=bool)
    once[asked[first]] = True
    return once


def _entropies(segmenter: Segmenter, text: str) -> NDArray[np.float64]:
    """Return how undecided the model is whether each character begins a word, in nats, (T,)."""
    begins = segmenter.marginals(text)[:, segmenter.model.tag_set.begins].sum(axis=1)
    both = np.clip(np.stack([begins, 1 - begins]), 1e-12, 1.0)
    entropies: NDArray[np.float64] = -(both * np.log(both)).sum(axis=0)
    return entropies


def _passed_over(segmenter: Segmenter, sentences: Corpus) -> NDArray[np.bool_]:
    """Tell which sentences the model has seen, or no corpus can have; shape (N,)."""
    binary = np.logical_or.reduceat(sentences.codes == _NUL, sentences.offsets[:-1])
    return np.isin(sentences.hashes(), segmenter.model.sentences) | binary


def _varied(candidates: list[_Candidate], n: int) -> Iterator[_Candidate]:
    """Yield the n best, each as good as it still is beside those before it."""
    asked = np.zeros(_PAIRS, dtype=bool)
    heap = [(-each.value(asked), k) for k, each in enumerate(candidates)]
    heapify(heap)
    while heap and n > 0:
        _, k = heappop(heap)
        value = candidates[k].value(asked)
        if heap and -value > heap[0][0]:  # less than it was, and than the next one may be
            heappush(heap, (-value, k))
        elif value > 0:
            asked[candidates[k].pairs] = True
            n -= 1
            yield candidates[k]
