"""crfseg train: what it prints and writes, and how it is interrupted."""

import json
import os
import re
import signal
import subprocess
import time

import pytest

import crfseg
from support.commands import COMMAND, assert_one_line_error, names_in, run
from support.corpora import DEV, TEST, TRAIN


def test_train_tag_and_evaluate(tmp_path):
    out = tmp_path / "m.crfseg"
    trained = run(
        "train", TRAIN, "-o", out, "--dev", DEV,
        "-p", "max_iterations=3", "--name", "small", "--seed", "1", "--criterion", "PKU",
        "--licence", "MIT",
    )  # fmt: skip
    assert trained.returncode == 0, trained.stderr
    assert trained.stderr == ""
    assert "reached max_iterations = 3" in trained.stdout
    assert "dev.txt (dev, closed): P " in trained.stdout
    shown = run("inspect", out, "--top", 3).stdout
    for part in ("small", "PKU", "MIT", "C[-1]C[0]", "SHA-256", "dev.txt"):
        assert part in shown
    assert len(shown.splitlines()[-1].split()) == 3
    record = json.loads(run("inspect", out, "--json").stdout)
    assert record["training"]["max_iterations"] == 3
    scored = run("evaluate", TEST, "-m", out)
    assert "=== F MEASURE:\t0.8" in scored.stdout
    as_json = json.loads(run("evaluate", TEST, "-m", out, "--json").stdout)
    assert f"{as_json['f1']:.3f}" in scored.stdout


@pytest.mark.parametrize("output", ["no/folder/m.crfseg", "."])
def test_an_output_that_cannot_be_written_is_known_before_training(tmp_path, output):
    result = run("train", TRAIN, "-o", output, cwd=tmp_path)
    assert_one_line_error(result, output)
    assert result.stdout == ""
    assert names_in(tmp_path) == []


@pytest.mark.slow
def test_a_bad_parameter_is_one_line(tmp_path):
    args = ["train", TRAIN, "-o", tmp_path / "m"]
    assert_one_line_error(run(*args, "-p", "c9=1"), "adagrad has no parameter 'c9'")
    assert_one_line_error(run(*args, "-t", "C(0)"), "template 'C(0)' is not understood")
    assert run(*args, "-p", "c1").returncode == 2


def test_progress_is_drawn_when_asked_for(tmp_path):
    args = ["train", DEV, "-o", tmp_path / "m", "-p", "max_iterations=3"]
    result = run(*args, "--progress")
    assert result.returncode == 0
    assert "3/3" in result.stderr


def interrupted(folder, number, *options, **environment):
    """Start training, send it a signal when it is at work, return its exit code and output."""
    command = [*COMMAND, "train", str(TRAIN), *options]
    command += ["-o", str(folder / "m.crfseg"), "-p", "max_iterations=1000000000"]

    def hear():  # a shell may have started the tests with Ctrl-C ignored
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    with subprocess.Popen(
        command, stdout=subprocess.PIPE, preexec_fn=hear, env=os.environ | environment
    ) as process:
        try:
            time.sleep(5)
            process.send_signal(number)
            output = process.communicate(timeout=60)[0]
        finally:
            process.kill()
    return process.returncode, output.decode()


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_crfsuite_leaves_no_file_behind(tmp_path, number):
    folders = [tmp_path / "out", tmp_path / "tmp"]
    for folder in folders:
        folder.mkdir()
    endless = ["--algorithm", "lbfgs", "-p", "epsilon=0", "-p", "delta=0", "-p", "c2=0"]
    code, _ = interrupted(folders[0], number, *endless, TMPDIR=str(folders[1]))
    assert code == 128 + number
    assert [names_in(folder) for folder in folders] == [[], []]


@pytest.mark.slow
def test_ctrl_c_saves_the_best_pass(tmp_path):
    code, output = interrupted(tmp_path, signal.SIGINT)
    assert (code, "interrupted; kept pass" in output) == (0, True)
    assert names_in(tmp_path) == ["m.crfseg"]
    assert crfseg.load(tmp_path / "m.crfseg").cut("我们") == ["我们"]


@pytest.mark.slow
def test_raw_text_is_counted_and_named(tmp_path):
    raw = tmp_path / "raw.txt"
    raw.write_text("\n".join(crfseg.read_corpus(TEST).texts()), "utf-8")
    args = ["train", DEV, "--raw", raw, "-o", tmp_path / "m"]
    result = run(*args, "--raw", TRAIN, "-p", "max_iterations=1")
    assert (result.returncode, result.stderr) == (0, "")
    assert "raw.txt (raw): 2,395 characters\ntrain.txt (raw): " in result.stdout
    shown = run("inspect", tmp_path / "m").stdout
    assert "protocol     open\n" in shown
    assert "raw text     raw.txt, 2,395 characters, SHA-256 " in shown
    assert "raw text     train.txt, 11,494 characters, SHA-256 " in shown
    result = run(*args, "--protocol", "transductive", "-p", "max_iterations=1")
    assert result.returncode == 0
    assert "transductive" in run("inspect", tmp_path / "m").stdout
    again = run("train", DEV, "--init", tmp_path / "m", "-o", tmp_path / "m2")
    assert again.returncode == 0
    assert "  raw text   raw.txt, 2,395 characters" in run("inspect", tmp_path / "m2").stdout


@pytest.mark.slow
def test_raw_text_that_cannot_be_is_one_line(tmp_path):
    (tmp_path / "empty").touch()
    args = ["train", DEV, "-o", tmp_path / "m"]
    for raw, message in (("empty", "no sentence in it"), ("no", "No such file")):
        assert_one_line_error(run(*args, "--raw", tmp_path / raw), raw, message)
    raw = ["--raw", TEST]
    for option in (["--protocol", "closed"], ["--protocol", "strict"], ["--algorithm", "pa"]):
        assert_one_line_error(run(*args, *raw, *option), option[1], "raw text")
    assert_one_line_error(run(*args, "--protocol", "transductive"), "raw text")
    assert names_in(tmp_path) == ["empty"]


@pytest.mark.slow
def test_training_goes_on_from_a_model_and_a_checkpoint(tmp_path):
    args = ["train", DEV, "--dev", TEST, "--dev", DEV]
    first = run("train", TRAIN, "-o", tmp_path / "first", "-p", "c1=0.1")
    assert first.returncode == 0
    args += ["--init", tmp_path / "first", "--scratch", tmp_path]
    args += ["--checkpoint", tmp_path / "state", "-o", tmp_path / "m"]
    for passes in (1, 2):
        result = run(*args, "-p", f"max_iterations={passes}")
        assert (result.returncode, result.stderr) == (0, "")
        assert f"adagrad: reached max_iterations = {passes}" in result.stdout
    scores = [line for line in result.stdout.splitlines() if "(dev, open): P " in line]
    assert len(scores) == 2
    assert all(" (before " in line for line in scores)
    shown = run("inspect", tmp_path / "m").stdout.splitlines()
    assert [line.split()[0] for line in shown].count("dev") == 2
    assert "went on from train" in shown
    other = run(*args, "--seed", "1")
    assert (other.returncode, other.stdout) == (1, "")
    assert other.stderr.startswith("crfseg: ")
    assert "state: is of another corpus or configuration" in other.stderr
    settings = run(*args, "--folding", "none")
    assert settings.stderr == "crfseg: folding: those of init are used; give one of the two\n"


@pytest.mark.slow
def test_progress_tells_the_memory_needed(tmp_path):
    result = run("train", DEV, "-o", tmp_path / "m", "--progress")
    assert re.search(r"training needs about \d+ MB", result.stderr)
