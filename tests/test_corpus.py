import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crfseg import Corpus, Sentence
from crfseg.chars import to_text
from crfseg.corpus import split_lines
from crfseg.errors import CorpusError, ShapeError

any_text = st.text(st.characters(codec=None, exclude_categories=()))


@given(any_text)
def test_words_are_what_split_says_line_by_line(text):
    corpus = Corpus.from_text(text)
    expected = [line.split() for line in text.split("\n")]
    assert [list(sentence.words) for sentence in corpus] == [words for words in expected if words]
    assert corpus.words() == [word for words in expected for word in words]
    assert [sentence.line for sentence in corpus] == [n + 1 for n, w in enumerate(expected) if w]


def test_all_the_separators_of_a_news_corpus():
    corpus = Corpus.from_text(" 　 　北京 8 月　13\t日电   结合 \r\n\r\n “ 稳 ”\n")
    assert corpus[0].words == ("北京", "8", "月", "13", "日电", "结合")
    assert corpus[1] == Sentence(("“", "稳", "”"), None, 3)
    assert corpus.n_blank == 1


def test_lines_know_their_characters_and_their_numbers():
    lines = split_lines(" 我 爱\n\n北京")
    assert to_text(lines.codes) == "我爱北京"
    assert lines.lines.tolist() == [0, 2]


def test_an_empty_text_is_an_empty_corpus():
    for text in ("", " \n　\n"):
        corpus = Corpus.from_text(text)
        assert (len(corpus), corpus.n_words, list(corpus)) == (0, 0, [])


def test_sentences_with_labels_come_back():
    sentences = [Sentence(("北京", "的"), ("ns", "u"), 1), Sentence(("爱",), ("v",), 4)]
    assert list(Corpus.from_sentences(sentences)) == sentences


def test_white_space_inside_a_word_separates_words():
    corpus = Corpus.from_sentences([Sentence(("New York", "的"), ("ns", "u"), 1)])
    assert corpus[0] == Sentence(("New", "York", "的"), ("ns", "ns", "u"), 1)


def test_indices_are_those_of_a_list():
    corpus = Corpus.from_text("我\n他")
    assert corpus[-1].words == ("他",)
    with pytest.raises(IndexError):
        corpus[2]


def test_joined_corpora_have_all_sentences_and_the_union_of_the_labels():
    one = Corpus.from_sentences([Sentence(("北京",), ("ns",), 1)])
    two = Corpus.from_sentences([Sentence(("爱", "北京"), ("v", "ns"), 1)])
    joined = Corpus.join([one, two])
    assert [sentence.labels for sentence in joined] == [("ns",), ("v", "ns")]
    assert joined.label_names == ("ns", "v")
    assert Corpus.join([one, Corpus.from_text("我")]).labels is None


def test_texts_are_the_sentences_without_segmentation():
    assert Corpus.from_text("我 爱\n他").texts() == ["我爱", "他"]
    assert np.array_equal(Corpus.from_text("我 爱").starts, [True, True])


def test_labels_that_do_not_fit_the_words_are_reported():
    with pytest.raises(ShapeError, match="2 words, 1 labels"):
        Sentence(("我", "爱"), ("r",))
    with pytest.raises(CorpusError, match="1 of 2 sentences have labels"):
        Corpus.from_sentences([Sentence(("我",), ("r",)), Sentence(("爱",))])
