"""Constrained decoding: a model's tags under boundary constraints, rules and a user's lexicon.

::

    text, its constraints --rules--> boundaries --decoder, user's words--> tags --> word spans

:class:`ConstrainedDecoder` returns arrays of tags, emissions and probabilities. The segmenter turns
them into words.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from crfseg.constraints.ruleset import Ruleset
from crfseg.constraints.user_lexicon import UserLexicon, WordEncoding
from crfseg.corpus.corpus import Corpus
from crfseg.decoding.compile import Compiled, best_tags, biased_decoder, compiled, marginals_of
from crfseg.decoding.decoder import Decoder
from crfseg.decoding.marginals import Marginals
from crfseg.decoding.word_trie import Trie
from crfseg.model.model import Model
from crfseg.segmenter.granularity import (
    BIASES,
    Granularity,
    boundaries_at,
    level_of,
    search_spans,
)
from crfseg.segmenter.word_spans import Positions, WordSpans
from crfseg.text import chars
from crfseg.text.boundaries import ConstrainedText, Text, plain
from crfseg.text.whitespace import Lines, split_lines

Boundaries = NDArray[np.int8]


class Segmented(NamedTuple):
    """A corpus segmented by a model."""

    corpus: Corpus
    confidence: NDArray[np.float64]
    """The probability of each word, in [0, 1], shape (W,)."""


@dataclass(frozen=True, eq=False)
class ConstrainedDecoder:
    """Decodes texts and corpora with a model, its rules and a user's lexicon.

    Immutable except for the lexicon, so that threads can share it.

    Parameters
    ----------
    model
        A trained model.
    lexicon
        The user's words; None if there are none.
    ruleset
        The rules that are on.
    """

    model: Model
    lexicon: UserLexicon | None
    ruleset: Ruleset

    @property
    def user_words(self) -> Trie | None:
        """The user's words at this moment, compiled."""
        return None if self.lexicon is None else self.lexicon.trie(self._encoding)

    @cached_property
    def _encoding(self) -> WordEncoding:
        return WordEncoding(self.model.alphabet.folding, self.model.tag_set.labels)

    @property
    def compiled(self) -> Compiled:
        """The model's tables, shared by all segmenters of the model."""
        return compiled(self.model)

    @property
    def kernel(self) -> Decoder:
        """The compiled decoder."""
        return self.compiled.tagger.decoder

    def knows(self, word: str) -> bool:
        """Return True if a word is in the training vocabulary or in the user's lexicon."""
        strength = None if self.lexicon is None else self.lexicon.strength_of(word)
        return word in self.model.known_words if strength is None else strength > 0

    def constrained(self, text: Text) -> tuple[str, Boundaries | None]:
        """Return a text and its boundary constraints, those of the rules included."""
        given = text.boundaries if isinstance(text, ConstrainedText) else None
        return plain(text), self.ruleset.boundaries(plain(text), given)

    def lines(self, text: Text) -> Lines:
        """Return the lines of a text, with all boundary constraints."""
        return split_lines(*self.constrained(text))

    def spans(
        self, text: Text, granularity: Granularity | None = None
    ) -> tuple[Positions, Positions, NDArray[np.int16]]:
        """Return the starts, the ends and the first tags of the words of a text.

        Starts and ends are code points of the text as given; shape (W,) each.
        """
        if granularity is None:
            return self.compiled.tagger.spans(*self.constrained(text), self.user_words)
        lines = self.lines(text)
        spans = self.word_spans(lines, granularity)
        return *spans.in_text(lines), spans.tags

    def word_spans(self, lines: Lines, granularity: Granularity | None = None) -> WordSpans:
        """Return the words of the lines of a text."""
        own = self._best_spans(self.kernel, lines, lines.boundaries)
        if granularity is None:
            return own
        level = level_of(granularity)
        decoder = biased_decoder(self.model, BIASES[level])
        other = self._best_spans(decoder, lines, boundaries_at(level, lines, own))
        return search_spans(lines, own, other, self.knows) if granularity == "search" else other

    def _best_spans(self, decoder: Decoder, lines: Lines, boundaries: Boundaries) -> WordSpans:
        tags = best_tags(decoder, lines.codes, lines.offsets, boundaries, self.user_words)
        return WordSpans.from_starts(self.model.tag_set.begins[tags], tags)

    def tag_codes(
        self,
        codes: chars.CodePoints,
        offsets: NDArray[np.intp],
        boundaries: Boundaries | None = None,
    ) -> NDArray[np.int16]:
        """Return the best tags of many sentences.

        Parameters
        ----------
        codes, offsets
            T characters, and the offsets of N sentences, as in :class:`crfseg.Corpus`.
        boundaries
            BEGIN (1), INSIDE (-1) or FREE (0) for each character, shape (T,), int8. None: all free.

        Returns
        -------
        tags
            Indices into ``model.tag_set.names``, shape (T,), int16.

        Raises
        ------
        InfeasibleError
            If the constraints leave a sentence no legal path.
        """
        free = np.zeros(len(codes), dtype=np.int8) if boundaries is None else boundaries
        return best_tags(self.kernel, codes, offsets, free, self.user_words)

    def emissions(self, codes: chars.CodePoints) -> NDArray[np.float64]:
        """Return the emission scores of a sentence's T characters: log-potentials, shape (T, L)."""
        return self.kernel.emissions(codes) * np.float64(self.kernel.unit)

    def marginals(self, temperature: float | None = None) -> Marginals:
        """Return the sums over tag sequences, at the model's temperature or another."""
        if temperature is None:
            return self.compiled.marginals
        return marginals_of(self.model, self.kernel, temperature)

    def tag_corpus(self, corpus: Corpus) -> Corpus:
        """Return the corpus segmented by the model; its own segmentation is ignored."""
        return self._tagged(corpus, self.ruleset.corpus_boundaries(corpus))

    def segment_corpus(self, corpus: Corpus) -> Segmented:
        """Return the corpus segmented by the model, with the probability of each word."""
        boundaries = self.ruleset.corpus_boundaries(corpus)
        tagged = self._tagged(corpus, boundaries)
        return Segmented(tagged, self._confidences(tagged, boundaries, self.marginals()))

    def confidences(self, corpus: Corpus, temperature: float | None = None) -> NDArray[np.float64]:
        """Return the probability of each word of a corpus.

        Parameters
        ----------
        corpus
            Segmented by this model (the probabilities are its confidence) or by hand (they are
            the likelihood of the gold words).
        temperature
            Above 0. None: the model's own.

        Returns
        -------
        confidences
            The probability of each word, summed over all segmentations (and labels) of the rest
            of its sentence; in [0, 1], shape (W,).
        """
        boundaries = self.ruleset.corpus_boundaries(corpus)
        return self._confidences(corpus, boundaries, self.marginals(temperature))

    def _tagged(self, corpus: Corpus, boundaries: Boundaries) -> Corpus:
        tags = self.tag_codes(corpus.codes, corpus.offsets, boundaries)
        tag_set = self.model.tag_set
        labels = tag_set.labels_of(tags) if tag_set.labels else None
        starts = tag_set.decode(tags)
        tagged = replace(corpus, starts=starts, labels=labels, label_names=tag_set.labels)
        return replace(tagged, sha256="", n_blank=0)  # it has no file

    def _confidences(
        self, corpus: Corpus, boundaries: Boundaries, marginals: Marginals
    ) -> NDArray[np.float64]:
        starts = corpus.starts.view(np.uint8)
        of_start = marginals.of_words(
            corpus.codes, corpus.offsets, boundaries, starts, self.user_words
        )
        return of_start[corpus.starts]
