import codecs
import re

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from crfseg.cli import main
from crfseg.corpus import Corpus, Sentence
from crfseg.dataset import feature_sequences
from crfseg.errors import CorpusError, TemplateError
from crfseg.export import TARGETS, crfpp_template, export, write
from crfseg.formats import read_corpus
from crfseg.symbols import Alphabet
from crfseg.templates import DEFAULT, Templates

PLAIN = Corpus.from_text("我 爱 北京\n他 来 了")
LABELLED = Corpus.from_sentences([Sentence(("张三", "来", "了"), ("NR", "VV", "SP"))])

visible = st.characters(exclude_categories=["Cs"], exclude_characters="\0").filter(
    lambda char: not char.isspace()
)
words = st.lists(st.text(visible, min_size=1, max_size=5), min_size=1, max_size=6)


def exported(corpus, to, **options):
    return "".join(export(corpus, to, **options))


def read_back(path, texts, format):
    with path.open("wb") as file:
        write(file, texts)
    return [list(sentence.words) for sentence in read_corpus(path, format=format)]


# Formats


def test_bmes_is_a_sentence_a_line():
    assert exported(PLAIN, "bmes") == "我/S 爱/S 北/B 京/E\n他/S 来/S 了/S\n"


def test_the_six_tag_scheme_is_written_as_it_is_trained():
    corpus = Corpus.from_text("中华人民共和")
    assert exported(corpus, "bmes", scheme="BMES6") == "中/B 华/B2 人/B3 民/M 共/M 和/E\n"


def test_conll_is_a_character_a_line_and_a_blank_line_between_sentences():
    text = exported(PLAIN, "conll")
    assert text == "我\tS\n爱\tS\n北\tB\n京\tE\n\n他\tS\n来\tS\n了\tS\n\n"


def test_words_are_separated_by_one_space():
    corpus = Corpus.from_text(" 　我\t爱  北京 \r\n\n他 来")
    assert exported(corpus, "words") == "我 爱 北京\n他 来\n"


def test_labels_go_into_the_tags_only_where_asked_for():
    assert exported(LABELLED, "bmes") == "张/B 三/E 来/S 了/S\n"
    assert exported(LABELLED, "bmes", labels=True) == "张/B-NR 三/E-NR 来/S-VV 了/S-SP\n"
    assert exported(LABELLED, "pos") == "张三/NR 来/VV 了/SP\n"


@pytest.mark.parametrize("options", [{"to": "pos"}, {"to": "conll", "labels": True}])
def test_labels_cannot_be_written_where_there_are_none(options):
    with pytest.raises(CorpusError, match=r"<text>: no labels in it; expected word/POS"):
        export(PLAIN, **options)


@pytest.mark.parametrize("label", ["a/b", "a_b", "n]nt", ""])
def test_a_label_that_would_not_read_back_is_refused(label):
    corpus = Corpus.from_sentences([Sentence(("我",), (label,))])
    with pytest.raises(CorpusError, match=r"label .* cannot be written"):
        export(corpus, "pos")


def test_every_target_accepts_an_empty_corpus():
    corpus = Corpus.from_text("")
    assert [exported(corpus, to) for to in TARGETS if to != "pos"] == [""] * 6


# CRF++


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
    (features,) = feature_sequences(corpus, DEFAULT, Alphabet.of(corpus.codes, folding))
    for t in range(2, len(rows) - 2):  # CRF++ has other symbols outside the sentence
        found = ["".join(rows[t + offset][column] for offset, column in macro) for macro in macros]
        assert found == [feature.partition("=")[2] for feature in features[t]]


# CRFsuite


def parse_crfsuite(text):
    """Read CRFsuite's text format as its own reader does; every feature has weight 1."""
    sequences = []
    for block in text.split("\n\n")[:-1]:
        rows = [re.split(r"\t", line) for line in block.split("\n")]
        assert not any(re.search(r"(?<!\\)(\\\\)*:", field) for row in rows for field in row)
        sequences.append([[re.sub(r"\\([\\:])", r"\1", field) for field in row] for row in rows])
    return sequences


@settings(max_examples=40, deadline=None)
@given(st.lists(words, min_size=1, max_size=3), st.sampled_from(["none", "width"]))
def test_crfsuite_gets_the_features_that_crfseg_trains_on(sentences, folding):
    corpus = Corpus.from_sentences(Sentence(tuple(sentence)) for sentence in sentences)
    parsed = parse_crfsuite(exported(corpus, "crfsuite", folding=folding))
    alphabet = Alphabet.of(corpus.codes, folding)
    assert [[row[1:] for row in rows] for rows in parsed] == list(
        feature_sequences(corpus, DEFAULT, alphabet)
    )
    assert [[row[0] for row in rows] for rows in parsed] == [
        [pair.rpartition("/")[2] for pair in line.split()] for line in export(corpus, "bmes")
    ]


def test_crfsuite_escapes_colon_and_backslash():
    corpus = Corpus.from_text(":\\")
    text = exported(corpus, "crfsuite", templates=["C[0]", "C[0]C[1]"])
    assert text == "B\tC[0]=\\:\tC[0]C[1]=\\:\\\\\nE\tC[0]=\\\\\tC[0]C[1]=\\\\</s>\n\n"


def test_a_malformed_template_is_an_error():
    with pytest.raises(TemplateError, match=r"template 'C\[x\]' is not understood"):
        export(PLAIN, "crfsuite", templates=["C[x]"])


# Reading back


@settings(max_examples=40, deadline=None)
@given(st.lists(words, min_size=1, max_size=4), st.sampled_from(["BMES", "BMES6"]))
def test_what_is_written_reads_back_to_the_same_words(tmp_path_factory, sentences, scheme):
    path = tmp_path_factory.getbasetemp() / "back.txt"
    corpus = Corpus.from_sentences(Sentence(tuple(sentence)) for sentence in sentences)
    for to, format in [("crfpp", "columns"), ("conll", "columns"), ("words", "words")]:
        assert read_back(path, export(corpus, to, scheme=scheme), format) == sentences


@settings(max_examples=40, deadline=None)
@given(st.lists(words, min_size=1, max_size=4), st.sampled_from(["NN", "v", "B-X", "人"]))
def test_labelled_words_read_back_with_their_labels(tmp_path_factory, sentences, label):
    path = tmp_path_factory.getbasetemp() / "back.txt"
    corpus = Corpus.from_sentences(
        Sentence(tuple(sentence), (label,) * len(sentence)) for sentence in sentences
    )
    for to, format in [("crfpp", "columns"), ("conll", "columns"), ("pos", "pos")]:
        assert read_back(path, export(corpus, to, labels=True), format) == sentences
        assert read_corpus(path, format=format).label_names == (label,)


def test_a_first_character_that_looks_like_a_byte_order_mark_is_kept(tmp_path):
    corpus = Corpus.from_text("\ufeff我 爱")
    for to, format in [("words", "words"), ("conll", "columns")]:
        assert read_back(tmp_path / "a", export(corpus, to), format) == [["\ufeff我", "爱"]]


# Command line


def run(*args):
    return CliRunner().invoke(main, ["convert", *map(str, args)])


@pytest.fixture
def corpus_file(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(codecs.BOM_UTF8 + "我 爱　北京\r\n\r\n".encode())
    return path


def test_the_command_writes_utf8_to_standard_output(corpus_file):
    result = run(corpus_file, corpus_file, "--to", "words")
    assert (result.exit_code, result.stdout_bytes.decode()) == (0, "我 爱 北京\n" * 2)


def test_the_command_converts_encodings_to_utf8(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("我 愛 香港\n", encoding="big5hkscs")
    result = run(path, "--to", "bmes", "--encoding", "big5hkscs")
    assert result.stdout_bytes.decode() == "我/S 愛/S 香/B 港/E\n"


def test_the_command_writes_a_crfpp_template_file(corpus_file, tmp_path):
    out, template = tmp_path / "out.conll", tmp_path / "template"
    options = ["--folding", "none", "-t", "C[0]", "-t", "T[0]"]
    result = run(corpus_file, "--to", "crfpp", "-o", out, "--template-file", template, *options)
    assert (result.exit_code, result.output) == (0, "")
    assert out.read_text(encoding="utf-8") == "我\th\tS\n爱\th\tS\n北\th\tB\n京\th\tE\n\n"
    assert template.read_text(encoding="utf-8") == crfpp_template(["C[0]", "T[0]"], "none")


def test_a_template_file_is_for_crfpp_only(corpus_file, tmp_path):
    result = run(corpus_file, "--to", "conll", "--template-file", tmp_path / "t")
    assert result.exit_code == 2
    assert "--template-file goes with --to crfpp" in result.stderr


def test_after_an_error_the_output_stays_as_it_was(corpus_file, tmp_path):
    out, bad = tmp_path / "out.txt", tmp_path / "bad.txt"
    out.write_text("before")
    bad.write_bytes("北京 大学\n".encode("gb18030"))
    result = run(corpus_file, bad, "--to", "words", "-o", out)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"crfseg: {bad}:1: byte 0xB1 is not utf-8")
    assert out.read_text() == "before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "bad.txt", "out.txt"]


def test_an_empty_file_is_an_error_and_an_unknown_target_a_usage_error(tmp_path):
    path = tmp_path / "a.txt"
    path.touch()
    assert (
        run(path, "--to", "words").stderr
        == f"crfseg: {path}: no sentence in it; expected one a line\n"
    )
    assert run(path, "--to", "html").exit_code == 2


def test_labels_are_an_option_of_the_command(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("张三/NR 来/VV\n", encoding="utf-8")
    options = ("--format", "pos", "--to", "conll")
    assert run(path, *options).output == "张\tB\n三\tE\n来\tS\n\n"
    assert run(path, *options, "--labels").output == "张\tB-NR\n三\tE-NR\n来\tS-VV\n\n"
    assert run(path, "--to", "pos").exit_code == 1


def test_templates_are_parsed_before_anything_is_written(corpus_file, tmp_path):
    result = run(corpus_file, "--to", "crfsuite", "-t", "C[9]", "-o", tmp_path / "out")
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert not (tmp_path / "out").exists()
    assert Templates.parse(["C[8]"]).window == 8


def test_text_is_the_corpus_without_its_segmentation():
    corpus = Corpus.from_text("我 爱 北京\n\n他 来 了")
    assert "".join(export(corpus, "text")) == "我爱北京\n他来了\n"
