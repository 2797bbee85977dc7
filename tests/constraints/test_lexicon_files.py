"""Files of words in four formats."""

import math

import pytest

from crfseg import UserLexicon
from crfseg.constraints.lexicon_files import READERS
from crfseg.constraints.user_lexicon import STRENGTH
from crfseg.errors import CorpusError, LexiconError


def read(tmp_path, text, **options):
    path = tmp_path / "words.txt"
    path.write_text(text, "utf-8", newline="")
    return UserLexicon.read(path, **options)


@pytest.mark.parametrize(
    ("format", "text", "expected"),
    [
        (
            "crfseg",
            "\ufeff# words\n慢阻肺\r\n云计算 6\n小度 inf nz # always\n 南京 ns\n\n",
            {
                "慢阻肺": (None, ""), "云计算": (6, ""), "小度": (math.inf, "nz"),
                "南京": (None, "ns"),
            },
        ),
        (
            "jieba",
            "云计算 5\n李小福 2 nr\n台中\neasy_install 3 eng\n韩玉 nr\n没了 0\n",
            {
                "云计算": (10, ""), "李小福": (pytest.approx(8.066, abs=1e-3), "nr"),
                "台中": (None, ""), "easy_install": (pytest.approx(8.868, abs=1e-3), "eng"),
                "韩玉": (None, "nr"),
            },
        ),
        ("pkuseg", "慢阻肺\n云计算\tn\n", {"慢阻肺": (None, ""), "云计算": (None, "n")}),
        ("thulac", " 慢阻肺 \n云计算\n", {"慢阻肺": (None, ""), "云计算": (None, "")}),
    ],
)  # fmt: skip
def test_files_of_four_formats(tmp_path, format, text, expected):
    entries = READERS[format](text.removeprefix("\ufeff"), STRENGTH)
    assert {word: tuple(entry) for word, entry in entries.items()} == expected
    assert list(read(tmp_path, text, format=format)) == list(expected)


@pytest.mark.parametrize(
    ("options", "text", "message"),
    [
        ({}, "慢阻肺\n奥迪 A4L 3\n", r"words.txt: line 2: '奥迪 A4L 3'; expected a word, its"),
        (
            {},
            "云计算 500 n\n",
            r"words.txt: line 1: strength must be .* got 500.0; name the format",
        ),
        ({}, "长" * 256, r"words.txt: '长+' is no word; expected 1 to 255 characters"),
        (
            {"format": "jieba"},
            "a 1.5 n\n",
            r"words.txt: line 1: 'a 1.5 n'; expected a word, its count",
        ),
        ({"format": "ltp"}, "", "unknown format 'ltp'; expected crfseg, jieba, pkuseg, thulac"),
        ({"mode": "hope"}, "", "unknown mode 'hope'; expected prefer or force"),
        ({"strength": math.nan}, "", "strength must be from -100 to 100 nats"),
    ],
)
def test_what_is_no_lexicon(tmp_path, options, text, message):
    with pytest.raises(LexiconError, match=message):
        read(tmp_path, text, **options)


def test_a_file_in_another_encoding_says_so(tmp_path):
    path = tmp_path / "words.txt"
    path.write_bytes("慢阻肺\n".encode("gb18030"))
    with pytest.raises(CorpusError, match=r"words.txt:1: byte .* is not utf-8"):
        UserLexicon.read(path)
    assert "慢阻肺" in UserLexicon.read(path, encoding="gb18030")


@pytest.mark.parametrize("format", ["jieba", "pkuseg", "thulac"])
def test_a_word_with_white_space_in_a_foreign_file_is_passed_over(format):
    tab = "\t" if format == "pkuseg" else " "
    text = f"云计算{tab}n\nEdu Trust认证{tab}n\n\n" if format != "thulac" else "云计算\nEdu 认证\n"
    assert list(UserLexicon.parse(text, format=format)) == ["云计算"]
