"""Recall of slices of the gold words: examples by hand, and sums that must come out."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given

from crfseg import Corpus, Sentence, evaluate
from crfseg.evaluation import breakdown
from crfseg.evaluation.alignment import Alignment
from crfseg.evaluation.breakdown import CLASSES, Slice
from support.segmentations import judged, segmented_twice


def unsegmented(text):
    """The judgement of an output that takes every sentence for a word."""
    return Alignment(Corpus.from_text(text), Corpus.from_text(text.replace(" ", "")))


def as_they_are(text):
    return Alignment(Corpus.from_text(text), Corpus.from_text(text))


@given(segmented_twice())
def test_the_words_of_every_table_are_all_gold_words(pairs):
    alignment = judged(pairs)
    words = alignment.gold.words()
    frequency_of = {word: len(word) % 3 for word in words[::2]}
    tables = [
        breakdown.by_length(alignment),
        breakdown.by_frequency(alignment, frequency_of),
        breakdown.by_class(alignment),
        breakdown.by_word(alignment, np.arange(len(words))),
    ]
    for table in tables:
        assert sum(each.words for each in table) == len(words)
        assert sum(each.found for each in table) == alignment.gold_words.right.sum()
        assert len({each.name for each in table}) == len(table)
        assert all(each.words > 0 and 0 <= each.recall <= 1 for each in table)


@given(segmented_twice())
def test_slices_by_length_and_word_are_those_of_a_plain_count(pairs):
    alignment = judged(pairs)
    words, right = alignment.gold.words(), alignment.gold_words.right.tolist()
    pairs = list(zip(words, right, strict=True))
    n_words = Counter(str(len(word)) if len(word) < 5 else "5+" for word, _ in pairs)
    n_found = Counter(str(len(word)) if len(word) < 5 else "5+" for word, found in pairs if found)
    expected = [Slice(name, n_words[name], n_found[name]) for name in sorted(n_words)]
    assert breakdown.by_length(alignment) == expected
    missed = Counter(word for word, found in pairs if not found)
    ranked = breakdown.by_word(alignment, np.arange(len(words)))
    assert [each.words - each.found for each in ranked] == sorted(
        (missed[word] for word in set(words)), reverse=True
    )


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("天安门", "han"),
        ("三十", "han"),
        ("〇", "han"),
        ("𠀀", "han"),
        ("の", "kana"),
        ("ｶﾞ", "kana"),
        ("2005", "digits"),
        ("２００５", "digits"),
        ("①", "digits"),
        ("AK", "latin"),
        ("ＡＫ", "latin"),
        ("。", "punctuation"),
        ("，", "punctuation"),
        ("……", "punctuation"),
        ("😀", "other"),
        ("\ud800", "other"),
        ("한", "other"),
        ("AK47型", "mixed"),
        ("６月", "mixed"),
        ("90.6%", "mixed"),
        ("食べる", "mixed"),
    ],
)
def test_words_are_of_the_class_of_their_characters(word, name):
    found = breakdown.by_class(as_they_are(f"我 {word} 我"))
    assert {each.name: each.words for each in found} == Counter(["han", "han", name])
    assert name in CLASSES


def test_classes_stand_in_their_order_and_count_what_was_found():
    gold = Corpus.from_text("AK47型 步枪 。 2005 年 。")
    predicted = Corpus.from_text("AK47 型 步枪 。 2005 年。")
    assert breakdown.by_class(Alignment(gold, predicted)) == [
        Slice("han", 2, 1), Slice("digits", 1, 1), Slice("punctuation", 2, 1), Slice("mixed", 1, 0)
    ]  # fmt: skip


def test_frequencies_are_in_classes_of_powers_of_two():
    gold = Corpus.from_text(" ".join("天地人山水火木"))
    counts = Counter({"天": 1, "地": 2, "人": 3, "山": 4, "水": 7, "火": 1024})
    table = evaluate(gold, gold, known_words=counts).breakdown["frequency"]
    assert [(each.name, each.words) for each in table] == [
        ("0", 1), ("1", 1), ("2-3", 2), ("4-7", 2), ("1,024-2,047", 1)
    ]  # fmt: skip


@pytest.mark.parametrize("known", [None, set(), {"天"}, frozenset("天地"), ["天"]])
def test_without_counts_there_is_no_table_of_frequencies(known):
    gold = Corpus.from_text("天 地 人")
    assert set(evaluate(gold, gold, known_words=known).breakdown) == {"length", "class"}


def test_labels_are_ranked_by_their_words():
    sentences = [Sentence(("我", "爱", "北京", "他"), ("r", "v", "ns", "r"), 1)]
    gold = Corpus.from_sentences(sentences)
    predicted = Corpus.from_text("我 爱 北京他")
    assert breakdown.by_label(Alignment(gold, predicted)) == [
        Slice("r", 2, 1), Slice("ns", 1, 0), Slice("v", 1, 1)
    ]  # fmt: skip
    assert breakdown.by_label(Alignment(predicted, gold)) == []


def test_unknown_words_are_ranked_by_how_often_they_were_missed():
    gold = Corpus.from_text("天 地人 火 地人 山水 我 山水\n天 山水 天")
    predicted = Corpus.from_text("天 地 人 火 地 人 山水 我 山 水\n天 山水 天")
    scores = evaluate(gold, predicted, known_words={"我"})
    assert scores.oov_words == [
        Slice("地人", 2, 0), Slice("山水", 3, 2), Slice("天", 3, 3), Slice("火", 1, 1)
    ]  # fmt: skip
    assert evaluate(gold, predicted).oov_words == []


@given(segmented_twice())
def test_the_confusion_counts_every_character(pairs):
    alignment = judged(pairs)
    names, counts = breakdown.confusion(alignment)
    assert names == ("B", "M", "E", "S")
    assert counts.sum() == alignment.gold.n_chars
    for n, side in enumerate((alignment.gold, alignment.predicted)):
        words = side.words()
        of_tag = dict(zip(names, counts.sum(axis=1 - n).tolist(), strict=True))
        assert of_tag["S"] == sum(len(word) == 1 for word in words)
        assert of_tag["B"] == of_tag["E"] == sum(len(word) > 1 for word in words)


def test_the_confusion_of_an_example():
    gold, predicted = Corpus.from_text("天地人 山"), Corpus.from_text("天 地人 山")
    names, counts = breakdown.confusion(Alignment(gold, predicted))
    expected = np.zeros((4, 4), dtype=int)
    for row, column in ("BS", "MB", "EE", "SS"):  # gold, output
        expected[names.index(row), names.index(column)] = 1
    assert np.array_equal(counts, expected)
    _, same = breakdown.confusion(Alignment(gold, gold))
    assert same.sum() == np.trace(same) == 4


def test_what_is_found_nowhere_has_a_recall_of_nothing():
    table = breakdown.by_length(unsegmented("天 地人 山水火木金"))
    assert [(each.name, each.recall) for each in table] == [("1", 0), ("2", 0), ("5+", 0)]
