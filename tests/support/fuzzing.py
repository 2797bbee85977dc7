"""Random strings of any code points, and what must hold of each in everything that cuts."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import crfseg
from crfseg.text.chars import WHITE_SPACE, code_points, is_white_space, to_text
from support.commands import run
from support.corpora import SAMPLE

BATCH = 10_000
LONG_LINE = 1_000_000
KINDS = {
    "any": np.arange(0x110000),
    "surrogates": np.arange(0xD800, 0xE000),
    "control": np.arange(0x20),
    "space": WHITE_SPACE,
    "newline": np.array([0x0A]),
    "ascii": np.arange(0x20, 0x7F),
    "wide": np.arange(0xFF00, 0xFF60),
    "han": np.arange(0x4E00, 0xA000),
    "known": np.unique(code_points((SAMPLE / "train.txt").read_text("utf-8"))),
}
SHARES = [0.1, 0.02, 0.02, 0.06, 0.02, 0.1, 0.03, 0.05, 0.6]


def random_code_points(rng: np.random.Generator, n: int) -> str:
    kinds = rng.choice(len(KINDS), n, p=SHARES)
    codes = np.empty(n, dtype=np.uint32)
    for kind, pool in enumerate(KINDS.values()):
        here = kinds == kind
        codes[here] = rng.choice(pool, here.sum())
    return to_text(codes)


def random_texts(rng: np.random.Generator, n: int) -> list[str]:
    """Cut one long text anywhere, which is quicker; the lengths are 0 to some hundreds."""
    lengths = rng.geometric(1 / rng.choice([3, 12, 40, 80], n)) - 1
    text, ends = random_code_points(rng, lengths.sum()), np.cumsum(lengths)
    return [text[end - length : end] for length, end in zip(lengths, ends, strict=True)]


def check_places(text: str, starts: np.ndarray, ends: np.ndarray) -> None:
    """Ordered, disjoint, not empty, and covering all but white space."""
    assert (starts < ends).all()
    assert (ends[:-1] <= starts[1:]).all()
    covered = np.zeros(len(text) + 1, dtype=int)
    np.add.at(covered, starts, 1)
    np.add.at(covered, ends, -1)
    assert (np.cumsum(covered[:-1]) == ~is_white_space(code_points(text))).all(), ascii(text)


def check_text(segmenter: crfseg.Segmenter, text: str, words: list[str]) -> None:
    spans = segmenter.spans(text)
    check_places(text, *np.array(spans, dtype=int).reshape(-1, 2).T)
    assert words == [text[start:end] for start, end in spans], ascii(text)


def check_surface(segmenter: crfseg.Segmenter, text: str) -> None:
    """What costs more: tokens, granularity, probabilities."""
    for white_space in ("keep", "attach"):
        tokens = segmenter.tokens(text, white_space=white_space)
        assert "".join(token.text for token in tokens) == text
        assert not tokens or tokens[-1].byte_end == len(text.encode("utf-8", "surrogatepass"))
    own = segmenter.spans(text)
    cuts = {place for span in own for place in span}
    fine = {place for span in segmenter.spans(text, "fine") for place in span}
    coarse = {place for span in segmenter.spans(text, "coarse") for place in span}
    found = segmenter.spans(text, "search")
    assert coarse <= cuts <= fine
    assert set(own) <= set(found)
    assert found == sorted(found)
    sure = segmenter.confidence(text)
    assert len(sure) == len(own)
    assert ((sure >= 0) & (sure <= 1)).all()


def check_files(segmenter: crfseg.Segmenter, texts: list[str], model: Path) -> None:
    """Files and the command line say the same; UTF-8 has no lone surrogates."""
    text = "\n".join(texts).encode("utf-8", "ignore").decode().removeprefix("\ufeff")
    source, target, other = (model.with_name(name) for name in ("in.txt", "out.txt", "cli.txt"))
    source.write_bytes(text.encode())
    segmenter.cut_file(source, target)
    lines = target.read_bytes().decode().split("\n")
    assert lines == [" ".join(words) for words in segmenter.cut_many(text.split("\n"))]
    assert run("segment", source, "-m", model, "-o", other).returncode == 0
    assert other.read_bytes() == target.read_bytes()


def check_batch(segmenter: crfseg.Segmenter, seed: int, model: Path) -> None:
    rng = np.random.default_rng(seed)
    texts = random_texts(rng, BATCH - 1)
    texts.append(random_code_points(rng, LONG_LINE).replace("\n", "\0"))
    many = list(segmenter.cut_many(texts))
    for text, words in zip(texts, many, strict=True):
        assert segmenter.cut(text) == words, ascii(text)
        check_text(segmenter, text, words)
    for text in texts[: BATCH // 50]:
        check_surface(segmenter, text)
    check_files(segmenter, texts, model)
