"""White space: both readers of text, in numpy and compiled, follow the same rules."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import crfseg
from crfseg.text.boundaries import BEGIN, FREE, INSIDE, ConstrainedText
from crfseg.text.chars import to_text
from crfseg.text.whitespace import split_lines
from support.models import handmade_model
from support.texts import STRANGE, any_text


@pytest.fixture(scope="module")
def joining() -> crfseg.Segmenter:
    """A segmenter that cuts nothing by itself: words begin where a reader says so."""
    joins = {"B": 1.0, "M": 9.0, "E": 9.0}
    return crfseg.Segmenter(handmade_model(**dict.fromkeys("我爱北京", joins)))


@st.composite
def constrained(draw) -> ConstrainedText:
    text = draw(any_text | st.text(st.sampled_from("我爱北京 　\n\t\r")) | st.sampled_from(STRANGE))
    signs = st.lists(st.sampled_from((BEGIN, INSIDE, FREE)), min_size=len(text), max_size=len(text))
    return ConstrainedText(text, np.array(draw(signs), dtype=np.int8))


@given(text=constrained())
def test_both_readers_follow_the_same_rules(joining, text):
    compiled = joining.decoder.spans(text)
    lines = joining.decoder.lines(text)
    spans = joining.decoder.word_spans(lines)
    for one, other in zip(compiled[:2], spans.in_text(lines), strict=True):
        assert one.tolist() == other.tolist()


def test_white_space_begins_words_and_newlines_begin_lines():
    lines = split_lines("我 爱　北京\n\n他")
    assert lines.boundaries.tolist() == [1, 1, 1, 0, 1]
    assert lines.offsets.tolist() == [0, 4, 5]
    assert lines.lines.tolist() == [0, 2]


def test_a_constraint_overrules_white_space_but_no_newline():
    text = ConstrainedText.at("a b\nc", never=[2, 4])
    lines = split_lines(text.text, text.boundaries)
    assert lines.boundaries.tolist() == [1, -1, 1]


def test_lines_know_their_characters_and_their_numbers():
    lines = split_lines(" 我 爱\n\n北京")
    assert to_text(lines.codes) == "我爱北京"
    assert lines.lines.tolist() == [0, 2]
