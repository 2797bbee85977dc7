"""Compiles a model into decoder, tagger and marginals, once for all segmenters that use it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from math import ceil, log2
from typing import Final, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from crfseg.corpus.tagset import TagSet
from crfseg.decoding import weight_index
from crfseg.decoding.decoder import Decoder
from crfseg.decoding.marginals import Marginals
from crfseg.decoding.tagger import Tagger
from crfseg.decoding.word_trie import Trie
from crfseg.errors import InfeasibleError
from crfseg.features.lexicon_matcher import Matcher
from crfseg.features.ngrams import OF_STRINGS, OF_WORDS, layout
from crfseg.model.model import Model
from crfseg.model.weights import PatternTable
from crfseg.text.chars import CodePoints

_FORMS: Final = {TagSet("BMES").names: 4, TagSet("BMES6").names: 6}  # see viterbi.pyx
_LARGEST: Final = 2.0**40  # units of a bias, so that no sum over a chunk overflows

Part = tuple[int, int, int, int, int]


class Compiled(NamedTuple):
    """A model compiled for tagging; all segmenters of the model share it."""

    tables: Tables
    tagger: Tagger
    marginals: Marginals
    """At the model's temperature."""
    biased: dict[tuple[float, float], Decoder]
    """Decoders by bias, see :func:`biased_decoder`."""


_COMPILED: Final[WeakKeyDictionary[Model, Compiled]] = WeakKeyDictionary()


def compiled(model: Model) -> Compiled:
    """Return the compiled form of a model, made at the first call."""
    if model not in _COMPILED:
        _COMPILED[model] = _compiled(model)
    return _COMPILED[model]


def biased_decoder(model: Model, bias: tuple[float, float]) -> Decoder:
    """Return a decoder that adds a score to every word, made at the first call.

    Parameters
    ----------
    model
        The model, whose tables are shared.
    bias
        (longer, single): score added to each word of several characters and to each word of one,
        in nats at the model's temperature.
    """
    made = compiled(model)
    if bias not in made.biased:
        made.biased[bias] = _decoder(model, made.tables, bias)
    return made.biased[bias]


def _compiled(model: Model) -> Compiled:
    tables, tag_set = _tables_of(model), model.tag_set
    suffixes = [b""] * len(tag_set.names)
    if tag_set.labels:
        of_tag = tag_set.label_names(np.arange(len(tag_set.names), dtype=np.int16))
        suffixes = [f"/{label}".encode() for label in of_tag]
    decoder = _decoder(model, tables)
    marginals = marginals_of(model, decoder, model.temperature)
    return Compiled(tables, Tagger(decoder, suffixes), marginals, {})


class Tables(NamedTuple):
    """Tables that all decoders of a model share."""

    patterns: list[tuple[NDArray[np.uint32], NDArray[np.uint64], list[Part], int, int]]
    words: Matcher | None
    strings: Matcher | None
    finer: float
    """Units of scores for one unit of the model's weights."""
    bits: int
    """Of a weight: 16 or 32."""


def _tables_of(model: Model) -> Tables:
    largest = sum(table.largest_sum for table in model.tables)
    # Float weights become integers of 30 bits; a power of two keeps equal sums equal.
    finer = 2.0 ** (30 - ceil(log2(largest or 1.0))) if model.transitions.dtype.kind == "f" else 1.0
    bits = 16 if largest * finer <= np.iinfo(np.int16).max else 32
    tables = model.quantize("float64").tables  # in training weights are float32
    with ThreadPoolExecutor() as pool:
        patterns = list(pool.map(lambda table: _pattern_table(table, finer, bits), tables))
    return Tables(
        patterns,
        model.lexicon.matcher(model.alphabet) if model.templates.views & OF_WORDS else None,
        model.extractor.varieties.matcher() if model.templates.views & OF_STRINGS else None,
        finer,
        bits,
    )


def _decoder(model: Model, tables: Tables, bias: tuple[float, float] = (0.0, 0.0)) -> Decoder:
    """Return a decoder; see :func:`biased_decoder` for the bias."""
    tag_set, unit = model.tag_set, model.scale / tables.finer
    transitions = np.where(tag_set.legal, model.transitions, 0) * np.float64(tables.finer)
    longer, single = bias
    # The arc to a word's first tag has the bias of a single character; the arc from the first tag
    # of a longer word has the difference to its own bias.
    openers = tag_set.begins & ~tag_set.ends
    extra = np.add.outer((longer - single) * openers, single * tag_set.begins)
    transitions += np.clip(extra * model.temperature / unit, -_LARGEST, _LARGEST)
    return Decoder(
        tables.patterns,
        np.rint(transitions).astype(np.int64),
        tag_set.legal,
        tag_set.begins.astype(np.int8),
        tag_set.ends.astype(np.int8),
        tag_set.word_tags,
        _FORMS.get(tag_set.names, 0),
        model.alphabet.entries,
        model.templates.window,
        tables.bits,
        unit,
        model.temperature / unit,
        tables.words,
        model.lexicon.classes,
        tables.strings,
        model.extractor.varieties.classes,
    )


def _pattern_table(
    table: PatternTable, finer: float, bits: int
) -> tuple[NDArray[np.uint32], NDArray[np.uint64], list[Part], int, int]:
    """Return finder, blocks, symbols, width and smallest offset; see :class:`Decoder`."""
    kind = table.kind
    parts = [
        (view.number, step, view.shift, view.bits, low)
        for (view, low), step in zip(layout(kind.views), kind.shape, strict=True)
    ]
    return (
        weight_index.build_finder(table.keys, sum(bits for _, _, _, bits, _ in parts)),
        weight_index.pack(table.keys, table.weights, table.unit * finer, bits),
        parts,
        kind.width,
        min(kind.firsts),
    )


def best_tags(
    decoder: Decoder,
    codes: CodePoints,
    offsets: NDArray[np.intp],
    boundaries: NDArray[np.int8],
    words: Trie | None,
) -> NDArray[np.int16]:
    """Return the best tags of many sentences.

    Parameters
    ----------
    decoder, codes, offsets, boundaries
        See :meth:`crfseg.decoding.decoder.Decoder.tag`.
    words
        A user's lexicon.

    Raises
    ------
    InfeasibleError
        If the constraints on a sentence leave no tag path.
    """
    tags, infeasible = decoder.tag(codes, offsets, boundaries, words)
    if infeasible >= 0:
        raise InfeasibleError(f"sentence {infeasible + 1}: constraints leave no tag path")
    return tags


def marginals_of(model: Model, decoder: Decoder, temperature: float) -> Marginals:
    """Return the marginals of a model, computed with its decoder at a temperature."""
    model, tag_set = model.quantize("float64"), model.tag_set
    return Marginals(
        decoder,
        np.where(tag_set.legal, model.transitions * model.scale, -np.inf),
        tag_set.begins.astype(np.int8),
        tag_set.ends.astype(np.int8),
        temperature,
    )
