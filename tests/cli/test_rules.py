"""Rules chosen on the command line."""

import pytest

from support.commands import figures_of, run
from support.corpora import DEV


def test_rules_are_chosen(model):
    text = "买iPhone 14，第27届\n"
    cut = run("segment", "-m", model, "--rules", "none,names", "--keep", r"第\d+届", stdin=text)
    assert cut.stdout == "买 iPhone 14 ， 第27届\n"
    spans = run("segment", "-m", model, "--rules=names", "--format", "spans", stdin=text).stdout
    assert " 1-10 " in spans
    found = figures_of(DEV, "-m", model, "--rules=none,urls", "--keep=x+")
    assert found["rules"] == ["urls", "x+"]
    because = run("explain", "买iPhone 14", "--at", 8, "-m", model, "--rules", "names").stdout
    assert "because white space, a mark or a rule" in because


@pytest.mark.parametrize(
    ("option", "message"),
    [("--rules=number", "unknown rule 'number'; expected all"), ("--keep=(", "'(' is no regular")],
)
def test_rules_that_there_are_not_are_usage_errors(model, option, message):
    result = run("segment", "-m", model, option)
    assert result.returncode == 2
    assert message in result.stderr
    assert run("evaluate", DEV, "--predicted", "x", option).returncode == 2
