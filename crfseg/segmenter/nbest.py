"""N-best list of a text: its most probable segmentations.

Each line has its own n-best list. The list of the text is merged from these, so k candidates of
each line suffice.
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
        The label of each word; empty strings if the model has no labels.
    log_probability
        The natural logarithm of the probability, at most 0.
    """

    words: list[str]
    labels: list[str]
    log_probability: float


class TagPath(NamedTuple):
    """The tags of a text's characters, shape (T,), and the logarithm of their probability."""

    log_probability: float
    tags: NDArray[np.int16]


def best_paths(decoder: ConstrainedDecoder, lines: Lines, k: int) -> list[TagPath]:
    """Return the k most probable tag paths of the lines, best first; there may be fewer.

    Parameters
    ----------
    decoder
        The decoder of a segmenter.
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
    """Return the candidate that a tag path describes.

    Parameters
    ----------
    text
        The text.
    lines
        Its lines, T characters.
    tag_set
        The tags of the model.
    path
        T tags.
    """
    parts = WordSpans.from_starts(tag_set.begins[path.tags], path.tags)
    starts, ends = parts.in_text(lines)
    words = [text[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
    return Candidate(words, tag_set.label_names(parts.tags), min(path.log_probability, 0.0))
