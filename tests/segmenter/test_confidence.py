"""How sure a segmenter is: confidence, marginals, entropy."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crfseg.segmenter import confidence
from crfseg.segmenter.word_spans import WordSpans
from crfseg.text.whitespace import split_lines
from support.models import FEW_CHARACTERS, random_segmenter
from support.oracles import all_paths, all_segmentations, potentials
from support.texts import any_text


@pytest.mark.parametrize(("tags", "n"), FEW_CHARACTERS)
def test_entropy_and_marginals_are_those_of_all_tag_sequences(tags, n):
    segmenter = random_segmenter(1, tags)
    text = "ab cab京"[:n]
    every = all_paths(segmenter, text, segmenter.model.temperature)
    log_p = np.array([each for each, _ in every])
    assert segmenter.entropy(text) == pytest.approx(-(np.exp(log_p) * log_p).sum(), abs=1e-6)
    shares = np.zeros_like(segmenter.marginals(text))
    for each, path in every:
        shares[np.arange(len(path)), path] += np.exp(each)
    assert segmenter.marginals(text) == pytest.approx(shares, abs=1e-6)


@settings(deadline=None)
@given(text=any_text, seed=st.integers(0, 3), tags=st.sampled_from(["BMES", "BMES6", "labels"]))
def test_probabilities_of_any_text(text, seed, tags):
    segmenter = random_segmenter(seed, tags)
    marginals, words = segmenter.marginals(text), segmenter.cut(text)
    assert marginals.shape == (sum(map(len, words)), len(segmenter.model.tag_set.names))
    assert marginals.sum(axis=1) == pytest.approx(np.ones(len(marginals)))
    confidence = segmenter.confidence(text)
    assert confidence.shape == (len(words),)
    assert ((confidence >= 0) & (confidence <= 1)).all()
    assert segmenter.entropy(text) >= -1e-9


def test_confidence_is_the_probability_of_the_words_of_all_ways(segmenter):
    text = "他在北京"
    ways = segmenter.nbest(text, 1000)
    words, at = segmenter.cut(text), 0
    for word, sure in zip(words, segmenter.confidence(text).tolist(), strict=True):
        having = [
            np.exp(way.log_probability)
            for way in ways
            if any(
                begin == at and w == word
                for begin, w in zip(np.cumsum([0, *map(len, way.words)]), way.words, strict=False)
            )
        ]
        assert sure == pytest.approx(sum(having), abs=1e-6)
        at += len(word)


def test_overlapping_words_are_as_probable_as_all_tag_sequences_say():
    segmenter = random_segmenter(1, "BMES")
    text = "京甲京丁京乙"
    lines = split_lines(text)
    every = all_segmentations(
        *potentials(segmenter, lines.codes, segmenter.model.temperature), segmenter.model.tag_set
    )
    of_word = {}
    for starts, probability in every.items():
        for span in pairwise([k for k, is_start in enumerate([*starts, True]) if is_start]):
            of_word[span] = of_word.get(span, 0.0) + probability
    starts, ends = np.array(sorted(of_word)).T  # every word that there may be
    parts = WordSpans(starts, ends, np.zeros(len(starts), np.int16))
    found = confidence.of_words(segmenter.decoder.marginals(), lines, parts)
    assert found == pytest.approx([of_word[word] for word in sorted(of_word)], rel=1e-6)
