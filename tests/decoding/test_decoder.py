"""The compiled decoder against the readable reference, on models of random weights."""

import dataclasses
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings

import crfseg
from crfseg.decoding import reference
from crfseg.features.lexicon import Lexicon
from crfseg.features.templates import WITH_TRIGRAMS
from crfseg.text import chars
from crfseg.text.boundaries import BEGIN
from support.models import EVERY_VIEW, STRINGS_ALONE, TAG_SETS, random_model, random_text, seeds
from support.oracles import reference_emissions


@cache
def quantized(seed, tag_set, templates, precision):
    return random_model(seed, tag_set, templates).quantize(precision)


@pytest.mark.parametrize("precision", ["int8", "int16", "float64"])
@pytest.mark.parametrize("tags", TAG_SETS)
@settings(deadline=None, max_examples=8)  # the first example makes the model
@given(seed=seeds)
def test_tags_and_emissions_equal_the_reference(tags, precision, seed):
    tag_set = TAG_SETS[tags]
    templates = {0: WITH_TRIGRAMS, 1: STRINGS_ALONE}.get(seed % 5, EVERY_VIEW)
    model = quantized(seed % 2, tag_set, templates, precision)
    segmenter, codes = crfseg.Segmenter(model), random_text(seed)
    rng = np.random.default_rng(seed)
    boundaries = rng.choice([0, 0, 0, 0, 0, BEGIN], len(codes)).astype(np.int8)
    emissions = reference_emissions(model, codes)
    assert segmenter.decoder.emissions(codes) == pytest.approx(emissions, abs=1e-5)
    transitions = reference.mask(model.transitions * model.scale, tag_set)
    # In whole units, so that ties are ties in both.
    unit = model.scale if precision != "float64" else 1.0
    constrained = reference.constrain(np.rint(emissions / unit), tag_set, boundaries)
    path, _ = reference.viterbi(constrained, np.rint(transitions / unit))
    found = segmenter.decoder.tag_codes(codes, np.array([0, len(codes)]), boundaries)
    assert found.tolist() == path.tolist()


def test_a_model_without_words_to_look_up_has_none_everywhere():
    """As one trained on words that are all too long for a lexicon."""
    model = crfseg.train(crfseg.Corpus.from_text("abcdefghijk\nlmnopqrstuv w"), prune=0)
    assert model.lexicon.words == ("w",)
    empty = dataclasses.replace(
        model, extractor=dataclasses.replace(model.extractor, lexicon=Lexicon())
    )
    codes = chars.code_points("abwcd")
    found = crfseg.Segmenter(empty).decoder.emissions(codes)
    assert found == pytest.approx(reference_emissions(empty, codes), abs=1e-5)
