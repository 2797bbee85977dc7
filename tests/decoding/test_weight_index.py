"""Weights looked up by their keys."""

import numpy as np
import pytest

import crfseg
from crfseg.corpus.tagset import TagSet
from crfseg.decoding import weight_index
from crfseg.features.alphabet import Alphabet
from crfseg.features.extractor import Extractor
from crfseg.features.templates import Templates
from crfseg.model.weights import PatternTable


def test_many_patterns_are_all_found_and_no_others():
    """Enough of them that buckets overflow and that parts of hashes are equal."""
    rng = np.random.default_rng(0)
    characters = np.arange(0x4E00, 0x4E00 + 3000, dtype=np.uint32)
    templates = Templates.parse(["C[0]C[1]C[2]"])
    keys = np.unique(rng.integers(3, 3003, (40_000, 3)) @ (1 << np.array([0, 16, 32])))
    weights = rng.integers(-100, 100, (len(keys), 1, 4)).astype(np.int8)
    table = PatternTable(templates.kinds[0], keys.astype(np.uint64), weights)
    model = crfseg.Model(
        TagSet(),
        Extractor(templates, Alphabet(characters)),
        (table,),
        np.zeros((4, 4), dtype=np.int16),
    )
    segmenter = crfseg.Segmenter(model)
    known = {key: block[0] for key, block in zip(keys.tolist(), weights, strict=True)}
    for _ in range(2000):
        key = int(rng.choice(keys)) ^ int(rng.integers(0, 2) << rng.integers(0, 40))
        key = key if all(3 <= key >> 16 * k & 0xFFFF < 3003 for k in range(3)) else int(keys[0])
        codes = characters[np.array([key >> 16 * k & 0xFFFF for k in range(3)]) - 3]
        expected = known.get(key, np.zeros(4))
        assert segmenter.decoder.emissions(codes)[0].tolist() == expected.tolist()


def test_keys_that_are_there_twice_are_refused():
    keys = np.array([5, 7, 5], dtype=np.uint64)
    with pytest.raises(ValueError, match="row 2: its key is there twice"):
        weight_index.build_buckets(keys)
