"""The figures of the official scorer, against reports that it has printed."""

from __future__ import annotations

import random
from dataclasses import astuple
from pathlib import Path

import pytest

from crfseg.evaluation.sighan import OfficialCounts, count_line, split_words
from support.corpora import DATA, SHARED

HERE = DATA / "sighan"
SCORER = SHARED / "scorer"
SYSTEMS = ["ctb6-jieba", "ud_zh_gsd_trad-junk", "wtb-flips", "zx-chars"]


def lines(path: Path) -> list[str]:
    return path.read_bytes().decode().removesuffix("\n").split("\n")


def score(gold: Path, predicted: Path, train_words: Path) -> OfficialCounts:
    known = {line.strip(" \t\r\f\v") for line in lines(train_words)}
    pairs = zip(lines(gold), lines(predicted), strict=True)
    each = (count_line(split_words(g), split_words(p), known) for g, p in pairs)
    return sum(each, start=OfficialCounts())


def tiny_pairs() -> list[list[str]]:
    return [line.split("\t") for line in lines(HERE / "tiny.tsv")[1:]]


@pytest.mark.parametrize("system", SYSTEMS)
def test_reports_of_the_official_scorer_on_real_text_are_equalled(system: str) -> None:
    if not SCORER.is_dir():
        pytest.skip("the corpora, which may not be distributed, are not here")
    corpus, folder = system.rsplit("-", 1)[0], SCORER / system
    gold, train_words = SCORER / f"{corpus}-gold.txt", SCORER / f"{corpus}-train-words.txt"
    counts = score(gold, folder / "predicted.txt", train_words)
    assert counts.report() == (folder / "report.txt").read_text(encoding="utf-8")


def test_report_on_quirky_text_is_equalled() -> None:
    counts = score(HERE / "gold.txt", HERE / "predicted.txt", HERE / "train-words.txt")
    assert counts.report() == (HERE / "report.txt").read_text(encoding="utf-8")


def test_ambiguous_alignments_are_resolved_as_by_the_official_scorer() -> None:
    for gold, predicted, *figures in tiny_pairs():
        counts = astuple(count_line(gold.split(), predicted.split(), {"a"}))
        assert counts == tuple(map(int, figures)), (gold, predicted)


def test_right_prediction_has_perfect_scores() -> None:
    words = ["共同", "创造", "美好", "的", "新", "世纪"]
    counts = count_line(words, words, {"的", "新"})
    assert counts == OfficialCounts(true_words=6, test_words=6, oov=4, iv=2)
    assert counts.recall == counts.precision == counts.f1 == 1
    assert counts.oov_recall == counts.iv_recall == 1
    assert counts.oov_rate == 4 / 6


def test_word_that_looks_like_a_mark_is_missed_even_if_right() -> None:
    expected = OfficialCounts(1, 1, 1, 4, 4, missed=3, oov=4, oov_missed=3)
    assert count_line(["a", "|", "<", ">"], ["a", "|", "<", ">"], set()) == expected


def test_wrong_word_that_fills_its_column_is_not_missed() -> None:
    for length, missed in (60, 1), (61, 0), (100, 0):
        counts = count_line(["a" * length], ["b"], {"a" * 61})
        assert (counts.missed, counts.wrong, counts.iv) == (missed, 1, length > 60)


def test_words_in_other_scripts_are_never_too_wide() -> None:
    assert count_line(["中" * 100], ["b"], set()).missed == 1


def test_counts_of_sentences_add_up() -> None:
    rows = [tuple(map(int, figures)) for _, _, *figures in tiny_pairs()]
    total = sum((OfficialCounts(*row) for row in rows), start=OfficialCounts())
    assert astuple(total) == tuple(map(sum, zip(*rows, strict=True)))


def test_counts_are_consistent_whatever_the_words() -> None:
    rng = random.Random(7)
    for _ in range(300):
        gold, predicted = (rng.choices("abcdef", k=rng.randint(1, 40)) for _ in range(2))
        counts = count_line(gold, predicted, {"a", "b"})
        assert counts.missed == counts.deletions + counts.substitutions
        assert counts.wrong == counts.insertions + counts.substitutions
        assert counts.true_words - counts.missed == counts.test_words - counts.wrong
        assert counts.oov + counts.iv == counts.true_words == len(gold)
        assert counts.oov_missed + counts.iv_missed == counts.missed
        assert counts.nchange == counts.insertions + counts.missed


def test_nothing_predicted_is_all_deletions() -> None:
    counts = count_line(["a", "b"], [], {"a"})
    assert counts == OfficialCounts(
        deletions=2, true_words=2, missed=2, oov=1, oov_missed=1, iv=1, iv_missed=1
    )
    assert counts.precision is None
    assert counts.f1 is None


def test_sentence_without_gold_words_is_skipped() -> None:
    assert count_line([], ["a"], set()) == OfficialCounts()


def test_undefined_figures_are_none_and_dashes() -> None:
    nothing = OfficialCounts()
    figures = [nothing.recall, nothing.precision, nothing.f1]
    figures += [nothing.oov_rate, nothing.oov_recall, nothing.iv_recall]
    assert figures == [None] * 6
    assert nothing.report().count("--") == 6
    assert count_line(["ab"], ["a", "b"], set()).f1 is None


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("  共同\t创造  美好\r\n", ["共同", "创造", "美好"]),
        ("\u3000共同\u3000创造\u3000", ["", "共同", "创造"]),
        ("三\u00a0百\u2003元\x1c\x85", ["三\u00a0百\u2003元\x1c\x85"]),
        ("é@b ¡@c a@b", ["é@b", "\udcc2", "c", "a@b"]),
        (" \u3000 \n", []),
        ("", []),
    ],
)
def test_lines_are_split_at_the_white_space_of_the_scorer(line: str, words: list[str]) -> None:
    assert split_words(line) == words


def test_words_with_white_space_inside_are_read_again() -> None:
    apart = count_line(["a", "b", "c"], ["a", "b", "c"], set())
    assert count_line(["a\u3000b", "c"], ["a b c"], set()) == apart
