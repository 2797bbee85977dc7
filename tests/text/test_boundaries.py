import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import crfseg
from crfseg import Marked
from crfseg.errors import MarkupError, ShapeError

any_text = st.text(st.characters(codec=None, exclude_categories=()) | st.sampled_from("|-\\ \n我"))


@st.composite
def marked(draw):
    text = draw(any_text)
    known = draw(st.lists(st.sampled_from([0, 0, 1, -1]), min_size=len(text), max_size=len(text)))
    return Marked(text, np.array(known, dtype=np.int8))


@given(marked())
def test_markup_says_it_all(text):
    again = Marked.parse(text.markup)
    assert again.text == text.text
    assert again.known.tolist() == text.known.tolist()


@given(any_text)
def test_any_markup_is_read_or_refused(markup):
    try:
        text = Marked.parse(markup)
    except MarkupError:
        return
    assert Marked.parse(text.markup).known.tolist() == text.known.tolist()


@pytest.mark.parametrize(
    ("markup", "text", "known"),
    [
        ("我|是-北京", "我是北京", [0, 1, -1, 0]),
        ("|a-", "a", [1]),
        ("", "", []),
        (r"a\-b\|\\-c", r"a-b|\c", [0, 0, 0, 0, 0, -1]),
        ("iPhone -14", "iPhone 14", [0, 0, 0, 0, 0, 0, 0, -1, 0]),
    ],
)
def test_markup(markup, text, known):
    assert Marked.parse(markup).text == text
    assert Marked.parse(markup).known.tolist() == known


@pytest.mark.parametrize(
    ("markup", "message"),
    [("我|-是", "character 3: '-' behind a sign"), ("我\\", "character 2: a backslash at the end")],
)
def test_markup_that_makes_no_sense(markup, message):
    with pytest.raises(MarkupError, match=message):
        Marked.parse(markup)


def test_places_out_of_the_text_or_in_both_are_errors():
    with pytest.raises(MarkupError, match="never: 3; expected places from 0 to 2"):
        Marked.at("我爱", never=[3])
    with pytest.raises(MarkupError, match="1 is in always and in never"):
        Marked.at("我爱", always=[1], never=[1])
    with pytest.raises(ShapeError, match="one for each of 2 characters"):
        Marked("我爱", np.zeros(3, dtype=np.int8))


@given(marked())
def test_what_is_known_holds_everywhere(segmenter, text):
    spans = segmenter.spans(text)
    starts, inside = {start for start, _ in spans}, set()
    for start, end in spans:
        inside.update(range(start + 1, end))
    lines = crfseg.corpus.split_lines(*segmenter._finder.marked(text))
    for place, known in zip(lines.places.tolist(), lines.known.tolist(), strict=True):
        assert known <= 0 or place in starts
        assert known >= 0 or place in inside
    words = [text.text[start:end] for start, end in spans]
    assert segmenter.cut(text) == words == next(segmenter.cut_many([text]))
    assert segmenter.nbest(text, 1)[0].words == words
    assert [span for span, _ in segmenter.labelled(text)] == spans
    assert len(segmenter.confidence(text)) == len(words)


def test_white_space_can_be_joined(segmenter):
    assert segmenter.cut("买 iPhone 14 了") == ["买", "iPhone", "14", "了"]
    text = Marked.parse("买 |i-P-h-o-n-e -1-4| 了")
    assert segmenter.cut(text) == ["买", "iPhone 14", "了"]


def test_marks_of_utf8_are_those_of_its_bytes(segmenter):
    data = "我们 去北京".encode()
    marks = np.zeros(len(data), dtype=np.int8)
    marks[data.index("去".encode())] = -1
    marks[data.index("京".encode())] = 1
    cut = segmenter._tagger.cut_utf8(data, marks=marks).decode()
    assert "们 去" in cut
    assert cut.endswith("北 京")
    other = segmenter._tagger.cut_utf8(data).decode()
    assert other.replace(" ", "") == cut.replace(" ", "")
    with pytest.raises(ShapeError, match="expected as many"):
        segmenter._tagger.cut_utf8(data, marks=marks[1:])
