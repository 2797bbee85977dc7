"""The scorer's counts of whole corpora, against those of its sentences one by one."""

from __future__ import annotations

from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crfseg import Corpus
from crfseg.errors import CorpusError
from crfseg.evaluation.alignment import Alignment
from crfseg.evaluation.corpus_counts import count_sentences
from crfseg.evaluation.sighan import OfficialCounts, count_line
from crfseg.text.chars import code_points
from support.corpora import SHARED

SCORER = SHARED / "scorer"

KNOWN = {"a", "b", "ab", "中", "|"}
Cut = tuple[str, str]  # a sentence in two segmentations, words separated by "/"

PLAIN = st.sampled_from("aabbc")
ODD = st.sampled_from(["a", "b", "中", "|", "<", ">", "é", "¡", "@", "\u3000", " ", "\0", "c" * 61])


def corpora(sentences: list[Cut]) -> tuple[Corpus, Corpus]:
    """Make corpora that have even what no file could give them: white space, empty sentences."""
    gold, predicted = (corpus([pair[side] for pair in sentences]) for side in (0, 1))
    return gold, predicted


def corpus(sentences: list[str]) -> Corpus:
    words = [sentence.split("/") if sentence else [] for sentence in sentences]
    lengths = [sum(map(len, sentence)) for sentence in words]
    starts = [at == 0 for sentence in words for word in sentence for at in range(len(word))]
    return Corpus(
        code_points("".join(sentences).replace("/", "")),
        np.array(starts, dtype=bool),
        np.cumsum([0, *lengths]),
        np.arange(len(words)) + 1,
    )


def one_by_one(gold: Corpus, predicted: Corpus) -> list[tuple[int, ...]]:
    pairs = zip(gold, predicted, strict=True)
    return [astuple(count_line(one.words, other.words, KNOWN)) for one, other in pairs]


@st.composite
def cut_at_random(draw: st.DrawFn, unit: st.SearchStrategy[str], longest: int) -> Cut:
    """Draw any two segmentations: with few distinct characters most are ambiguous."""
    units = draw(st.lists(unit, max_size=longest))
    cuts = [draw(st.integers(0, 2 ** len(units) - 1)) for _ in range(2)]
    both = (
        "".join(u + "/" * (cut >> i & 1) for i, u in enumerate(units)).strip("/") for cut in cuts
    )
    one, other = both
    return one, other


@st.composite
def cut_apart(draw: st.DrawFn) -> Cut:
    """Draw few words again and again, and among them others that are cut differently."""
    fresh = map(chr, range(0x4E00, 0x9FFF))
    words: list[Cut] = []
    for kind in draw(st.lists(st.sampled_from("aaabb012"), max_size=90)):
        x, y, z = next(fresh), next(fresh), next(fresh)
        different = [(f"{x}/{y}", x + y), (x + y, f"{x}/{y}"), (f"{x}/{y}{z}", f"{x}{y}/{z}")]
        words.append(different[int(kind)] if kind.isdigit() else (kind, kind))
    return "/".join(one for one, _ in words), "/".join(other for _, other in words)


ANY_CUT = st.one_of(
    cut_at_random(PLAIN, 12), cut_at_random(PLAIN, 60), cut_at_random(ODD, 12), cut_apart()
)


@settings(max_examples=400, deadline=None)
@given(st.lists(ANY_CUT, max_size=6))
def test_rows_are_the_counts_of_the_sentences(sentences: list[Cut]) -> None:
    gold, predicted = corpora(sentences)
    rows = count_sentences(Alignment(gold, predicted), KNOWN)
    assert rows.shape == (len(sentences), 11)
    assert rows.dtype == np.int64
    assert list(map(tuple, rows.tolist())) == one_by_one(gold, predicted)


@pytest.mark.parametrize(
    ("gold", "predicted"),
    [
        ("aa/a", "a/aa"),  # a lost word is found elsewhere
        ("b/y/b/g/h", "by/b/gh"),  # a lost word is kept elsewhere
        ("by/b/gh", "b/y/b/g/h"),  # a found word is kept elsewhere
        ("xy/" + "a/" * 40 + "uv", "x/y/" + "a/" * 40 + "u/v"),
        ("甲/乙/丙/丁/戊/a/" * 7 + "z", "甲乙/丙丁戊/a/" * 7 + "z"),  # diff gives up a
        ("a/|/b", "a/|/b"),
        ("ab/>", "a/b/>"),
        ("a/</b", "a</b"),
        ("c" * 61, "c" * 30 + "/" + "c" * 31),
        ("c" * 61 + "/b", "c" * 61 + "b"),
        ("中" * 61, "中" * 60 + "/中"),
        ("¡@b/a", "¡/@b/a"),
        ("¡/@b/a", "¡/@b/a"),
        ("a\u3000b/c", "a/\u3000b/c"),
        ("a b/c", "a b/c"),
    ],
)
def test_sentences_that_need_care_get_it(gold: str, predicted: str) -> None:
    others = [("", ""), ("a/b", "ab"), ("a/b", "a/b")]
    one, other = corpora([*others, (gold, predicted), *others])
    assert list(map(tuple, count_sentences(Alignment(one, other), KNOWN).tolist())) == one_by_one(
        one, other
    )


@pytest.mark.parametrize("system", ["ctb6-jieba", "wtb-flips", "zx-chars"])
def test_reports_of_the_official_scorer_on_real_text_are_equalled(system: str) -> None:
    if not SCORER.is_dir():
        pytest.skip("the corpora, which may not be distributed, are not here")
    name = system.split("-")[0]
    paths = SCORER / f"{name}-gold.txt", SCORER / system / "predicted.txt"
    gold, predicted = (Corpus.from_text(path.read_bytes().decode()) for path in paths)
    known = (SCORER / f"{name}-train-words.txt").read_text(encoding="utf-8").split("\n")
    total = OfficialCounts(
        *count_sentences(Alignment(gold, predicted), set(known)).sum(axis=0).tolist()
    )
    assert total.report() == (SCORER / system / "report.txt").read_text(encoding="utf-8")


def test_no_sentences_have_no_rows() -> None:
    assert count_sentences(Alignment(*corpora([])), KNOWN).shape == (0, 11)
    assert count_sentences(Alignment(*corpora([("", "")])), KNOWN).tolist() == [[0] * 11]


@pytest.mark.parametrize("other", ["我 爱 南京", "我 爱\n北京", "我 爱 北京 他", ""])
def test_other_sentences_are_refused(other: str) -> None:
    with pytest.raises(CorpusError, match="expected the same sentences"):
        Alignment(Corpus.from_text("我 爱 北京"), Corpus.from_text(other))
