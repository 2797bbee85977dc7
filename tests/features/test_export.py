"""Features written for CRF++ and CRFsuite."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import crfseg
from crfseg.corpus.corpus import Corpus, Sentence
from crfseg.errors import TemplateError
from crfseg.features.alphabet import Alphabet
from crfseg.features.dataset import feature_sequences
from crfseg.features.export import convert, crfpp_template
from crfseg.features.extractor import Extractor
from crfseg.features.templates import DEFAULT
from support.corpora import SMALL, exported, some_words


def test_crfpp_columns_are_character_class_folded_character_and_tag():
    corpus = Corpus.from_text("２月 A 。")
    assert exported(corpus, "crfpp") == "２\td\t2\tB\n月\th\t月\tE\nA\tl\tA\tS\n。\tp\t。\tS\n\n"
    assert exported(corpus, "crfpp", folding="none") == "２\td\tB\n月\th\tE\nA\tl\tS\n。\tp\tS\n\n"


def test_the_crfpp_template_names_the_same_features():
    names = ["C[0]", "C[-1]C[1]", "T[-1]T[0]T[1]"]
    assert crfpp_template(names, "none").splitlines()[1:] == [
        "U00:%x[0,0]", "U01:%x[-1,0]/%x[1,0]", "U02:%x[-1,1]/%x[0,1]/%x[1,1]", "B",
    ]  # fmt: skip
    assert "U01:%x[-1,2]/%x[1,2]\n" in crfpp_template(names)
    assert crfpp_template().count("\nU") == len(DEFAULT.templates)


@pytest.mark.parametrize("folding", ["none", "width"])
def test_a_crfpp_template_on_the_columns_finds_what_crfseg_finds(folding):
    corpus = Corpus.from_text("２月 去 Ａ大学 。")
    rows = [
        line.split("\t") for line in exported(corpus, "crfpp", folding=folding).split("\n")[:-2]
    ]
    macros = [
        [(int(t), int(column)) for t, column in re.findall(r"%x\[(-?\d+),(\d)\]", line)]
        for line in crfpp_template(None, folding).split("\n")
        if line.startswith("U")
    ]
    (features,) = feature_sequences(corpus, Extractor(DEFAULT, Alphabet.of(corpus.codes, folding)))
    for t in range(2, len(rows) - 2):  # CRF++ has other symbols outside the sentence
        found = ["".join(rows[t + offset][column] for offset, column in macro) for macro in macros]
        assert found == [feature.partition("=")[2] for feature in features[t]]


def parse_crfsuite(text):
    """Read CRFsuite's text format as its own reader does; every feature has weight 1."""
    sequences = []
    for block in text.split("\n\n")[:-1]:
        rows = [re.split(r"\t", line) for line in block.split("\n")]
        assert not any(re.search(r"(?<!\\)(\\\\)*:", field) for row in rows for field in row)
        sequences.append([[re.sub(r"\\([\\:])", r"\1", field) for field in row] for row in rows])
    return sequences


@settings(max_examples=40, deadline=None)
@given(st.lists(some_words, min_size=1, max_size=3), st.sampled_from(["none", "width"]))
def test_crfsuite_gets_the_features_that_crfseg_trains_on(sentences, folding):
    corpus = Corpus.from_sentences(Sentence(tuple(sentence)) for sentence in sentences)
    parsed = parse_crfsuite(exported(corpus, "crfsuite", folding=folding))
    alphabet = Alphabet.of(corpus.codes, folding)
    assert [[row[1:] for row in rows] for rows in parsed] == list(
        feature_sequences(corpus, Extractor(DEFAULT, alphabet))
    )
    assert [[row[0] for row in rows] for rows in parsed] == [
        [pair.rpartition("/")[2] for pair in line.split()] for line in convert(corpus, "bmes")
    ]


def test_crfsuite_escapes_colon_and_backslash():
    corpus = Corpus.from_text(":\\")
    text = exported(corpus, "crfsuite", templates=["C[0]", "C[0]C[1]"])
    assert text == "B\tC[0]=\\:\tC[0]C[1]=\\:\\\\\nE\tC[0]=\\\\\tC[0]C[1]=\\\\</s>\n\n"


def test_a_malformed_template_is_an_error():
    with pytest.raises(TemplateError, match=r"template 'C\[x\]' is not understood"):
        list(convert(SMALL, "crfsuite", templates=["C[x]"]))


def test_features_of_a_sentence_are_named():
    corpus = crfseg.Corpus.from_text("我 爱")
    (features,) = feature_sequences(corpus, Extractor(DEFAULT, Alphabet.of(corpus.codes)))
    assert features[0][:5] == ["C[-2]=<s>", "C[-1]=<s>", "C[0]=我", "C[1]=爱", "C[2]=</s>"]
