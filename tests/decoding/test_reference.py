"""crf.py against brute force and a textbook."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crfseg.corpus.tagset import TagSet
from crfseg.decoding import reference
from crfseg.errors import InfeasibleError, ShapeError
from crfseg.text.boundaries import BEGIN, INSIDE
from support.models import seeds


def random_lattice(seed, scheme="BMES", longest=6):
    rng = np.random.default_rng(seed)
    tag_set = TagSet(scheme)
    n_tags = len(tag_set.names)
    emissions = rng.normal(scale=3, size=(rng.integers(1, longest + 1), n_tags))
    return tag_set, emissions, rng.normal(size=(n_tags, n_tags)), rng


def every_path(emissions):
    return [
        np.array(path)
        for path in itertools.product(range(emissions.shape[1]), repeat=len(emissions))
    ]


@given(seeds)
def test_viterbi_partition_and_marginals_equal_brute_force(seed):
    tag_set, emissions, transitions, _ = random_lattice(seed, longest=5)
    emissions = reference.constrain(emissions, tag_set)
    transitions = reference.mask(transitions, tag_set)
    paths = every_path(emissions)
    scores = np.array([reference.path_score(emissions, transitions, path) for path in paths])
    path, score = reference.viterbi(emissions, transitions)
    assert score == pytest.approx(scores.max())
    assert np.array_equal(path, paths[scores.argmax()])
    log_z = np.logaddexp.reduce(scores)
    assert reference.log_partition(emissions, transitions) == pytest.approx(log_z)
    expected = np.zeros_like(emissions)
    for path, score in zip(paths, scores, strict=True):
        expected[np.arange(len(path)), path] += np.exp(score - log_z)
    marginals = reference.marginals(emissions, transitions)
    assert marginals == pytest.approx(expected)
    assert marginals.sum(axis=1) == pytest.approx(np.ones(len(emissions)))


def test_viterbi_equals_a_worked_example():
    """The healthy/fever example of the Viterbi algorithm, as Wikipedia works it out."""
    start, transition = np.log([0.6, 0.4]), np.log([[0.7, 0.3], [0.4, 0.6]])
    emission = np.log([[0.5, 0.4, 0.1], [0.1, 0.3, 0.6]])  # normal, cold, dizzy
    emissions = emission[:, [0, 1, 2]].T + np.vstack([start, np.zeros((2, 2))])
    path, score = reference.viterbi(emissions, transition)
    assert path.tolist() == [0, 0, 1]
    assert np.exp(score) == pytest.approx(0.01512)


def test_no_path_left_is_reported():
    tag_set = TagSet()
    emissions, transitions = np.zeros((2, 4)), np.zeros((4, 4))
    boundaries = np.array([INSIDE, BEGIN], dtype=np.int8)
    with pytest.raises(InfeasibleError):
        reference.viterbi(
            reference.constrain(emissions, tag_set, boundaries),
            reference.mask(transitions, tag_set),
        )
    with pytest.raises(InfeasibleError):
        reference.marginals(
            reference.constrain(emissions, tag_set, boundaries),
            reference.mask(transitions, tag_set),
        )


def test_arrays_that_disagree_are_reported_with_both_shapes():
    with pytest.raises(ShapeError, match=r"\(3, 4\) and transitions \(2, 2\)"):
        reference.viterbi(np.zeros((3, 4)), np.zeros((2, 2)))


def constraints_of(length):
    return st.lists(st.sampled_from([0, 1, -1]), min_size=length, max_size=length)


@given(st.integers(0, 2**32 - 1), st.sampled_from(["BMES", "BMES6"]), st.integers(1, 5), st.data())
def test_the_loss_is_that_of_all_paths_that_agree(seed, scheme, length, data):
    boundaries = np.array(data.draw(constraints_of(length)), dtype=np.int8)
    boundaries[0] = 1
    rng, tag_set = np.random.default_rng(seed), TagSet(scheme)
    n_tags = len(tag_set.names)
    emissions, transitions = rng.normal(size=(length, n_tags)), rng.normal(size=(n_tags, n_tags))
    every, agreeing = [], []
    for starts in itertools.product([True, False], repeat=length - 1):
        path = tag_set.encode(np.array([True, *starts])).astype(np.intp)
        score = reference.path_score(emissions, transitions, path)
        every.append(score)
        if all(k == 0 or (k > 0) == s for k, s in zip(boundaries[1:], starts, strict=True)):
            agreeing.append(score)
    expected = np.logaddexp.reduce(every) - np.logaddexp.reduce(agreeing)
    found = reference.partial_loss(emissions, transitions, tag_set, boundaries)
    assert found == pytest.approx(expected)
