"""Tokens: offsets as Python's own encoders count, and white space in all three ways."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crfseg import ConstrainedText
from crfseg.errors import OptionError
from crfseg.segmenter.tokens import WHITE_SPACE
from crfseg.text.offsets import UNITS, offsets
from support.models import labelled_segmenter
from support.texts import STRANGE, any_text, in_utf8, in_utf16, marked

granularities = st.sampled_from([None, "fine", "coarse", "search"])


def check_offsets(text, tokens):
    for token in tokens:
        assert token.text == text[token.start : token.end] != ""
        for count, start, end in (
            (in_utf8, token.byte_start, token.byte_end),
            (in_utf16, token.utf16_start, token.utf16_end),
        ):
            assert start == count(text[: token.start])
            assert end - start == count(token.text)


@pytest.mark.parametrize("white_space", WHITE_SPACE)
@given(text=st.sampled_from(STRANGE) | any_text, granularity=granularities)
def test_tokens_of_any_text(segmenter, white_space, text, granularity):
    tokens = segmenter.tokens(text, white_space=white_space, granularity=granularity)
    check_offsets(text, tokens[:200])
    assert [(t.start, t.end) for t in tokens] == sorted({(t.start, t.end) for t in tokens})
    words = [token for token in tokens if not token.is_space]
    if white_space == "attach" and words:
        assert [token.text.strip() for token in words] == segmenter.cut(text, granularity)
    else:
        assert [token[1:3] for token in words] == segmenter.spans(text, granularity)
    if white_space != "drop" and granularity != "search":
        assert "".join(token.text for token in tokens) == text


@given(marked(), st.sampled_from(["keep", "attach"]))
def test_white_space_inside_words_is_theirs(segmenter, text, white_space):
    tokens = segmenter.tokens(text, white_space=white_space)
    assert "".join(token.text for token in tokens) == text.text
    assert all(token.is_space == (not token.text.strip()) for token in tokens)


def test_white_space_in_three_ways(segmenter):
    text = " 我们 \n去了 "
    assert [t.text for t in segmenter.tokens(text)] == ["我们", "去", "了"]
    kept = [(t.text, t.is_space) for t in segmenter.tokens(text, white_space="keep")]
    assert kept == [
        (" ", True), ("我们", False), (" \n", True), ("去", False), ("了", False), (" ", True),
    ]  # fmt: skip
    attached = segmenter.tokens(text, white_space="attach")
    assert [t.text for t in attached] == [" 我们 \n", "去", "了 "]


def test_joined_white_space_is_no_token(segmenter):
    tokens = segmenter.tokens(ConstrainedText.parse("买 |i-P-h-o-n-e -1-4| 了"), white_space="keep")
    assert [token.text for token in tokens] == ["买", " ", "iPhone 14", " ", "了"]


def test_tokens_carry_labels():
    segmenter = labelled_segmenter()
    tokens = segmenter.tokens("高勇 说", white_space="keep")
    assert [(token.text, token.label) for token in tokens] == [
        ("高勇", "PER"), (" ", ""), ("说", "O"),
    ]  # fmt: skip


def test_what_is_no_choice_is_reported(segmenter):
    with pytest.raises(OptionError, match="unknown white_space 'tabs'; expected one of drop, keep"):
        segmenter.tokens("我", white_space="tabs")
    with pytest.raises(OptionError, match="unknown unit 'ucs2'; expected one of code-points"):
        offsets("我", "ucs2")
    assert UNITS == ("code-points", "utf-8", "utf-16")
