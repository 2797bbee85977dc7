"""The best ways to cut a text, tags' probabilities, entropy: against all tag sequences."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_marginals import any_text, potentials, random_segmenter

import crfseg
from crfseg import crf
from crfseg.corpus import split_lines

SETS = [("BMES", 1), ("BMES", 6), ("BMES6", 5), ("labels", 3), ("absent", 4)]


def all_paths(segmenter, text, temperature):
    """Return the log-probability of every legal tag sequence of a line, and the sequence."""
    lines = split_lines(text)
    emissions, transitions = potentials(segmenter, lines.codes, temperature)
    tag_set = segmenter.model.tag_set
    known = lines.starts
    found = []
    for path in product(range(len(tag_set.names)), repeat=len(lines.codes)):
        score = crf.path_score(emissions, transitions, np.array(path))
        if score > -np.inf and tag_set.begins[list(path)][known].all():
            found.append((score, path))
    log_z = np.logaddexp.reduce([score for score, _ in found])
    return sorted(((score - log_z, path) for score, path in found), key=lambda each: -each[0])


def words_of(segmenter, text, path):
    codes = [c for c in text if not c.isspace()]
    begins = segmenter.model.tag_set.begins[list(path)]
    words = []
    for char, begins_word in zip(codes, begins, strict=True):
        if begins_word:
            words.append("")
        words[-1] += char
    return words


@pytest.mark.parametrize("text", ["abcab京", "ab cab"])
@pytest.mark.parametrize(("tags", "n"), SETS)
@pytest.mark.parametrize("k", [1, 3, 1000])
def test_the_best_ways_are_those_of_brute_force(tags, n, k, text):
    segmenter = random_segmenter(1, tags)
    text = text[:n]
    expected = all_paths(segmenter, text, segmenter.model.temperature)[:k]
    found = segmenter.nbest(text, k)
    assert [way.log_probability for way in found] == pytest.approx(
        [log_p for log_p, _ in expected], abs=1e-6
    )
    assert [way.words for way in found] == [words_of(segmenter, text, path) for _, path in expected]
    if k == 1000:
        assert sum(np.exp(way.log_probability) for way in found) == pytest.approx(1)


@pytest.mark.parametrize(("tags", "n"), SETS)
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
    for word, confidence in zip(words, segmenter.confidence(text).tolist(), strict=True):
        having = [
            np.exp(way.log_probability)
            for way in ways
            if any(
                begin == at and w == word
                for begin, w in zip(np.cumsum([0, *map(len, way.words)]), way.words, strict=False)
            )
        ]
        assert confidence == pytest.approx(sum(having), abs=1e-6)
        at += len(word)


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


def test_long_lines_have_more_than_one_part(segmenter):
    text = "他们在北京的大学学习中文，" * 40
    ways = segmenter.nbest(text, 5)
    assert ways[0].words == segmenter.cut(text)
    assert len({tuple(way.words) for way in ways}) == 5
    log_z, _ = segmenter._finder.marginals().of_sentences(
        crfseg.corpus.split_lines(text).codes,
        np.array([0, len(text)]),
        np.zeros(len(text), np.int8),
    )
    emissions, transitions = potentials(
        segmenter, split_lines(text).codes, segmenter.model.temperature
    )
    assert log_z[0] == pytest.approx(crf.log_partition(emissions, transitions), rel=1e-9)


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
