"""Comparison of two segmentations with one gold: the difference, its interval and p-value."""

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

_CONTEXT: Final = 6  # characters shown before and behind a place


RIGHT: Final = ("one", "other", "neither")
"""Who agrees with the gold where the two part."""


@dataclass(frozen=True, eq=False)
class Disagreements(TextSpans):
    """The spans where two segmentations disagree: whole words of both and of the gold.

    Parameters
    ----------
    starts, ends, sentences
        See :class:`crfseg.evaluation.alignment.Stretches`.
    right
        Who agrees with the gold there, indices into :data:`RIGHT`; shape (D,).
    """

    right: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A place where two segmentations part.

    Parameters
    ----------
    line
        Of the gold file.
    before, behind
        Some of the text around it.
    gold, one, other
        The words that each has there.
    right
        Who agrees with the gold, see :data:`RIGHT`.
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
        The scores of the two.
    """

    one: Scores
    other: Scores

    @property
    def difference(self) -> float:
        """F1 of the other less that of the one, in [-1, 1]."""
        return (self.other.f1 or 0.0) - (self.one.f1 or 0.0)

    @cached_property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the difference: 1,000 paired bootstrap samples, seed 0."""
        counts = self.one.sentence_counts, self.other.sentence_counts
        return significance.interval_of_difference(*counts)

    @cached_property
    def p_value(self) -> float:
        """The p-value of the difference, two-sided: 1,000 random exchanges, seed 0."""
        return significance.p_value(self.one.sentence_counts, self.other.sentence_counts)

    @cached_property
    def places(self) -> Disagreements:
        """The spans where the two disagree, in order."""
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
        """Yield the places where the two part, in order."""
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
    r"""Compare two segmenters, or what any two wrote, on a gold corpus.

    Parameters
    ----------
    one, other
        Segmenters, files or corpora, as :func:`crfseg.evaluate` takes them.
    gold
        The segmented corpus to be equalled.
    format, encoding
        How to read the files; see :func:`crfseg.read_corpus`.

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
    >>> [(place.one, place.other, place.right) for place in found]
    [(('北', '京'), ('北京',), 'other'), (('来', '了'), ('来了',), 'one')]
    """
    (gold,) = read_corpora([gold], format=format, encoding=encoding)
    scores = (evaluate(gold, each, format=format, encoding=encoding) for each in (one, other))
    return Comparison(*scores)
