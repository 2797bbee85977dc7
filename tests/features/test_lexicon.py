"""Words found in text against a readable reference; what a corpus says of its words."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crfseg import chars, lexicon, symbols
from crfseg.corpus import Corpus
from crfseg.errors import ShapeError
from crfseg.lexicon import FOLDS, Lexicon, class_of, cross_fit, distinct_words, fold_bounds, marked
from crfseg.matcher import Matcher
from crfseg.symbols import Alphabet

BEGIN, END = 0x01010001, 0x02020002
seeds = st.integers(0, 2**32 - 1)


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


def occurrences(words, entries):
    """Return begin, end and rank of every word in the text."""
    text = [int(entry) & 0xFFFF for entry in entries]
    return [
        (begin, begin + len(word), k)
        for k, word in enumerate(words)
        for begin in range(len(text) - len(word) + 1)
        if tuple(text[begin : begin + len(word)]) == tuple(word)
    ]


def reference(words, classes, entries):
    """Return marks and words, from all occurrences at each place."""
    known = [found for found in occurrences(words, entries) if classes[found[2]]]
    by_length = sorted(known, key=lambda found: (found[1] - found[0], found[0]))

    def longest(holds):
        chosen = [found for found in by_length if holds(*found[:2])]
        if not chosen:
            return 0, 0
        begin, end, k = chosen[-1]
        return min(end - begin, 6) << 5 | (classes[k] - 1), 3 + k if 3 + k < 1 << 16 else 0

    marks, found = [], []
    for i, entry in enumerate(entries):
        symbol = int(entry) & 0xFFFF
        if symbol in (1, 2):
            marks.append(symbol * 0x10101)
            found.append(symbol * 0x10001)
            continue
        begins, first = longest(lambda begin, end, i=i: begin == i)
        ends, last = longest(lambda begin, end, i=i: end == i + 1)
        passes, _ = longest(lambda begin, end, i=i: begin < i < end)
        marks.append(begins | ends << 8 | passes << 16)
        found.append(first | last << 16)
    return marks, found


def reference_bits(words, bits, entries):
    """Return the bits of all words that begin at each place together; at edges the symbol."""
    found = [symbol if symbol in (1, 2) else 0 for symbol in (int(e) & 0xFFFF for e in entries)]
    for begin, _, k in occurrences(words, entries):
        found[begin] |= bits[k]
    return found


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
    assert mark(words, classes, entries) == reference(words, classes, entries)


def test_words_are_found_across_the_borders_of_chunks():
    rng = np.random.default_rng(1)
    words = random_words(rng, n_letters=2)
    entries = rng.integers(3, 5, size=540)
    classes = rng.integers(1, 21, size=len(words)).tolist()
    assert mark(words, classes, entries) == reference(words, classes, entries)


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
    matcher_of(words).count(entries, starts, seen, whole)
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
        with pytest.raises(ValueError, match=f"1 words, 4 places; .* got {n_classes}, {n_marks}$"):
            matcher_of([(3,)]).mark_all(text, classes, marks)
    counts = np.zeros(1, dtype=np.int64)
    with pytest.raises(ValueError, match="got 1, 1, 3"):
        matcher_of([(3,)]).count(text, np.ones(3, dtype=np.uint8), counts, counts.copy())


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
    ids = symbols.pad(alphabet.ids(corpus.codes, "C"), corpus.offsets, window)
    return ids.astype(np.uint32)


def mark_corpus(text, window=2, init=None):
    corpus = Corpus.from_text(text)
    alphabet = Alphabet.of(corpus.codes)
    return marked(corpus, alphabet, padded(corpus, alphabet, window), window, init=init)


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
    monkeypatch.setattr("crfseg.corpus._BLOCK", 16)
    parts = mark_corpus(text)
    assert parts.lexicon.words == whole.lexicon.words == ("乙丙", "甲", "甲丁戊己庚辛")
    assert parts.marks.tolist() == whole.marks.tolist()


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
    assert found.marks.shape == (0,)


def test_a_word_is_unknown_in_the_one_fold_that_has_it():
    text = "\n".join(["甲乙 丙"] + ["丁 丙"] * 9)
    found = mark_corpus(text)
    assert found.lexicon.words == ("丙", "丁", "甲乙")
    assert found.marks[2:4].tolist() == found.words[2:4].tolist() == [0, 0]
    assert found.words[4] == 3 | 3 << 16
    assert np.all(found.words[9::6] == (4 | 4 << 16))
    assert np.all(found.words[10::6] == (3 | 3 << 16))


def test_a_word_of_two_folds_is_known_in_both_by_the_other():
    text = "\n".join(["甲乙 丙"] * 2 + ["甲 乙"] * 8)
    found = mark_corpus(text)
    rank = found.lexicon.words.index("甲乙")
    class_in = [mark & 31 for mark in found.marks[2::7][:2]]
    assert class_in == [class_of(np.array([1]), np.array([9]))[0] - 1] * 2
    assert found.lexicon.classes[rank] == class_of(np.array([2]), np.array([10]))[0]


def test_a_single_sentence_knows_nothing_of_itself():
    found = mark_corpus("甲 乙丙", window=1)
    assert found.marks.tolist() == [0x10101, 0, 0, 0, 0x20202]
    assert found.lexicon.words == ("乙丙", "甲")
    assert found.lexicon.classes.tolist() == [17, 17]


def test_cross_fitting_counts_all_but_the_fold():
    rng = np.random.default_rng(3)
    text = "\n".join(" ".join(rng.choice(["a", "b", "ab", "ba"], 4)) for _ in range(40))
    corpus = Corpus.from_text(text)
    alphabet = Alphabet.of(corpus.codes)
    words = distinct_words(corpus, alphabet)
    matcher = Lexicon(tuple(words), np.ones(len(words), dtype=np.uint8)).matcher(alphabet)
    starts = symbols.pad(corpus.starts.astype(np.uint16), corpus.offsets, 2).astype(np.uint8)
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
    assert [m & 0xFF for m in found.marks] == [1, one | 8, 0, 2, 1, one | 8, one | 6, 2]


def test_the_same_corpus_gives_the_same_words_and_marks():
    text = "\n".join("甲 乙丙 丁\n乙 丙丁" for _ in range(9))
    first, second = mark_corpus(text), mark_corpus(text)
    assert first.lexicon.words == second.lexicon.words
    assert first.lexicon.classes.tobytes() == second.lexicon.classes.tobytes()
    assert first.marks.tobytes() == second.marks.tobytes()
    assert repr(first.lexicon) == f"Lexicon({len(first.lexicon.words)} words)"


def test_its_longest_word_is_the_matchers():
    longest = (3,) * lexicon.LONGEST
    assert matcher_of([longest]).longest == lexicon.LONGEST
    with pytest.raises(ValueError, match="symbols, expected"):
        matcher_of([(*longest, 3)])
