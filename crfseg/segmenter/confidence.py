"""Probabilities of the words of a text; the words may overlap."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from crfseg.decoding.marginals import Marginals
from crfseg.decoding.word_trie import Trie
from crfseg.segmenter.word_spans import Positions, WordSpans
from crfseg.text.whitespace import Lines


def of_words(
    marginals: Marginals, lines: Lines, words: WordSpans, lexicon: Trie | None = None
) -> NDArray[np.float64]:
    """Return the probability of each word, summed over all segmentations of the rest of its line.

    Parameters
    ----------
    marginals
        The sums over tag sequences.
    lines
        T characters.
    words
        W words, ordered by start; none crosses the end of a line.
    lexicon
        The user's words; None if there are none.

    Returns
    -------
    probabilities
        In [0, 1], shape (W,).
    """
    probabilities = np.empty(len(words.starts))
    for layer in _layers(words.starts, words.ends):
        starts = words.starts[layer]
        begins = np.zeros(len(lines.codes) + 1, dtype=np.uint8)
        # A word reaches from a flagged character to the next one, so ends are flagged too.
        for positions in (lines.offsets, starts, words.ends[layer]):
            begins[positions] = 1
        of_start = marginals.of_words(
            lines.codes, lines.offsets, lines.boundaries, begins[:-1], lexicon
        )
        probabilities[layer] = of_start[starts]
    return probabilities


def _layers(starts: Positions, ends: Positions) -> Iterator[Positions | slice]:
    """Divide the words into layers without overlaps; yield the indices of each layer."""
    if (starts[1:] >= ends[:-1]).all():
        yield slice(None)
        return
    left = np.arange(len(starts))
    while len(left):
        layer, reach = [], 0
        columns = (left.tolist(), starts[left].tolist(), ends[left].tolist())
        for n, start, end in zip(*columns, strict=True):
            if start >= reach:
                layer.append(n)
                reach = end
        yield np.array(layer)
        left = np.setdiff1d(left, layer, assume_unique=True)
