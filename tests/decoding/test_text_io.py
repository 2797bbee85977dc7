"""Bytes of UTF-8 that go in and come out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crfseg.errors import ShapeError
from support.texts import utf8_text


def test_marks_of_utf8_are_those_of_its_bytes(segmenter):
    data = "我们 去北京".encode()
    marks = np.zeros(len(data), dtype=np.int8)
    marks[data.index("去".encode())] = -1
    marks[data.index("京".encode())] = 1
    cut = segmenter.decoder.compiled.tagger.cut_utf8(data, boundaries=marks).decode()
    assert "们 去" in cut
    assert cut.endswith("北 京")
    other = segmenter.decoder.compiled.tagger.cut_utf8(data).decode()
    assert other.replace(" ", "") == cut.replace(" ", "")
    with pytest.raises(ShapeError, match="expected as many"):
        segmenter.decoder.compiled.tagger.cut_utf8(data, boundaries=marks[1:])


@settings(max_examples=300)
@given(st.binary(max_size=12) | utf8_text.map(str.encode), st.binary(max_size=6))
def test_what_is_utf8_is_decided_as_python_does(segmenter, data, more):
    tagger, data = segmenter.decoder.compiled.tagger, data + more
    assert outcome(tagger.cut_utf8, data) == outcome(
        lambda data: tagger.cut_utf8(data.decode().encode()), data
    )


def outcome(function, data):
    """What a function returns, or where it says that the data is not UTF-8."""
    try:
        return function(data)
    except UnicodeDecodeError as error:
        return error.start
