"""Section of the differences: every span where gold and predicted words differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from crfseg.corpus.corpus import Corpus
from crfseg.evaluation.alignment import KINDS, Alignment
from crfseg.evaluation.report.items import Facet, Items, Measure
from crfseg.evaluation.report.wording import Text
from crfseg.evaluation.scores import Scores

KIND_NAMES: Final = {
    "merge": Text("merge", "合并"),
    "split": Text("split", "切开"),
    "cross": Text("cross", "交叉"),
}
# By the lowest frequency class of each band; -1 stands for words outside the vocabulary.
_BANDS: Final = {
    -1: Text("unknown word", "未登录词"),
    0: Text("known, not counted", "已知，未计数"),
    1: Text("seen 1-7 times", "见过 1-7 次"),
    4: Text("8-127 times", "8-127 次"),
    8: Text("128 times or more", "128 次以上"),
}
_NOTE: Final = Text(
    "Gold words above, predicted words below. Choose a difference to see its sentence. ",
    "标准（上）与预测（下）分歧之处。点开可看全句。",
)
_NOTE_ON_CONFIDENCE: Final = Text(
    "The percentage is the lowest confidence of the predicted words.",
    "百分数是模型对其中最没把握的预测词的置信度。",
)


def section(scores: Scores, parts: Sequence[Corpus]) -> Items:
    """Return the section of an evaluation; ``parts`` are the gold corpora that were joined."""
    alignment = scores.alignment
    spans, has_confidence = alignment.differences, alignment.confidence is not None
    return Items(
        "errors",
        Text("Differences", "差异"),
        (Text("gold", "标准"), Text("predicted", "预测")),
        (alignment.gold, alignment.predicted),
        spans.sentences,
        spans.starts,
        spans.ends,
        _facets(scores),
        [_confidence(alignment)] if has_confidence else [],
        parts,
        Text(*map("".join, zip(_NOTE, _NOTE_ON_CONFIDENCE, strict=True)))
        if has_confidence
        else _NOTE,
    )


def _facets(scores: Scores) -> list[Facet]:
    kinds = scores.alignment.differences.kinds
    found = [Facet("kind", Text("kind", "类型"), [KIND_NAMES[kind] for kind in KINDS], kinds)]
    if scores.frequency_of is not None:
        heading = Text("rarest gold word", "最罕见的标准词")
        rarest = _rarest(scores.alignment, scores.frequency_of)
        found.append(Facet("frequency", heading, list(_BANDS.values()), rarest))
    return found


def _rarest(alignment: Alignment, frequency_of: Mapping[str, int]) -> NDArray[np.intp]:
    """Return the frequency band of the rarest gold word of each difference, shape (D,)."""
    gold, spans = alignment.gold, alignment.differences
    classes = np.array([frequency_of.get(word, -1) for word in gold.words()], dtype=np.intp)
    rarest = least_within(gold.starts, classes, spans.starts, spans.ends)
    return np.searchsorted(list(_BANDS), rarest, side="right") - 1


def _confidence(alignment: Alignment) -> Measure:
    spans, begins = alignment.differences, alignment.predicted.starts
    assert alignment.confidence is not None
    return Measure(
        "confidence",
        Text("surest first", "最有把握的在前"),
        Text("least sure first", "最没把握的在前"),
        least_within(begins, alignment.confidence, spans.starts, spans.ends),
    )


def least_within(
    begins: NDArray[np.bool_],
    of_word: NDArray[Any],
    starts: NDArray[np.intp],
    ends: NDArray[np.intp],
) -> NDArray[Any]:
    """Return the least value of the words in each of D spans.

    Parameters
    ----------
    begins
        Flags of the T characters that begin a word, shape (T,).
    of_word
        A value for each of the W words, shape (W,).
    starts, ends
        The spans: half-open, ascending, disjoint, whole words; shape (D,).

    Returns
    -------
    least
        Shape (D,).
    """
    n_before = np.append(0, np.cumsum(begins))
    bounds = np.stack([n_before[starts], n_before[ends]], axis=1).ravel()
    padded = np.append(of_word, of_word[:1])  # a span may end at the end of the text
    return np.minimum.reduceat(padded, bounds)[::2] if len(starts) else of_word[:0]
