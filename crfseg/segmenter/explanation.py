"""Explanation of one boundary decision by the features that vote for it and against it.

The runner-up is the best segmentation of the line with the opposite decision. It shares most tags
with the best segmentation; where the two differ, the features of those characters vote::

    margin = log p(best) - log p(runner-up)
           = [ sum_t sum_features (weight[best tag] - weight[other tag])
               + the same for the transitions and for the user's words ] / temperature

The votes add up to the margin exactly.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from crfseg.decoding import nbest_viterbi
from crfseg.errors import MarkupError
from crfseg.features.ngrams import pattern_keys
from crfseg.model.model import Model
from crfseg.model.weights import PatternTable
from crfseg.segmenter.constrained import ConstrainedDecoder
from crfseg.segmenter.nbest import TagPath, candidate
from crfseg.text.boundaries import BEGIN, INSIDE
from crfseg.text.whitespace import Lines

TRANSITIONS: Final = "transitions"
LEXICON: Final = "user lexicon"


class Vote(NamedTuple):
    """The weight of one feature for the best segmentation against the runner-up."""

    feature: str
    """``C[-1]C[0]=北京``; ``transitions``; ``user lexicon: `` and the words."""
    character: str
    """The character it applies to; empty if there are several."""
    weight: float
    """In nats; negative if it favours the runner-up."""


@dataclass(frozen=True)
class Explanation:
    """The decision at one position of a line: a boundary or none, and the votes for it.

    Parameters
    ----------
    place
        The index of the character after the possible boundary, in the text as given.
    is_cut
        True if a word begins there.
    probability
        The probability of this decision, in [0, 1], summed over all segmentations of the line.
    given
        The constraint that left no choice, or empty if the model decided: ``"a line begins"``,
        ``"white space, a mark or a rule"``, ``"the user lexicon forces 慢阻肺"`` or
        ``"the user lexicon forbids 慢阻肺"``.
    words
        The words of the line.
    runner_up
        The words of the best segmentation with the opposite decision; empty if there is none.
    votes
        The votes that separate the two, ordered by absolute weight, largest first.
    """

    place: int
    is_cut: bool
    probability: float
    given: str
    words: list[str]
    runner_up: list[str]
    votes: list[Vote]

    @property
    def margin(self) -> float:
        """The log of the ratio of the two probabilities, in nats: the sum of the votes."""
        return sum(vote.weight for vote in self.votes)


class _InfiniteWord(NamedTuple):
    """A user's word of infinite strength in a line."""

    start: int
    end: int
    label: int
    """-1 for any."""
    always: bool
    """True if the word is forced, False if it is forbidden."""


class Explainer(NamedTuple):
    """Explains the decisions of a decoder.

    Parameters
    ----------
    decoder
        The decoder of a segmenter.
    """

    decoder: ConstrainedDecoder

    @property
    def model(self) -> Model:
        """The model whose decisions are explained."""
        return self.decoder.model

    def explain(self, text: str, lines: Lines, place: int) -> Explanation:
        """Explain the decision at one character of a text.

        Parameters
        ----------
        text
            The text.
        lines
            Its lines, with all boundary constraints.
        place
            The index of a character that is not white space.

        Raises
        ------
        MarkupError
            If there is no such character.
        """
        t, line = _located(lines, place)
        best = self._path(line)
        assert best is not None
        is_cut = bool(self.model.tag_set.begins[best.tags[t]])
        boundaries = "white space, a mark or a rule" if line.boundaries[t] else ""
        given = boundaries if t else "a line begins"
        runner_up = None if given else self._runner_up(line, t, best)
        if runner_up:
            given = self._decisive_words(text, line, t, best, runner_up)
            runner_up = None if given else runner_up
        begins = self._probability(line, t)
        return Explanation(
            place,
            is_cut,
            begins if is_cut else 1 - begins,
            given,
            candidate(text, line, self.model.tag_set, best).words,
            candidate(text, line, self.model.tag_set, runner_up).words if runner_up else [],
            self._votes(text, line, best, runner_up) if runner_up else [],
        )

    def _probability(self, line: Lines, t: int) -> float:
        """Return the probability that a word begins at character t of a line."""
        sums = self.decoder.marginals()
        tags = sums.of_tags(line.codes, line.offsets, line.boundaries, self.decoder.user_words)
        return float(tags[t, self.model.tag_set.begins].sum())

    def _path(self, line: Lines) -> TagPath | None:
        """Return the best tag path of a line, scored without log Z; None if none is legal."""
        scores, tags = nbest_viterbi.find(
            self.decoder.kernel, line.codes, line.boundaries, 1, self.decoder.user_words
        )
        return (
            TagPath(float(scores[0]) * self.decoder.kernel.unit, tags[0]) if len(scores) else None
        )

    def _runner_up(self, line: Lines, t: int, best: TagPath) -> TagPath | None:
        """Return the best tag path with the opposite decision at t; None if none is legal.

        A forced word on the best path is on every legal path, and so are both its boundaries.
        """
        boundaries = np.append(line.boundaries, np.int8(BEGIN))
        for start, end, _, always in self._infinite_words(line, best):
            if always:
                boundaries[start : end + 1] = [BEGIN, *[INSIDE] * (end - start - 1), BEGIN]
        boundaries[t] = INSIDE if self.model.tag_set.begins[best.tags[t]] else BEGIN
        return self._path(line._replace(boundaries=boundaries[:-1]))

    def _decisive_words(self, text: str, line: Lines, t: int, best: TagPath, other: TagPath) -> str:
        """Name the forced or forbidden words that decide position t; empty if none do."""
        first, second = (self._infinite_words(line, path) for path in (best, other))
        forced = [word for word in first if word.always and word.start <= t <= word.end]
        never, unavoidable = ({w for w in path if not w.always} for path in (second, first))
        forbidden = never - unavoidable if len(never) > len(unavoidable) else ()
        for verb, words in ("forces", forced), ("forbids", forbidden):
            if words:
                spans = [
                    (line.positions[w.start], line.positions[w.end - 1]) for w in sorted(words)
                ]
                return f"the {LEXICON} {verb} {', '.join(text[a : b + 1] for a, b in spans)}"
        return ""

    def _infinite_words(self, line: Lines, path: TagPath) -> set[_InfiniteWord]:
        """Return the forced and forbidden words that are on a path."""
        words = self.decoder.user_words
        if words is None or not words.has_infinite:
            return set()
        starts = np.flatnonzero(self.model.tag_set.begins[path.tags])
        labels = self.model.tag_set.labels_of(path.tags[starts])
        spans = pairwise([*starts.tolist(), len(path.tags)])
        label_of = dict(zip(spans, labels.tolist(), strict=True))
        found = (_InfiniteWord(*word) for word in words.infinite(line.codes))
        return {w for w in found if w[:2] in label_of and w.label in (-1, label_of[w[:2]])}

    def _votes(self, text: str, line: Lines, best: TagPath, other: TagPath) -> list[Vote]:
        """Return the votes that separate two paths, ordered by absolute weight."""
        votes = list(self._features(text, line, best.tags, other.tags))
        first, second = (self._transitions(path.tags) for path in (best, other))
        votes.append(Vote(TRANSITIONS, "", first - second))
        rest = best.log_probability - other.log_probability - sum(vote.weight for vote in votes)
        if self.decoder.user_words is not None and abs(rest) > self.decoder.kernel.unit:
            votes.append(Vote(self._lexicon_vote_name(text, line, best, other), "", rest))
        scaled = (vote._replace(weight=vote.weight / self.model.temperature) for vote in votes)
        return sorted((vote for vote in scaled if vote.weight), key=lambda vote: -abs(vote.weight))

    def _lexicon_vote_name(self, text: str, line: Lines, best: TagPath, other: TagPath) -> str:
        """Name the user's words that are on only one of two paths."""
        first, second = (
            candidate(text, line, self.model.tag_set, path).words for path in (best, other)
        )
        lexicon = self.decoder.lexicon or ()
        listed = (word for word in sorted({*first} ^ {*second}) if word in lexicon)
        return ": ".join(filter(None, [LEXICON, ", ".join(listed)]))

    def _transitions(self, tags: NDArray[np.int16]) -> float:
        return float(self.model.transitions[tags[:-1], tags[1:]].sum() * self.model.scale)

    def _features(
        self, text: str, line: Lines, best: NDArray[np.int16], other: NDArray[np.int16]
    ) -> Iterator[Vote]:
        """Yield the votes of the features at the characters whose tags differ."""
        numbers = list(self.decoder.kernel.columns(line.codes))
        differ = np.flatnonzero(best != other)
        for table in self.model.tables:
            kind = table.kind
            keys = pattern_keys(numbers, kind.views, kind.shape)
            for row in range(kind.width):
                starts = differ + self.decoder.kernel.window + kind.reach - row
                for t, pattern in zip(differ.tolist(), _patterns(table, keys[starts]), strict=True):
                    if pattern >= 0:
                        yield Vote(
                            self.model.extractor.feature(table.kind, table.keys[pattern], row),
                            text[line.positions[t]],
                            self._weight(table, pattern, row, best[t], other[t]),
                        )

    def _weight(self, table: PatternTable, pattern: int, row: int, tag: int, other: int) -> float:
        weights = table.weights[pattern, row].astype(np.float64)
        return float((weights[tag] - weights[other]) * table.unit * self.model.scale)


def _located(lines: Lines, place: int) -> tuple[int, Lines]:
    """Return the index of a character in its line, and the line."""
    at = int(np.searchsorted(lines.positions, place))
    if at == len(lines.positions) or lines.positions[at] != place:
        raise MarkupError(f"place {place}: no character but white space; expected the index of one")
    n = int(np.searchsorted(lines.offsets, at, "right")) - 1
    begin, end = lines.offsets[n], lines.offsets[n + 1]
    boundaries = lines.boundaries[begin:end].copy()
    boundaries[0] = 0  # a word begins there in any case
    part = Lines(
        lines.codes[begin:end],
        lines.starts[begin:end],
        np.array([0, end - begin]),
        lines.lines[n : n + 1],
        lines.positions[begin:end],
        boundaries,
    )
    return at - int(begin), part


def _patterns(table: PatternTable, keys: NDArray[np.uint64]) -> list[int]:
    """Return the row of each key in a table; -1 if the table lacks it."""
    found = np.flatnonzero(np.isin(table.keys, keys))
    rows = dict(zip(table.keys[found].tolist(), found.tolist(), strict=True))
    return [rows.get(key, -1) for key in keys.tolist()]
