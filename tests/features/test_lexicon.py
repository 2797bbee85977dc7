"""Words found in text against a readable reference; what a corpus says of its words."""

from itertools import pairwise

import numpy as np
import pytest

from crfseg.corpus.corpus import Corpus
from crfseg.errors import ShapeError
from crfseg.features import ngrams
from crfseg.features.alphabet import Alphabet
from crfseg.features.lexicon import (
    FOLDS,
    Lexicon,
    class_of,
    cross_fit,
    distinct_words,
    fit_lexicon,
    fold_bounds,
)
from crfseg.text import chars
from crfseg.text.boundaries import BEGIN, INSIDE


def test_a_lexicon_has_one_class_a_word():
    with pytest.raises(ShapeError, match="1 words, classes of shape"):
        Lexicon(("北",), np.ones(2, dtype=np.uint8))
    for wrong in (0, 33):
        with pytest.raises(ValueError, match="expected 1 to 32"):
            Lexicon(("北",), np.array([wrong], dtype=np.uint8))


def test_a_lexicon_of_characters_that_are_not_known_is_refused():
    with pytest.raises(ValueError, match="no character's"):
        Lexicon(("北",), np.ones(1, dtype=np.uint8)).matcher(Alphabet.of(chars.code_points("京")))


def test_classes_follow_share_and_count():
    whole = np.array([0, 1, 2, 5, 20, 1, 5, 9, 999, 1])
    seen = np.array([9, 11, 20, 10, 22, 1, 10, 10, 1000, 0])
    assert class_of(whole, seen).tolist() == [0, 1, 6, 11, 16, 17, 11, 15, 20, 17]


def padded(corpus, alphabet, window=2):
    """Return the entries of a text; only the characters' symbols matter here."""
    ids = ngrams.pad(alphabet.ids(corpus.codes, "C"), corpus.offsets, window)
    return ids.astype(np.uint32)


def mark_corpus(text, window=2, init=None):
    corpus = Corpus.from_text(text)
    alphabet = Alphabet.of(corpus.codes)
    return fit_lexicon(corpus, alphabet, padded(corpus, alphabet, window), window, init=init)


def test_words_are_ranked_by_count_then_by_code_points():
    corpus = Corpus.from_text("b a b\nba c\nab a\nabcdefgha abcdefgh")
    words = distinct_words(corpus, Alphabet.of(corpus.codes))
    assert words == ["a", "b", "ab", "abcdefgh", "ba", "c"]


def test_words_are_folded_as_the_alphabet_folds():
    corpus = Corpus.from_text("Ａ1 A１ A1 b")
    assert distinct_words(corpus, Alphabet.of(corpus.codes)) == ["A1", "b"]
    apart = distinct_words(corpus, Alphabet.of(corpus.codes, "none"))
    assert apart == ["A1", "A１", "b", "Ａ1"]


def test_words_with_characters_that_are_not_known_are_left_out():
    corpus = Corpus.from_text("ab a bc c")
    assert distinct_words(corpus, Alphabet(np.array([97, 99], dtype=np.uint32))) == ["a", "c"]


def test_words_are_collected_block_by_block(monkeypatch):
    text = "\n".join("甲 乙丙 甲丁戊己庚辛" for _ in range(30))
    whole = mark_corpus(text)
    monkeypatch.setattr("crfseg.text.blocks.SIZE", 16)
    parts = mark_corpus(text)
    assert parts.lexicon.words == whole.lexicon.words == ("乙丙", "甲", "甲丁戊己庚辛")
    assert parts.lexicon_features.tolist() == whole.lexicon_features.tolist()


@pytest.mark.parametrize("n", [1, 2, 9, 10, 25])
def test_folds_are_whole_sentences_of_about_as_many_words(n):
    corpus = Corpus.from_text("\n".join("a b" for _ in range(n)))
    bounds = fold_bounds(corpus, 2)
    sizes = np.diff(bounds) / 6
    assert len(sizes) == min(n, FOLDS)
    assert (bounds[0], bounds[-1]) == (0, 6 * n)
    assert np.all(sizes == sizes.astype(int))
    assert sizes.max() - sizes.min() <= 1


def test_a_very_long_sentence_makes_fewer_folds():
    corpus = Corpus.from_text("a\n" + "b " * 1000 + "\nc")
    bounds = fold_bounds(corpus, 1)
    assert bounds[-1] == 1002 + 6
    assert all(a < b for a, b in pairwise(bounds))


def test_a_corpus_without_sentences_has_no_words():
    found = mark_corpus("")
    assert found.lexicon.words == ()
    assert found.lexicon_features.shape == (0,)


def test_a_word_is_unknown_in_the_one_fold_that_has_it():
    text = "\n".join(["甲乙 丙"] + ["丁 丙"] * 9)
    found = mark_corpus(text)
    assert found.lexicon.words == ("丙", "丁", "甲乙")
    assert found.lexicon_features[2:4].tolist() == found.word_ids[2:4].tolist() == [0, 0]
    assert found.word_ids[4] == 3 | 3 << 16
    assert np.all(found.word_ids[9::6] == (4 | 4 << 16))
    assert np.all(found.word_ids[10::6] == (3 | 3 << 16))


def test_a_word_of_two_folds_is_known_in_both_by_the_other():
    text = "\n".join(["甲乙 丙"] * 2 + ["甲 乙"] * 8)
    found = mark_corpus(text)
    rank = found.lexicon.words.index("甲乙")
    class_in = [mark & 31 for mark in found.lexicon_features[2::7][:2]]
    assert class_in == [class_of(np.array([1]), np.array([9]))[0] - 1] * 2
    assert found.lexicon.classes[rank] == class_of(np.array([2]), np.array([10]))[0]


def test_a_single_sentence_knows_nothing_of_itself():
    found = mark_corpus("甲 乙丙", window=1)
    assert found.lexicon_features.tolist() == [0x10101, 0, 0, 0, 0x20202]
    assert found.lexicon.words == ("乙丙", "甲")
    assert found.lexicon.classes.tolist() == [17, 17]


def test_cross_fitting_counts_all_but_the_fold():
    rng = np.random.default_rng(3)
    text = "\n".join(" ".join(rng.choice(["a", "b", "ab", "ba"], 4)) for _ in range(40))
    corpus = Corpus.from_text(text)
    alphabet = Alphabet.of(corpus.codes)
    words = distinct_words(corpus, alphabet)
    matcher = Lexicon(tuple(words), np.ones(len(words), dtype=np.uint8)).matcher(alphabet)
    signs = np.where(corpus.starts, BEGIN, INSIDE)
    starts = ngrams.pad(signs, corpus.offsets, 2).astype(np.int8)
    entries, bounds = padded(corpus, alphabet), fold_bounds(corpus, 2)
    _, by_others = cross_fit(matcher, entries, starts, bounds)
    for classes, (a, b) in zip(by_others, pairwise(bounds), strict=True):
        rest = np.delete(entries, slice(a, b)), np.delete(starts, slice(a, b))
        assert classes.tolist() == cross_fit(matcher, *rest, [0])[0].tolist()


def test_known_words_keep_their_ranks_and_classes_in_every_fold():
    init = Lexicon(("丙", "甲"), np.array([7, 9], dtype=np.uint8))
    found = mark_corpus("甲 乙\n甲 丙", window=1, init=init)
    assert found.lexicon.words == ("丙", "甲", "乙")
    assert found.lexicon.classes.tolist() == [7, 9, 17]
    one = 1 << 5
    assert [m & 0xFF for m in found.lexicon_features] == [1, one | 8, 0, 2, 1, one | 8, one | 6, 2]


def test_the_same_corpus_gives_the_same_words_and_marks():
    text = "\n".join("甲 乙丙 丁\n乙 丙丁" for _ in range(9))
    first, second = mark_corpus(text), mark_corpus(text)
    assert first.lexicon.words == second.lexicon.words
    assert first.lexicon.classes.tobytes() == second.lexicon.classes.tobytes()
    assert first.lexicon_features.tobytes() == second.lexicon_features.tobytes()
    assert repr(first.lexicon) == f"Lexicon({len(first.lexicon.words)} words)"
