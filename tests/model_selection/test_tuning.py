"""The search for settings."""

import time

import pytest

import crfseg
from crfseg.errors import CorpusError, TrainingError
from crfseg.model_selection.tuning import tune
from support.corpora import DEV, TEST

pytest.importorskip("optuna")


@pytest.fixture(scope="module")
def found():
    return tune(DEV, dev=TEST, budget=600, trials=6, jobs=1, seed=3)


def test_the_defaults_come_first(found):
    params = crfseg.train(DEV, seed=3).info["training"]
    first = dict(found.defaults.params)
    assert (found.defaults.number, first.pop("scheme")) == (0, "BMES")
    assert first == {name: params[name] for name in first}
    segmenter = crfseg.Segmenter(crfseg.train(DEV, seed=3))
    assert found.defaults.f1 == crfseg.evaluate(TEST, segmenter).f1


def test_the_best_is_no_worse_than_the_defaults_and_is_what_is_trained(found):
    assert len(found.attempts) == 6
    assert found.best.f1 == max(attempt.f1 for attempt in found.attempts)
    assert found.best.f1 >= found.defaults.f1
    record = found.model.info["training"] | {"scheme": found.model.tag_set.scheme}
    assert {name: record[name] for name in found.best.params} == found.best.params
    assert crfseg.evaluate(TEST, crfseg.Segmenter(found.model)).f1 == found.best.f1


def test_what_changed_and_by_how_much(found):
    for name, (old, new) in found.changed.items():
        assert (old, new) == (found.defaults.params[name], found.best.params[name])
    low, high = found.interval()
    assert low <= found.best.f1 - found.defaults.f1 <= high
    assert 0 < found.p_value() <= 1
    assert found.remaining_gain() < found.best.f1 - found.defaults.f1


def test_the_same_seed_proposes_the_same(found):
    again = tune(DEV, dev=TEST, budget=600, trials=4, jobs=2, seed=3)
    for one, other in zip(again.attempts, found.attempts[:4], strict=True):
        assert (one.params, one.f1) == (other.params, other.f1)


def test_a_budget_that_is_too_short_leaves_the_defaults():
    found = tune(DEV, dev=TEST, budget=1e-6, jobs=1)
    assert len(found.attempts) == 1
    assert found.changed == {}
    assert found.p_value() == 1.0


@pytest.mark.slow
def test_the_budget_is_honoured():
    tune(DEV, dev=TEST, budget=600, trials=1, jobs=1)  # loads what all need
    begin = time.perf_counter()
    tune(DEV, dev=TEST, budget=2, jobs=1)
    assert time.perf_counter() - begin < 5


def test_given_parameters_are_not_searched_for():
    found = tune(
        DEV, dev=TEST, budget=600, trials=3, jobs=1, scheme="BMES6", margin="1.5", max_iterations=3
    )
    names = {"rate", "lexicon_dropout", "cluster_dropout", "min_count"}
    assert all(set(attempt.params) == names for attempt in found.attempts)
    assert found.model.tag_set.scheme == "BMES6"
    assert found.model.info["training"]["margin"] == 1.5


def test_nothing_left_to_search_for_is_an_error():
    given = {"rate": 0.2, "max_iterations": 2, "margin": 0, "min_count": 1, "scheme": "BMES"}
    with pytest.raises(TrainingError, match="none is left to search for"):
        tune(DEV, dev=TEST, budget=600, profile="fast", **given)


def test_the_fast_profile_has_nothing_to_hide():
    found = tune(DEV, dev=TEST, budget=0.1, jobs=1, profile="fast")
    assert set(found.attempts[0].params) == {
        "rate", "max_iterations", "margin", "min_count", "scheme"
    }  # fmt: skip


def test_folds_in_place_of_dev():
    found = tune(DEV, folds=2, budget=600, trials=2, jobs=1, profile="fast")
    assert found.model.info["corpora"][0]["words"] == crfseg.read_corpus(DEV).n_words
    assert found.defaults.counts[:, 0].sum() == crfseg.read_corpus(DEV).n_words


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "either a dev corpus or a number of folds"),
        ({"dev": TEST, "folds": 3}, "either a dev corpus or a number of folds"),
        ({"dev": TEST, "budget": 0}, "budget must be above 0 seconds, got 0"),
        ({"dev": TEST, "budget": float("nan")}, "budget must be above 0 seconds, got nan"),
        ({"dev": TEST, "trials": 0}, "trials must be at least 1, got 0"),
        ({"dev": TEST, "algorithm": "lbfgs"}, "only adagrad is tuned"),
        ({"dev": TEST, "speed": 3}, "adagrad has no parameter 'speed'"),
        ({"folds": 1}, "folds must be at least 2"),
    ],
)
def test_an_option_out_of_range_is_an_error(options, message):
    with pytest.raises(TrainingError, match=message):
        tune(DEV, **{"budget": 5} | options)


def test_more_folds_than_sentences_are_an_error():
    with pytest.raises(CorpusError, match="1 sentence; expected"):
        tune(crfseg.Corpus.from_text("我 爱"), folds=2, budget=5)
