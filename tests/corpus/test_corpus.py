from collections import Counter
from hashlib import blake2b

import numpy as np
import pytest
from hypothesis import given

from crfseg import Corpus, Sentence
from crfseg.errors import CorpusError, ShapeError
from support.corpora import in_characters
from support.texts import any_text


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


@given(any_text)
def test_the_vocabulary_counts_the_words(text):
    corpus = Corpus.from_text(text)
    assert corpus.vocabulary() == Counter(text.split())


def test_words_and_text_of_a_part():
    corpus = Corpus.from_text("我 爱 北京 天安门\n他 来 了")
    assert corpus.text(2, 7) == "北京天安门"
    assert corpus.words(2, 7) == ["北京", "天安门"]
    assert corpus.words(3, 6) == ["京", "天安"]  # a part of a word is one too
    assert corpus.words(7) == ["他", "来", "了"]
    assert corpus.words(4, 4) == []
    assert corpus.text(4, 4) == ""


@given(any_text)
def test_the_words_of_the_parts_are_all_words(text):
    corpus = Corpus.from_text(text)
    words = [w for _, begin, end in corpus.blocks() for w in corpus.words(begin, end)]
    assert words == corpus.words() == text.split()


@given(any_text)
def test_a_sentence_is_known_by_its_characters_alone(text):
    corpus = Corpus.from_text(text)
    hashes = corpus.hashes()
    assert hashes.dtype == np.uint64
    assert hashes.shape == (len(corpus),)
    apart = Corpus.from_text(in_characters(corpus))
    assert np.array_equal(apart.hashes(), hashes)
    of_text = dict(zip(corpus.texts(), hashes.tolist(), strict=True))
    assert [of_text[each] for each in corpus.texts()] == hashes.tolist()
    assert len(set(of_text.values())) == len(of_text)


def test_hashes_are_the_same_on_every_machine_and_forever():
    """Model files hold them."""
    digests = [blake2b(each.encode("utf-32-le"), digest_size=8) for each in ("我爱北京", "他")]
    expected = [int.from_bytes(each.digest(), "little") for each in digests]
    assert Corpus.from_text("我 爱 北京\n\n他").hashes().tolist() == expected


def test_blocks_change_no_hash_and_no_count(monkeypatch):
    corpus = Corpus.from_text("我 爱 北京\n他 来 了\n我 爱 北京\n好")
    hashes, counts = corpus.hashes(), corpus.vocabulary()
    for size in (1, 5, 7):
        monkeypatch.setattr("crfseg.text.blocks.SIZE", size)
        assert np.array_equal(corpus.hashes(), hashes)
        assert corpus.vocabulary() == counts
