import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crfseg.corpus.tagset import SCHEMES, TagSet, chunks, labels_in

lengths = st.lists(st.integers(1, 9), min_size=1, max_size=8)


def starts_of(word_lengths):
    starts = np.zeros(sum(word_lengths), dtype=bool)
    starts[np.cumsum([0, *word_lengths[:-1]])] = True
    return starts


@pytest.mark.parametrize(
    ("scheme", "expected"),
    [("BMES", "S B E B M E B M M M M E"), ("BMES6", "S B E B B2 E B B2 B3 M M E")],
)
def test_words_become_the_tags_of_the_table(scheme, expected):
    tag_set = TagSet(scheme)
    tags = tag_set.encode(starts_of([1, 2, 3, 6]))
    assert " ".join(tag_set.names[tag] for tag in tags) == expected


@pytest.mark.parametrize("scheme", SCHEMES)
@given(lengths)
def test_words_to_tags_to_words(scheme, word_lengths):
    tag_set = TagSet(scheme)
    starts = starts_of(word_lengths)
    assert np.array_equal(tag_set.decode(tag_set.encode(starts)), starts)


@pytest.mark.parametrize("scheme", SCHEMES)
@given(lengths, st.data())
def test_labels_come_back_and_every_step_is_legal(scheme, word_lengths, data):
    tag_set = TagSet(scheme, ("n", "v", "O"))
    label = st.integers(0, 1)
    of_word = [2 if n == 1 and data.draw(st.booleans()) else data.draw(label) for n in word_lengths]
    labels = np.repeat(np.array(of_word, dtype=np.int32), word_lengths)
    tags = tag_set.encode(starts_of(word_lengths), labels)
    assert tag_set.begins[tags[0]]
    assert tag_set.ends[tags[-1]]
    assert tag_set.legal[tags[:-1], tags[1:]].all()
    assert np.array_equal(tag_set.labels_of(tags), labels)
    assert np.array_equal(tag_set.decode(tags), starts_of(word_lengths))


@pytest.mark.parametrize("scheme", SCHEMES)
def test_legal_paths_are_exactly_the_encodings_of_segmentations(scheme):
    """All 2**(T-1) segmentations of T characters and nothing else."""
    tag_set, n = TagSet(scheme), 6
    encodings = {
        tuple(tag_set.encode(np.array([True, *rest])).tolist())
        for rest in itertools.product([True, False], repeat=n - 1)
    }
    legal = {
        path
        for path in itertools.product(range(len(tag_set.names)), repeat=n)
        if tag_set.begins[path[0]]
        and tag_set.ends[path[-1]]
        and all(tag_set.legal[i, j] for i, j in itertools.pairwise(path))
    }
    assert legal == encodings


def test_tags_without_training_data_are_left_out_of_labelled_sets_only():
    labelled = TagSet("BMES", ("PER", "O"))
    seen = labelled.seen_in(np.array([1, 0, 1, 0, 1]))  # B-PER E-PER O
    assert seen.names == ("B-PER", "E-PER", "O")
    assert TagSet().seen_in(np.array([0, 0, 0, 1])).names == ("B", "M", "E", "S")


def test_some_tag_for_words_of_one_character_always_stays():
    labelled = TagSet("BMES", ("PER",))
    assert labelled.seen_in(np.array([1, 0, 1, 0])) == labelled


def test_unknown_scheme_names_the_known_ones():
    with pytest.raises(ValueError, match="known: BMES, BMES6"):
        TagSet("BILOU")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ("B M E S", [(0, 3, ""), (3, 4, "")]),
        ("B B2 B3 M E S", [(0, 5, ""), (5, 6, "")]),
        ("B-PER I-PER O B-PER", [(0, 2, "PER"), (2, 3, "O"), (3, 4, "PER")]),
        ("I-PER I-PER B-PER O", [(0, 2, "PER"), (2, 3, "PER"), (3, 4, "O")]),  # IOB1
        ("I-PER I-LOC", [(0, 1, "PER"), (1, 2, "LOC")]),
        ("E M S", [(0, 1, ""), (1, 2, ""), (2, 3, "")]),  # broken: nothing is lost
        ("B-ORG.NAM I-ORG.NAM", [(0, 2, "ORG.NAM")]),
    ],
)
def test_chunks_of_the_usual_notations(tags, expected):
    assert chunks(tags.split()) == expected


def test_labels_have_a_fixed_order_with_the_outside_label_last():
    assert labels_in(["v", "O", "n", "v"]) == ("n", "v", "O")
