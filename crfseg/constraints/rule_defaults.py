"""Rule defaults: counts how often a corpus keeps each rule's matches whole.

A rule is on if the corpus nearly always does what it says, and off if it does not; where the
corpus has too few matches to tell, the rule says itself.
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
"""The number of matches that a decision needs."""
NEARLY_ALWAYS: Final = 0.95
"""The share of them that follow it; experiments/rules has the scores."""

RuleCounts = dict[str, list[int]]
"""For each rule that has matches in a corpus: how many the corpus keeps, and how many there are."""

Choice = Ruleset | str | Iterable[str] | None
"""How rules are chosen: see :func:`ruleset_of`."""


def count_rules(corpus: Corpus, before: RuleCounts | None = None) -> RuleCounts:
    r"""Count what a corpus does with what the rules match.

    White space does not exist in a corpus, so that adjoining Latin words are one match, which the
    corpus splits.

    Parameters
    ----------
    corpus
        Segmented.
    before
        What was counted on other text, to add to.

    Returns
    -------
    habits
        Matches of one character count for whole rules alone.

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
                counts[rule.name] += boundaries.judge(np.array(matches).T, rule.whole)
    return {name: count.tolist() for name, count in counts.items() if count[1]}


class _Boundaries(NamedTuple):
    """The boundaries of some sentences of a corpus, newlines between them."""

    boundaries: NDArray[np.int8]
    """1 begins a word, as newlines do, -1 does not, 0: the corpus does not say; one for the end."""
    begun: NDArray[np.intp]
    """How many words have begun up to each."""
    unsaid: NDArray[np.intp]
    """Of how many up to each the corpus does not say."""

    @classmethod
    def of(cls, corpus: Corpus, begin: int, end: int, breaks: NDArray[np.intp]) -> _Boundaries:
        if corpus.boundaries is None:
            boundaries = np.where(corpus.starts[begin:end], 1, -1)
        else:
            boundaries = corpus.boundaries[begin:end]
        boundaries = np.append(np.insert(boundaries, breaks, 1), 1).astype(np.int8)
        return cls(boundaries, np.cumsum(boundaries == 1), np.cumsum(boundaries == 0))

    def judge(self, matches: NDArray[np.intp], whole: bool) -> tuple[int, int]:
        """Return how many matches are kept, and how many are kept or not.

        ``matches`` has their starts and ends, shape (2, M).
        """
        start, end = matches
        cut = self.begun[end - 1] > self.begun[start]
        kept = ~cut & (self.unsaid[end - 1] == self.unsaid[start])
        if whole:
            edges = np.minimum(self.boundaries[start], self.boundaries[end])
            cut |= edges < 0
            kept &= edges > 0
        return int(kept.sum()), int((kept | cut).sum())


def counts_in(info: Mapping[str, Any]) -> RuleCounts | None:
    """Return the habits that a model's record has; None if nobody counted.

    The record is free to hold anything: what is no count is passed over.
    """
    habits = info.get("habits")
    if not isinstance(habits, dict):
        return None
    found = {}
    for name, counts in habits.items():
        is_count = isinstance(counts, list) and all(type(count) is int for count in counts)
        if name in RULE_OF and is_count and len(counts) == 2:
            found[name] = counts
    return found


def ruleset_of(model: Model, rules: Choice = None, keep: Iterable[str] = ()) -> Ruleset:
    """Return the rules that are on for a model.

    Parameters
    ----------
    model
        The counts of its training corpus decide: no rule is on if they are missing, if its
        words are entities, or if it has no tags for long words.
    rules
        Changes to that, see :meth:`Ruleset.changed`; or all there is to say.
    keep
        The user's own expressions.

    Raises
    ------
    RuleError
        If a rule is unknown, an expression is not valid, or the model has no tags for long words.
    """
    if isinstance(rules, Ruleset):
        ruleset = rules.changed((), keep)
    else:
        ruleset = _default_of(model).changed(rules or (), keep)
    if ruleset and not model.tag_set.has_any_length:
        raise RuleError(
            f"the model's tags ({' '.join(model.tag_set.names)}) have no words of every length, so "
            "that rules may leave no legal tags for a text; expected no rule and nothing to keep"
        )
    return ruleset


def _default_of(model: Model) -> Ruleset:
    habits, tag_set = counts_in(model.info), model.tag_set
    if habits is None or OUTSIDE in tag_set.labels or not tag_set.has_any_length:
        return Ruleset()
    return Ruleset(tuple(rule.name for rule in RULES if _is_on(rule, habits)))


def _is_on(rule: Rule, habits: RuleCounts) -> bool:
    kept, n = habits.get(rule.name, (0, 0))
    return rule.default if n < ENOUGH else kept >= NEARLY_ALWAYS * n
