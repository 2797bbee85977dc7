"""crfseg's own training text: its form, and that it says nothing of the sample's test set."""

import re

import crfseg
from support.corpora import ROOT, SAMPLE

EVERYDAY = ROOT / "corpora" / "everyday"
FILES = sorted(EVERYDAY.glob("*.txt"))


def test_its_form_is_one_sentence_a_line_and_one_space_between_words():
    for path in FILES:
        for line in path.read_text("utf-8").splitlines():
            assert line == " ".join(line.split()), path.name


def test_no_line_stands_twice_or_in_the_sample():
    lines = [text for path in FILES for text in crfseg.read_corpus(path).texts()]
    lines += [text for path in SAMPLE.glob("*.txt") for text in crfseg.read_corpus(path).texts()]
    assert len(set(lines)) == len(lines)


def test_its_readme_counts_rightly():
    rows = {}
    for line in (EVERYDAY / "README.md").read_text("utf-8").splitlines():
        if counts := re.findall(r" ([\d,]+) \|", line):
            rows[line.split()[1]] = [int(n.replace(",", "")) for n in counts]
    found = {}
    for path in FILES:
        corpus = crfseg.read_corpus(path)
        found[path.name] = [len(corpus), corpus.n_words, corpus.n_chars]
    found["all"] = [sum(column) for column in zip(*found.values(), strict=True)]
    assert rows == found
