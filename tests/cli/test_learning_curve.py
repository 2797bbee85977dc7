"""crfseg learning-curve: table, CSV, plot and JSON."""

import csv
import json
import sys
from fractions import Fraction

import pytest

from crfseg.model_selection.learning_curve import learning_curve
from support.commands import run
from support.corpora import DEV, TEST


@pytest.fixture(scope="module")
def curve():
    sizes = Fraction(1, 4), Fraction(1, 2), Fraction(1)
    options = {"profile": "fast", "max_iterations": 2}
    return learning_curve(DEV, dev=TEST, sizes=sizes, repeats=2, jobs=1, **options)


def run_learning_curve(*arguments):
    options = ["--jobs", 1, "--profile", "fast", "-p", "max_iterations=2"]
    return run("learning-curve", DEV, *options, *arguments)


def test_the_command_writes_table_csv_plot_and_json(tmp_path, curve):
    args = ["--dev", TEST, "--sizes", "1/4,0.5,1", "--repeats", 2]
    files = ["--csv", tmp_path / "curve.csv", "--plot", tmp_path / "curve.svg"]
    lines = run_learning_curve(*args, *files).output.splitlines()
    assert lines[0] == "protocol closed"
    assert [line.split()[0] for line in lines[2:5]] == ["1/4", "1/2", "1"]
    assert "estimate: twice the text, 3,160 words" in lines[5]
    rows = list(csv.DictReader((tmp_path / "curve.csv").read_text("utf-8").splitlines()))
    assert [float(row["f1"]) for row in rows] == [point.scores.f1 for point in curve.points]
    assert "<svg" in (tmp_path / "curve.svg").read_text("utf-8")
    record = json.loads(run_learning_curve(*args, "--json").output)
    assert record["twice"]["gain"] == curve.forecast().gain
    assert len(record["points"]) == 6


@pytest.mark.parametrize(
    "args", [["--sizes", "2"], ["--sizes", "a"], ["--sizes", "1/0"], ["--plot", "curve.txt"]]
)
def test_a_wrong_command_line_exits_with_two(args):
    assert run_learning_curve("--dev", TEST, *args).returncode == 2


def test_dev_is_required():
    result = run_learning_curve()
    assert result.returncode == 2
    assert "--dev" in result.output


def test_without_matplotlib_the_command_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    result = run_learning_curve("--dev", TEST, "--plot", tmp_path / "curve.png")
    assert result.returncode == 1
    assert "pip install matplotlib" in result.output
    assert list(tmp_path.iterdir()) == []
