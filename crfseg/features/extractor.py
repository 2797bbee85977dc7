"""What is learned from text before the first weight.

Which characters there are, and in which groups; which words; which strings in varied company.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np

from crfseg.corpus.corpus import Corpus
from crfseg.features import clusters, ngrams
from crfseg.features.accessor_variety import Varieties, counted
from crfseg.features.alphabet import Alphabet, Folding
from crfseg.features.lexicon import Lexicon, marked
from crfseg.features.ngrams import OF_STRINGS, OF_WORDS, Numbers
from crfseg.features.templates import Templates
from crfseg.model.model import Model
from crfseg.text.scratch import Storage

_BLOCK: Final = 1 << 17  # places whose groups are written together
Places = tuple[Numbers, ...]
"""The entries of every place; marks and words too, as far as a template looks at them."""


@dataclass(frozen=True, eq=False)
class Raw:
    """Text without words that is counted besides the training text.

    Parameters
    ----------
    corpus
        The text. White space in it, so its words if it has any, is not looked at.
    transductive
        Whether it is the text that is to be tagged.
    """

    corpus: Corpus
    transductive: bool = False


class Learned(NamedTuple):
    """How a model sees text, and how it sees the training text."""

    alphabet: Alphabet
    lexicon: Lexicon
    varieties: Varieties
    places: Places


def learn(
    corpus: Corpus,
    templates: Templates,
    folding: Folding,
    init: Model | None,
    raw: Raw | None,
    storage: Storage,
    lists: Sequence[Corpus] = (),
) -> Learned:
    """Learn what the templates look at; what the model to go on from knows stays as it is.

    Parameters
    ----------
    corpus, raw
        The training text, and text without words, if any.
    templates, folding
        What is looked at.
    init
        The model to go on from, if any.
    storage
        Where the arrays of the size of the text are to be.
    lists
        Words from elsewhere; see :func:`crfseg.features.lexicon.marked`.
    """
    known = init.alphabet.characters if init else None
    alphabet = Alphabet.of(corpus.codes, folding, known)
    for words in lists:
        alphabet = Alphabet.of(words.codes, folding, alphabet.characters)
    others = np.empty(0, dtype=np.uint32)
    if raw is not None:
        alphabet = Alphabet.of(raw.corpus.codes, folding, alphabet.characters)
        others = _entries(raw.corpus, alphabet, 1, storage)
    text = _entries(corpus, alphabet, templates.window, storage)
    if "G" in templates.views:
        alphabet = _grouped(alphabet, text, others, init)
    lexicon, varieties = Lexicon(), Varieties()
    places: Places = (text,)
    if templates.views & OF_WORDS:
        before = init.lexicon if init else None
        found = marked(
            corpus, alphabet, text, templates.window, lists=lists, init=before, storage=storage
        )
        lexicon, places = found.lexicon, (text, found.marks, found.words)
    if templates.views & OF_STRINGS:
        if len(places) == 1:
            places = (text, storage.empty(text.shape, np.uint32))
            places[1].fill(0)
        varieties = _varieties(text, places[1], others, init, raw)
    return Learned(alphabet, lexicon, varieties, places)


def _grouped(alphabet: Alphabet, text: Numbers, others: Numbers, init: Model | None) -> Alphabet:
    """Return the alphabet in groups, and write them into the entries of the training text."""
    learned = (
        clusters.learn([text, others], len(alphabet.characters))
        if init is None
        else init.alphabet.groups
    )
    grouped = replace(alphabet, groups=learned)
    for begin in range(0, len(text), _BLOCK):
        text[begin : begin + _BLOCK] |= grouped.groups_of(text[begin : begin + _BLOCK])
    return grouped


def _varieties(
    text: Numbers, marks: Numbers, others: Numbers, init: Model | None, raw: Raw | None
) -> Varieties:
    """Return how varied the company of strings is, and write that into the marks."""
    if init is None:
        is_tagged = raw is not None and raw.transductive
        return counted(text, others, marks, transductive=is_tagged)
    init.varieties.mark(text, marks)
    return init.varieties


def _entries(corpus: Corpus, alphabet: Alphabet, window: int, storage: Storage) -> Numbers:
    """Return a text as entries, each sentence between edges."""
    return ngrams.padded(
        corpus,
        lambda at: alphabet.entries_of(corpus.codes[at]),
        window,
        storage.empty(ngrams.padded_shape(corpus, window), np.uint32),
    )
