"""The best ways to cut a text, not only the best one.

Each line has a list of its own best ways; those of the whole text are merged from them, so that k
are enough of each.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from crfseg.corpus.tagset import TagSet
from crfseg.segmenter.word_spans import Parts
from crfseg.text.chars import CodePoints
from crfseg.text.whitespace import Lines


class Candidate(NamedTuple):
    """One way to cut a text.

    Attributes
    ----------
    words
        As :meth:`Segmenter.cut` returns them.
    labels
        Of each word; empty strings where the model has no labels.
    log_probability
        The natural logarithm of its probability.
    """

    words: list[str]
    labels: list[str]
    log_probability: float


class Way(NamedTuple):
    """The tags of a text's characters, and the logarithm of their probability."""

    log_probability: float
    tags: NDArray[np.int16]


def best_ways(
    find: Callable[[CodePoints, NDArray[np.int8]], tuple[NDArray[np.int64], NDArray[np.int16]]],
    lines: Lines,
    log_z: NDArray[np.float64],
    unit: float,
    k: int,
) -> list[Way]:
    """Return the k most probable ways to tag the lines, best first.

    Parameters
    ----------
    find
        Returns scores and tags of at most k best ways of a line, see :func:`crfseg.decoding.nbest_viterbi.find`.
    lines
        N lines.
    log_z
        The logarithm of the sum over all ways of each line, shape (N,).
    unit
        The log-potential of one unit of a score.
    k
        How many, at least 1; there may be fewer.
    """
    ways = [Way(0.0, np.empty(0, dtype=np.int16))]
    for n, (begin, end) in enumerate(pairwise(lines.offsets.tolist())):
        scores, tags = find(lines.codes[begin:end], lines.boundaries[begin:end])
        found = list(zip((scores * unit - log_z[n]).tolist(), tags, strict=True))
        joined = (
            (so_far + here, before, after) for so_far, before in ways for here, after in found
        )
        best = sorted(joined, key=lambda each: -each[0])[:k]
        ways = [Way(score, np.append(before, after)) for score, before, after in best]
    return ways


def candidate(text: str, lines: Lines, tag_set: TagSet, way: Way) -> Candidate:
    """Return the words and labels of a way to tag a text's lines."""
    parts = Parts.beginning(tag_set.begins[way.tags], way.tags)
    starts, ends = parts.in_text(lines)
    words = [text[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
    return Candidate(words, tag_set.label_names(parts.tags), min(way.log_probability, 0.0))
