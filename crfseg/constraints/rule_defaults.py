"""Counts how often the corpus keeps each rule's matches whole; sets which rules are on by default.

A rule is on if the corpus nearly always follows it, and off otherwise. If the corpus has fewer than
:data:`ENOUGH` matches of it, the rule's own default applies.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from crfseg.constraints.rules import RULE_OF, RULES, Rule
from crfseg.constraints.ruleset import Ruleset
from crfseg.corpus.corpus import Corpus
from crfseg.corpus.tagset import OUTSIDE
from crfseg.errors import RuleError
from crfseg.model.model import Model
from crfseg.text import chars

ENOUGH: Final = 10
"""Matches in the corpus from which its counts decide."""
NEARLY_ALWAYS: Final = 0.95
"""Share of matches that the corpus keeps for a rule to be on; experiments/rules has the scores."""

RuleCounts = dict[str, list[int]]
"""For each rule with matches in a corpus: the number of matches kept, the number of matches."""

Choice = Ruleset | str | Iterable[str] | None
"""Rules to use; see :func:`ruleset_of`."""


def count_rules(corpus: Corpus, before: RuleCounts | None = None) -> RuleCounts:
    r"""Count the matches of each rule in a segmented corpus, and how many the corpus keeps.

    A corpus has no white space, so adjoining Latin words are one match, which the corpus splits.

    Parameters
    ----------
    corpus
        Segmented.
    before
        Counts on other text, to which these are added.

    Returns
    -------
    counts
        Matches of one character are counted for whole rules only.

    Examples
    --------
    >>> count_rules(Corpus.from_text("涨 了 23.4%\n共 1,200 米"))["numbers"]
    [2, 2]
    """
    counts = {rule.name: np.array((before or {}).get(rule.name, (0, 0))) for rule in RULES}
    rulesets = {rule: Ruleset((rule.name,)) for rule in RULES}
    for which, begin, end in corpus.blocks():
        breaks = corpus.offsets[which.start : which.stop] - begin
        text = chars.to_text(np.insert(corpus.codes[begin:end], breaks, chars.NEWLINE))
        boundaries = _Boundaries.of(corpus, begin, end, breaks)
        for rule, ruleset in rulesets.items():
            matches = [match[:2] for match in ruleset.matches(text) if match[2] >= 0]
            if matches:
                counts[rule.name] += boundaries.count_kept(np.array(matches).T, rule.whole)
    return {name: count.tolist() for name, count in counts.items() if count[1]}


class _Boundaries(NamedTuple):
    """Gold boundaries of some sentences, with newlines between them."""

    boundaries: NDArray[np.int8]
    """1: a word (or a newline) begins, -1: none does, 0: not annotated; one more for the end."""
    begun: NDArray[np.intp]
    """Number of words that have begun up to each character."""
    unknown: NDArray[np.intp]
    """Number of boundaries up to each character that are not annotated."""

    @classmethod
    def of(cls, corpus: Corpus, begin: int, end: int, breaks: NDArray[np.intp]) -> _Boundaries:
        if corpus.boundaries is None:
            boundaries = np.where(corpus.starts[begin:end], 1, -1)
        else:
            boundaries = corpus.boundaries[begin:end]
        boundaries = np.append(np.insert(boundaries, breaks, 1), 1).astype(np.int8)
        return cls(boundaries, np.cumsum(boundaries == 1), np.cumsum(boundaries == 0))

    def count_kept(self, matches: NDArray[np.intp], whole: bool) -> tuple[int, int]:
        """Return the number of matches kept, and of those kept or cut; the others are unknown.

        ``matches`` has their starts and ends, shape (2, M).
        """
        start, end = matches
        cut = self.begun[end - 1] > self.begun[start]
        kept = ~cut & (self.unknown[end - 1] == self.unknown[start])
        if whole:
            edges = np.minimum(self.boundaries[start], self.boundaries[end])
            cut |= edges < 0
            kept &= edges > 0
        return int(kept.sum()), int((kept | cut).sum())


def counts_in(info: Mapping[str, Any]) -> RuleCounts | None:
    """Return the rule counts in a model's record; None if it has none.

    A record may hold anything, so entries that are not counts are ignored.
    """
    recorded = info.get("habits")
    if not isinstance(recorded, dict):
        return None
    valid = {}
    for name, counts in recorded.items():
        is_count = isinstance(counts, list) and all(type(count) is int for count in counts)
        if name in RULE_OF and is_count and len(counts) == 2:
            valid[name] = counts
    return valid


def ruleset_of(model: Model, rules: Choice = None, keep: Iterable[str] = ()) -> Ruleset:
    """Return the rules that are on for a model.

    Parameters
    ----------
    model
        Its rule counts give the defaults. No rule is on by default if it has no counts, if its
        words are entities, or if its tags do not allow words of every length.
    rules
        Changes to the defaults, see :meth:`Ruleset.changed`; or a ruleset that replaces them.
    keep
        The user's own regular expressions; each match is a word.

    Raises
    ------
    RuleError
        If a rule does not exist, an expression is not valid, or the model's tags do not allow words
        of every length.
    """
    if isinstance(rules, Ruleset):
        ruleset = rules.changed((), keep)
    else:
        ruleset = _default_of(model).changed(rules or (), keep)
    if ruleset and not model.tag_set.has_any_length:
        raise RuleError(
            f"the model's tags ({' '.join(model.tag_set.names)}) have no words of every length, so "
            "that rules may leave no tag path; expected no rule and nothing to keep"
        )
    return ruleset


def _default_of(model: Model) -> Ruleset:
    counts, tag_set = counts_in(model.info), model.tag_set
    if counts is None or OUTSIDE in tag_set.labels or not tag_set.has_any_length:
        return Ruleset()
    return Ruleset(tuple(rule.name for rule in RULES if _is_on(rule, counts)))


def _is_on(rule: Rule, counts: RuleCounts) -> bool:
    kept, n = counts.get(rule.name, (0, 0))
    return rule.default if n < ENOUGH else kept >= NEARLY_ALWAYS * n
