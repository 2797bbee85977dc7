"""Rule sets: the rules that are on, and the boundary constraints that they put on a text.

::

    text    iPhone 卖了23.4%。见 http://a.b/c
constraints 0----- 0000 ---0 0   1-----------     -: no word begins, 1: one does, 0: free

Where rules disagree, the earlier one wins: the constraints of the text, then the user's
expressions in their order, then the rules whose matches are words, then all others. A match that
contradicts what is said already says nothing at all.
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
    CLUSTER_SIGNS,
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
"""The bytes of UTF-8 before and after a position that may decide its constraint."""

_KEPT: Final = 0  # sorts of matches, see marks_of
_WORD: Final = 1
_NOTHING: Final = -1  # only where it stands matters

Boundaries = NDArray[np.int8]
Match = tuple[int, int, int]
"""Start, end and sort of a match."""


class Constraints(NamedTuple):
    """The boundary constraints on bytes of UTF-8, and the matches that set them."""

    boundaries: Boundaries | None = None
    matches: Sequence[Match] = ()
    positions: NDArray[np.int64] = np.empty(0, dtype=np.int64)
    """Of the characters of which the matches speak, and the end."""

    def start_of(self, place: int) -> int:
        """Return the start of the first match around a position, or the position itself."""
        starts, ends = self.positions[np.array(self.matches, dtype=np.intp).reshape(-1, 3).T[:2]]
        return int(starts[(starts < place) & (place < ends)].min(initial=place))


@dataclass(frozen=True)
class Ruleset:
    r"""Rules that are on.

    Parameters
    ----------
    names
        Of the rules, in the order of :data:`crfseg.constraints.rules.RULES`.
    expressions
        The user's own, in the syntax of the regex package: each match is a word.

    Raises
    ------
    RuleError
        If there is no such rule, or an expression cannot be compiled.

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
        self._expressions  # noqa: B018  # compiled now, so that errors appear here

    def __reduce__(self) -> tuple[type[Ruleset], tuple[tuple[str, ...], tuple[str, ...]]]:
        return Ruleset, (self.names, self.expressions)

    def __bool__(self) -> bool:
        return bool(self.names or self.expressions)

    def changed(self, changes: str | Iterable[str], expressions: Iterable[str] = ()) -> Ruleset:
        """Return other rules.

        Parameters
        ----------
        changes
            From left to right: a name switches a rule on, with ``-`` before it off; ``"all"`` and
            ``"none"`` switch all of them. One string may have several with commas between.
        expressions
            The user's own.

        Raises
        ------
        RuleError
            If there is no such rule, or an expression cannot be compiled.

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
            Of any number of lines.
        given
            Constraints that come first, as in :class:`crfseg.ConstrainedText`.
        """
        found = self.matches(text)
        return boundaries_of(len(text), found, given) if found else given

    def corpus_boundaries(self, corpus: Corpus) -> Boundaries:
        """Return the constraints that the rules put on a corpus, without its segmentation."""
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
        """Return the constraints on UTF-8 bytes, up to the first invalid byte.

        Parameters
        ----------
        data
            Any number of lines.
        before
            What stands before it in its first line, as far as rules look.
        surrogates
            Take lone surrogates for characters too.
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
        """Return all matches from a position on, by precedence.

        Parameters
        ----------
        text, at
            The text, and the position.

        Returns
        -------
        matches
            Start, end and sort: 1 a word, 0 kept together, -1 nothing is said. Neither disjoint nor
            free of contradictions, nor shorter than ``MAX_MATCH_LENGTH``.
        """
        signs = self.prefilter.signs_of(text)
        if not signs:
            return []
        found = list(self._of_user(text, at)) if signs & ANYTHING else []
        if signs & WHOLE and self._whole:
            found += self._of_whole(self._whole, text, at)
        if signs & CLUSTERS:
            found += self._clusters(text, at)
        if signs & JOINED and self._joined:
            found += self.prefilter.matches(text, at, JOINED, self._joined.match)
        return found

    def _of_user(self, text: str, at: int) -> Iterator[Match]:
        """Yield the matches of the user's expressions: each line is searched by itself."""
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
        """Yield the matches of the rules whose matches are words, in lines that have a sign."""
        sign = self.prefilter.find(text, at, WHOLE)
        while sign >= 0:
            begin, end = text.rfind("\n", at, sign) + 1, text.find("\n", sign)
            end = len(text) if end < 0 else end
            for match in pattern.finditer(text, max(at, begin), end):
                yield *match.span(), _WORD
            sign = self.prefilter.find(text, end, WHOLE)

    def _clusters(self, text: str, at: int) -> Iterator[Match]:
        """Yield the grapheme clusters of several characters, and the emoji.

        The first sign of a cluster is its first character or its second. White space that carries
        a combining mark is still white space; the combining mark is not.
        """
        emoji = _WORD if "emoji" in self.names else _NOTHING
        other = _KEPT if "graphemes" in self.names else _NOTHING
        cluster, sign = _cluster(), self.prefilter.find(text, at, CLUSTERS)
        while sign >= 0:
            match = cluster.match(text, max(at, sign - 1))
            start, at = match.span()
            if match.lastindex and emoji == _WORD:
                yield start, at, emoji
            elif at - start > 1:
                yield start + text[start].isspace(), at, other
            sign = self.prefilter.find(text, at, CLUSTERS)

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
        import regex  # not above: most have no use for it

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
        """The prefilter of the characters that the rules look for."""
        signs = np.zeros(CLUSTER_SIGNS[-1][1] + 1, dtype=np.uint8)
        for name in self.names:
            rule = RULE_OF[name]
            signs[[ord(char) for char in rule.signs]] |= rule.sort
            if rule.sort == CLUSTERS:
                for start, stop in CLUSTER_SIGNS:
                    signs[start:stop] |= CLUSTERS
        if self.expressions:
            signs |= ANYTHING
        return Prefilter(signs)


def _alternatives(names: Iterable[str], sort: int) -> re.Pattern[str] | None:
    """Return the active rules of a kind as one pattern, None if there are none.

    What begins with a number has the number in common, so that it is looked for once.
    """
    on = [rule.pattern for rule in RULES if rule.name in names and rule.sort == sort]
    of_numbers = [pattern for pattern in on if pattern.startswith(NUMBER)]
    if of_numbers:
        first = on.index(of_numbers[0])
        behind = "|".join(pattern.removeprefix(NUMBER) for pattern in of_numbers)
        on[first : first + len(of_numbers)] = [f"{NUMBER}(?:{behind})"]
    return re.compile("|".join(f"(?:{pattern})" for pattern in on)) if on else None


@cache
def _cluster() -> Any:
    """Return the pattern of a grapheme cluster."""
    import regex  # not above: most text has no use for it

    return regex.compile(CLUSTER)
