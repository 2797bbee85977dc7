"""Gains of the best of many: how much of them is luck."""

import numpy as np
import pytest

from crfseg.evaluation.significance import f1_of
from crfseg.model_selection.selection_bias import reality_check, remaining_gain


def counts_of(errors, words=20):
    """Sentences of so many words, of which some are missed and as many wrong."""
    errors = np.asarray(errors)
    return np.stack([np.full_like(errors, words)] * 2 + [errors] * 2, axis=1)


def test_no_gain_is_chance():
    counts = counts_of([1, 2, 0, 3] * 25)
    assert reality_check([counts]) == 1.0
    assert reality_check([counts, counts, counts_of([2, 2, 1, 3] * 25)]) == 1.0


def test_a_gain_in_every_sentence_is_not_chance():
    assert reality_check([counts_of([2, 3, 4, 5] * 25), counts_of([1, 2, 3, 4] * 25)]) < 0.01


def test_the_best_of_many_equals_has_a_larger_p_value_than_it_has_alone():
    rng = np.random.default_rng(0)
    several = [counts_of(rng.binomial(20, 0.1, 200)) for _ in range(30)]
    best = max(several[1:], key=lambda counts: f1_of(counts.sum(axis=0)))
    assert f1_of(best.sum(axis=0)) > f1_of(several[0].sum(axis=0))
    assert reality_check(several) > 2 * reality_check([several[0], best])


def test_a_gain_in_every_sentence_remains():
    counts = [counts_of([2, 3, 4, 5] * 25), counts_of([1, 2, 3, 4] * 25)]
    assert remaining_gain(counts) == pytest.approx(0.05)


def test_of_the_best_of_many_equals_nothing_remains_on_average():
    """All have the same chance of an error, so that each gain is luck."""
    rng = np.random.default_rng(0)
    gains, left = [], []
    for _ in range(20):
        several = [counts_of(rng.binomial(20, 0.1, 100)) for _ in range(10)]
        found = np.array([f1_of(counts.sum(axis=0)) for counts in several])
        gains.append(found.max() - found[0])
        left.append(remaining_gain(several))
    assert np.mean(gains) > 0.01
    assert abs(np.mean(left)) < 0.003
