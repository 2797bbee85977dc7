"""A model made ready for tagging: its tables as the compiled decoder wants them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from math import ceil, log2
from typing import Final

import numpy as np
from numpy.typing import NDArray

from crfseg import lookup
from crfseg.decoder import Decoder
from crfseg.marginals import Marginals
from crfseg.model import Model
from crfseg.symbols import OF_STRINGS, OF_WORDS, layout
from crfseg.tables import PatternTable
from crfseg.tags import TagSet

_FORMS: Final = {TagSet("BMES").names: 4, TagSet("BMES6").names: 6}  # with loops of their own


def decoder_of(model: Model) -> Decoder:
    """Return what finds the best tags, compiled from a model."""
    model = model.quantize("float64")  # in training weights are float32
    tag_set = model.tag_set
    largest = sum(table.largest_sum for table in model.tables)
    # Float weights become integers too, of 30 bits; a power of two keeps equal sums equal.
    finer = 2.0 ** (30 - ceil(log2(largest or 1.0))) if model.precision == "float64" else 1.0
    bits = 16 if largest * finer <= np.iinfo(np.int16).max else 32
    with ThreadPoolExecutor() as pool:
        tables = list(pool.map(lambda table: _compiled(table, finer, bits), model.tables))
    return Decoder(
        tables,
        np.rint(np.where(tag_set.legal, model.transitions, 0) * finer).astype(np.int64),
        tag_set.legal,
        tag_set.begins.astype(np.int8),
        tag_set.ends.astype(np.int8),
        tag_set.labels_of(np.arange(len(tag_set.names), dtype=np.int16)),
        _FORMS.get(tag_set.names, 0),
        model.alphabet.entries,
        model.templates.window,
        bits,
        model.scale / finer,
        model.temperature * finer / model.scale,
        model.lexicon.matcher(model.alphabet) if model.templates.views & OF_WORDS else None,
        model.lexicon.classes,
        model.varieties.matcher() if model.templates.views & OF_STRINGS else None,
        model.varieties.classes,
    )


def _compiled(
    table: PatternTable, finer: float, bits: int
) -> tuple[NDArray[np.uint32], NDArray[np.uint64], list[tuple[int, int, int, int, int]], int, int]:
    """Return a table as the decoder wants it."""
    kind = table.kind
    parts = [
        (view.number, step, view.shift, view.bits, low)
        for (view, low), step in zip(layout(kind.views), kind.shape, strict=True)
    ]
    return (
        lookup.build_finder(table.keys, sum(bits for _, _, _, bits, _ in parts)),
        lookup.pack(table.keys, table.weights, table.unit * finer, bits),
        parts,
        kind.width,
        min(kind.firsts),
    )


def marginals_of(model: Model, decoder: Decoder, temperature: float) -> Marginals:
    """Return what sums over the tag sequences of a model that is compiled."""
    model, tag_set = model.quantize("float64"), model.tag_set
    return Marginals(
        decoder,
        np.where(tag_set.legal, model.transitions * model.scale, -np.inf),
        tag_set.begins.astype(np.int8),
        tag_set.ends.astype(np.int8),
        temperature,
    )
