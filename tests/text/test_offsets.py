"""Offsets in other units, as Python's own encoders count."""

from hypothesis import given

from crfseg.text.offsets import offsets
from support.texts import any_text, in_utf8, in_utf16, with_examples


@with_examples
@given(any_text)
def test_offsets_are_those_of_the_encoders(text):
    for unit, count in (("utf-8", in_utf8), ("utf-16", in_utf16), ("code-points", len)):
        found = offsets(text, unit)
        assert found[-1] == count(text)
        some = range(0, len(text) + 1, 1 + len(text) // 50)
        assert [found[n] for n in some] == [count(text[:n]) for n in some]
        assert len(found) == len(text) + 1
