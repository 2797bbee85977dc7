"""The best ways to cut a text, tags' probabilities, entropy: against all tag sequences."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import crfseg
from support.models import random_segmenter
from support.texts import any_text


@settings(deadline=None)
@given(text=any_text, seed=st.integers(0, 3), tags=st.sampled_from(["BMES", "BMES6", "labels"]))
def test_any_text_has_a_best_way_and_it_is_the_cut(text, seed, tags):
    segmenter = random_segmenter(seed, tags)
    ways = segmenter.nbest(text, 3)
    assert ways[0].words == segmenter.cut(text)
    scores = [way.log_probability for way in ways]
    assert scores == sorted(scores, reverse=True)
    assert 0 < sum(np.exp(scores)) <= 1 + 1e-6
    for way in ways:
        assert "".join(way.words) == "".join(text.split())
        assert len(way.labels) == len(way.words)


def test_lines_are_independent(segmenter):
    one, other = "他在北京", "我们去了"
    both = segmenter.nbest(f"{one}\n\n {other}", 4)
    apart = sorted(
        (a.log_probability + b.log_probability, a.words + b.words)
        for a in segmenter.nbest(one, 4)
        for b in segmenter.nbest(other, 4)
    )[::-1][:4]
    assert [way.log_probability for way in both] == pytest.approx([score for score, _ in apart])
    assert [way.words for way in both] == [words for _, words in apart]
    assert segmenter.entropy(f"{one}\n{other}") == pytest.approx(
        segmenter.entropy(one) + segmenter.entropy(other)
    )


def test_nothing_has_one_way(segmenter):
    assert segmenter.nbest(" \n") == [([], [], 0.0)]
    assert segmenter.entropy("") == 0
    assert segmenter.confidence("").shape == (0,)


def test_no_way_is_none(segmenter):
    with pytest.raises(ValueError, match="k must be from 1 to 100,000, got 0"):
        segmenter.nbest("他", 0)


def test_labels_come_with_the_ways():
    sentence = crfseg.Sentence(("张三", "在", "北京"), ("PER", "O", "LOC"))
    corpus = crfseg.Corpus.from_sentences([sentence] * 3)
    segmenter = crfseg.Segmenter(crfseg.train(corpus, labels=True))
    best = segmenter.nbest("张三在北京", 2)[0]
    assert (best.words, best.labels) == (["张三", "在", "北京"], ["PER", "O", "LOC"])
