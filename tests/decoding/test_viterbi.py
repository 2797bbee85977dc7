"""Best paths: what is forbidden, and sums that do not overflow."""

import numpy as np
import pytest
from hypothesis import given, settings

import crfseg
from crfseg.corpus.tagset import TagSet
from crfseg.decoding import reference
from crfseg.errors import InfeasibleError
from crfseg.features.templates import Templates
from crfseg.text import chars
from support.models import random_model, random_text, seeds
from support.oracles import reference_emissions


@settings(deadline=None, max_examples=20)
@given(seed=seeds)
def test_words_may_be_forbidden_to_begin(seed):
    model, codes = random_model(0, TagSet()), random_text(seed, longest=30)
    boundaries = np.random.default_rng(seed).choice([0, -1], len(codes)).astype(np.int8)
    boundaries[0] = 0
    found = crfseg.Segmenter(model).decoder.tag_codes(codes, np.array([0, len(codes)]), boundaries)
    constrained = reference.constrain(reference_emissions(model, codes), TagSet(), boundaries)
    path, _ = reference.viterbi(constrained, reference.mask(model.transitions, TagSet()))
    assert found.tolist() == path.tolist()


def test_a_sentence_that_must_not_begin_has_no_path():
    segmenter = crfseg.Segmenter(random_model(0, TagSet()))
    codes = chars.code_points("abab")
    with pytest.raises(InfeasibleError, match="sentence 2: constraints leave no tag path"):
        segmenter.decoder.tag_codes(
            codes, np.array([0, 2, 4]), np.array([1, 0, -1, 0], dtype=np.int8)
        )


def test_scores_of_endless_sentences_do_not_overflow():
    """Each character adds as much as 16 bits hold; the best path stays the best."""
    model = random_model(1, TagSet(), Templates.parse(["C[0]"]), coarse=False).quantize("int16")
    codes = np.tile(chars.code_points("abcabdg"), 40_000)
    tags = crfseg.Segmenter(model).decoder.tag_codes(codes, np.array([0, len(codes)]))
    assert tags[700:70_000].tolist() == tags[70_700:140_000].tolist()
