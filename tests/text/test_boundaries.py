import numpy as np
import pytest
from hypothesis import given

from crfseg import ConstrainedText
from crfseg.errors import MarkupError, ShapeError
from support.texts import marked, markup_text


@given(marked())
def test_markup_says_it_all(text):
    again = ConstrainedText.parse(text.markup)
    assert again.text == text.text
    assert again.boundaries.tolist() == text.boundaries.tolist()


@given(markup_text)
def test_any_markup_is_read_or_refused(markup):
    try:
        text = ConstrainedText.parse(markup)
    except MarkupError:
        return
    assert ConstrainedText.parse(text.markup).boundaries.tolist() == text.boundaries.tolist()


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
    assert ConstrainedText.parse(markup).text == text
    assert ConstrainedText.parse(markup).boundaries.tolist() == known


@pytest.mark.parametrize(
    ("markup", "message"),
    [("我|-是", "character 3: '-' behind a sign"), ("我\\", "character 2: a backslash at the end")],
)
def test_markup_that_makes_no_sense(markup, message):
    with pytest.raises(MarkupError, match=message):
        ConstrainedText.parse(markup)


def test_places_out_of_the_text_or_in_both_are_errors():
    with pytest.raises(MarkupError, match="never: 3; expected positions from 0 to 2"):
        ConstrainedText.at("我爱", never=[3])
    with pytest.raises(MarkupError, match="1 is in always and in never"):
        ConstrainedText.at("我爱", always=[1], never=[1])
    with pytest.raises(ShapeError, match="one for each of 2 characters"):
        ConstrainedText("我爱", np.zeros(3, dtype=np.int8))
