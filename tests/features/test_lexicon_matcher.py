"""Words found in text, against a readable reference."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crfseg.features.lexicon_matcher import MAX_WORD_LENGTH, Matcher
from support.models import seeds
from support.oracles import occurrences, reference_bits, reference_marks

BEGIN, END = 0x01010001, 0x02020002


def matcher_of(words):
    symbols = np.array([symbol for word in words for symbol in word], dtype=np.uint16)
    return Matcher(symbols, np.cumsum([0, *map(len, words)], dtype=np.int64))


def mark(words, classes, entries):
    entries = np.array(entries, dtype=np.uint32)
    marks, found = np.full((2, len(entries)), 77, dtype=np.uint32)
    matcher_of(words).mark(entries, np.array(classes, dtype=np.uint8), marks, found)
    return marks.tolist(), found.tolist()


def random_words(rng, n_letters=3, n_words=30):
    """Distinct words of few letters; half of them so long that they overlap and nest."""
    lengths = rng.choice(8, n_words) + 1
    words = {tuple((rng.integers(n_letters, size=n) + 3).tolist()) for n in lengths}
    return [list(words)[k] for k in rng.permutation(len(words))]


def random_entries(rng, n, n_letters=3):
    """Text with a few edges and unknown characters; what stands in the upper bits is no matter."""
    entries = rng.integers(n_letters, size=n) + 3
    entries |= rng.integers(7, size=n) << 16
    odd = rng.random(n) < 0.1
    return np.where(odd, rng.choice([0x30000, BEGIN, END], n), entries).astype(np.uint32)


def mark_all(words, bits, entries, below=0):
    marks = np.full(len(entries), below, dtype=np.uint32)
    bits = np.array(bits, dtype=np.uint8)
    matcher_of(words).mark_all(np.array(entries, dtype=np.uint32), bits, marks)
    assert np.all(marks & 0xFFFFFF == below)
    return (marks >> 24).tolist()


@settings(deadline=None, max_examples=50)
@given(seeds, st.sampled_from([0, 1, 20, 127, 128, 129, 275]))
def test_all_words_that_begin_are_marked_as_the_reference_does(seed, n):
    rng = np.random.default_rng(seed)
    words, entries = random_words(rng), random_entries(rng, n)
    bits = rng.integers(256, size=len(words)).tolist()
    assert mark_all(words, bits, entries, below=0x123456) == reference_bits(words, bits, entries)


def test_words_that_begin_are_marked_up_to_the_edges_of_sentences():
    words, text = [(3, 4), (3, 4, 5), (4, 5)], [BEGIN, 3, 4, 5, END, BEGIN, 3, 4, END, 5, 4, 0, 5]
    assert mark_all(words, [32, 4, 64], text) == [1, 36, 64, 0, 2, 1, 32, 0, 2, 0, 0, 0, 0]
    assert mark_all([], [], [BEGIN, 3, END]) == [1, 0, 2]
    assert mark_all([], [], []) == mark_all(words, [1, 2, 4], []) == []


@settings(deadline=None, max_examples=50)
@given(seeds, st.sampled_from([0, 1, 20, 275]))
def test_marks_are_the_references(seed, n):
    rng = np.random.default_rng(seed)
    words, entries = random_words(rng), random_entries(rng, n)
    classes = rng.integers(21, size=len(words)).tolist()
    assert mark(words, classes, entries) == reference_marks(words, classes, entries)


def test_words_are_found_across_the_borders_of_chunks():
    rng = np.random.default_rng(1)
    words = random_words(rng, n_letters=2)
    entries = rng.integers(3, 5, size=540)
    classes = rng.integers(1, 21, size=len(words)).tolist()
    assert mark(words, classes, entries) == reference_marks(words, classes, entries)


def test_of_equally_long_words_that_pass_the_later_counts():
    marks, _ = mark([(3, 4, 5), (4, 5, 6)], [1, 2], [3, 4, 5, 6])
    assert [m >> 16 for m in marks] == [0, 3 << 5, 3 << 5 | 1, 3 << 5 | 1]


def test_a_word_of_class_0_is_as_if_it_were_not_there():
    words, text = [(3,), (3, 4), (3, 4, 5)], [3, 4, 5, 3, 4]
    assert mark(words, [2, 3, 0], text) == mark(words[:2], [2, 3], text)


def test_no_word_reaches_over_an_edge_or_an_unknown_character():
    marks, found = mark([(3, 4)], [1], [BEGIN, 3, END, BEGIN, 4, 0x30000, 3, 0, 4, END])
    assert marks == [0x10101, 0, 0x20202, 0x10101, 0, 0, 0, 0, 0, 0x20202]
    assert found == [0x10001, 0, 0x20002, 0x10001, 0, 0, 0, 0, 0, 0x20002]


def test_ranks_beyond_16_bits_are_marked_but_not_named():
    every = np.array([(a, b) for a in range(3, 303) for b in range(3, 303)])[:65534]
    words = [tuple(word) for word in every.tolist()]
    marks, found = mark(words, np.ones(len(words)), [*words[65532], 0, *words[65533]])
    assert found == [65535, 65535 << 16, 0, 0, 0]
    assert marks[3:] == [2 << 5, 2 << 13 | 2 << 21]


def test_a_list_without_words_finds_none():
    assert mark([], [], [BEGIN, 3, END]) == ([0x10101, 0, 0x20202], [0x10001, 0, 0x20002])
    assert matcher_of([]).longest == 0


@settings(deadline=None, max_examples=30)
@given(seeds, st.sampled_from([0, 30, 300]))
def test_counts_are_the_references(seed, n):
    rng = np.random.default_rng(seed)
    words, entries = random_words(rng), random_entries(rng, n)
    edges = np.isin(entries & 0xFFFF, (1, 2))
    starts = (rng.random(n) < 0.5).astype(np.uint8)
    seen, whole = np.zeros((2, len(words)), dtype=np.int64)
    boundaries = np.where(starts, 1, -1).astype(np.int8)
    matcher_of(words).count(entries, boundaries, seen, whole)
    cuts = [*(starts | edges).tolist(), 1]
    found = occurrences(words, entries)
    is_word = [starts[a] and cuts[b] and not any(cuts[a + 1 : b]) for a, b, _ in found]
    ranks = [k for _, _, k in found]
    assert seen.tolist() == np.bincount(ranks, minlength=len(words)).tolist()
    assert whole.tolist() == np.bincount(ranks, is_word, minlength=len(words)).tolist()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([(3,), ()], "word 1: 0 symbols"),
        ([(3,) * 9], "word 0: 9 symbols, expected 1 to 8"),
        ([(3,), (4, 2)], "symbol 2 of the words is 2"),
        ([(3,), (4,), (3,)], "word 2 is there twice"),
        ([(3, 4, 5), (3, 4), (3, 4)], "word 2 is there twice"),
    ],
)
def test_what_is_no_list_of_words_is_refused(words, message):
    with pytest.raises(ValueError, match=message):
        matcher_of(words)


@pytest.mark.parametrize("offsets", [[], [1, 2], [0, 1], [0, 3]])
def test_offsets_must_be_those_of_the_symbols(offsets):
    with pytest.raises(ValueError, match="offsets from 0 to 2"):
        Matcher(np.array([3, 4], dtype=np.uint16), np.array(offsets, dtype=np.int64))


def test_arrays_of_other_lengths_are_refused():
    text = np.zeros(4, dtype=np.uint32)
    with pytest.raises(ValueError, match="got 2, 4, 4"):
        matcher_of([(3,)]).mark(text, np.ones(2, dtype=np.uint8), text, text.copy())
    for n_classes, n_marks in ((2, 4), (0, 4), (1, 3), (1, 5)):
        classes, marks = np.ones(n_classes, dtype=np.uint8), np.zeros(n_marks, dtype=np.uint32)
        with pytest.raises(ValueError, match=f"4 positions; .* got {n_classes}, {n_marks}$"):
            matcher_of([(3,)]).mark_all(text, classes, marks)
    counts = np.zeros(1, dtype=np.int64)
    with pytest.raises(ValueError, match="got 1, 1, 3"):
        matcher_of([(3,)]).count(text, np.ones(3, dtype=np.int8), counts, counts.copy())


def test_its_longest_word_is_the_matchers():
    longest = (3,) * MAX_WORD_LENGTH
    assert matcher_of([longest]).longest == MAX_WORD_LENGTH
    with pytest.raises(ValueError, match="symbols, expected"):
        matcher_of([(*longest, 3)])
