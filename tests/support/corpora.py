"""Corpora of the tests: where files are, a few sentences, and text cut into characters."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from hypothesis import strategies as st

from crfseg import Corpus, Sentence
from crfseg.features.export import convert

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "corpora" / "sample"
SHARED = ROOT.parent / "shared" / "corpora"
DATA = ROOT / "tests" / "data"
TRAIN, DEV, TEST = (SAMPLE / f"{part}.txt" for part in ("train", "dev", "test"))

SMALL = Corpus.from_text("我 爱 北京\n他 在 北京\n我 在 天安门")
GOLD = Corpus.from_text("我 爱 北京 天安门\n\n他 来 了", "gold.txt")


def labelled(*lines: str) -> Corpus:
    """Return a corpus of words with labels, given as ``我/r 爱/v``."""
    rows = [zip(*(word.split("/") for word in line.split()), strict=True) for line in lines]
    return Corpus.from_sentences(Sentence(*row) for row in rows)


def in_characters(corpus: Corpus) -> str:
    """Return the text of a corpus, every character a word."""
    return "\n".join(map(" ".join, corpus.texts()))


visible = st.characters(exclude_categories=["Cs"], exclude_characters="\0").filter(
    lambda char: not char.isspace()
)
some_words = st.lists(st.text(visible, min_size=1, max_size=5), min_size=1, max_size=6)


def exported(corpus, to, **options):
    """Return all that is written of a corpus in a format."""
    return "".join(convert(corpus, to, **options))


NEWS = "新华社 上海 二月 十日 电 （ 记者 谢金虎 ）\n浦东 开发 与 法制 建设 同步 。\n"
SWAPPED = [
    ("我们", "我 们"),
    ("自己", "自 己"),
    ("没有", "没 有"),
    ("一个", "一 个"),
    ("什么", "什 么"),
]


@cache
def sample_with_errors():
    """Return the sample with five errors, as a corpus and as text; and their lines."""
    lines = TRAIN.read_text("utf-8").split("\n")
    at = []
    for right, error in SWAPPED:
        n = next(
            n for n, line in enumerate(lines) if f" {right} " in f" {line} " and n + 1 not in at
        )
        lines[n] = f" {lines[n]} ".replace(f" {right} ", f" {error} ", 1)
        at.append(n + 1)
    text = "\n".join(lines)
    return Corpus.from_text(text, "wrong.txt"), text, at
