"""The feature extractor: alphabet, clusters, lexicon and accessor variety, fitted on text.

They are fitted before the weights are trained, and are part of the model: training, tagging,
export and explanations see text through one :class:`Extractor`.
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
"""The entries of every position; lexicon features and word ids too, as far as templates need
them. See :mod:`crfseg.features.ngrams`."""


@dataclass(frozen=True, eq=False)
class Raw:
    """Unsegmented text that is counted besides the training text.

    Parameters
    ----------
    corpus
        The text. White space in it, so its words if it has any, is ignored.
    transductive
        Whether it is the text that is to be tagged.
    """

    corpus: Corpus
    transductive: bool = False


@dataclass(frozen=True, eq=False)
class Extractor:
    """The features of a model: templates, and all that they look up.

    Parameters
    ----------
    templates
        The feature templates.
    alphabet
        The characters known, their folding and their clusters.
    lexicon, varieties
        The words and the strings that the templates look up; empty if they look up none.
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
        templates, folding
            What features look at.
        before
            The extractor of an earlier model; its symbols, words and strings are kept.
        raw
            Unsegmented text, if any.
        lists
            Words from elsewhere; see :func:`crfseg.features.lexicon.marked`.
        storage
            Allocates the arrays of the text's size.
        """
        storage = storage or Storage()
        alphabet = _alphabet(corpus, folding, before, raw, lists)
        others = np.empty(0, dtype=np.uint32)
        if raw is not None:
            others = _entries(raw.corpus, alphabet, 1, storage)
        text = _entries(corpus, alphabet, templates.window, storage)
        if "G" in templates.views:
            alphabet = _clustered(alphabet, text, others, before)
        fitted = cls(templates, alphabet)
        columns: Columns = (text,)
        if templates.views & OF_WORDS:
            known = before.lexicon if before else None
            found = fit_lexicon(
                corpus, alphabet, text, templates.window, lists=lists, init=known, storage=storage
            )
            fitted, columns = replace(fitted, lexicon=found.lexicon), (text, *found[1:])
        if templates.views & OF_STRINGS:
            if len(columns) == 1:
                columns = (text, storage.empty(text.shape, np.uint32))
                columns[1].fill(0)
            varieties = _varieties(text, columns[1], others, before, raw)
            fitted = replace(fitted, varieties=varieties)
        return Fitted(fitted, columns)

    def feature(self, kind: PatternKind, key: np.uint64, row: int) -> str:
        """Return the name of the feature that a row of a pattern's block is.

        Parameters
        ----------
        kind, key
            The pattern.
        row
            From 0 to ``kind.width - 1``.
        """
        (symbols,) = ngrams.unpacked(np.array([key], dtype=np.uint64), kind.views).tolist()
        parts = (
            self.alphabet.print_id(symbol, view, self.lexicon.words)
            for symbol, view in zip(symbols, kind.views, strict=True)
        )
        return f"{kind.template(row)}={''.join(parts)}"


class Fitted(NamedTuple):
    """An extractor, and the training text as it sees it."""

    extractor: Extractor
    columns: Columns


def _alphabet(
    corpus: Corpus,
    folding: Folding,
    before: Extractor | None,
    raw: Raw | None,
    lists: Sequence[Corpus],
) -> Alphabet:
    """Return the characters of all texts; those known before come first."""
    alphabet = Alphabet.of(corpus.codes, folding, before.alphabet.characters if before else None)
    for text in (*lists, *((raw.corpus,) if raw else ())):
        alphabet = Alphabet.of(text.codes, folding, alphabet.characters)
    return alphabet


def _clustered(
    alphabet: Alphabet, text: Numbers, others: Numbers, before: Extractor | None
) -> Alphabet:
    """Return the alphabet with clusters, and write them into the entries of the training text."""
    learned = (
        fit_clusters([text, others], len(alphabet.characters))
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
    others: Numbers,
    before: Extractor | None,
    raw: Raw | None,
) -> Varieties:
    """Return the accessor varieties of strings, and write view A of the training text."""
    if before is None:
        return fit_varieties(
            text, others, lexicon_features, transductive=raw is not None and raw.transductive
        )
    before.varieties.mark(text, lexicon_features)
    return before.varieties


def _entries(corpus: Corpus, alphabet: Alphabet, window: int, storage: Storage) -> Numbers:
    """Return a text as entries, each sentence between edges."""
    return ngrams.padded(
        corpus,
        lambda at: alphabet.entries_of(corpus.codes[at]),
        window,
        storage.empty(ngrams.padded_shape(corpus, window), np.uint32),
    )
