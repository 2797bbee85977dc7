"""Habits of corpora: what training counts, and which rules are on by it."""

import dataclasses

import pytest

import crfseg
from crfseg import ConstrainedText
from crfseg.constraints import rule_defaults
from crfseg.errors import RuleError
from support.corpora import DATA, TRAIN
from support.models import handmade_model


def test_habits_are_counts_of_what_the_corpus_keeps():
    corpus = crfseg.Corpus.from_text(
        "共 23.4% 和 2 3 人 ， 1,200 米\n看 http://a.b/c 。\n😀😀 😀\n\n8月 13日 第3届 iP hone 好"
    )
    assert rule_defaults.count_rules(corpus) == {
        "urls": [1, 1], "emoji": [1, 3], "dates": [0, 1], "units": [0, 1], "percent": [1, 1],
        "date-parts": [2, 2], "numbers": [3, 4], "latin": [1, 2],
    }  # fmt: skip
    assert rule_defaults.count_rules(corpus, {"latin": [5, 7], "codes": [1, 1]})["latin"] == [6, 9]


def test_what_a_corpus_does_not_say_is_no_habit():
    def counts_in(markup):
        return rule_defaults.count_rules(
            crfseg.Corpus.from_constrained(ConstrainedText.parse(markup))
        )

    assert counts_in("涨23.4%") == {}
    assert counts_in("涨2-3-.-4-%") == {"percent": [1, 1], "numbers": [1, 1]}
    assert counts_in("涨2|3.4%") == {"percent": [0, 1], "numbers": [0, 1]}
    assert counts_in("看|😀|好😀") == {"emoji": [1, 1]}
    assert counts_in("看-😀好") == {"emoji": [0, 1]}


def test_a_corpus_in_blocks_has_the_same_habits(monkeypatch):
    corpus = crfseg.read_corpus(TRAIN)
    whole = rule_defaults.count_rules(corpus)
    monkeypatch.setattr("crfseg.text.blocks.SIZE", 500)
    assert rule_defaults.count_rules(corpus) == whole


def test_a_rule_is_on_if_the_corpus_nearly_always_follows_it():
    def ruleset(**kept):
        info = {"habits": {name: list(counts) for name, counts in kept.items()}}
        model = dataclasses.replace(handmade_model(京={"E": 1.0}), info=info)
        return set(crfseg.Segmenter(model).ruleset.names)

    default = {"urls", "emails", "emoji", "graphemes", "numbers", "latin"}
    assert ruleset() == default
    assert ruleset(dates=(9, 9), urls=(0, 9)) == default
    assert ruleset(dates=(95, 100)) == default | {"dates"}
    assert ruleset(dates=(94, 100), numbers=(94, 100)) == default - {"numbers"}


def test_training_counts_habits_and_goes_on_counting():
    first = crfseg.train(crfseg.Corpus.from_text("涨 23.4% 了\n" * 8), max_iterations=1)
    assert first.info["habits"] == {"percent": [8, 8], "numbers": [8, 8]}
    assert "percent" not in crfseg.Segmenter(first).ruleset.names
    second = crfseg.train(crfseg.Corpus.from_text("跌 5% 了\n" * 4), init=first, max_iterations=1)
    assert second.info["habits"]["percent"] == [12, 12]
    assert "percent" in crfseg.Segmenter(second).ruleset.names


@pytest.mark.parametrize(
    "habit", [None, 5, [], {"numbers": 3}, {"numbers": [1]}, {"x": [1, 1]}, {"numbers": ["a", 2]}]
)
def test_a_record_may_hold_anything(habit):
    model = dataclasses.replace(handmade_model(京={"E": 1.0}), info={"habits": habit})
    assert crfseg.Segmenter(model).cut("23.4元")


def test_models_of_old_and_of_entities_have_no_rules():
    for path in sorted((DATA / "models").glob("*.crfseg")):
        assert not crfseg.load(path).ruleset, path
        assert crfseg.load(path, rules="numbers").ruleset.names == ("numbers",)
    sentence = crfseg.Sentence(("2024", "年", "北京市"), ("O", "O", "LOC"))
    model = crfseg.train(crfseg.Corpus.from_sentences([sentence]), labels=True, max_iterations=1)
    assert not crfseg.Segmenter(model).ruleset
    assert crfseg.Segmenter(model, rules="all").cut("2024年") == ["2024年"]


@pytest.mark.parametrize("words", [("我", "北京"), ("我", "北京", "天安门")])
def test_a_model_without_tags_for_long_words_takes_no_rules(words):
    sentence = crfseg.Sentence(words, ("r", "n", "n")[: len(words)])
    corpus = crfseg.Corpus.from_sentences([sentence])
    model = crfseg.train(corpus, labels=True, max_iterations=1)
    if len(words) == 3:  # B, M, E: any length
        assert crfseg.Segmenter(model, rules="all").cut("12345") == ["12345"]
        return
    assert not crfseg.Segmenter(model).ruleset
    with pytest.raises(RuleError, match="tags \\(B-n E-n S-r\\) have no words of every length"):
        crfseg.Segmenter(model, keep=["a"])


def test_bmes6_tags_have_any_length_if_all_are_there():
    assert crfseg.Segmenter(
        crfseg.train(crfseg.Corpus.from_text("我 爱"), scheme="BMES6"), rules="all"
    ).cut("1234567") == ["1234567"]
