"""Finer and coarser words: the best path of all, nested, and words inside words."""

import dataclasses
import gc
import weakref
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import crfseg
from crfseg import UserLexicon
from crfseg.decoding import reference
from crfseg.errors import OptionError
from crfseg.segmenter.granularity import BIASES, boundaries_at
from crfseg.segmenter.word_spans import WordSpans
from crfseg.text.whitespace import split_lines
from support.corpora import SAMPLE
from support.models import TAG_SETS, handmade_model, random_segmenter
from support.oracles import potentials
from support.texts import any_text, check_spans, marked, with_examples


def boundaries(spans):
    return {place for span in spans for place in span}


@with_examples
@given(any_text)
def test_words_are_nested(segmenter, text):
    fine, own, coarse = (segmenter.spans(text, each) for each in ("fine", None, "coarse"))
    check_spans(text, fine)
    check_spans(text, coarse)
    assert boundaries(coarse) <= boundaries(own) <= boundaries(fine)
    for granularity, spans in (("fine", fine), ("coarse", coarse)):
        words = [text[start:end] for start, end in spans]
        assert segmenter.cut(text, granularity) == words
        assert list(segmenter.cut_many([text], granularity=granularity)) == [words]
        assert len(segmenter.confidence(text, granularity)) == len(words)


@pytest.mark.parametrize("tags", TAG_SETS)
@settings(deadline=None, max_examples=15)
@given(text=any_text | st.text("abc京?三 \n", max_size=30))
def test_words_are_nested_with_any_tags(tags, text):
    segmenter = random_segmenter(1, tags)
    fine, own, coarse = (segmenter.spans(text, each) for each in ("fine", None, "coarse"))
    assert boundaries(coarse) <= boundaries(own) <= boundaries(fine)
    check_spans(text, fine)
    for granularity in ("fine", "coarse", "search"):
        tokens = segmenter.tokens(text, granularity=granularity)
        labels = segmenter.model.tag_set.labels
        inside = {token[1:3] for token in tokens} - set(own) if granularity == "search" else set()
        assert all(
            (token.label in labels) == bool(labels) for token in tokens if token[1:3] not in inside
        )


@given(marked(), st.sampled_from(["fine", "coarse"]))
def test_what_is_known_holds_at_every_granularity(segmenter, text, granularity):
    spans = segmenter.spans(text, granularity)
    starts = {start for start, _ in spans}
    inside = {place for start, end in spans for place in range(start + 1, end)}
    lines = split_lines(text.text, text.boundaries)
    for place, known in zip(lines.positions.tolist(), lines.boundaries.tolist(), strict=True):
        assert known <= 0 or place in starts
        assert known >= 0 or place in inside


@pytest.mark.parametrize("level", BIASES)
@settings(deadline=None, max_examples=15)
@given(seed=st.integers(0, 3), text=st.text("abc京?三", min_size=1, max_size=6))
def test_the_words_are_the_best_of_all(level, seed, text):
    """Every tag sequence is tried, and every word paid for."""
    segmenter = random_segmenter(seed, "BMES")
    tag_set, lines = segmenter.model.tag_set, split_lines(text)
    emissions, transitions = potentials(segmenter, lines.codes, segmenter.model.temperature)
    tags = segmenter.decoder.tag_codes(lines.codes, lines.offsets)
    own = WordSpans.from_starts(tag_set.begins[tags], tags)
    known = boundaries_at(level, lines, own)
    longer, single = BIASES[level]

    def score(path):
        starts = tag_set.begins[path]
        if (np.where(starts, known, -known) < 0).any():
            return -np.inf
        lengths = np.diff(np.append(np.flatnonzero(starts), len(path)))
        bias = longer * (lengths > 1).sum() + single * (lengths == 1).sum()
        return reference.path_score(emissions, transitions, path) + bias

    paths = map(np.array, product(range(4), repeat=len(text)))
    best = max(map(score, paths))
    found = segmenter.spans(text, level)
    starts = np.zeros(len(text), dtype=bool)
    starts[[start for start, _ in found]] = True
    assert score(tag_set.encode(starts)) == pytest.approx(best, abs=1e-6)


def test_long_words_fall_into_those_that_are_likely_too_and_short_ones_do_not():
    model = handmade_model(国={"M": 4.5, "E": 3.0}, 中={"B": 1.0}, 人={"B": 1.0}, 民={"E": 1.0})
    segmenter = crfseg.Segmenter(model)
    assert segmenter.cut("中国人民 人民") == ["中国人民", "人民"]
    assert segmenter.cut("中国人民 人民", "fine") == ["中国", "人民", "人民"]


@pytest.mark.parametrize("word", ["ｉＰｈｏｎｅ", "2024", "一九九八", "Straße"])
def test_nothing_is_cut_within_letters_or_numbers(word):
    lines = split_lines(f"在{word}了")
    whole = WordSpans(np.array([0]), np.array([len(lines.codes)]), np.array([0], np.int16))
    assert boundaries_at("fine", lines, whole).tolist() == [
        1, 0, *[-1] * (len(word) - 1), 0,
    ]  # fmt: skip


def test_punctuation_is_joined_with_nothing(segmenter):
    text = "".join(f"{a}{b}" for a, b in pairwise("我，你。他！（她）、它…😀们"))
    for word in segmenter.cut(text, "coarse"):
        assert word in segmenter.cut(text) or not set(word) & set("，。！（）、…😀")


def test_search_has_all_words_and_some_inside_in_order(segmenter):
    text = (SAMPLE / "test.txt").read_text("utf-8")
    own, found = segmenter.spans(text), segmenter.spans(text, "search")
    assert set(own) <= set(found)
    assert found == sorted(set(found))
    assert len(found) > len(own)
    for start, end in set(found) - set(own):
        outer = [span for span in own if span.start <= start and end <= span.end]
        assert len(outer) == 1
        assert 2 <= end - start < outer[0].end - outer[0].start
    assert segmenter.cut_for_search(text) == [text[start:end] for start, end in found]


@given(any_text)
def test_any_text_can_be_searched(segmenter, text):
    found = segmenter.spans(text, "search")
    assert set(segmenter.spans(text)) <= set(found)
    probabilities = segmenter.confidence(text, "search")
    assert probabilities.shape == (len(found),)
    assert ((probabilities >= 0) & (probabilities <= 1)).all()


def test_known_words_are_found_inside_words(segmenter):
    text = crfseg.ConstrainedText.at("中国大学", never=[1, 2, 3])
    assert [segmenter.knows(word) for word in ("中国", "大学", "国大")] == [True, True, False]
    assert segmenter.cut_for_search(text) == ["中国", "中国大学", "大学"]


def test_no_word_is_looked_for_inside_what_a_rule_keeps():
    segmenter = crfseg.load(rules="all")
    for whole in ("3,456.78", "http://t.cn/ab12", "COVID-19", "23.4%", "3,456.78元"):
        assert segmenter.cut_for_search(f"他说{whole}。")[-2:] == [whole, "。"]


def test_user_words_are_known_and_those_that_are_none_are_not(segmenter):
    lexicon = UserLexicon(["国大"])
    lexicon.add("中国", strength=float("-inf"))
    other = crfseg.Segmenter(segmenter.model, lexicon)
    text = crfseg.ConstrainedText.at("中国大学", never=[1, 2, 3])
    assert [other.knows(word) for word in ("中国", "大学", "国大")] == [False, True, True]
    assert other.cut_for_search(text) == ["中国大学", "国大", "大学"]


def test_what_is_no_granularity_is_reported(segmenter):
    with pytest.raises(OptionError, match="unknown granularity 'finest'; expected one of fine, "):
        segmenter.cut("我", "finest")


def test_segmenters_of_a_model_share_what_is_made_of_it_as_long_as_there_are_any(segmenter):
    model = dataclasses.replace(segmenter.model)
    one, other = crfseg.Segmenter(model), crfseg.Segmenter(model, UserLexicon(["京大"]))
    assert (
        one.decoder.compiled.tagger
        is other.decoder.compiled.tagger
        is not segmenter.decoder.compiled.tagger
    )
    held = weakref.ref(model)
    del model, one, other
    gc.collect()
    assert held() is None  # nothing that was made of it holds it
