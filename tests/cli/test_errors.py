"""Errors of every verb: one line, exit code 1, no file left."""

import pytest

import crfseg
from support.commands import assert_one_line_error, names_in, run
from support.corpora import DEV, TRAIN


def test_a_missing_file_is_one_line(tmp_path, model):
    assert_one_line_error(run("train", "no.txt", "-o", "m", cwd=tmp_path), "no.txt: No such file")
    assert_one_line_error(run("segment", "-m", "no", cwd=tmp_path), "no: No such file")
    assert_one_line_error(run("segment", "no.txt", "-m", model, cwd=tmp_path), "no.txt: No such")
    assert_one_line_error(run("evaluate", "no.txt", "-m", model, cwd=tmp_path), "no.txt: No such")
    assert_one_line_error(run("inspect", "no", cwd=tmp_path), "no: No such file")
    assert names_in(tmp_path) == []


def test_a_folder_for_a_file_is_one_line(tmp_path, model):
    for args in (
        ["train", tmp_path, "-o", tmp_path / "m"],
        ["segment", tmp_path, "-m", model],
        ["segment", "-m", tmp_path],
        ["inspect", tmp_path],
    ):
        assert_one_line_error(run(*args), str(tmp_path), "s a directory")
    assert names_in(tmp_path) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no sentence in it"),
        (b"\x7fELF\0\0\1", "NUL character"),
        ("我 爱".encode("gb18030"), "is not utf-8"),
    ],
)
def test_a_bad_corpus_is_one_line(tmp_path, model, content, message):
    bad = tmp_path / "bad.txt"
    bad.write_bytes(content)
    out = tmp_path / "m.crfseg"
    assert_one_line_error(run("train", bad, "-o", out), "bad.txt", message)
    assert_one_line_error(run("evaluate", bad, "-m", model), "bad.txt", message)
    assert names_in(tmp_path) == ["bad.txt"]


def test_a_damaged_model_is_one_line(tmp_path, model):
    cut = tmp_path / "cut.crfseg"
    cut.write_bytes(model.read_bytes()[:-100])
    for args in (["segment", "-m", cut], ["evaluate", DEV, "-m", cut]):
        assert_one_line_error(run(*args), "cut.crfseg: is not a model, or cut off")
    result = run("segment", "-m", TRAIN)
    assert_one_line_error(result, "train.txt: is not a model")


def test_debug_shows_the_traceback(tmp_path):
    result = run("--debug", "inspect", "no", cwd=tmp_path)
    assert result.returncode == 1
    assert "Traceback" in result.stderr


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["hex", "idna", "nope"])
def test_what_is_no_encoding_for_text_is_one_line(tmp_path, model, encoding):
    args = ["--encoding", encoding]
    for verb in (
        ["train", DEV, "-o", tmp_path / "m"],
        ["check", DEV],
    ):
        assert_one_line_error(run(*verb, *args), encoding)
    assert_one_line_error(run("segment", "-m", model, *args, stdin="a"), encoding)
    with pytest.raises(ValueError, match=encoding):
        crfseg.load(model).cut_file(DEV, tmp_path / "out", encoding=encoding)
    assert names_in(tmp_path) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("我 爱 北平\n他 来 了\n", "bad.txt:1: its text parts from gold.txt:1 at character 4"),
        ("我 爱 北京\n", "bad.txt: 1 sentences, but gold.txt has 2"),
        ("我 爱 北京\n\n他 来 了 吗\n", "bad.txt:3: its text parts from gold.txt:2 at character 4"),
        ("", "bad.txt: no sentence in it"),
        ("\n \n", "bad.txt: no sentence in it"),
    ],
)
def test_outputs_of_another_text_are_one_line(tmp_path, content, message):
    (tmp_path / "gold.txt").write_text("我 爱 北京\n他 来 了\n", "utf-8")
    (tmp_path / "bad.txt").write_text(content, "utf-8")
    for args in (
        ["evaluate", "gold.txt", "--predicted", "bad.txt"],
        ["compare", "gold.txt", "bad.txt", "gold.txt"],
        ["compare", "bad.txt", "gold.txt", "gold.txt"],
    ):
        result = run(*args, cwd=tmp_path)
        assert_one_line_error(result, message)
        assert result.stdout == ""
