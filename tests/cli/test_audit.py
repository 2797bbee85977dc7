"""crfseg audit: the gold's own mistakes, listed."""

import csv
import json
from dataclasses import fields

import pytest

from crfseg.annotation.label_errors import Suspect, audit
from support.commands import run
from support.corpora import sample_with_errors


@pytest.fixture(scope="module")
def wrong():
    return sample_with_errors()


@pytest.fixture(scope="module")
def found(wrong):
    return audit(wrong[0], folds=4, jobs=1, max_iterations=4)


def run_audit(*arguments):
    options = ["--folds", 4, "--jobs", 1, "-p", "max_iterations=4"]
    return run("audit", *arguments, *options)


@pytest.mark.slow
def test_the_command_lists_writes_and_prints_json(tmp_path, monkeypatch, wrong, found):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wrong.txt").write_text(wrong[1], "utf-8")
    lines = run_audit("wrong.txt", "--top", 5, "--csv", "all.csv").output.splitlines()
    first = found[0]
    assert lines[0] == (
        f"wrong.txt:{first.line}: {first.score:.2f} {first.before}[{first.gold}]{first.after} -> "
        f"{first.suggestion} ({first.why})"
    )
    assert len(lines) == 6
    assert lines[5] == f"... {len(found) - 5:,} more, less likely"
    rows = list(csv.DictReader((tmp_path / "all.csv").read_text("utf-8-sig").splitlines()))
    assert list(rows[0]) == [field.name for field in fields(Suspect)]
    assert [row["gold"] for row in rows] == [suspect.gold for suspect in found]
    shown = json.loads(run_audit("wrong.txt", "--top", 3, "--json").output)
    assert [Suspect(**record) for record in shown] == found[:3]


def test_the_command_finds_nothing_where_nothing_is(tmp_path):
    (tmp_path / "same.txt").write_text("我 爱 北京 。\n" * 40, "utf-8")
    assert run_audit(tmp_path / "same.txt").output == "nothing suspicious\n"
    assert json.loads(run_audit(tmp_path / "same.txt", "--json").output) == []


def test_the_command_s_exit_codes(tmp_path):
    (tmp_path / "one.txt").write_text("我 爱 北京", "utf-8")
    assert run_audit(tmp_path / "one.txt").returncode == 1
    assert run_audit(tmp_path / "one.txt", "--top", -1).returncode == 2
    assert run_audit().returncode == 2
