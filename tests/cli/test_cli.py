"""The command line, each verb as a process: what it prints, where, and how it exits."""

import pytest

import crfseg
from crfseg.cli import COMMANDS
from support.commands import run


@pytest.mark.slow
@pytest.mark.parametrize("verb", COMMANDS)
def test_every_verb_has_help(verb):
    result = run(verb, "--help")
    assert result.returncode == 0
    assert f"Usage: crfseg {verb}" in result.stdout


def test_the_version_is_the_package_s():
    assert run("--version", process=True).stdout == f"crfseg {crfseg.__version__}\n"


@pytest.mark.parametrize("args", [["fly"], ["train"], ["segment", "--speed"], ["evaluate"]])
def test_a_wrong_command_line_exits_with_two(args):
    result = run(*args)
    assert result.returncode == 2
    assert "Usage" in result.stderr
