"""The search for settings."""

import csv
import sys
import time

import numpy as np
import pytest
from click.testing import CliRunner

import crfseg
from crfseg.cli import main
from crfseg.errors import CorpusError, TrainingError
from crfseg.evaluation.resampling import f1_of
from crfseg.evaluation.selection import reality_check, remaining_gain
from crfseg.evaluation.tuning import tune
from material import SAMPLE

pytest.importorskip("optuna")

DEV, TEST = SAMPLE / "dev.txt", SAMPLE / "test.txt"


@pytest.fixture(scope="module")
def found():
    return tune(DEV, dev=TEST, budget=600, trials=6, jobs=1, seed=3)


def test_the_defaults_come_first(found):
    params = crfseg.train(DEV, seed=3).info["training"]
    first = dict(found.defaults.params)
    assert (found.defaults.number, first.pop("scheme")) == (0, "BMES")
    assert first == {name: params[name] for name in first}
    segmenter = crfseg.Segmenter(crfseg.train(DEV, seed=3))
    assert found.defaults.f1 == crfseg.evaluate(segmenter, TEST).f1


def test_the_best_is_no_worse_than_the_defaults_and_is_what_is_trained(found):
    assert len(found.attempts) == 6
    assert found.best.f1 == max(attempt.f1 for attempt in found.attempts)
    assert found.best.f1 >= found.defaults.f1
    record = found.model.info["training"] | {"scheme": found.model.tag_set.scheme}
    assert {name: record[name] for name in found.best.params} == found.best.params
    assert crfseg.evaluate(crfseg.Segmenter(found.model), TEST).f1 == found.best.f1


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
    names = {"rate", "hide_words", "hide_groups", "min_count"}
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


def run(*args):
    return CliRunner().invoke(main, ["tune", *map(str, args)])


def test_the_command_writes_model_and_trials_and_says_what_changed(tmp_path):
    model, trials = tmp_path / "m.crfseg", tmp_path / "trials.csv"
    result = run(
        DEV, "--dev", TEST, "--budget", 600, "--trials", 4, "-o", model, "--csv", trials,
        "--jobs", 1, "-p", "max_iterations=4",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    rows = list(csv.DictReader(trials.read_text("utf-8").splitlines()))
    assert list(rows[0]) == [
        *("trial", "rate", "margin", "hide_words", "hide_groups", "min_count", "scheme"),
        *("f1", "oov_recall", "seconds"),
    ]
    best = max(float(row["f1"]) for row in rows)
    assert crfseg.evaluate(crfseg.load(model), TEST).f1 == best
    lines = result.output.splitlines()
    assert lines[0] == "protocol closed"
    assert lines[1].startswith(f"settings tried: {len(rows)}, in ")
    assert f"best      F1 {100 * best:.2f}" in result.output
    assert f"{TEST}: judge the model on text that took no part" in result.output
    assert lines[-1].startswith(f"{model}: ")


def test_the_command_says_that_nothing_could_be_tried(tmp_path):
    result = run(DEV, "--dev", TEST, "--budget", 0.001, "-o", tmp_path / "m", "--jobs", 1)
    assert result.exit_code == 0
    assert "nothing but the defaults was tried in 0.001 s" in result.output
    assert (tmp_path / "m").exists()


@pytest.mark.parametrize(
    "args",
    [["--budget", 5], ["--budget", 5, "--dev", TEST, "--folds", 2], ["--budget", 0, "--dev", TEST]],
)
def test_a_wrong_command_line_exits_with_two(tmp_path, args):
    assert run(DEV, "-o", tmp_path / "m", *args).exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_without_optuna_the_command_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    result = run(DEV, "--dev", TEST, "--budget", 5, "-o", tmp_path / "m")
    assert result.exit_code == 1
    assert "pip install optuna" in result.output
    assert list(tmp_path.iterdir()) == []
