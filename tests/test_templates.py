import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crfseg import symbols
from crfseg.chars import code_points
from crfseg.errors import TemplateError
from crfseg.symbols import Alphabet
from crfseg.templates import DEFAULT, Template, Templates

visible = st.characters(exclude_categories=("Cs",)).filter(lambda c: not c.isspace())


@pytest.mark.parametrize(
    "name",
    ["", "C", "C[]", "C[0", "C[0]x", "X[0]", "C[1]C[0]", "C[0]C[0]", "C[0]T[1]", "C[9]",
     "C[0]C[1]C[2]C[3]", "C[--1]", "C[0] C[1]"],
)  # fmt: skip
def test_malformed_templates_are_refused_with_an_example(name):
    with pytest.raises(TemplateError, match=r"such as C\[0\]"):
        Template.parse(name)


@pytest.mark.parametrize("names", [[], ["C[0]", "C[0]"]])
def test_a_template_list_is_neither_empty_nor_repetitive(names):
    with pytest.raises(TemplateError, match="at least one and none twice"):
        Templates.parse(names)


def test_template_names_come_back():
    assert [str(Template.parse(name)) for name in DEFAULT.names] == DEFAULT.names


def test_rows_of_a_block_and_templates_are_each_other_s_inverse():
    for template in DEFAULT.templates:
        kind = DEFAULT.kinds[DEFAULT.kind_index(template)]
        assert 0 <= kind.row(template) < kind.width
        assert kind.template(kind.row(template)) == template


def test_names_and_blocks_define_the_same_features():
    """The one at t names the pattern whose block, found by its key, speaks to t in that row."""
    text = "我爱北京A，三"
    codes, window = code_points(text), DEFAULT.window
    alphabet = Alphabet.of(codes)
    views = {view: alphabet.print(codes, view) for view in symbols.VIEWS}
    offsets = np.array([0, len(text)])
    for view in symbols.VIEWS:
        padded = symbols.pad(alphabet.ids(codes, view), offsets, window)
        for kind in (kind for kind in DEFAULT.kinds if kind.view == view):
            keys = symbols.pattern_keys(padded, kind.shape)
            for t, names in enumerate(DEFAULT.feature_names(views)):
                for template, name in zip(DEFAULT.templates, names, strict=True):
                    if DEFAULT.kinds[DEFAULT.kind_index(template)] != kind:
                        continue
                    parsed, parts = DEFAULT.parse_feature(name)
                    ids = [alphabet.parse(part, view) for part in parts]
                    key = sum(i << 16 * k for k, i in enumerate(ids))
                    i = t + kind.reach - kind.row(template)  # so that the block's row speaks to t
                    assert parsed == template
                    assert keys[window + i] == key
                    assert "".join(alphabet.print_id(i, view) for i in ids) == "".join(parts)


@given(st.text(visible, min_size=1, max_size=6))
def test_every_printed_feature_parses_back(text):
    alphabet = Alphabet(np.unique(code_points(text)), folding="none")
    views = {view: alphabet.print(code_points(text), view) for view in symbols.VIEWS}
    for names in DEFAULT.feature_names(views):
        for template, name in zip(DEFAULT.templates, names, strict=True):
            parsed, parts = DEFAULT.parse_feature(name)
            assert parsed == template
            if template.view == "C":
                ids = [alphabet.parse(part, "C") for part in parts]
                assert symbols.UNKNOWN_ID not in ids


def test_a_feature_of_another_template_is_refused():
    with pytest.raises(TemplateError, match="made by none of"):
        DEFAULT.parse_feature("C[7]=京")


def test_text_that_looks_like_the_sentence_edge_is_not_taken_for_it():
    alphabet = Alphabet.of(code_points("<s>"))
    printed = alphabet.print(code_points("<s>"), "C")
    names = Templates.parse(["C[0]C[1]C[2]"]).feature_names({"C": printed})
    assert names[0] == ["C[0]C[1]C[2]=<U+003C>s>"]


def test_padding_keeps_sentences_apart():
    ids = np.arange(10, 15, dtype=np.uint16)
    padded = symbols.pad(ids, np.array([0, 2, 5]), 2)
    assert padded.tolist() == [1, 1, 10, 11, 2, 2, 1, 1, 12, 13, 14, 2, 2]
    assert padded[symbols.begins(np.array([0, 2, 5]), 2)].tolist() == [10, 12]


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
