"""Keys of patterns: the symbols of every view, packed."""

import re
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from crfseg import symbols
from crfseg.symbols import VIEWS

parts = st.tuples(st.sampled_from(sorted(symbols.VIEWS)), st.integers(-8, 8))


@given(st.lists(parts, min_size=2, max_size=4, unique=True), st.integers(0, 2**32 - 1))
def test_keys_of_any_views_hold_every_symbol(parts, seed):
    views = "".join(view for view, _ in parts)
    rng = np.random.default_rng(seed)
    columns = [rng.integers(1 << symbols.VIEWS[view].bits, size=5) for view in views]
    keys = symbols.packed(columns, views)
    assert symbols.unpacked(keys, views).T.tolist() == [column.tolist() for column in columns]


def test_padding_keeps_sentences_apart():
    entries = np.arange(10, 15, dtype=np.uint32)
    padded = symbols.pad(entries, np.array([0, 2, 5]), 2)
    for view in "CTG":
        found = symbols.symbols_of(padded, symbols.VIEWS[view]).tolist()
        assert [s if s < 3 else 3 for s in found[:2] + found[4:8] + found[-2:]] == [
            1, 1, 2, 2, 1, 1, 2, 2,
        ]  # fmt: skip
    assert padded[[2, 3, 8, 9, 10]].tolist() == entries.tolist()
    assert padded[symbols.begins(np.array([0, 2, 5]), 2)].tolist() == [10, 12]


def test_compiled_modules_have_the_entries_of_symbols():
    text = Path(symbols.__file__).with_suffix(".pxd").read_text("utf-8")
    compiled = {name: int(value, 16) for name, value in re.findall(r"(\w+) = (0x\w+)", text)}
    in_each_view = sum(1 << VIEWS[view].shift for view in "CTG")
    assert compiled == {
        "BEGIN": symbols.EDGES[0] == symbols.BEGIN_ID * in_each_view and symbols.EDGES[0],
        "END": symbols.EDGES[1] == symbols.END_ID * in_each_view and symbols.EDGES[1],
        "BEYOND": symbols.BEYOND,
        "WHITE_SPACE": symbols.WHITE_SPACE,
        "NEWLINE": symbols.NEWLINE,
        "FIRST": symbols.FIRST_ID,
    }
