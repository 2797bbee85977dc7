"""Learning curves."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import crfseg
from crfseg.corpus.corpus import Corpus
from crfseg.errors import TrainingError
from crfseg.model_selection.learning_curve import Curve, forecast, learning_curve, part_of
from support.corpora import DEV, TEST

FAST = {"profile": "fast", "max_iterations": 2}
SIZES = (Fraction(1, 4), Fraction(1, 2), Fraction(1))


@pytest.fixture(scope="module")
def curve():
    return learning_curve(DEV, dev=TEST, sizes=SIZES, repeats=2, jobs=1, **FAST)


@given(
    st.lists(st.integers(1, 30), min_size=1, max_size=40),
    st.fractions(Fraction(1, 50), 1, max_denominator=50),
    st.fractions(Fraction(1, 50), 1, max_denominator=50),
    st.floats(0, 1, exclude_max=True),
)
def test_parts_are_nested_and_as_large_as_asked_for(sizes, one, other, begin):
    corpus = Corpus.from_text("\n".join(" ".join("我" * size) for size in sizes))
    small, large = (part_of(corpus, share, begin) for share in sorted((one, other)))
    assert not np.any(small & ~large)
    words = np.array(sizes) @ small
    assert 0 <= words - float(min(one, other)) * sum(sizes) + 1e-9 < max(sizes) + 1e-6
    assert np.abs(np.diff(small.astype(int))).sum() <= 2  # contiguous, around the end


def test_the_whole_is_the_whole_wherever_it_begins():
    corpus = crfseg.read_corpus(DEV)
    assert all(part_of(corpus, Fraction(1), begin).all() for begin in (0.0, 0.3, 0.999))


def test_an_exact_power_law_is_carried_on_exactly():
    words = np.array([1000, 2000, 4000] * 2)
    found = forecast(words, 3 * words**-0.4)
    assert found.words == 8000
    assert found.f1 == pytest.approx(1 - 3 * 8000**-0.4)
    assert found.gain == pytest.approx(3 * 4000**-0.4 - 3 * 8000**-0.4)
    assert found.exponent == pytest.approx(0.4)
    assert found.low == pytest.approx(found.gain, abs=1e-5)
    assert found.high == pytest.approx(found.gain, abs=1e-5)


def test_scatter_widens_the_interval():
    words, noise = np.array([1000, 2000, 4000] * 2), np.array([1, 1, 1, 1.1, 0.9, 1.1])
    found = forecast(words, 3 * words**-0.4 * noise)
    assert found.low < found.gain < found.high
    assert found.high - found.low > 0.01


def test_more_text_is_trained_on_and_scores_higher(curve):
    n_words = crfseg.read_corpus(DEV).n_words
    assert [point.share for point in curve.points] == [s for s in SIZES for _ in range(2)]
    assert curve.words(Fraction(1)) == n_words
    assert curve.words(Fraction(1, 4)) == pytest.approx(n_words / 4, rel=0.1)
    assert curve.mean(Fraction(1, 4), "f1") < curve.mean(Fraction(1), "f1")
    assert curve.forecast().gain > 0


def test_the_largest_point_is_the_model_of_everything(curve):
    segmenter = crfseg.Segmenter(crfseg.train(DEV, seed=1, **FAST))
    assert curve.points[-1].scores.f1 == crfseg.evaluate(TEST, segmenter).f1


@pytest.mark.usefixtures("processes")
def test_the_number_of_jobs_does_not_change_the_curve(curve):
    other = learning_curve(DEV, dev=TEST, sizes=SIZES, repeats=2, jobs=2, **FAST)
    assert [p.scores.as_dict() for p in other.points] == [p.scores.as_dict() for p in curve.points]


def test_fewer_than_three_sizes_allow_no_estimate(curve):
    assert Curve(curve.points[2:]).forecast() is None


@pytest.mark.parametrize("sizes", [(), (0,), (0.5, 1.5), (-1,)])
def test_sizes_out_of_range_are_an_error(sizes):
    with pytest.raises(TrainingError, match="sizes must be above 0 and at most 1"):
        learning_curve(DEV, dev=TEST, sizes=sizes)


def test_no_repeat_is_an_error():
    with pytest.raises(TrainingError, match="repeats must be at least 1, got 0"):
        learning_curve(DEV, dev=TEST, repeats=0)
