"""Groups of characters: alike if their neighbours are; always the same for the same text."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crfseg.corpus.corpus import Corpus
from crfseg.features import clusters, ngrams
from crfseg.features.alphabet import Alphabet
from crfseg.text import chars
from support.corpora import SAMPLE


def learned(*texts):
    corpora = [Corpus.from_text(text) for text in texts]
    alphabet = Alphabet.of(Corpus.join(corpora).codes)
    entries = [
        ngrams.pad(alphabet.entries_of(corpus.codes), corpus.offsets, 2) for corpus in corpora
    ]
    found = clusters.fit_clusters(entries, len(alphabet.characters))
    return dict(zip(map(chr, alphabet.characters.tolist()), found.tolist(), strict=True))


def test_the_same_text_gives_the_same_groups():
    text = (SAMPLE / "dev.txt").read_text("utf-8")
    found = learned(text)
    assert learned(text) == found
    assert 30 < len(set(found.values()) - {clusters.RARE}) <= clusters.RARE
    assert 0 <= min(found.values()) <= max(found.values()) == clusters.RARE


def test_sorts_of_characters_that_follow_each_other_share_no_group():
    """Three sorts, 25 characters of each."""
    rng = np.random.default_rng(0)
    sorts = [[chr(0x4E00 + 100 * sort + k) for k in range(25)] for sort in range(3)]
    lines = ("".join(rng.choice(sort) for sort in sorts * 4) for _ in range(2000))
    found = learned("\n".join(lines))
    of_sort = [{found[char] for char in sort} for sort in sorts]
    assert len(set.union(*of_sort)) == sum(map(len, of_sort))


def test_characters_in_the_same_places_are_in_the_same_group():
    text = (SAMPLE / "dev.txt").read_text("utf-8").replace(" ", "")
    found = learned("\n".join(text.replace("的", other) for other in "的ǂǃ"))
    assert found["的"] == found["ǂ"] == found["ǃ"]


def test_texts_are_learned_from_as_if_they_were_one():
    lines = (SAMPLE / "dev.txt").read_text("utf-8").splitlines()
    whole, none = "\n".join(lines), ""
    assert learned("\n".join(lines[:20]), "\n".join(lines[20:]), none) == learned(whole)


def test_characters_that_came_less_than_three_times_are_a_group():
    text = (SAMPLE / "dev.txt").read_text("utf-8").replace(" ", "")
    counts = Counter(chars.fold_letters(chars.code_points(text)).tolist())
    found = learned(text)
    seldom = {char for char in found if counts[ord(char)] < 3}
    assert seldom == {char for char, group in found.items() if group == clusters.RARE}
    assert 0 < len(seldom) < len(found)


@pytest.mark.parametrize("text", ["a", "ab", "a\nb", "abc", "a\nb\nc", "aaaa", "abab\nba"])
def test_the_smallest_alphabets_have_groups(text):
    assert set(learned(text)) == set(text) - {"\n"}


@given(st.text("abcde\n", max_size=20).filter(str.strip))
def test_any_text_has_groups(text):
    """Even one in which every neighbour is as frequent as chance has it."""
    assert all(0 <= group <= clusters.RARE for group in learned(text).values())
