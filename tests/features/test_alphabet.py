"""Alphabets: the characters of a model, folded, and the symbols that they have."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from crfseg.features.alphabet import Alphabet, fold
from crfseg.features.templates import Templates
from crfseg.text.chars import code_points


@given(
    st.text(alphabet="汉漢語语.，,．ａa著着😀"), st.sampled_from(["simplified", "letters", "width"])
)
def test_a_folded_character_is_the_one_it_is_read_as(text, folding):
    alphabet = Alphabet.of(code_points("汉语,a着"), folding)
    codes = code_points(text)
    assert np.array_equal(alphabet.entries_of(codes), alphabet.entries_of(fold(codes, folding)))


def test_text_that_looks_like_the_sentence_edge_is_not_taken_for_it():
    alphabet = Alphabet.of(code_points("<s>"))
    printed = alphabet.print(code_points("<s>"), "C")
    names = Templates.parse(["C[0]C[1]C[2]"]).feature_names({"C": printed})
    assert names[0] == ["C[0]C[1]C[2]=<U+003C>s>"]


def test_unknown_characters_are_symbol_zero_and_full_width_reads_as_half_width():
    alphabet = Alphabet.of(code_points("A京"))
    assert alphabet.ids(code_points("Ａ我"), "C").tolist() == [alphabet.parse("A", "C"), 0]
    strict = Alphabet.of(code_points("A京"), folding="none")
    assert strict.ids(code_points("Ａ"), "C").tolist() == [0]


def test_an_alphabet_keeps_what_fits_sixteen_bits_the_most_frequent_first():
    codes = np.concatenate([np.arange(70_000), np.arange(60_000, 70_000)]).astype(np.uint32)
    alphabet = Alphabet.of(codes, folding="none")
    assert len(alphabet.characters) == 65_533
    assert alphabet.ids(np.array([69_999], dtype=np.uint32), "C")[0] > 0
