"""What a segmenter finds in a text, with all that is known of it: marks, rules, user's words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from crfseg.constraints.ruleset import Ruleset
from crfseg.constraints.user_lexicon import Reading, UserLexicon
from crfseg.decoding.compile import compiled, marginals_of
from crfseg.decoding.marginals import Marginals
from crfseg.decoding.word_trie import Trie
from crfseg.model.model import Model
from crfseg.segmenter.granularity import Granularity, boundaries_at, level_of, search_parts
from crfseg.segmenter.word_spans import Parts, Positions
from crfseg.text.boundaries import ConstrainedText, Text, plain
from crfseg.text.whitespace import Lines, split_lines


@dataclass(frozen=True, eq=False)
class Finder:
    """Finds the words of texts, the user's and the rules' taken into account.

    Immutable but for the lexicon, shared between threads.

    Parameters
    ----------
    model, lexicon, ruleset
        Those of a segmenter.
    """

    model: Model
    lexicon: UserLexicon | None
    ruleset: Ruleset

    @property
    def words(self) -> Trie | None:
        """The user's words as they are now."""
        return None if self.lexicon is None else self.lexicon.trie(self._reading)

    @cached_property
    def _reading(self) -> Reading:
        return Reading(self.model.alphabet.folding, self.model.tag_set.labels)

    def knows(self, word: str) -> bool:
        """Tell whether a word is one of the training text or of the user's lexicon."""
        strength = None if self.lexicon is None else self.lexicon.strength_of(word)
        return word in self.model.known_words if strength is None else strength > 0

    def marked(self, text: Text) -> tuple[str, NDArray[np.int8] | None]:
        """Return a text and what is known of its characters, by itself and by the rules."""
        boundaries = text.boundaries if isinstance(text, ConstrainedText) else None
        return plain(text), self.ruleset.boundaries(plain(text), boundaries)

    def lines(self, text: Text) -> Lines:
        """Return a text taken apart, with what is known of it."""
        return split_lines(*self.marked(text))

    def found(
        self, text: Text, granularity: Granularity | None = None
    ) -> tuple[Positions, Positions, NDArray[np.int16]]:
        """Return where the words start and end, and the tags of their first characters."""
        if granularity is None:
            return compiled(self.model).tagger.positions(*self.marked(text), self.words)
        lines = self.lines(text)
        parts = self.parts(lines, granularity)
        return *parts.in_text(lines), parts.tags

    def parts(self, lines: Lines, granularity: Granularity | None = None) -> Parts:
        """Return the words of a text taken apart."""
        made, words = compiled(self.model), self.words
        own = made.parts(made.tagger.decoder, lines, lines.boundaries, words)
        if granularity is None:
            return own
        level = level_of(granularity)
        boundaries = boundaries_at(level, lines, own)
        other = made.parts(made.levels[level], lines, boundaries, words)
        return search_parts(lines, own, other, self.knows) if granularity == "search" else other

    def marginals(self, temperature: float | None = None) -> Marginals:
        """Return what sums over the tag sequences, at the model's temperature or another."""
        if temperature is None:
            return compiled(self.model).marginals
        return marginals_of(self.model, compiled(self.model).tagger.decoder, temperature)
