"""Boundaries that are known, and rules: every way of cutting keeps to them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import crfseg
from crfseg import ConstrainedText
from crfseg.segmenter import streaming
from support.streams import cut_stream, in_small_pieces
from support.texts import FRAGMENTS, marked, rich_text, utf8_text


@given(marked())
def test_what_is_known_holds_everywhere(segmenter, text):
    spans = segmenter.spans(text)
    starts, inside = {start for start, _ in spans}, set()
    for start, end in spans:
        inside.update(range(start + 1, end))
    lines = crfseg.text.whitespace.split_lines(*segmenter.decoder.constrained(text))
    for place, known in zip(lines.positions.tolist(), lines.boundaries.tolist(), strict=True):
        assert known <= 0 or place in starts
        assert known >= 0 or place in inside
    words = [text.text[start:end] for start, end in spans]
    assert segmenter.cut(text) == words == next(segmenter.cut_many([text]))
    assert segmenter.nbest(text, 1)[0].words == words
    assert [span for span, _ in segmenter.labelled(text)] == spans
    assert len(segmenter.confidence(text)) == len(words)


def test_white_space_can_be_joined(segmenter):
    assert segmenter.cut("买 iPhone 14 了") == ["买", "iPhone", "14", "了"]
    text = ConstrainedText.parse("买 |i-P-h-o-n-e -1-4| 了")
    assert segmenter.cut(text) == ["买", "iPhone 14", "了"]


@given(rich_text)
def test_all_ways_of_cutting_keep_to_the_rules(ruled, text):
    spans = ruled.spans(text)
    starts = {start for start, _ in spans}
    lines = crfseg.text.whitespace.split_lines(text, ruled.ruleset.boundaries(text))
    for place, known in zip(lines.positions.tolist(), lines.boundaries.tolist(), strict=True):
        assert known == 0 or (place in starts) == (known > 0)
    words = [text[start:end] for start, end in spans]
    assert ruled.cut(text) == words == next(ruled.cut_many([text]))
    assert [span for span, _ in ruled.labelled(text)] == spans
    assert ruled.nbest(text, 1)[0].words == words
    assert len(ruled.confidence(text)) == len(words)
    assert sum(tag in "BS" for tag in ruled.tags(text)) == len(words)
    assert ruled.cut_lines(text) == "\n".join(" ".join(ruled.cut(t)) for t in text.split("\n"))


@given(rich_text, st.sampled_from(["fine", "coarse"]))
def test_finer_and_coarser_words_keep_to_the_rules(ruled, text, granularity):
    starts = {start for start, _ in ruled.spans(text, granularity)}
    lines = crfseg.text.whitespace.split_lines(text, ruled.ruleset.boundaries(text))
    for place, known in zip(lines.positions.tolist(), lines.boundaries.tolist(), strict=True):
        assert known == 0 or (place in starts) == (known > 0)


@given(utf8_text)
def test_files_say_the_same(ruled, text):
    text = text.removeprefix("\ufeff")
    cut = cut_stream(ruled, text.encode(), threads=1)
    assert cut.decode() == ruled.cut_lines(text)


@given(st.lists(utf8_text, max_size=4))
def test_a_corpus_is_cut_as_its_text(ruled, texts):
    corpus = crfseg.Corpus.from_text("\n".join(texts))
    tagged = ruled.tag_corpus(corpus)
    assert [list(each.words) for each in tagged] == [ruled.cut(text) for text in corpus.texts()]
    assert ruled.decoder.confidences(tagged).tolist() == pytest.approx(
        [each for text in corpus.texts() for each in ruled.confidence(text)]
    )


@pytest.mark.parametrize(("chunk", "long_line"), [(50, 1000), (333, 1500), (1000, 4000)])
@pytest.mark.parametrize("seed", range(5))
def test_a_line_in_parts_is_cut_as_the_whole(ruled, monkeypatch, chunk, long_line, seed):
    in_small_pieces(monkeypatch, chunk, long_line, 640)
    rng = np.random.default_rng(seed)
    parts = [part for part in FRAGMENTS if "\n" not in part]
    text = "".join(rng.choice(parts, 3000))
    done = cut_stream(ruled, text.encode(), threads=1)
    assert done.decode() == ruled.cut_lines(text)


def test_parts_end_where_rules_no_longer_reach(ruled, monkeypatch):
    """With the real reach: a URL of 2,000 characters lies across every part's end."""
    in_small_pieces(monkeypatch, 3000, 12_000)
    text = ("我们去www." + "a" * 1990 + ".cn，23.4%的" + "1" * 300 + "，") * 20
    done = cut_stream(ruled, text.encode(), threads=1)
    assert done.decode() == ruled.cut_lines(text)


def test_a_long_line_with_rules_needs_little_memory(ruled):
    """What waits for the rest of the line stays short, even in the middle of what never ends."""
    for text in ("www.", "我们23.4%，"):  # where the model is sure of something
        data = (text * (60_000 // len(text))).encode()
        cutter = streaming.Cutter(ruled.decoder.compiled.tagger, "x", ruled.ruleset)
        rest, past, longest = b"", streaming.Context(), 0
        for begin in range(0, len(data), 15_000):
            rest += data[begin : begin + 15_000]
            _, n, past = cutter.cut_part(rest, past, 1)
            rest = rest[n:]
            longest = max(longest, len(rest))
        assert longest < 30_000, text[:5]
