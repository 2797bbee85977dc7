import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crfseg.errors import TemplateError
from crfseg.features import ngrams
from crfseg.features.alphabet import Alphabet
from crfseg.features.templates import ACCURATE, DEFAULT, Template, Templates
from crfseg.text.chars import code_points

visible = st.characters(exclude_categories=("Cs",)).filter(lambda c: not c.isspace())


@pytest.mark.parametrize(
    "name",
    ["", "C", "C[]", "C[0", "C[0]x", "X[0]", "C[1]C[0]", "C[0]C[0]", "C[9]",
     "C[0]C[1]C[2]C[3]T[4]", "C[0]W[0]V[0]C[1]b[1]", "b[0]b[1]b[2]b[3]b[4]b[5]b[6]b[7]b[8]",
     "C[0]x[1]", "G[1]C[0]", "C[--1]", "C[0] C[1]"],
)  # fmt: skip
def test_malformed_templates_are_refused_with_an_example(name):
    with pytest.raises(TemplateError, match=r"such as C\[0\]"):
        Template.parse(name)


@pytest.mark.parametrize("names", [[], ["C[0]", "C[0]"]])
def test_a_template_list_is_neither_empty_nor_repetitive(names):
    with pytest.raises(TemplateError, match="at least one and none twice"):
        Templates.parse(names)


def test_template_names_come_back():
    for templates in (DEFAULT, ACCURATE):
        assert [str(Template.parse(name)) for name in templates.names] == templates.names


parts = st.tuples(st.sampled_from(sorted(ngrams.VIEWS)), st.integers(-8, 8))


@given(st.lists(parts, min_size=1, max_size=9, unique=True))
def test_any_views_may_be_mixed_as_long_as_their_bits_fit_a_key(parts):
    parts.sort(key=lambda part: part[1])
    name = "".join(f"{view}[{offset}]" for view, offset in parts)
    if len(parts) > 8 or sum(ngrams.VIEWS[view].bits for view, _ in parts) > 64:
        with pytest.raises(TemplateError, match="at most 4 of C, W and V, or 8 of the others"):
            Template.parse(name)
    else:
        views, offsets = zip(*parts, strict=True)
        assert Template.parse(name) == Template("".join(views), offsets)
        assert str(Template.parse(name)) == name


def test_kinds_of_mixed_views_have_names_of_their_own():
    names = ["C[0]T[0]", "C[0]T[1]", "C[-1]T[0]", "T[0]C[1]", "C[0]C[1]", "e[-1]P[0]b[0]"]
    assert [kind.name for kind in Templates.parse(names).kinds] == [
        "C0T0", "C0T1", "T0C1", "CC", "e0P1b1",
    ]  # fmt: skip


def test_rows_of_a_block_and_templates_are_each_other_s_inverse():
    for template in ACCURATE.templates:
        kind = ACCURATE.kinds[ACCURATE.kind_index(template)]
        assert 0 <= kind.row(template) < kind.width
        assert kind.template(kind.row(template)) == template


def test_names_and_blocks_define_the_same_features():
    """The one at t names the pattern whose block, found by its key, speaks to t in that row."""
    text = "我爱北京A，三"
    codes, templates = code_points(text), Templates.parse([*DEFAULT.names, "C[-1]T[-1]C[1]"])
    alphabet, window = Alphabet.of(codes), templates.window
    views = {view: alphabet.print(codes, view) for view in "CT"}
    padded = ngrams.pad(alphabet.entries_of(codes), np.array([0, len(text)]), window)
    for t, names in enumerate(templates.feature_names(views)):
        for template, name in zip(templates.templates, names, strict=True):
            kind = templates.kinds[templates.kind_index(template)]
            keys = ngrams.pattern_keys([padded], kind.views, kind.shape)
            parsed, parts = templates.parse_feature(name)
            ids = list(map(alphabet.parse, parts, kind.views))
            i = t + kind.reach - kind.row(template)  # so that the block's row speaks to t
            assert parsed == template
            assert ngrams.unpacked(keys[window + i : window + i + 1], kind.views).tolist() == [ids]
            assert list(map(alphabet.print_id, ids, kind.views)) == parts


@given(st.text(visible, min_size=1, max_size=6))
def test_every_printed_feature_parses_back(text):
    alphabet = Alphabet(np.unique(code_points(text)), folding="none")
    views = {view: alphabet.print(code_points(text), view) for view in "CT"}
    for names in DEFAULT.feature_names(views):
        for template, name in zip(DEFAULT.templates, names, strict=True):
            parsed, parts = DEFAULT.parse_feature(name)
            assert parsed == template
            if set(template.views) == {"C"}:
                ids = [alphabet.parse(part, "C") for part in parts]
                assert ngrams.UNKNOWN_ID not in ids


def test_a_feature_of_another_template_is_refused():
    with pytest.raises(TemplateError, match="made by none of"):
        DEFAULT.parse_feature("C[7]=京")
