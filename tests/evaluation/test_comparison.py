"""Two segmentations against one gold, by brute force."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import crfseg
from crfseg import Corpus
from crfseg.errors import CorpusError
from crfseg.evaluation.comparison import compare
from support.corpora import GOLD, SAMPLE, in_characters
from support.segmentations import cuts_of


@st.composite
def thrice(draw):
    """Sentences of 1 to 8 characters, each cut in three ways: gold, one, other."""
    lengths = draw(st.lists(st.integers(1, 8), min_size=1, max_size=5))
    return [tuple(draw(cuts_of(n)) for _ in range(3)) for n in lengths]


def corpora_of(cuts):
    text = "天地人山水火木金"
    return [
        Corpus.from_text("\n".join(" ".join(text[a:b] for a, b in pairwise(c[k])) for c in cuts))
        for k in range(3)
    ]


def cut_at(cuts, begin, end):
    return tuple("天地人山水火木金"[a:b] for a, b in pairwise(cuts) if begin <= a and b <= end)


@given(thrice())
def test_places_and_who_is_right_there_are_those_of_brute_force(cuts):
    """Between two boundaries that all three have, they are equal or part."""
    gold, one, other = corpora_of(cuts)
    expected = []
    for n, (in_gold, in_one, in_other) in enumerate(cuts):
        for begin, end in pairwise(sorted(set(in_gold) & set(in_one) & set(in_other))):
            here, there = cut_at(in_one, begin, end), cut_at(in_other, begin, end)
            if here == there:
                continue
            inside = {cut for cut in in_gold if begin <= cut <= end}
            who = [
                name
                for name, mine in (("one", in_one), ("other", in_other))
                if inside == {cut for cut in mine if begin <= cut <= end}
            ]
            expected.append((n + 1, here, there, *(who or ["neither"])))
    found = list(compare(one, other, gold).disagreements())
    assert [(place.line, place.one, place.other, place.right) for place in found] == expected


@settings(deadline=None)
@given(thrice())
def test_exchanging_the_two_exchanges_the_answers(cuts):
    gold, one, other = corpora_of(cuts)
    there, back = compare(one, other, gold), compare(other, one, gold)
    assert there.difference == -back.difference
    mirror = {"one": "other", "other": "one", "neither": "neither"}
    assert [(p.line, p.one, p.other, p.right) for p in there.disagreements()] == [
        (p.line, p.other, p.one, mirror[p.right]) for p in back.disagreements()
    ]


@given(thrice())
def test_nobody_parts_from_himself(cuts):
    gold, one, _ = corpora_of(cuts)
    alone = compare(one, one, gold)
    assert (alone.difference, alone.p_value, list(alone.disagreements())) == (0, 1, [])


def test_figures_are_those_of_the_two_evaluations():
    one = Corpus.from_text("我 爱 北 京 天安门\n他 来 了")
    found = compare(one, GOLD, GOLD)
    assert found.one.f1 == crfseg.evaluate(GOLD, one).f1
    assert found.difference == pytest.approx(1 - found.one.f1)
    low, high = found.interval
    assert 0 <= low <= found.difference <= high <= 1
    assert 0 < found.p_value <= 1


def test_a_better_model_is_seen_to_be_better(segmenter):
    gold = crfseg.read_corpus(SAMPLE / "dev.txt")
    characters = Corpus.from_text(in_characters(gold))
    found, back = (
        compare(*pair, gold) for pair in ((characters, segmenter), (segmenter, characters))
    )
    assert found.interval[0] > 0
    assert found.p_value == back.p_value == pytest.approx(1 / 1001)
    n_right = np.bincount(found.places.right, minlength=3)
    assert n_right[1] > 2 * n_right[0]
    assert [-end for end in reversed(back.interval)] == pytest.approx(found.interval, abs=0.01)


def test_places_are_shown_with_their_line_and_what_stands_around_them():
    one = Corpus.from_text("我 爱 北 京 天安门\n他 来 了")
    other = Corpus.from_text("我 爱 北京 天安 门\n他 来了")
    first, second, third = compare(one, other, GOLD).disagreements()
    assert (first.line, first.before, first.behind) == (1, "我爱", "天安门")
    assert (second.before, second.behind, second.gold) == ("我爱北京", "", ("天安门",))
    assert (third.line, third.before, third.behind) == (3, "他", "")  # the blank line counts
    assert (third.gold, third.one, third.other) == (("来", "了"), ("来", "了"), ("来了",))


def test_a_place_consists_of_whole_gold_words():
    one, other = Corpus.from_text("天 地 人"), Corpus.from_text("天地 人")
    (place,) = compare(one, other, Corpus.from_text("天 地人")).disagreements()
    assert (place.gold, place.one, place.other, place.right) == (
        ("天", "地人"), ("天", "地", "人"), ("天地", "人"), "neither",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("我 爱 北平 天安门\n他 来 了", r"^p\.txt:1: .*gold\.txt:1 at character 4"),
        ("我 爱 北京 天安门", r"^p\.txt: 1 sentences, but gold\.txt has 2"),
    ],
)
def test_texts_that_differ_are_reported_whoever_has_them(text, message):
    bad = Corpus.from_text(text, "p.txt")
    for pair in ((bad, GOLD), (GOLD, bad)):
        with pytest.raises(CorpusError, match=message):
            compare(*pair, GOLD)


def test_a_missing_file_is_the_system_s_error(tmp_path):
    with pytest.raises(OSError, match=r"no\.txt"):
        compare(tmp_path / "no.txt", GOLD, GOLD)
