"""crfseg cross-validate: a row a fold."""

import json

import pytest

import crfseg
from crfseg.model_selection.cross_validation import cross_validate
from support.commands import run
from support.corpora import DEV


@pytest.fixture(scope="module")
def found():
    return cross_validate(DEV, folds=3, jobs=1, profile="fast", max_iterations=2)


def run_cross_validate(*arguments):
    return run("cross-validate", *arguments)


def test_the_command_prints_a_row_a_fold(found):
    args = [DEV, "--folds", 3, "--jobs", 1, "--profile", "fast", "-p", "max_iterations=2"]
    gold, protocol, *lines = run_cross_validate(*args).output.splitlines()
    assert gold == f"{DEV}: SHA-256 {crfseg.read_corpus(DEV).sha256}"
    assert protocol == "protocol closed"
    rows = [line.split() for line in lines]
    assert [row[0] for row in rows] == ["fold", "1", "2", "3", "mean", "sd", "pooled", "95"]
    assert [float(row[5]) for row in rows[1:4]] == [
        pytest.approx(100 * fold.scores.f1, abs=0.006) for fold in found.folds
    ]
    record = json.loads(run_cross_validate(*args, "--json").output)
    assert record["protocol"] == "closed"
    interval = {"f1_interval": list(found.pooled.interval)}
    assert record["pooled"] == found.pooled.as_dict() | interval
    assert record["mean"]["f1"] == found.mean("f1")
    assert [fold["begins_at"] for fold in record["folds"]] == [f.place for f in found.folds]


def test_the_command_says_that_sentences_stand_in_two_folds(tmp_path):
    (tmp_path / "twice.txt").write_text("我 爱 北京\n" * 4, "utf-8")
    output = run_cross_validate(tmp_path / "twice.txt", "--folds", 2, "--jobs", 1).output
    assert "4 of the sentences stand in another fold too" in output


def test_the_command_s_exit_codes(tmp_path):
    (tmp_path / "one.txt").write_text("我 爱 北京", "utf-8")
    assert run_cross_validate(tmp_path / "one.txt").returncode == 1
    assert run_cross_validate(DEV, "--folds", 1).returncode == 2
    assert run_cross_validate(DEV, "-p", "seed").returncode == 2
