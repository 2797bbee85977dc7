"""Figures as text and as plain data."""

import json
from collections import Counter

import pytest

from crfseg import Corpus, evaluate
from crfseg.evaluation import summary
from support.corpora import GOLD


def test_an_empty_gold_has_no_figures():
    nothing = Corpus.from_text("")
    scores = evaluate(nothing, nothing, known_words=Counter("我我"))
    figures = summary.as_dict(scores)
    assert (figures["f1"], figures["boundary_f1"], figures["sentence_accuracy"]) == (None,) * 3
    assert json.loads(json.dumps(figures)) == figures
    assert list(summary.lines_of(scores)) == [scores.report()]


@pytest.mark.parametrize("known", [None, {"我"}, Counter("我我")])
def test_the_summary_has_a_line_for_all_that_is_known(known):
    text = "\n".join(summary.lines_of(evaluate(GOLD, GOLD, known_words=known)))
    assert text.startswith("=== SUMMARY:")
    assert "differences               none" in text
    assert ("recall, times in training" in text) == isinstance(known, Counter)
    assert "calibration" not in text


def test_long_tables_say_what_is_left_out():
    gold = Corpus.from_text(" ".join(f"天{char}" for char in "地人山水火木金土日月年石"))
    scores = evaluate(gold, Corpus.from_text(gold.texts()[0]), known_words=set())
    lines = "\n".join(summary.lines_of(scores)).split("unknown words missed")[1].splitlines()
    assert len(lines[1:12]) == 11
    assert lines[11].split() == ["2", "more", "2", "0", "0.0000"]
