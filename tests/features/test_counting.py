"""Patterns, counted and numbered."""

import collections

import numpy as np
import pytest

from crfseg.features import counting


@pytest.mark.parametrize("min_count", [1, 2, 3])
def test_numbering_is_that_of_a_dictionary(min_count):
    """Many patterns that share places in the table of counters, in many blocks."""
    rng = np.random.default_rng(0)
    keys = (rng.zipf(1.3, 300_000) % 100_000).astype(np.uint64) * np.uint64(2654435761)
    tallies = np.zeros(1 << 12, dtype=np.uint8)
    interner = counting.Interner()
    blocks = np.array_split(keys, 7)
    for block in blocks:
        counting.tally(tallies, block)
    numbers = np.concatenate([interner.number(block, tallies, min_count) for block in blocks])
    distinct, counts = interner.distinct()
    assert len(interner) == len(distinct) == len(set(distinct.tolist()))
    assert np.array_equal(distinct[numbers[numbers >= 0]], keys[numbers >= 0])
    expected = collections.Counter(keys.tolist())
    assert dict(zip(distinct.tolist(), counts.tolist(), strict=True)) == {
        key: expected[key] for key in distinct.tolist()
    }
    assert {key for key, count in expected.items() if count >= min_count} <= set(distinct.tolist())
    first = {key: n for n, key in enumerate(dict.fromkeys(keys[numbers >= 0].tolist()))}
    assert [first[key] for key in distinct.tolist()] == list(range(len(distinct)))
