"""Rules: what they match, and that every way of cutting keeps to them."""

import time

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from crfseg.constraints.rules import RULES
from crfseg.constraints.ruleset import Ruleset
from support.texts import FRAGMENTS, any_char

NAMES = tuple(rule.name for rule in RULES)
EXAMPLES = {
    "numbers": "23,876 4.55 １９９８ 1,234,567.8 １２·５|5 192.168.0.1 1.2.3",
    "percent": "23.4% ５％ 3‰|％5",
    "magnitudes": "21.8万 3千万 1.2万亿 ５０亿|10千克",
    "units": "7m 30km/h 21.8万元 ５．５ｃｍ 180℃ 5G 3平方公里|7men 3个",
    "date-parts": "1998年 8月 １３日|20年 3.5日",
    "dates": "8月13日 1998年8月13日 2024年5月 2024-11-25 2024/1/5|2024-11/25 2024.1.5.3 8月",
    "times": "10:30 10:30:05 １４时２０分 9点5分|1:2 10:30:5",
    "latin": "iPhone don't Ｍｏｄｅｍ café|-",
    "codes": "AK47 X-900 COVID-19 PM2.5 A4L C++ H7N9 F-16A|3D",
    "urls": "http://t.cn/a?b=1&c https://x.y www.a.com|http:// www.。",
    "emails": "a.b+c@d-e.com x@y.z.cn|a@b @y.com a@",
    "hashtags": "#话题# ＃早安，北京＃ #topic|## #",
    "emoji": "😀 👨‍👩‍👧‍👦 🇨🇳 1️⃣ ☝🏽 ❤️|★ © 1",
    "graphemes": "e\u0301 👨‍👩‍👧‍👦 \u1100\u1161\u11a8 क्षि 葛\U000e0100|é 가",
}  # fmt: skip


def matched(name, text):
    return [text[start:end] for start, end, sort in Ruleset((name,)).matches(text) if sort >= 0]


@pytest.mark.parametrize("name", NAMES)
def test_what_a_rule_matches(name):
    if name == "names":  # the only one with white space
        assert matched(name, "买iPhone 14了，Windows 11和Galaxy S23") == [
            "iPhone 14", "Windows 11", "Galaxy S23",
        ]  # fmt: skip
        assert not matched(name, "in 2019") + matched(name, "Model\n3")
        return
    yes, no = (part.split(" ") for part in EXAMPLES[name].split("|"))
    assert [matched(name, text) for text in yes] == [[text] for text in yes]
    assert [text for text in no if text in matched(name, text)] == []


@given(st.text(st.sampled_from("".join(FRAGMENTS)) | any_char))
def test_clusters_are_those_of_unicode(text):
    found = {match[:2] for match in Ruleset(("graphemes",)).matches(text)}
    expected = set()
    for match in regex.finditer(r"\X", text):
        start = match.start() + match[0][0].isspace()
        if match.end() - match.start() > 1 and match[0] != "\r\n":
            expected.add((start, match.end()))
    assert found == expected


HOSTILE = [
    "1,", "1.", "1", "a", "a.", "a-", "a1", "1-", "1:", "1月", "1月1", "www.", "http://", "http:",
    "@", "a@", "a@a.", "#", "# ", "#a", ".", "%", "'a", "a'", "A 1", "A1 ", "１，０００", "e\u0301",
    "\u0301", "🇨", "👩\u200d", "😀", "\ufe0f", "1\ufe0f", "www.;", "万", "1万", "C+", "++",
]  # fmt: skip


def seconds(ruleset, text):
    begin = time.perf_counter()
    ruleset.boundaries(text)
    return time.perf_counter() - begin


@pytest.mark.parametrize("repeated", HOSTILE)
def test_no_text_makes_a_rule_slow(repeated):
    """A pattern that goes back would need minutes for this."""
    text = repeated * (100_000 // len(repeated))
    assert seconds(Ruleset(NAMES), text) < 10


@pytest.mark.slow
@pytest.mark.parametrize("repeated", HOSTILE)
def test_a_text_of_a_million_characters_takes_seconds(repeated):
    text = repeated * (1_000_000 // len(repeated))
    assert seconds(Ruleset(NAMES), text) < 30
