"""Reports written by the commands."""

import pytest

import crfseg
from crfseg.annotation.label_errors import audit
from crfseg.evaluation.comparison import compare
from support.commands import assert_one_line_error, run
from support.corpora import DEV, SAMPLE, in_characters
from support.pages import items_of


def test_the_command_line_writes_a_report(segmenter, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    segmenter.model.save("a.crfseg")
    arguments = ["evaluate", str(SAMPLE / "test.txt"), "-m", "a.crfseg", "--report", "out.html"]
    result = run(*arguments)
    assert result.returncode == 0, result.output
    code = (tmp_path / "out.html").read_text("utf-8")
    assert "<title>a.crfseg: test.txt</title>" in code
    assert crfseg.__version__ in code


def test_a_report_that_cannot_be_written_is_one_line(tmp_path):
    gold = str(SAMPLE / "test.txt")
    path = str(tmp_path / "missing" / "out.html")
    result = run("evaluate", gold, "--predicted", gold, "--report", path)
    assert result.returncode == 1
    assert "missing" in result.output


@pytest.mark.slow
def test_the_command_line_writes_both(tmp_path, sample_model):
    two, suspects, model = (tmp_path / name for name in ("two.html", "audit.html", "m.crfseg"))
    sample_model.save(model)
    characters = tmp_path / "characters.txt"
    gold = crfseg.read_corpus(DEV)
    characters.write_text(in_characters(gold), "utf-8")
    run("compare", characters, model, DEV, "--report", two)
    assert len(items_of(two)["sentence"]) == len(
        compare(characters, crfseg.load(model), gold).places
    )
    run("audit", DEV, "--folds", "3", "--report", suspects)
    assert len(items_of(suspects)["sentence"]) == len(audit(gold, folds=3))


@pytest.mark.slow
def test_a_learning_curve_is_drawn_from_its_file(tmp_path, sample_model):
    curve, page, model = (tmp_path / name for name in ("curve.csv", "out.html", "m.crfseg"))
    sample_model.save(model)
    given = ("evaluate", DEV, "-m", model, "--report", page, "--curve", curve)
    curve.write_text(
        "share,repeat,words,f1\n1/2,0,400,0.7\n1/2,1,420,0.72\n1,0,800,0.75\n", "utf-8"
    )
    assert run(*given).returncode == 0
    text = page.read_text("utf-8")
    assert "F1 by size of the training text" in text
    assert "71.00 %" in text  # the mean of the repeats
    curve.write_text("words\n1\n", "utf-8")
    assert_one_line_error(run(*given), "curve.csv: no learning curve; expected what")
    assert run(*given[:4], "--curve", curve).returncode == 2
