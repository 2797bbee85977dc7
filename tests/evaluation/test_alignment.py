"""Gold and predicted words, place by place, against sets of spans."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given

import crfseg
from crfseg import Corpus
from crfseg.errors import CorpusError
from crfseg.evaluation.alignment import KINDS, Alignment
from support.corpora import labelled
from support.segmentations import judged, segmented_twice


def places(pairs, side):
    """Return (sentence, first character, one behind the last) of every word, in the corpus."""
    found, begin = [], 0
    for n, pair in enumerate(pairs):
        found += [(n, begin + a, begin + b) for a, b in pairwise(pair[side])]
        begin += pair[side][-1]
    return found


def rows(words):
    columns = (words.sentences, words.starts, words.ends)
    return list(zip(*(column.tolist() for column in columns), strict=True))


@given(segmented_twice())
def test_words_are_right_if_the_other_side_has_their_span(pairs):
    alignment = judged(pairs)
    gold, predicted = places(pairs, 0), places(pairs, 1)
    assert rows(alignment.gold_words) == gold
    assert rows(alignment.predicted_words) == predicted
    assert alignment.gold_words.right.tolist() == [word in predicted for word in gold]
    assert alignment.predicted_words.right.tolist() == [word in gold for word in predicted]


@given(segmented_twice())
def test_differences_cover_the_wrong_words_and_nothing_else(pairs):
    alignment = judged(pairs)
    gold, predicted = places(pairs, 0), places(pairs, 1)
    wrong = set(gold) ^ set(predicted)
    covered = {(n, k) for n, begin, end in rows(alignment.differences) for k in range(begin, end)}
    assert covered == {(n, k) for n, begin, end in wrong for k in range(begin, end)}
    bounds = [edge for _, begin, end in rows(alignment.differences) for edge in (begin, end)]
    assert bounds == sorted(bounds)  # in order and disjoint
    assert len(alignment.differences) == len(alignment.differences.kinds)


@given(segmented_twice())
def test_differences_have_no_common_boundary_inside_and_are_of_their_kind(pairs):
    alignment = judged(pairs)
    gold, predicted = set(places(pairs, 0)), set(places(pairs, 1))
    found = alignment.differences
    for (n, begin, end), kind in zip(rows(found), found.kinds.tolist(), strict=True):
        here, there = (
            sorted(word for word in words if word[0] == n and begin <= word[1] < end)
            for words in (gold, predicted)
        )
        assert here[0][1] == there[0][1] == begin
        assert here[-1][2] == there[-1][2] == end
        assert not {word[2] for word in here[:-1]} & {word[2] for word in there[:-1]}
        expected = "merge" if len(there) == 1 else "split" if len(here) == 1 else "cross"
        assert KINDS[kind] == expected


@given(segmented_twice())
def test_sentences_are_right_if_their_words_are(pairs):
    alignment = judged(pairs)
    assert alignment.right_sentences.tolist() == [gold == predicted for gold, predicted in pairs]


@given(segmented_twice())
def test_boundary_f1_is_that_of_sets_of_boundaries(pairs):
    gold, predicted = (
        {(n, cut) for n, pair in enumerate(pairs) for cut in pair[side][1:-1]} for side in (0, 1)
    )
    expected = None
    if gold or predicted:
        expected = pytest.approx(2 * len(gold & predicted) / (len(gold) + len(predicted)))
    assert judged(pairs).boundary_f1 == expected


def test_the_kinds_of_an_example():
    alignment = Alignment(
        Corpus.from_text("北京 大 学生 前来 应 聘\n他 来"),
        Corpus.from_text("北京 大学 生 前 来 应聘\n他 来"),
    )
    found = alignment.differences
    assert [KINDS[kind] for kind in found.kinds] == ["cross", "split", "merge"]
    assert rows(found) == [(0, 2, 5), (0, 5, 7), (0, 7, 9)]
    assert alignment.gold_texts[:2] == ["北京", "大"]
    assert alignment.right_sentences.tolist() == [False, True]


def test_nothing_is_judged_in_an_empty_corpus():
    alignment = judged([])
    assert len(alignment.differences) == len(alignment.gold_words.starts) == 0
    assert alignment.right_sentences.shape == (0,)
    assert alignment.boundary_f1 is None


def test_a_word_that_ends_a_sentence_never_reaches_into_the_next():
    gold, predicted = Corpus.from_text("天\n地"), Corpus.from_text("天\n地")
    joined = Alignment(gold, predicted)
    assert np.array_equal(joined.gold_words.ends, [1, 2])
    assert joined.boundary_f1 is None


def test_word_f1_is_the_share_of_equal_spans():
    gold = Corpus.from_text("我 爱 北京 天安门\n他 来 了")
    predicted = Corpus.from_text("我 爱 北京 天 安门\n他 来了")
    assert Alignment(gold, predicted).word_f1 == pytest.approx(2 * 4 / (7 + 7))
    assert crfseg.evaluate(gold, predicted).f1 == pytest.approx(2 * 4 / (7 + 7))


def test_with_labels_a_word_is_right_if_its_label_is():
    gold = labelled("我/O 在/O 北京/LOC 李/PER", "他/O 去/O 上海/LOC")
    predicted = labelled("我/O 在/O 北京/LOC 李/LOC", "他/PER 去/O 上海/LOC")
    # gold 3, predicted 4 (他 too), right 2; what is outside every entity does not count
    assert Alignment(gold, predicted).word_f1 == pytest.approx(2 * 2 / (3 + 4))
    scores = crfseg.evaluate(gold, predicted)
    assert scores.labelled.f1 == Alignment(gold, predicted).word_f1


def test_other_texts_are_refused_with_the_first_place():
    with pytest.raises(CorpusError, match="at character 2: '恨' for '爱'"):
        Alignment(Corpus.from_text("我 爱"), Corpus.from_text("我 恨"))
