"""Best ways to tag a sentence, against all tag sequences."""

import numpy as np
import pytest

import crfseg
from crfseg.decoding import reference
from crfseg.text.whitespace import split_lines
from support.models import FEW_CHARACTERS, random_segmenter
from support.oracles import all_paths, potentials


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
@pytest.mark.parametrize(("tags", "n"), FEW_CHARACTERS)
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


def test_long_lines_have_more_than_one_part(segmenter):
    text = "他们在北京的大学学习中文，" * 40
    ways = segmenter.nbest(text, 5)
    assert ways[0].words == segmenter.cut(text)
    assert len({tuple(way.words) for way in ways}) == 5
    log_z, _ = segmenter.decoder.marginals().of_sentences(
        crfseg.text.whitespace.split_lines(text).codes,
        np.array([0, len(text)]),
        np.zeros(len(text), np.int8),
    )
    emissions, transitions = potentials(
        segmenter, split_lines(text).codes, segmenter.model.temperature
    )
    assert log_z[0] == pytest.approx(reference.log_partition(emissions, transitions), rel=1e-9)
