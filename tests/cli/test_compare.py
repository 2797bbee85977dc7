"""crfseg compare: two segmentations against one gold."""

import json
import re

import pytest

import crfseg
from support.commands import assert_one_line_error, run
from support.corpora import DEV, TEST, in_characters


@pytest.fixture
def characters(tmp_path):
    """What a segmenter writes that takes every character for a word."""
    path = tmp_path / "characters.txt"
    path.write_text(in_characters(crfseg.read_corpus(TEST)), "utf-8")
    return path


def test_compare_takes_models_and_files(tmp_path, model, characters):
    gold = TEST
    out = tmp_path / "out.txt"
    out.write_text(
        crfseg.load(model).cut_lines("\n".join(crfseg.read_corpus(gold).texts())), "utf-8"
    )
    shown = run("compare", characters, model, gold).stdout.splitlines()
    assert shown[0] == f"{gold}: SHA-256 {crfseg.read_corpus(gold).sha256}"
    assert [line.split()[0] for line in shown[1:6]] == ["A", "B", "B", "p", "They"]
    assert shown[1].endswith(f"{characters}: criterion not stated, protocol not stated")
    assert shown[2].endswith(f"{model}: criterion not stated, protocol closed")
    assert shown[3].startswith("B - A  +0.")
    assert shown[4].startswith("p      0.0010 ")
    assert len(shown) == 6 + 10 + 1
    assert shown[6].startswith("1: [")
    assert re.fullmatch(r"and [\d,]+ more \(--all lists them\)", shown[-1])
    by_file = run("compare", characters, out, gold).stdout.splitlines()
    assert by_file[3:] == shown[3:]
    same = run("compare", model, out, gold).stdout.splitlines()
    assert same[3:5] == [
        "B - A  +0.0000, 95 % interval +0.0000 to +0.0000",
        "p      1.0000 (chance of such a difference between equals)",
    ]
    assert same[5].startswith("They disagree in 0 places")
    assert len(same) == 6


@pytest.mark.slow
def test_compare_lists_all_places_when_asked(model, characters):
    args = ["compare", characters, model, TEST]
    every = run(*args, "--all").stdout.splitlines()[6:]
    found = json.loads(run(*args, "--json").stdout)
    assert found.keys() == {
        "gold", "one", "other", "difference", "difference_interval", "p_value", "places"
    }  # fmt: skip
    assert found["other"]["protocol"] == "closed"
    assert len(found["places"]) == len(every) > 100
    assert found["difference"] == found["other"]["f1"] - found["one"]["f1"]
    first = found["places"][0]
    assert first.keys() == {"line", "before", "behind", "gold", "one", "other", "right"}
    assert every[0].startswith(f"{first['line']}: {first['before']}[{' '.join(first['gold'])}]")


def test_a_model_cut_off_is_not_compared_as_text(tmp_path, model):
    cut = tmp_path / "cut.crfseg"
    cut.write_bytes(model.read_bytes()[:5000])
    for pair in ((cut, model), (model, cut)):
        result = run("compare", *pair, TEST)
        assert_one_line_error(result, f"{cut}: is not a model, or cut off")


def test_compare_takes_two_models(tmp_path, model):
    crfseg.train(DEV, max_iterations=1).save(tmp_path / "small")
    result = run("compare", tmp_path / "small", model, TEST)
    assert (result.returncode, result.stderr) == (0, "")
    assert "B - A  +0." in result.stdout


@pytest.mark.slow
def test_what_cannot_be_compared_is_one_line(tmp_path, model):
    cut = tmp_path / "cut.crfseg"
    cut.write_bytes(model.read_bytes()[:-100])
    gold = TEST
    assert_one_line_error(run("compare", cut, model, gold), "cut.crfseg: ")
    assert_one_line_error(run("compare", model, "no.txt", gold), "no.txt: No such file")
    assert_one_line_error(run("compare", model, tmp_path, gold), "s a directory")
    assert run("compare", model, gold).returncode == 2
    assert run("evaluate", gold, "-m", model, "--predicted", gold).returncode == 2
