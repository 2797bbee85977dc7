"""Comparison of two segmentations on one gold corpus, with a test of significance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import starmap
from typing import Final

import numpy as np
from numpy.typing import NDArray

from crfseg.corpus.corpus import Corpus
from crfseg.corpus.readers import Format, read_corpora
from crfseg.evaluation import significance
from crfseg.evaluation.alignment import TextSpans, agreed_spans, count_within
from crfseg.evaluation.evaluate import evaluate
from crfseg.evaluation.scores import Scores
from crfseg.segmenter.segmenter import Segmenter
from crfseg.text.files import PathLike

_CONTEXT: Final = 6  # characters shown before and after a disagreement

RIGHT: Final = ("one", "other", "neither")
"""The segmentation that agrees with the gold where the two disagree."""


@dataclass(frozen=True, eq=False)
class Disagreements(TextSpans):
    """The spans in which two segmentations disagree: whole words of both and of the gold.

    Parameters
    ----------
    starts, ends, sentences
        See :class:`crfseg.evaluation.alignment.TextSpans`.
    right
        The segmentation that agrees with the gold, indices into :data:`RIGHT`; shape (D,), uint8.
    """

    right: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One disagreement of two segmentations.

    Parameters
    ----------
    line
        The line of the gold file.
    before, behind
        The text around it, a few characters.
    gold, one, other
        The words of each segmentation.
    right
        The segmentation that agrees with the gold, see :data:`RIGHT`.
    """

    line: int
    before: str
    behind: str
    gold: tuple[str, ...]
    one: tuple[str, ...]
    other: tuple[str, ...]
    right: str


@dataclass(frozen=True, eq=False)
class Comparison:
    """The result of :func:`compare`.

    Parameters
    ----------
    one, other
        The scores of the two segmentations.
    """

    one: Scores
    other: Scores

    @property
    def difference(self) -> float:
        """F1(other) - F1(one), in [-1, 1]."""
        return (self.other.f1 or 0.0) - (self.one.f1 or 0.0)

    @cached_property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the difference: 1,000 paired bootstrap samples, seed 0."""
        counts = self.one.sentence_counts, self.other.sentence_counts
        return significance.interval_of_difference(*counts)

    @cached_property
    def p_value(self) -> float:
        """The two-sided p-value of the difference: 1,000 random exchanges, seed 0."""
        return significance.p_value(self.one.sentence_counts, self.other.sentence_counts)

    @cached_property
    def places(self) -> Disagreements:
        """The spans in which the two disagree, in order."""
        starts, ends = agreed_spans(*self._segmentations)
        _, one, other = self._segmentations
        at = np.flatnonzero(count_within(one.starts != other.starts, starts))
        right = {
            name: count_within(
                each.alignment.gold.starts != each.alignment.predicted.starts, starts
            )
            == 0
            for name, each in (("one", self.one), ("other", self.other))
        }
        return Disagreements(
            starts[at],
            ends[at],
            one.sentences_at(starts[at]),
            np.select([right["one"][at], right["other"][at]], [0, 1], 2).astype(np.uint8),
        )

    @property
    def _segmentations(self) -> tuple[Corpus, Corpus, Corpus]:
        gold, one = self.one.alignment.gold, self.one.alignment.predicted
        return gold, one, self.other.alignment.predicted

    def disagreements(self) -> Iterator[Disagreement]:
        """Yield the disagreements of the two, in order."""
        here = self.places
        columns = (array.tolist() for array in (here.starts, here.ends, here.sentences, here.right))
        yield from starmap(self._disagreement, zip(*columns, strict=True))

    def _disagreement(self, start: int, end: int, sentence: int, right: int) -> Disagreement:
        gold, one, other = self._segmentations
        first, last = gold.offsets[sentence : sentence + 2].tolist()
        return Disagreement(
            line=int(gold.lines[sentence]),
            before=gold.text(max(first, start - _CONTEXT), start),
            behind=gold.text(end, min(last, end + _CONTEXT)),
            gold=tuple(gold.words(start, end)),
            one=tuple(one.words(start, end)),
            other=tuple(other.words(start, end)),
            right=RIGHT[right],
        )


def compare(
    one: Segmenter | PathLike | Corpus,
    other: Segmenter | PathLike | Corpus,
    gold: PathLike | Corpus,
    *,
    format: Format | None = None,
    encoding: str = "utf-8",
) -> Comparison:
    r"""Compare two segmenters, or the outputs of any two, on a gold corpus.

    Parameters
    ----------
    one, other
        Segmenters, files or corpora, as :func:`crfseg.evaluate` takes them.
    gold
        The segmented corpus that is taken as right.
    format, encoding
        The format and the encoding of the files, see :func:`crfseg.read_corpus`.

    Returns
    -------
    comparison
        Both scores, their difference, and the disagreements.

    Raises
    ------
    CorpusError
        If a file cannot be read, or the texts differ.

    Examples
    --------
    >>> gold = Corpus.from_text("我 爱 北京 天安门\n他 来 了")
    >>> one = Corpus.from_text("我 爱 北 京 天安门\n他 来 了")
    >>> other = Corpus.from_text("我 爱 北京 天安门\n他 来了")
    >>> found = compare(one, other, gold).disagreements()
    >>> [(each.one, each.other, each.right) for each in found]
    [(('北', '京'), ('北京',), 'other'), (('来', '了'), ('来了',), 'one')]
    """
    (gold,) = read_corpora([gold], format=format, encoding=encoding)
    scores = (evaluate(gold, each, format=format, encoding=encoding) for each in (one, other))
    return Comparison(*scores)
