"""How varied strings' company is, against sets of characters; the classes that are kept of it."""

from bisect import bisect_right
from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crfseg.corpus.corpus import Corpus
from crfseg.features import ngrams
from crfseg.features.accessor_variety import Varieties, fit_varieties
from crfseg.features.alphabet import Alphabet
from crfseg.features.dataset import Dataset
from crfseg.features.extractor import Raw
from crfseg.features.templates import Templates
from crfseg.text import chars

LEAST = {2: (1, 2, 4, 8, 16, 32, 64), 3: (2, 3, 5, 9, 17, 33, 65), 4: (2, 3, 5)}
SHIFTS = {2: 5, 3: 2, 4: 0}
LETTERS = Alphabet(chars.code_points("甲乙丙丁戊己庚辛"))
ALL_BUT_ONE = Alphabet(chars.code_points("甲丁乙"))
NOTHING = np.empty(0, dtype=np.uint32)
few = st.text("甲乙丙丁 \n", max_size=40)
any_text = st.text(st.characters(codec=None, exclude_categories=()), max_size=40)


def sentences(text):
    """The text's sentences as they are seen: without white space, folded."""
    return [
        chars.to_text(chars.fold_width(chars.code_points(sentence)))
        for sentence in Corpus.from_text(text).texts()
    ]


def occurrences(lines, known=None):
    """Yield each string of two to four characters with its place and both of its neighbours.

    What is no known character is an edge, and every edge a neighbour of its own.
    """
    for i, line in enumerate(lines):
        is_known = [known is None or char in known for char in line]
        around = [char if is_known[j] else (i, j) for j, char in enumerate(line)]
        around += [(i, len(line)), (i, -1)]  # around[-1] is before the first
        for n in LEAST:
            for j in range(len(line) - n + 1):
                if all(is_known[j : j + n]):
                    yield line[j : j + n], (i, j), around[j - 1], around[j + n]


def class_of(string, variety):
    return bisect_right(LEAST[len(string)], variety) << SHIFTS[len(string)]


def oracle(text, raw, transductive, known=None):
    """Return the classes of strings, and what view A shows at each place of the text."""
    first, lines = len(sentences(text)), sentences(text) + sentences(raw)
    found = list(occurrences(lines, known))
    before, behind = defaultdict(Counter), defaultdict(Counter)
    for string, _, left, right in found:
        before[string][left] += 1
        behind[string][right] += 1

    def others(string, left, right):
        sides = ((before[string], left), (behind[string], right))
        return min(len(side) - (side[neighbour] == 1) for side, neighbour in sides)

    shown, of_raw = Counter(), defaultdict(list)
    for string, (i, j), left, right in found:
        shown[i, j] += class_of(string, others(string, left, right))
        if i >= first:
            of_raw[string].append(others(string, left, right))
    varieties = {string: min(len(before[string]), len(behind[string])) for string in before}
    if transductive:
        varieties = {string: round(sum(seen) / len(seen)) for string, seen in of_raw.items()}
    classes = {string: class_of(string, variety) for string, variety in varieties.items()}
    places = [[shown[i, j] for j in range(len(line))] for i, line in enumerate(lines[:first])]
    return {string: level for string, level in classes.items() if level}, places


def entries_of(alphabet, text, window):
    corpus = Corpus.from_text(text)
    return ngrams.pad(alphabet.entries_of(corpus.codes), corpus.offsets, window)


def count(text, raw="", *, transductive=False, alphabet=LETTERS, window=2):
    """Return strings with their classes, and view A of each sentence of the text; edges checked."""
    entries = entries_of(alphabet, text, window)
    marks = np.full(len(entries), 0x123456, dtype=np.uint32)
    varieties = fit_varieties(
        entries, entries_of(alphabet, raw, 1), marks, transductive=transductive
    )
    assert np.all(marks & 0xFFFFFF == 0x123456)
    return named(varieties, alphabet), shown_at(marks >> 24, text, window)


def named(varieties, alphabet):
    strings = [chars.to_text(alphabet.characters[row[row > 0] - 3]) for row in varieties.strings]
    assert len(set(strings)) == len(strings)
    return dict(zip(strings, varieties.classes.tolist(), strict=True))


def shown_at(symbols_of_a, text, window):
    """Return view A of the characters, sentence by sentence."""
    found, begin = [], 0
    for line in sentences(text):
        end = begin + len(line) + 2 * window
        row = symbols_of_a[begin:end].tolist()
        assert (row[:window], row[-window:]) == ([1] * window, [2] * window)
        found.append(row[window:-window])
        begin = end
    assert begin == len(symbols_of_a)
    return found


def alphabet_of(*texts):
    return Alphabet.of(Corpus.from_text("\n".join(texts)).codes)


@settings(deadline=None)
@given(few, few, st.booleans(), st.integers(1, 3))
def test_strings_are_counted_as_the_oracle_does(text, raw, transductive, window):
    found = count(text, raw, transductive=transductive, window=window)
    assert found == oracle(text, raw, transductive)


@settings(deadline=None, max_examples=30)
@given(any_text, any_text, st.booleans())
def test_any_text_is_counted_as_the_oracle_does(text, raw, transductive):
    found = count(text, raw, transductive=transductive, alphabet=alphabet_of(text, raw))
    assert found == oracle(text, raw, transductive)


@settings(deadline=None, max_examples=50)
@given(few, few, st.booleans())
def test_characters_that_are_not_known_are_edges(text, raw, transductive):
    found = count(text, raw, transductive=transductive, alphabet=ALL_BUT_ONE)
    assert found == oracle(text, raw, transductive, known=set("甲丁乙"))


@pytest.mark.parametrize("transductive", [False, True])
def test_varieties_of_every_class(transductive):
    """Zipf's law: some strings in the company of a hundred characters, most in that of one."""
    rng = np.random.default_rng(0)
    lines = [
        "".join(chr(0x4E00 + k) for k in rng.zipf(1.4, rng.integers(1, 30)) % 150)
        for _ in range(700)
    ]
    text, raw = "\n".join(lines[:200]), "\n".join(lines[200:])
    alphabet = alphabet_of(text, raw)
    classes, places = count(text, raw, transductive=transductive, alphabet=alphabet)
    assert (classes, places) == oracle(text, raw, transductive)
    for n, least in LEAST.items():
        seen = {level >> SHIFTS[n] for string, level in classes.items() if len(string) == n}
        assert seen == set(range(1, len(least) + 1))


@settings(deadline=None, max_examples=50)
@given(few, few, st.booleans())
def test_no_string_is_taken_for_an_edge(text, raw, transductive):
    """Symbols 1 and 2: a string of four characters without the two that it begins with."""
    classes, places = count(text, raw, transductive=transductive)
    assert {string[:2] for string in classes} <= classes.keys()
    assert not {1, 2} & {symbol for line in places for symbol in line}


def test_the_example_of_the_module():
    raw = "在北京的\n去北京市\n从北京。\n北京大学\n北京大学\n北京大道"
    classes, _ = count("", raw, alphabet=alphabet_of(raw))
    assert classes["北京"] == 3 << 5  # three and three edges before, three and 大 behind
    assert classes["京大"] == 1 << 5  # one before, two behind


def test_every_edge_of_a_sentence_is_a_neighbour_of_its_own():
    assert count("", "甲乙\n甲乙\n甲乙\n甲乙")[0] == {"甲乙": 3 << 5}


def test_the_bits_of_three_lengths_lie_side_by_side():
    """Each of three strings has three neighbours, edges but for one; the text's own is an edge."""
    raw = "戊甲乙\n己甲乙\n甲乙丙\n甲乙丙\n甲乙丙丁\n甲乙丙丁"
    classes, places = count("甲乙丙丁", raw)
    assert [classes[s] for s in ("甲乙", "甲乙丙", "甲乙丙丁")] == [2 << 5, 2 << 2, 2]
    assert places == [[2 << 5 | 2 << 2 | 1, 1 << 5, 1 << 5, 0]]
    assert LETTERS.print_id(places[0][0], "A") == "<2.2.1>"


def test_a_string_is_as_new_as_if_its_text_were_not_there():
    assert count("甲乙")[1] == [[0, 0]]
    assert count("甲乙\n甲乙")[1] == [[1 << 5, 0]] * 2
    # The neighbours 丙 and 丁 are there twice: so they are known from elsewhere too.
    assert count("丙甲乙丁\n丙甲乙丁")[1][0][1] == 1 << 5 | 0


def test_the_mean_of_the_text_s_own_view_is_what_is_kept_of_it():
    """丙甲乙丁 twice, and 戊甲乙己 once: three others see two neighbours, or one."""
    classes, _ = count("", "丙甲乙丁\n丙甲乙丁\n戊甲乙己", transductive=True)
    assert classes["甲乙"] == 2 << 5  # (2 + 2 + 1) / 3
    classes, _ = count("", "丙甲乙丁\n丙甲乙丁", transductive=True)
    assert classes["甲乙"] == 1 << 5
    assert count("甲乙\n甲乙", "丙丁", transductive=True) == ({}, [[1 << 5, 0]] * 2)


@settings(deadline=None, max_examples=30)
@given(few, few, st.booleans())
def test_white_space_in_raw_text_does_not_matter(text, raw, transductive):
    bare = "\n".join("".join(line.split()) for line in raw.split("\n"))
    spaced = "\n".join("　".join([" ", *line, "\t"]) for line in raw.split("\n"))
    assert (
        count(text, raw, transductive=transductive)
        == count(text, bare, transductive=transductive)
        == count(text, spaced + "\n \n", transductive=transductive)
    )


def test_no_string_goes_from_one_sentence_or_text_into_the_next():
    classes, places = count("甲\n乙", "丙\n丁")
    assert (classes, places) == ({}, [[0], [0]])


@settings(deadline=None, max_examples=50)
@given(st.lists(st.sampled_from("甲乙丙丁戊己庚辛\n"), unique=True).map("".join), few)
def test_a_text_of_strings_that_come_once_is_seen_as_one_that_was_not_counted(text, raw):
    """Leaving out the only occurrence in the text leaves what the others say."""
    varieties = fit_varieties(NOTHING, entries_of(LETTERS, raw, 1), NOTHING, transductive=False)
    assert looked_up(varieties, text) == count(text, raw)[1]


def looked_up(varieties, text):
    """Return view A of each sentence of a text that was not counted."""
    entries = entries_of(LETTERS, text, 2)
    marks = np.zeros_like(entries)
    varieties.mark(entries, marks)
    return shown_at(marks >> 24, text, 2)


@settings(deadline=None, max_examples=50)
@given(few, few)
def test_strings_are_looked_up_in_text_that_was_not_counted(raw, text):
    varieties = fit_varieties(NOTHING, entries_of(LETTERS, raw, 1), NOTHING, transductive=False)
    classes = named(varieties, LETTERS)
    assert looked_up(varieties, text) == [
        [
            sum(classes.get(line[i : i + n], 0) for n in LEAST if i + n <= len(line))
            for i in range(len(line))
        ]
        for line in sentences(text)
    ]


@pytest.mark.parametrize("block", [1, 3, 7])
def test_blocks_change_nothing(monkeypatch, block):
    text, raw = "甲乙丙丁甲乙\n乙丙\n丁", "丙甲乙丁甲\n\n甲乙丙丁甲乙丙"
    whole = count(text, raw)
    monkeypatch.setattr("crfseg.text.blocks.SIZE", block)
    assert count(text, raw) == whole


@pytest.mark.parametrize("most", [0, 1, 5, 20, 1000])
def test_no_more_strings_are_kept_than_may_be_and_the_most_varied(monkeypatch, most):
    rng = np.random.default_rng(1)
    raw = "\n".join("".join(rng.choice(list("甲乙丙丁戊"), 12)) for _ in range(20))
    every, places = count("甲乙丙", raw)
    monkeypatch.setattr("crfseg.features.accessor_variety.MAX_STRINGS", most)
    kept, shown = count("甲乙丙", raw)
    assert kept.items() <= every.items()
    before, behind = defaultdict(set), defaultdict(set)
    for string, _, left, right in occurrences(sentences(f"甲乙丙\n{raw}")):
        before[string].add(left)
        behind[string].add(right)
    for n in LEAST:
        varieties = {s: min(len(before[s]), len(behind[s])) for s in every if len(s) == n}
        left = varieties.keys() - kept.keys()
        assert len(varieties) - len(left) == min(most, len(varieties))
        assert (
            not left
            or not most
            or max(varieties[s] for s in left) <= min(varieties[s] for s in varieties if s in kept)
        )
    if len(kept) == len(every):
        assert shown == places


def test_the_training_text_shows_no_string_that_is_not_kept(monkeypatch):
    text = "甲乙丙\n丁甲乙丁\n丙甲乙甲"
    assert any(map(any, count(text, "")[1]))
    monkeypatch.setattr("crfseg.features.accessor_variety.MAX_STRINGS", 0)
    assert not any(map(any, count(text, "")[1]))


@pytest.mark.parametrize("raw", ["", "甲", "甲\n乙\n丙"])
def test_texts_without_strings_have_none(raw):
    assert count("", raw) == count("", raw, transductive=True) == ({}, [])
    assert count("甲", raw) == ({}, [[0]])


def test_raw_text_alone_says_what_tagging_needs_in_a_dataset():
    """The training text's characters come first, those of raw text after them."""
    corpus, raw = Corpus.from_text("甲 乙\n甲 乙"), Corpus.from_text("丙丙丙 甲乙丁")
    dataset = Dataset.encode(corpus, Templates.parse(["A[0]"]), raw=Raw(raw))
    assert chars.to_text(dataset.extractor.alphabet.characters) == "乙甲丙丁"
    assert named(dataset.extractor.varieties, dataset.extractor.alphabet)["甲乙"] == 2 << 5
    assert named(dataset.extractor.varieties, dataset.extractor.alphabet)["丙丙"] == 2 << 5
    one, other = (
        Dataset.encode(corpus, Templates.parse(["A[0]"]), raw=Raw(raw, transductive))
        for transductive in (False, True)
    )
    assert one.ids.tolist() == other.ids.tolist()
    assert len(other.extractor.varieties.strings) < len(one.extractor.varieties.strings)


def test_the_same_text_gives_the_same_bytes():
    rng = np.random.default_rng(2)
    raw = "\n".join("".join(rng.choice(list("甲乙丙丁"), 30)) for _ in range(20))
    entries = entries_of(LETTERS, raw, 1)
    first, second = (fit_varieties(NOTHING, entries, NOTHING, transductive=False) for _ in range(2))
    assert first.strings.tobytes() == second.strings.tobytes()
    assert first.classes.tobytes() == second.classes.tobytes()
    assert repr(first) == f"Varieties({len(first.strings)} strings)"


@pytest.mark.parametrize(
    ("strings", "classes", "message"),
    [
        ([[3, 4, 0, 0]], [32, 64], "strings of shape"),
        ([[3, 4, 0, 0, 0]], [32], "strings of shape"),
        ([[3, 4, 0]], [32], "strings of shape"),
        ([[3, 0, 4, 0]], [32], "or with gaps"),
        ([[0, 3, 4, 0]], [32], "or with gaps"),
        ([[3, 0, 0, 0]], [32], "a string of 1 characters"),
        ([[0, 0, 0, 0]], [0], "a string of 0 characters"),
        ([[3, 4, 0, 0]], [0], "a string of 2 characters has a class of another length"),
        ([[3, 4, 0, 0]], [4], "a string of 2 characters has a class of another length"),
        ([[3, 4, 5, 0]], [32], "a string of 3 characters has a class of another length"),
        ([[3, 4, 5, 6]], [4], "a string of 4 characters has a class of another length"),
        ([[3, 4, 5, 6], [3, 4, 0, 0]], [3, 36], "a string of 2 characters has a class of another"),
    ],
)
def test_what_are_no_varieties_is_refused(strings, classes, message):
    with pytest.raises(ValueError, match=message):
        Varieties(np.array(strings, dtype=np.uint16), np.array(classes, dtype=np.uint8))


def test_strings_that_are_there_twice_or_no_characters_find_nothing():
    classes = np.array([32, 32], dtype=np.uint8)
    twice = Varieties(np.array([[3, 4, 0, 0]] * 2, dtype=np.uint16), classes)
    with pytest.raises(ValueError, match="word 1 is there twice"):
        twice.matcher()
    edge = Varieties(np.array([[3, 2, 0, 0], [4, 5, 0, 0]], dtype=np.uint16), classes)
    with pytest.raises(ValueError, match="which is no character's"):
        edge.matcher()
    assert Varieties().matcher().longest == 0
