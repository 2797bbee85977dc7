"""Lines of a text, without their white space."""

from crfseg.chars import to_text
from crfseg.corpus import split_lines


def test_lines_know_their_characters_and_their_numbers():
    lines = split_lines(" 我 爱\n\n北京")
    assert to_text(lines.codes) == "我爱北京"
    assert lines.lines.tolist() == [0, 2]
