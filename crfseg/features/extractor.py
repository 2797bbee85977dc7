"""The feature extractor: alphabet, clusters, lexicon and accessor variety, fitted on text.

They are fitted before the weights and are part of the model: training, tagging, export and
explanations compute features with the same :class:`Extractor`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from crfseg.corpus.corpus import Corpus
from crfseg.features import ngrams
from crfseg.features.accessor_variety import Varieties, fit_varieties
from crfseg.features.alphabet import Alphabet, Folding
from crfseg.features.clusters import fit_clusters
from crfseg.features.lexicon import Lexicon, fit_lexicon
from crfseg.features.ngrams import OF_STRINGS, OF_WORDS, Numbers
from crfseg.features.templates import PatternKind, Templates
from crfseg.text.blocks import blocks
from crfseg.text.scratch import Storage

Columns = tuple[Numbers, ...]
"""The numbers of every position of a padded text: entries, then lexicon features and word ids if
templates need them; see :mod:`crfseg.features.ngrams`."""


@dataclass(frozen=True, eq=False)
class Raw:
    """Unsegmented text, counted together with the training text.

    Parameters
    ----------
    corpus
        The text. Words in it, if any, are ignored.
    transductive
        True if it is the text to be tagged.
    """

    corpus: Corpus
    transductive: bool = False


@dataclass(frozen=True, eq=False)
class Extractor:
    """The features of a model: templates, and the tables that they look up.

    Parameters
    ----------
    templates
        The feature templates.
    alphabet
        The known characters, their folding and their clusters.
    lexicon
        The words that templates look up; empty if they look up none.
    varieties
        The strings with an accessor variety, likewise.
    """

    templates: Templates
    alphabet: Alphabet
    lexicon: Lexicon = field(default_factory=Lexicon)
    varieties: Varieties = field(default_factory=Varieties)

    @classmethod
    def fit(
        cls,
        corpus: Corpus,
        templates: Templates,
        folding: Folding = "letters",
        *,
        before: Extractor | None = None,
        raw: Raw | None = None,
        lists: Sequence[Corpus] = (),
        storage: Storage | None = None,
    ) -> Fitted:
        """Fit an extractor on a training text.

        Parameters
        ----------
        corpus
            The training text.
        templates
            The feature templates; parts that they do not look up are not fitted.
        folding
            The folding of the alphabet.
        before
            The extractor of an initial model: its characters keep their symbols, its words their
            classes, and its clusters and accessor varieties are used as they are.
        raw
            Unsegmented text, if any.
        lists
            Word lists; see :func:`crfseg.features.lexicon.fit_lexicon`.
        storage
            Allocates the arrays of the text's size.
        """
        storage = storage or Storage()
        alphabet = _alphabet(corpus, folding, before, raw, lists)
        raw_text = np.empty(0, dtype=np.uint32)
        if raw is not None:
            raw_text = _entries(raw.corpus, alphabet, 1, storage)
        text = _entries(corpus, alphabet, templates.window, storage)
        if "G" in templates.views:
            alphabet = _clustered(alphabet, text, raw_text, before)
        fitted = cls(templates, alphabet)
        columns: Columns = (text,)
        if templates.views & OF_WORDS:
            known = before.lexicon if before else None
            with_words = fit_lexicon(
                corpus, alphabet, text, templates.window, lists=lists, init=known, storage=storage
            )
            fitted = replace(fitted, lexicon=with_words.lexicon)
            columns = (text, with_words.lexicon_features, with_words.word_ids)
        if templates.views & OF_STRINGS:
            if len(columns) == 1:
                columns = (text, storage.empty(text.shape, np.uint32))
                columns[1].fill(0)
            varieties = _varieties(text, columns[1], raw_text, before, raw)
            fitted = replace(fitted, varieties=varieties)
        return Fitted(fitted, columns)

    def feature(self, kind: PatternKind, key: np.uint64, row: int) -> str:
        """Return the name of the feature of one row of a pattern's block.

        Parameters
        ----------
        kind, key
            The pattern.
        row
            The row, from 0 to ``kind.width - 1``.
        """
        (symbols,) = ngrams.unpacked(np.array([key], dtype=np.uint64), kind.views).tolist()
        parts = (
            self.alphabet.print_id(symbol, view, self.lexicon.words)
            for symbol, view in zip(symbols, kind.views, strict=True)
        )
        return f"{kind.template(row)}={''.join(parts)}"


class Fitted(NamedTuple):
    """An extractor, and the columns of the training text."""

    extractor: Extractor
    columns: Columns


def _alphabet(
    corpus: Corpus,
    folding: Folding,
    before: Extractor | None,
    raw: Raw | None,
    lists: Sequence[Corpus],
) -> Alphabet:
    """Return the alphabet of all texts; characters of the initial model come first."""
    alphabet = Alphabet.of(corpus.codes, folding, before.alphabet.characters if before else None)
    for text in (*lists, *((raw.corpus,) if raw else ())):
        alphabet = Alphabet.of(text.codes, folding, alphabet.characters)
    return alphabet


def _clustered(
    alphabet: Alphabet, text: Numbers, raw_text: Numbers, before: Extractor | None
) -> Alphabet:
    """Return the alphabet with clusters, and write them into the entries of the training text."""
    learned = (
        fit_clusters([text, raw_text], len(alphabet.characters))
        if before is None
        else before.alphabet.clusters
    )
    clustered = replace(alphabet, clusters=learned)
    for at in blocks(len(text)):
        text[at] |= clustered.cluster_bits(text[at])
    return clustered


def _varieties(
    text: Numbers,
    lexicon_features: Numbers,
    raw_text: Numbers,
    before: Extractor | None,
    raw: Raw | None,
) -> Varieties:
    """Return the accessor varieties of strings, and write view A of the training text."""
    if before is None:
        return fit_varieties(
            text, raw_text, lexicon_features, transductive=raw is not None and raw.transductive
        )
    before.varieties.mark(text, lexicon_features)
    return before.varieties


def _entries(corpus: Corpus, alphabet: Alphabet, window: int, storage: Storage) -> Numbers:
    """Return the entries of a text, each sentence between edges."""
    return ngrams.padded(
        corpus,
        lambda at: alphabet.entries_of(corpus.codes[at]),
        window,
        storage.empty(ngrams.padded_shape(corpus, window), np.uint32),
    )
