"""Keys of patterns: the symbols of every view, packed."""

import re
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from crfseg.features import ngrams
from crfseg.features.ngrams import VIEWS

parts = st.tuples(st.sampled_from(sorted(ngrams.VIEWS)), st.integers(-8, 8))


@given(st.lists(parts, min_size=2, max_size=4, unique=True), st.integers(0, 2**32 - 1))
def test_keys_of_any_views_hold_every_symbol(parts, seed):
    views = "".join(view for view, _ in parts)
    rng = np.random.default_rng(seed)
    columns = [rng.integers(1 << ngrams.VIEWS[view].bits, size=5) for view in views]
    keys = ngrams.packed(columns, views)
    assert ngrams.unpacked(keys, views).T.tolist() == [column.tolist() for column in columns]


def test_padding_keeps_sentences_apart():
    entries = np.arange(10, 15, dtype=np.uint32)
    padded = ngrams.pad(entries, np.array([0, 2, 5]), 2)
    for view in "CTG":
        found = ngrams.symbols_of(padded, ngrams.VIEWS[view]).tolist()
        assert [s if s < 3 else 3 for s in found[:2] + found[4:8] + found[-2:]] == [
            1, 1, 2, 2, 1, 1, 2, 2,
        ]  # fmt: skip
    assert padded[[2, 3, 8, 9, 10]].tolist() == entries.tolist()
    assert padded[ngrams.begins(np.array([0, 2, 5]), 2)].tolist() == [10, 12]


def test_compiled_modules_have_the_entries_of_symbols():
    text = Path(ngrams.__file__).with_suffix(".pxd").read_text("utf-8")
    compiled = {name: int(value, 16) for name, value in re.findall(r"(\w+) = (0x\w+)", text)}
    in_each_view = sum(1 << VIEWS[view].shift for view in "CTG")
    assert compiled == {
        "BEGIN": ngrams.EDGES[0] == ngrams.BEGIN_ID * in_each_view and ngrams.EDGES[0],
        "END": ngrams.EDGES[1] == ngrams.END_ID * in_each_view and ngrams.EDGES[1],
        "BEYOND": ngrams.BEYOND,
        "WHITE_SPACE": ngrams.WHITE_SPACE,
        "NEWLINE": ngrams.NEWLINE,
        "FIRST": ngrams.FIRST_ID,
    }
