"""Texts of the tests: any, strange ones, ones that rules match, ones with known boundaries."""

import numpy as np
from hypothesis import example
from hypothesis import strategies as st

from crfseg import ConstrainedText

any_char = st.characters(codec=None, exclude_categories=())
any_text = st.text(any_char)
markup_text = st.text(any_char | st.sampled_from("|-\\ \n我"))
STRANGE = [
    "", " ", "\n", " 　\t\r\n", "\0", "我\0爱", "\ud800", "a\udfffb",
    "👨‍👩‍👧‍👦很好", "e\u0301te\u0301",
    "𠀀𠀁是汉字", "\u200b\ufeff", "\U0010ffff", "我\n爱\n", "a" * 3000, "ＡＢＣ　１２３",
]  # fmt: skip


def check_spans(text, spans):
    """Ordered, disjoint, not empty, and covering all but white space."""
    ends = [0, *(end for _, end in spans)]
    assert all(end <= start < stop for end, (start, stop) in zip(ends, spans, strict=False))
    covered = {i for start, end in spans for i in range(start, end)}
    assert covered == {i for i, char in enumerate(text) if not char.isspace()}


def with_examples(test):
    for text in STRANGE:
        test = example(text)(test)
    return test


FRAGMENTS = [
    "1", "23.4%", "2024-11-25", "8月13日", "10:30", "21.8万元", "iPhone", " 14", "AK47", "C++",
    "http://a.b/c", "x@y.cn", "#话题#", "😀", "👩\u200d🚀", "🇨🇳", "🇨", "e\u0301", " \u0301", "第",
    "届", "我们", "北京", "，", "。", " ", "\n", "\r\n", "@", "#", ".", "\u200d", "🏽", "\ufe0f",
    "１", "．", "ａ", "\u1100", "가", "www.", "\0",
]  # fmt: skip
rich_text = st.lists(st.sampled_from(FRAGMENTS) | any_char, max_size=30).map("".join)
utf8_text = rich_text.map(lambda text: text.encode("utf-8", "ignore").decode())


@st.composite
def marked(draw):
    """Draw a text, and what is known of each place."""
    text = draw(markup_text)
    known = draw(st.lists(st.sampled_from([0, 0, 1, -1]), min_size=len(text), max_size=len(text)))
    return ConstrainedText(text, np.array(known, dtype=np.int8))


def in_utf8(text):
    return len(text.encode("utf-8", "surrogatepass"))


def in_utf16(text):
    """Units, each code point for itself: two lone surrogates side by side stay two."""
    return sum(len(char.encode("utf-16-le", "surrogatepass")) // 2 for char in text)
