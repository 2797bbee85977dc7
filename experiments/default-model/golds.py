"""The dev sets in several forms, and where a segmenter cuts across their words."""

from pathlib import Path

import numpy as np

import crfseg

SAMPLE = Path(__file__).parents[2] / "corpora" / "sample"


def traditional(line: str) -> str:
    import opencc

    return str(opencc.OpenCC("s2tw").convert(line))


def full_width(line: str) -> str:
    return line.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)})


FORMS = {"traditional script": traditional, "full width": full_width}


def sample_gold() -> crfseg.Corpus:
    """Return dev and test of the sample corpus, which the bundled model is not trained on."""
    return crfseg.Corpus.join(
        crfseg.read_corpus(SAMPLE / f"{part}.txt") for part in ("dev", "test")
    )


def gold_of(folder: Path, corpus: str, form: str = "") -> crfseg.Corpus:
    """Return a dev set, in another form if one is named: character by character, words as cut."""
    gold = sample_gold() if corpus == "sample" else crfseg.read_corpus(folder / corpus / "dev.txt")
    if not form:
        return gold
    text = FORMS[form]("\n".join(gold.texts()))
    codes = crfseg.Corpus.from_text(text).codes
    assert len(codes) == gold.n_chars
    return crfseg.Corpus(codes, gold.starts, gold.offsets, gold.lines, name=gold.name)


def crossed(gold: crfseg.Corpus, found: crfseg.Corpus) -> float:
    """Return of how many gold words in a hundred a found word has a part, and more besides.

    No two standards part there: one cuts finer than the other, neither across it.
    """
    (begins, ends), (first, last) = (
        (starts, np.append(starts[1:], gold.n_chars))
        for starts in (np.flatnonzero(gold.starts), np.flatnonzero(found.starts))
    )
    word = np.cumsum(found.starts) - 1  # of each character
    left, right = word[begins], word[ends - 1]
    over_begin = (first[left] < begins) & (last[left] < ends)
    over_end = (last[right] > ends) & (first[right] > begins)
    return 100 * float(np.mean(over_begin | over_end))
