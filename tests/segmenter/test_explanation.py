import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import crfseg
from crfseg import ConstrainedText
from crfseg.errors import MarkupError
from support.models import handmade_model
from support.user_lexicons import any_lexicons, lexicon_of, lexicons, random_model_of, schemes


@given(
    schemes,
    st.integers(0, 3),
    st.text("abcd", min_size=2, max_size=6),
    st.one_of(lexicons, any_lexicons),
    st.data(),
)
@settings(max_examples=100, deadline=None)
def test_votes_add_up_to_the_margin(scheme, seed, text, entries, data):
    segmenter = crfseg.Segmenter(random_model_of(scheme, seed), lexicon_of(entries))
    place = data.draw(st.integers(1, len(text) - 1))
    found = segmenter.explain(text, place)
    assert found.words == segmenter.cut(text)
    assert found.is_cut == (place in [start for start, _ in segmenter.spans(text)])
    ways = segmenter.nbest(text, 5000)
    others = [way for way in ways if (place in starts(way.words)) != found.is_cut]
    if found.given or not others:
        assert found.probability == pytest.approx(1)
        assert (found.runner_up, found.votes) == ([], [])
        return
    assert found.runner_up == others[0].words
    margin = ways[0].log_probability - others[0].log_probability
    assert found.margin == pytest.approx(margin, abs=1e-3)
    weights = [abs(vote.weight) for vote in found.votes]
    assert weights == sorted(weights, reverse=True)


def test_a_forced_word_is_a_word_of_the_runner_up_too():
    words = lexicon_of({"a": (-math.inf, ""), "c": (math.inf, "")})
    found = crfseg.Segmenter(random_model_of("BMES", 2), words).explain("aaac", 2)
    assert (found.words, found.given) == (["aaa", "c"], "the user lexicon forbids a")


def starts(words):
    return np.cumsum([0, *map(len, words)]).tolist()


def test_a_model_that_can_be_read_says_why():
    segmenter = crfseg.Segmenter(handmade_model(北={"B": 2.0}, 京={"E": 3.0, "S": 1.0}))
    found = segmenter.explain("北京", 1)
    assert (found.words, found.runner_up, found.is_cut) == (["北京"], ["北", "京"], False)
    votes = [(vote.feature, vote.character, round(vote.weight, 3)) for vote in found.votes]
    assert votes == [("C[0]=北", "北", 2.0), ("C[0]=京", "京", 2.0)]
    assert found.margin == pytest.approx(4.0, abs=1e-3)
    assert found.probability == pytest.approx(1 / (1 + np.exp(-4)), abs=1e-2)


def test_the_lexicon_has_a_vote_of_its_own(segmenter):
    live = crfseg.Segmenter(segmenter.model, crfseg.UserLexicon(["慢阻肺"], strength=9))
    text = "他有慢阻肺。"
    found = live.explain(text, 3)
    votes = {vote.feature: vote.weight for vote in found.votes}
    assert votes["user lexicon: 慢阻肺"] == pytest.approx(9, abs=1e-2)
    without = segmenter.explain(ConstrainedText.at(text, never=[3, 4], always=[2, 5]), 4)
    assert without.given == "white space, a mark or a rule"


@pytest.mark.parametrize(
    ("place", "given"), [(0, "a line begins"), (3, "white space, a mark or a rule")]
)
def test_some_places_leave_no_choice(segmenter, place, given):
    found = segmenter.explain("我们 去\n了", place)
    assert (found.given, found.is_cut, found.votes) == (given, True, [])
    assert found.probability == pytest.approx(1.0)


def test_a_forced_word_decides_its_places(segmenter):
    live = crfseg.Segmenter(segmenter.model, crfseg.UserLexicon(["慢阻肺", "Ａ4"], mode="force"))
    text = "他有慢阻肺A4。"
    found = [live.explain(text, place) for place in range(1, 8)]
    assert [each.given.removeprefix("the user lexicon forces ") for each in found[1:]] == [
        "慢阻肺", "慢阻肺", "慢阻肺", "慢阻肺, A4", "A4", "A4"
    ]  # fmt: skip
    assert all((each.runner_up, each.votes, each.margin) == ([], [], 0) for each in found[1:])
    assert (found[0].given, found[0].runner_up) == ("", ["他有", "慢阻肺", "A4", "。"])


@pytest.mark.parametrize(
    ("word", "place", "given"),
    [
        ("北京", 1, "the user lexicon forbids 北京"),
        ("北", 1, "the user lexicon forbids 北"),
        ("京", 1, "the user lexicon forbids 京"),
        ("京人", 1, ""),
    ],
)
def test_a_forbidden_word_decides_where_nothing_else_is_possible(word, place, given):
    lexicon = crfseg.UserLexicon()
    lexicon.add(word, strength=-math.inf)
    model = handmade_model(北={"B": 2.0}, 京={"E": 3.0, "S": 1.0})
    found = crfseg.Segmenter(model, lexicon).explain("北京", place)
    assert (found.given, found.runner_up == []) == (given, given != "")
    assert found.is_cut == (word == "北京")


def test_a_label_that_is_forbidden_decides_nothing_for_the_others():
    lexicon = lexicon_of({"ab": (-math.inf, "n")})
    found = crfseg.Segmenter(random_model_of("labels", 0), lexicon).explain("ab", 1)
    assert found.given == ""
    assert found.runner_up != []


@pytest.mark.parametrize("place", [2, 4, 6, -1, 99])
def test_a_place_without_a_character(segmenter, place):
    with pytest.raises(MarkupError, match="expected the index of one"):
        segmenter.explain("我们 去\n了", place)
