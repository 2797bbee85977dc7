"""Rulesets: the rules that are on for a segmenter, and the boundary constraints they put on a text.

::

    text          iPhone 卖了23.4%。见 http://a.b/c
    constraints   0-----  0000 ---0 0   1-----------     -: no word begins, 1: one does, 0: free

Precedence: the text's own constraints, the user's expressions in order, the rules whose matches are
words, all other rules. A match that contradicts an earlier constraint is ignored as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from crfseg.constraints.rule_prefilter import MAX_MATCH_LENGTH, Prefilter, boundaries_of
from crfseg.constraints.rules import (
    ANYTHING,
    CLUSTER,
    CLUSTER_TRIGGERS,
    CLUSTERS,
    JOINED,
    NUMBER,
    RULE_OF,
    RULES,
    WHOLE,
)
from crfseg.corpus.corpus import Corpus
from crfseg.errors import RuleError
from crfseg.text import chars

REACH: Final = 4 * MAX_MATCH_LENGTH
"""Bytes of UTF-8 before and after a position on which its constraint may depend."""

_KEPT: Final = 0  # kinds of matches, see boundaries_of
_WORD: Final = 1
_IGNORED: Final = -1  # sets no constraint; only its position matters

Boundaries = NDArray[np.int8]
Match = tuple[int, int, int]
"""Start, end and kind of a match."""


class Constraints(NamedTuple):
    """Boundary constraints on the bytes of UTF-8, and the matches that set them."""

    boundaries: Boundaries | None = None
    matches: Sequence[Match] = ()
    positions: NDArray[np.int64] = np.empty(0, dtype=np.int64)
    """Byte positions of the characters that starts and ends of matches count, and of the end."""

    def start_of(self, position: int) -> int:
        """Return the start of the first match that contains a position; without one, itself."""
        starts, ends = self.positions[np.array(self.matches, dtype=np.intp).reshape(-1, 3).T[:2]]
        return int(starts[(starts < position) & (position < ends)].min(initial=position))


@dataclass(frozen=True)
class Ruleset:
    r"""Rules that are on.

    Parameters
    ----------
    names
        Names of the rules, kept in the order of :data:`crfseg.constraints.rules.RULES`.
    expressions
        The user's own, in the syntax of the regex package: each match is a word.

    Raises
    ------
    RuleError
        If a rule does not exist, or an expression cannot be compiled.

    Examples
    --------
    >>> Ruleset(("numbers", "urls")).boundaries("涨23.4元").tolist()
    [0, 0, -1, -1, -1, 0]
    >>> Ruleset(expressions=[r"第\d+届"]).boundaries("在第27届会上").tolist()
    [0, 1, -1, -1, -1, 1, 0]
    """

    names: tuple[str, ...] = ()
    expressions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        names = set(self.names)
        for name in names - set(RULE_OF):
            raise RuleError(f"unknown rule {name!r}; expected one of {', '.join(RULE_OF)}")
        object.__setattr__(self, "names", tuple(name for name in RULE_OF if name in names))
        object.__setattr__(self, "expressions", tuple(self.expressions))
        self._expressions  # noqa: B018  # compiled now, so that errors are raised at once

    def __reduce__(self) -> tuple[type[Ruleset], tuple[tuple[str, ...], tuple[str, ...]]]:
        return Ruleset, (self.names, self.expressions)

    def __bool__(self) -> bool:
        return bool(self.names or self.expressions)

    def changed(self, changes: str | Iterable[str], expressions: Iterable[str] = ()) -> Ruleset:
        """Return a ruleset with some rules switched on or off, and with more expressions.

        Parameters
        ----------
        changes
            Applied from left to right: a name switches a rule on, a name after ``-`` switches it
            off, ``"all"`` and ``"none"`` switch all. A string may hold several, split by commas.
        expressions
            The user's own, to add.

        Raises
        ------
        RuleError
            If a rule does not exist, or an expression cannot be compiled.

        Examples
        --------
        >>> Ruleset(("numbers", "dates")).changed("latin,-dates").names
        ('numbers', 'latin')
        """
        on = set(self.names)
        parts = changes.split(",") if isinstance(changes, str) else changes
        for part in filter(None, (str(part).strip() for part in parts)):
            name = part.removeprefix("-")
            if part in ("all", "none"):
                on = set(RULE_OF) if part == "all" else set()
            elif name not in RULE_OF:
                raise RuleError(
                    f"unknown rule {name!r}; expected all, none or some of {', '.join(RULE_OF)}"
                )
            else:
                on = on - {name} if part != name else on | {name}
        return Ruleset(tuple(on), (*self.expressions, *expressions))

    def boundaries(self, text: str, given: Boundaries | None = None) -> Boundaries | None:
        """Return the boundary constraints on a text's characters; None if there are none.

        Parameters
        ----------
        text
            Any number of lines.
        given
            Constraints that take precedence, as in :class:`crfseg.ConstrainedText`.
        """
        found = self.matches(text)
        return boundaries_of(len(text), found, given) if found else given

    def corpus_boundaries(self, corpus: Corpus) -> Boundaries:
        """Return the constraints on each character of a corpus, without regard to its words."""
        found = np.zeros(corpus.n_chars, dtype=np.int8)
        for which, begin, end in corpus.blocks():
            breaks = corpus.offsets[which.start : which.stop] - begin
            lines = np.insert(corpus.codes[begin:end], breaks, chars.NEWLINE)
            boundaries = self.boundaries(chars.to_text(lines))
            if boundaries is not None:
                found[begin:end] = np.delete(boundaries, breaks + np.arange(len(breaks)))
        return found

    def constraints_of(
        self, data: bytes, before: bytes = b"", surrogates: bool = False
    ) -> Constraints:
        """Return the constraints on UTF-8, up to the first byte that is not valid.

        Parameters
        ----------
        data
            Any number of lines.
        before
            The bytes before it in its first line, as far as rules look: :data:`REACH`.
        surrogates
            Accept lone surrogates too.
        """
        if not self:
            return Constraints()
        text, positions = self.prefilter.lines(before + data, surrogates)
        positions -= len(before)
        found = self.matches(text, int(np.searchsorted(positions, 0)))
        if not found:
            return Constraints()
        return Constraints(boundaries_of(len(data), found, None, positions), found, positions)

    def matches(self, text: str, at: int = 0) -> list[Match]:
        """Return all matches from a position on, in the order of precedence.

        Parameters
        ----------
        text
            Any number of lines.
        at
            The position, in characters.

        Returns
        -------
        matches
            Start, end and kind: 1 a word, 0 kept together, -1 ignored. They may overlap, contradict
            each other, or be longer than ``MAX_MATCH_LENGTH``; ``boundaries_of`` resolves that.
        """
        kinds = self.prefilter.signs_of(text)
        if not kinds:
            return []
        found = list(self._of_user(text, at)) if kinds & ANYTHING else []
        if kinds & WHOLE and self._whole:
            found += self._of_whole(self._whole, text, at)
        if kinds & CLUSTERS:
            found += self._clusters(text, at)
        if kinds & JOINED and self._joined:
            found += self.prefilter.matches(text, at, JOINED, self._joined.match)
        return found

    def _of_user(self, text: str, at: int) -> Iterator[Match]:
        """Yield the matches of the user's expressions, line by line."""
        for expression in self._expressions:
            begin = 0
            for line in text.split("\n"):
                for match in expression.finditer(line, min(max(0, at - begin), len(line))):
                    visible = match[0].strip()
                    if visible:
                        start = begin + match.end() - len(match[0].lstrip())
                        yield start, start + len(visible), _WORD
                begin += len(line) + 1

    def _of_whole(self, pattern: re.Pattern[str], text: str, at: int) -> Iterator[Match]:
        """Yield the matches of the whole rules, in lines with a trigger character."""
        trigger = self.prefilter.find(text, at, WHOLE)
        while trigger >= 0:
            begin, end = text.rfind("\n", at, trigger) + 1, text.find("\n", trigger)
            end = len(text) if end < 0 else end
            for match in pattern.finditer(text, max(at, begin), end):
                yield *match.span(), _WORD
            trigger = self.prefilter.find(text, end, WHOLE)

    def _clusters(self, text: str, at: int) -> Iterator[Match]:
        """Yield the grapheme clusters of several characters, and the emoji.

        The first trigger of a cluster is its first or its second character. A match leaves out the
        white space that a combining character follows.
        """
        emoji = _WORD if "emoji" in self.names else _IGNORED
        other = _KEPT if "graphemes" in self.names else _IGNORED
        cluster, trigger = _cluster(), self.prefilter.find(text, at, CLUSTERS)
        while trigger >= 0:
            match = cluster.match(text, max(at, trigger - 1))
            start, at = match.span()
            if match.lastindex and emoji == _WORD:
                yield start, at, emoji
            elif at - start > 1:
                yield start + text[start].isspace(), at, other
            trigger = self.prefilter.find(text, at, CLUSTERS)

    @cached_property
    def _whole(self) -> re.Pattern[str] | None:
        return _alternatives(self.names, WHOLE)

    @cached_property
    def _joined(self) -> re.Pattern[str] | None:
        return _alternatives(self.names, JOINED)

    @cached_property
    def _expressions(self) -> list[Any]:
        """The user's expressions, compiled."""
        if not self.expressions:
            return []
        import regex  # not above: slow to import, seldom needed

        compiled = []
        for expression in self.expressions:
            try:
                compiled.append(regex.compile(expression))
            except (regex.error, TypeError, OverflowError, RecursionError) as error:
                raise RuleError(
                    f"{expression!r} is no regular expression: {error}; expected the syntax of "
                    "Python's, or of the regex package"
                ) from None
        return compiled

    @cached_property
    def prefilter(self) -> Prefilter:
        """The prefilter with the trigger characters of the rules that are on."""
        kinds = np.zeros(CLUSTER_TRIGGERS[-1][1] + 1, dtype=np.uint8)
        for name in self.names:
            rule = RULE_OF[name]
            kinds[[ord(char) for char in rule.triggers]] |= rule.kind
            if rule.kind == CLUSTERS:
                for start, stop in CLUSTER_TRIGGERS:
                    kinds[start:stop] |= CLUSTERS
        if self.expressions:
            kinds |= ANYTHING
        return Prefilter(kinds)


def _alternatives(names: Iterable[str], kind: int) -> re.Pattern[str] | None:
    """Return the rules of a kind that are on as one pattern; None if there are none.

    Patterns that begin with a number share it, so that a number is matched once for all of them.
    """
    on = [rule.pattern for rule in RULES if rule.name in names and rule.kind == kind]
    of_numbers = [pattern for pattern in on if pattern.startswith(NUMBER)]
    if of_numbers:
        first = on.index(of_numbers[0])
        rest = "|".join(pattern.removeprefix(NUMBER) for pattern in of_numbers)
        on[first : first + len(of_numbers)] = [f"{NUMBER}(?:{rest})"]
    return re.compile("|".join(f"(?:{pattern})" for pattern in on)) if on else None


@cache
def _cluster() -> Any:
    """Return the pattern of a grapheme cluster."""
    import regex  # not above: slow to import, seldom needed

    return regex.compile(CLUSTER)
