"""Intervals and p-values: what is certain of them, and by simulation how often they are right.

Simulations have fixed seeds. Their bounds leave room for chance: three standard deviations of a
binomial count, or a test of level 0.001.
"""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, kstest

import crfseg
from crfseg.evaluation import significance
from crfseg.evaluation.significance import f1_of, interval, interval_of_difference, p_value
from support.corpora import SAMPLE


def sentences(rng, n, error=0.05):
    """Counts of n sentences of about 25 words: gold, predicted, missed, wrong."""
    gold = rng.integers(1, 50, n)
    missed = rng.binomial(gold, error)
    wrong = missed + rng.integers(-1, 2, n) * (missed > 0)
    return np.stack([gold, gold - missed + wrong, missed, wrong], axis=1)


@st.composite
def pairs(draw):
    """Counts of up to six sentences, as two segmenters cut them."""
    number = st.integers(0, 20)
    rows = draw(st.lists(st.tuples(*[number] * 5), max_size=6))
    numbers = np.array(rows, dtype=np.int64).reshape(-1, 5)
    gold = numbers[:, 0] + 1
    right = np.minimum(numbers[:, 1:3], gold[:, None])
    return [
        np.stack([gold, hit + wrong, gold - hit, wrong], axis=1)
        for hit, wrong in zip(right.T, numbers[:, 3:].T, strict=True)
    ]


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_f1_is_the_harmonic_mean(right, missed, wrong):
    counts = np.array([right + missed, right + wrong, missed, wrong])
    expected = 2 * right / (2 * right + missed + wrong) if right else 0
    assert f1_of(counts) == pytest.approx(expected)
    assert f1_of(np.stack([counts, counts])).shape == (2,)


@settings(deadline=None)
@given(pairs())
def test_intervals_are_ordered_and_in_range(pair):
    one, other = pair
    low, high = interval(one, resamples=50)
    assert 0 <= low <= high <= 1
    low, high = interval_of_difference(one, other, resamples=50)
    assert -1 <= low <= high <= 1


@settings(deadline=None)
@given(pairs())
def test_p_is_above_zero_and_one_where_nothing_differs(pair):
    one, other = pair
    assert 0 < p_value(one, other, resamples=50) <= 1
    assert p_value(one, one, resamples=50) == 1


def test_a_single_sentence_says_nothing():
    one, other = np.array([[[9, 9, 4, 4]], [[9, 9, 0, 0]]])
    assert interval(one) == (0, 1)
    assert interval_of_difference(one, other) == (-1, 1)
    assert p_value(one, other) == 1


def test_equal_sentences_have_no_interval():
    counts = np.tile([20, 21, 1, 2], (100, 1))
    assert interval(counts) == pytest.approx([float(f1_of(counts[0]))] * 2)


def test_the_same_seed_gives_the_same_and_the_order_of_sentences_does_not_matter():
    rng = np.random.default_rng(0)
    one, other = sentences(rng, 300), sentences(rng, 300)
    order = rng.permutation(300)
    for figure in (lambda a, _, **options: interval(a, **options), interval_of_difference, p_value):
        assert figure(one, other) == figure(one, other, seed=0) == figure(one[order], other[order])
        assert figure(one, other) != figure(one, other, seed=1)


def test_the_interval_narrows_with_the_root_of_the_sentences():
    rng = np.random.default_rng(0)
    few, many = (np.diff(interval(sentences(rng, n)))[0] for n in (200, 20_000))
    assert few / many == pytest.approx(10, rel=0.25)


def test_drawing_together_is_drawing_one_by_one():
    """The spread is that of the plain bootstrap, sentence by sentence."""
    rng = np.random.default_rng(0)
    counts = sentences(rng, 80)
    plain = f1_of(counts[rng.integers(80, size=(20_000, 80))].sum(axis=1))
    found = interval(counts, resamples=20_000)
    assert found == pytest.approx(np.quantile(plain, [0.025, 0.975]), abs=0.05 * plain.std())


def test_exchanging_together_is_exchanging_one_by_one():
    rng = np.random.default_rng(0)
    one, other = sentences(rng, 60, 0.06), sentences(rng, 60, 0.05)
    other[:, 0] = one[:, 0]
    swap = rng.integers(0, 2, (20_000, 60, 1), dtype=bool)
    first, second = np.where(swap, other, one).sum(axis=1), np.where(swap, one, other).sum(axis=1)
    seen = abs(f1_of(one.sum(axis=0)) - f1_of(other.sum(axis=0)))
    plain = (np.abs(f1_of(first) - f1_of(second)) >= seen - 1e-12).mean()
    assert 0.01 < plain < 0.99
    assert p_value(one, other, resamples=20_000) == pytest.approx(plain, abs=0.015)


def test_batches_change_nothing_but_the_draws(monkeypatch):
    counts = sentences(np.random.default_rng(0), 200)
    expected = interval(counts)
    monkeypatch.setattr(significance, "AT_ONCE", 500)
    assert interval(counts) == pytest.approx(expected, abs=np.diff(expected)[0] / 5)


def test_a_real_difference_is_found():
    """A third less errors; 500 sentences."""
    rng = np.random.default_rng(0)
    found = 0
    for _ in range(20):
        one = sentences(rng, 500, 0.06)
        fewer = rng.binomial(one[:, 2:], 2 / 3)
        other = np.stack([one[:, 0], one[:, 1] - one[:, 3] + fewer[:, 1]], axis=1)
        other = np.hstack([other, fewer])
        low, _ = interval_of_difference(one, other)
        found += p_value(one, other) < 0.01 and low > 0
    assert found == 20


@pytest.mark.slow
def test_p_is_uniform_where_chance_decides():
    """Which of the two is whose is drawn for every sentence."""
    rng = np.random.default_rng(0)
    resamples, found = 499, []
    for _ in range(1000):
        pair = np.stack([sentences(rng, 100), sentences(rng, 100, 0.07)])
        pair[1, :, 0] = pair[0, :, 0]
        swap = rng.integers(0, 2, (100, 1), dtype=bool)
        one, other = np.where(swap, pair[::-1], pair)
        found.append(p_value(one, other, resamples, seed=int(rng.integers(1 << 30))))
    # p has steps of 1 / 500: spread over them it is uniform.
    spread = np.array(found) - rng.random(1000) / (resamples + 1)
    assert kstest(spread, "uniform").pvalue > 0.001


@cache
def population(folder):
    """Counts of every sentence of CTB6's dev set, as a model of its training set cuts them."""
    model = crfseg.train(folder / "ctb6/train.txt", profile="fast", max_iterations=3)
    return crfseg.evaluate(folder / "ctb6/dev.txt", crfseg.Segmenter(model)).sentence_counts


@pytest.mark.slow
@pytest.mark.parametrize("n", [100, 500])
def test_intervals_hold_the_truth_as_often_as_they_say(shared, n):
    counts = population(shared)
    rng, truth, n_tests = np.random.default_rng(n), f1_of(counts.sum(axis=0)), 400
    held = 0
    for _ in range(n_tests):
        low, high = interval(rng.choice(counts, n), seed=int(rng.integers(1 << 30)))
        held += low <= truth <= high
    assert binom.ppf(0.001, n_tests, 0.94) <= held <= binom.ppf(0.999, n_tests, 0.96)


@pytest.mark.slow
def test_intervals_of_differences_hold_the_truth_as_often_as_they_say():
    """Two that are right in the same sentences, mostly."""
    rng = np.random.default_rng(0)
    one = sentences(rng, 5000, 0.05)
    other = one.copy()
    other[::3] = sentences(rng, len(one[::3]), 0.04)
    other[:, 0] = one[:, 0]
    truth = f1_of(other.sum(axis=0)) - f1_of(one.sum(axis=0))
    held = 0
    for _ in range(400):
        drawn = rng.integers(len(one), size=300)
        low, high = interval_of_difference(
            one[drawn], other[drawn], seed=int(rng.integers(1 << 30))
        )
        held += low <= truth <= high
    assert binom.ppf(0.001, 400, 0.94) <= held <= binom.ppf(0.999, 400, 0.96)


def test_the_scores_have_the_interval_of_their_sentences(segmenter):
    scores = crfseg.evaluate(SAMPLE / "dev.txt", segmenter)
    low, high = scores.interval
    assert low < scores.f1 < high
    assert scores.interval == interval(scores.sentence_counts)
    assert f1_of(scores.sentence_counts.sum(axis=0)) == pytest.approx(scores.f1)
