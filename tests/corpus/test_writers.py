import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crfseg.corpus.corpus import Corpus, Sentence
from crfseg.corpus.readers import read_corpus
from crfseg.corpus.writers import write
from crfseg.errors import CorpusError
from crfseg.features.export import TARGETS, convert
from support.corpora import exported, some_words

PLAIN = Corpus.from_text("我 爱 北京\n他 来 了")
LABELLED = Corpus.from_sentences([Sentence(("张三", "来", "了"), ("NR", "VV", "SP"))])


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
        list(convert(PLAIN, **options))


@pytest.mark.parametrize("label", ["a/b", "a_b", "n]nt", ""])
def test_a_label_that_would_not_read_back_is_refused(label):
    corpus = Corpus.from_sentences([Sentence(("我",), (label,))])
    with pytest.raises(CorpusError, match=r"label .* cannot be written"):
        list(convert(corpus, "pos"))


def test_every_target_accepts_an_empty_corpus():
    corpus = Corpus.from_text("")
    assert [exported(corpus, to) for to in TARGETS if to != "pos"] == [""] * 6


# Reading back


@settings(max_examples=40, deadline=None)
@given(st.lists(some_words, min_size=1, max_size=4), st.sampled_from(["BMES", "BMES6"]))
def test_what_is_written_reads_back_to_the_same_words(tmp_path_factory, sentences, scheme):
    path = tmp_path_factory.getbasetemp() / "back.txt"
    corpus = Corpus.from_sentences(Sentence(tuple(sentence)) for sentence in sentences)
    for to, format in [("crfpp", "columns"), ("conll", "columns"), ("words", "words")]:
        assert read_back(path, convert(corpus, to, scheme=scheme), format) == sentences


@settings(max_examples=40, deadline=None)
@given(st.lists(some_words, min_size=1, max_size=4), st.sampled_from(["NN", "v", "B-X", "人"]))
def test_labelled_words_read_back_with_their_labels(tmp_path_factory, sentences, label):
    path = tmp_path_factory.getbasetemp() / "back.txt"
    corpus = Corpus.from_sentences(
        Sentence(tuple(sentence), (label,) * len(sentence)) for sentence in sentences
    )
    for to, format in [("crfpp", "columns"), ("conll", "columns"), ("pos", "pos")]:
        assert read_back(path, convert(corpus, to, labels=True), format) == sentences
        assert read_corpus(path, format=format).label_names == (label,)


def test_a_first_character_that_looks_like_a_byte_order_mark_is_kept(tmp_path):
    corpus = Corpus.from_text("\ufeff我 爱")
    for to, format in [("words", "words"), ("conll", "columns")]:
        assert read_back(tmp_path / "a", convert(corpus, to), format) == [["\ufeff我", "爱"]]


def test_text_is_the_corpus_without_its_segmentation():
    corpus = Corpus.from_text("我 爱 北京\n\n他 来 了")
    assert "".join(convert(corpus, "text")) == "我爱北京\n他来了\n"
