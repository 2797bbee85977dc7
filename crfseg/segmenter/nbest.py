"""The n-best list of a text: its most probable segmentations.

Each line has a list of its own best ways; those of the whole text are merged from them, so that k
are enough of each.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from crfseg.corpus.tagset import TagSet
from crfseg.decoding import nbest_viterbi
from crfseg.segmenter.constrained import ConstrainedDecoder
from crfseg.segmenter.word_spans import WordSpans
from crfseg.text.whitespace import Lines


class Candidate(NamedTuple):
    """One segmentation of a text.

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


class TagPath(NamedTuple):
    """The tags of a text's characters, and the logarithm of their probability."""

    log_probability: float
    tags: NDArray[np.int16]


def best_paths(decoder: ConstrainedDecoder, lines: Lines, k: int) -> list[TagPath]:
    """Return the k most probable tag paths of the lines, best first; there may be fewer.

    Parameters
    ----------
    decoder
        Finds the best paths of a line.
    lines
        N lines.
    k
        At least 1.
    """
    words, kernel = decoder.user_words, decoder.kernel
    log_z, _ = decoder.marginals().of_sentences(lines.codes, lines.offsets, lines.boundaries, words)
    unit = kernel.unit / decoder.model.temperature
    paths = [TagPath(0.0, np.empty(0, dtype=np.int16))]
    for n, (begin, end) in enumerate(pairwise(lines.offsets.tolist())):
        codes, boundaries = lines.codes[begin:end], lines.boundaries[begin:end]
        scores, tags = nbest_viterbi.find(kernel, codes, boundaries, k, words)
        of_line = list(zip((scores * unit - log_z[n]).tolist(), tags, strict=True))
        joined = (
            (so_far + here, before, after) for so_far, before in paths for here, after in of_line
        )
        best = sorted(joined, key=lambda each: -each[0])[:k]
        paths = [TagPath(score, np.append(before, after)) for score, before, after in best]
    return paths


def candidate(text: str, lines: Lines, tag_set: TagSet, path: TagPath) -> Candidate:
    """Return the words and labels that a tag path of a text's lines gives."""
    parts = WordSpans.from_starts(tag_set.begins[path.tags], path.tags)
    starts, ends = parts.in_text(lines)
    words = [text[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
    return Candidate(words, tag_set.label_names(parts.tags), min(path.log_probability, 0.0))
