import sys

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from crfseg.text import chars
from crfseg.text.chars import code_points, fold_simplified, to_text
from support.texts import any_text

EVERY = np.arange(sys.maxunicode + 1, dtype=np.uint32)


def test_white_space_is_what_isspace_says_for_every_code_point():
    expected = [chr(code).isspace() for code in range(sys.maxunicode + 1)]
    assert chars.is_white_space(EVERY).tolist() == expected


@given(any_text)
def test_code_points_and_back(text):
    codes = chars.code_points(text)
    assert codes.tolist() == [ord(c) for c in text]
    assert chars.to_text(codes) == text


def test_folding_is_that_of_compatibility_decomposition_for_the_full_width_forms():
    import unicodedata

    wide = EVERY[0xFF01:0xFF5F]
    assert chars.to_text(chars.fold_width(wide)) == unicodedata.normalize(
        "NFKC", chars.to_text(wide)
    )


def test_folding_touches_nothing_else_and_is_done_after_one_pass():
    folded = chars.fold_width(EVERY)
    changed = np.flatnonzero(folded != EVERY)
    assert changed.tolist() == list(range(0xFF01, 0xFF5F))
    assert np.array_equal(chars.fold_width(folded), folded)


def test_every_code_point_has_a_class_and_folding_keeps_it():
    classes = chars.classes(EVERY)
    assert classes.max() < len(chars.CLASSES)
    assert np.array_equal(classes, chars.classes(chars.fold_width(EVERY)))


def test_first_letters_of_the_classes_are_distinct():
    assert len({name[0] for name in chars.CLASSES}) == len(chars.CLASSES)


def test_classes_of_characters_in_every_block():
    text = "京々〇五Aé5①Ⅷ，。！%℃→（）のカ_😀あ𠀀～·"
    names = [chars.CLASSES[i] for i in chars.classes(chars.code_points(text))]
    assert "".join(name[0] for name in names) == "hhnnllddd" + "p" * 8 + "kkpokhpp"


def test_traditional_characters_are_read_as_simplified_ones():
    text = "漢語的學習，臺灣２０２４年著書"
    assert to_text(fold_simplified(code_points(text))) == "汉语的学习，台湾2024年着书"


def test_the_table_of_scripts_is_in_order_and_leads_to_characters_that_stay():
    traditional, simplified = chars.scripts()
    assert len(traditional) == len(simplified) > 3000
    assert np.all(np.diff(traditional.astype(np.int64)) > 0)
    assert np.array_equal(fold_simplified(simplified), simplified)
    assert np.all(traditional < chars.N_CLASSIFIED)


@given(st.text())
def test_reading_as_simplified_keeps_length_and_is_done_once_for_all(text):
    once = fold_simplified(code_points(text))
    assert len(once) == len(text)
    assert np.array_equal(fold_simplified(once), once)
