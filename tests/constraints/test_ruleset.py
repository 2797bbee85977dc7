"""Rulesets: which rules are on, and the marks that they set."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import crfseg
from crfseg import ConstrainedText
from crfseg.constraints.rule_prefilter import MAX_MATCH_LENGTH
from crfseg.constraints.rules import RULES
from crfseg.constraints.ruleset import Ruleset
from crfseg.errors import RuleError
from support.texts import rich_text


def reference(text, ruleset, given=None):
    """Return what ruleset.boundaries should, in plain Python."""
    marks = [0] * len(text) if given is None else given.tolist()
    for start, end, sort in ruleset.matches(text):
        if sort < 0 or end - start > MAX_MATCH_LENGTH:
            continue
        wanted = dict.fromkeys(range(start + 1, end), -1)
        if sort:
            wanted |= {start: 1} | ({end: 1} if end < len(text) else {})
        if all(marks[place] in (0, mark) for place, mark in wanted.items()):
            for place, mark in wanted.items():
                marks[place] = mark
    return marks


def test_longer_matches_come_first_and_ends_are_left_to_the_model():
    found = Ruleset().changed("all").matches("2024年5月涨23.4%到21.8万元")
    assert [match[:2] for match in found] == [(0, 7), (8, 13), (14, 20)]
    assert Ruleset(("numbers",)).boundaries("第27届").tolist() == [0, 0, -1, 0]


def test_a_word_of_its_own_wins_and_what_contradicts_says_nothing():
    ruleset = Ruleset(("numbers", "emoji"))
    assert ruleset.boundaries("21️⃣3").tolist() == [0, 1, -1, -1, 1]  # not 21
    known = ConstrainedText.parse("2|3.45").boundaries
    assert ruleset.boundaries("23.45", known).tolist() == [0, 1, 0, 0, 0]
    own = Ruleset(("urls",), ("b/",))
    assert own.boundaries("http://a.b/c").tolist() == [0] * 9 + [1, -1, 1]


@given(rich_text)
def test_marks_are_those_of_the_matches(ruled, text):
    marks = ruled.ruleset.boundaries(text)
    assert ([0] * len(text) if marks is None else marks.tolist()) == reference(text, ruled.ruleset)


@given(rich_text, st.data())
def test_what_is_known_of_a_text_is_kept(ruled, text, data):
    values = st.lists(st.sampled_from([0, 0, 1, -1]), min_size=len(text), max_size=len(text))
    known = np.array(data.draw(values), dtype=np.int8)
    before = known.copy()
    marks = ruled.ruleset.boundaries(text, known)
    assert marks.tolist() == reference(text, ruled.ruleset, before)
    assert known.tolist() == before.tolist()
    assert (marks[before != 0] == before[before != 0]).all()
    spans = ruled.spans(ConstrainedText(text, known))
    covered = [i for start, end in spans for i in range(start, end) if not text[i].isspace()]
    assert covered == [i for i, char in enumerate(text) if not char.isspace()]


def test_what_is_too_long_is_left_to_the_model():
    assert Ruleset(("numbers",)).boundaries("1" * 256) is None
    assert Ruleset(("numbers",)).boundaries("1" * 255).tolist() == [0] + [-1] * 254
    url = Ruleset(("urls",)).boundaries("www." + "a" * 5000)
    assert np.flatnonzero(url == 1).tolist() == [0, 2005]
    assert not Ruleset(("graphemes",)).boundaries("e" + "\u0301" * 5000).any()
    assert not Ruleset(expressions=[".*"]).boundaries("我" * 2049).any()


@pytest.mark.parametrize("expression", ["", "x*", r"\s*", "^", "$", r"\b", "(?=我)"])
def test_empty_matches_and_white_space_say_nothing(expression):
    marks = Ruleset(expressions=[expression]).boundaries("我们 去\n北京 ")
    assert marks is None or not marks.any()


def test_expressions_are_searched_line_by_line(segmenter):
    cut = crfseg.Segmenter(segmenter.model, rules="none", keep=["^.北|京$", r"\p{Han}+路"]).cut
    assert cut("我北京\n我去北京西路") == ["我北", "京", "我去北京西路"]
    cut = crfseg.Segmenter(segmenter.model, rules="none", keep=["a.北"]).cut
    assert cut("a 北京") == ["a 北", "京"]


@pytest.mark.parametrize("expression", ["(", "[", "*", "a{2,1}", "(?P<a>x)(?P<a", r"\p{Nonsense}"])
def test_what_is_no_expression_is_an_error_of_one_line(segmenter, expression):
    with pytest.raises(RuleError, match=r"is no regular expression: .*; expected") as error:
        crfseg.Segmenter(segmenter.model, keep=[expression])
    assert "\n" not in str(error.value)


def test_rules_are_switched_from_left_to_right(segmenter):
    def names(changes):
        return crfseg.Segmenter(segmenter.model, rules=changes).ruleset.names

    default = crfseg.Segmenter(segmenter.model).ruleset.names
    assert default == names(()) == names("") == names(" , ")
    assert "numbers" in default
    assert "dates" not in default
    assert set(names("dates, -numbers")) == {*default, "dates"} - {"numbers"}
    assert names(["none", "latin", "urls"]) == ("urls", "latin")
    assert names("all") == tuple(rule.name for rule in RULES)
    assert names("all,none") == ()
    assert not crfseg.Segmenter(segmenter.model, rules="none").ruleset
    with pytest.raises(
        RuleError, match="unknown rule 'number'; expected all, none or some of urls"
    ):
        names("number")
    with pytest.raises(RuleError, match="unknown rule '3'"):
        names([3])


def test_a_ruled_segmenter_travels_by_pickle(ruled):
    ruled = crfseg.Segmenter(ruled.model, rules=iter(["all"]), keep=iter([r"第\d+届"]))
    again = pickle.loads(pickle.dumps(ruled))
    assert again.ruleset == ruled.ruleset
    assert again.cut("第27届#话题#") == ["第27届", "#话题#"]


def test_the_bundled_model_takes_rules():
    assert "iPhone 14" in crfseg.load(rules="names").cut("买iPhone 14")
    assert crfseg.load(keep=[r"第\d+届"]).cut("第27届") == ["第27届"]
    assert "iPhone 14" not in crfseg.load().cut("买iPhone 14")
