"""crfseg tune: the search for settings."""

import csv
import sys

import pytest

import crfseg
from support.commands import run
from support.corpora import DEV, TEST

pytest.importorskip("optuna")


def run_tune(*arguments):
    return run("tune", *arguments)


def test_the_command_writes_model_and_trials_and_says_what_changed(tmp_path):
    model, trials = tmp_path / "m.crfseg", tmp_path / "trials.csv"
    result = run_tune(
        DEV, "--dev", TEST, "--budget", 600, "--trials", 4, "-o", model, "--csv", trials,
        "--jobs", 1, "-p", "max_iterations=4",
    )  # fmt: skip
    assert result.returncode == 0, result.output
    rows = list(csv.DictReader(trials.read_text("utf-8").splitlines()))
    assert list(rows[0]) == [
        *("trial", "rate", "margin", "lexicon_dropout", "cluster_dropout", "min_count", "scheme"),
        *("f1", "oov_recall", "seconds"),
    ]
    best = max(float(row["f1"]) for row in rows)
    assert crfseg.evaluate(TEST, crfseg.load(model)).f1 == best
    lines = result.output.splitlines()
    assert lines[0] == "protocol closed"
    assert lines[1].startswith(f"settings tried: {len(rows)}, in ")
    assert f"best      F1 {100 * best:.2f}" in result.output
    assert f"{TEST}: judge the model on text that took no part" in result.output
    assert lines[-1].startswith(f"{model}: ")


def test_the_command_says_that_nothing_could_be_tried(tmp_path):
    result = run_tune(DEV, "--dev", TEST, "--budget", 0.001, "-o", tmp_path / "m", "--jobs", 1)
    assert result.returncode == 0
    assert "nothing but the defaults was tried in 0.001 s" in result.output
    assert (tmp_path / "m").exists()


@pytest.mark.parametrize(
    "args",
    [["--budget", 5], ["--budget", 5, "--dev", TEST, "--folds", 2], ["--budget", 0, "--dev", TEST]],
)
def test_a_wrong_command_line_exits_with_two(tmp_path, args):
    assert run_tune(DEV, "-o", tmp_path / "m", *args).returncode == 2
    assert list(tmp_path.iterdir()) == []


def test_without_optuna_the_command_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    result = run_tune(DEV, "--dev", TEST, "--budget", 5, "-o", tmp_path / "m")
    assert result.returncode == 1
    assert "pip install optuna" in result.output
    assert list(tmp_path.iterdir()) == []
