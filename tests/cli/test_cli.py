"""The command line, each verb as a process: what it prints, where, and how it exits."""

import dataclasses
import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest

import crfseg
from crfseg.cli import _VERBS
from material import SAMPLE, handmade_model

RAW = "我爱北京天安门。\n\n他说：“好！”\n"


def run(*args, stdin="", cwd=None, **options):
    return subprocess.run(
        [sys.executable, "-m", "crfseg", *map(str, args)],
        input=stdin.encode("utf-8", "surrogatepass") if isinstance(stdin, str) else stdin,
        capture_output=True,
        cwd=cwd,
        timeout=120,
        check=False,
        **options,
    )


@pytest.fixture(scope="module")
def model(tmp_path_factory, sample_model):
    path = tmp_path_factory.mktemp("model") / "sample.crfseg"
    sample_model.quantize().save(path)
    return path


@pytest.fixture
def expected(segmenter):
    return segmenter.cut_lines(RAW)


def assert_one_line_error(result, *parts):
    message = result.stderr.decode()
    assert result.returncode == 1
    assert message.count("\n") == 1
    assert message.startswith("crfseg: ")
    assert "Traceback" not in message
    for part in parts:
        assert part in message


def names_in(folder):
    return [entry.name for entry in folder.iterdir()]


@pytest.mark.slow
@pytest.mark.parametrize("verb", _VERBS)
def test_every_verb_has_help(verb):
    result = run(verb, "--help")
    assert result.returncode == 0
    assert b"Usage: crfseg " + verb.encode() in result.stdout


def test_the_version_is_the_package_s():
    assert run("--version").stdout.decode() == f"crfseg {crfseg.__version__}\n"


@pytest.mark.parametrize("args", [["fly"], ["train"], ["segment", "--speed"], ["evaluate"]])
def test_a_wrong_command_line_exits_with_two(args):
    result = run(*args)
    assert result.returncode == 2
    assert b"Usage" in result.stderr


def test_train_tag_and_evaluate(tmp_path):
    out = tmp_path / "m.crfseg"
    trained = run(
        "train", SAMPLE / "train.txt", "-o", out, "--dev", SAMPLE / "dev.txt",
        "-p", "max_iterations=3", "--name", "small", "--seed", "1", "--criterion", "PKU",
        "--licence", "MIT",
    )  # fmt: skip
    assert trained.returncode == 0, trained.stderr
    assert trained.stderr == b""
    assert b"reached max_iterations = 3" in trained.stdout
    assert b"dev.txt (dev, closed): P " in trained.stdout
    shown = run("inspect", out, "--top", 3).stdout.decode()
    for part in ("small", "PKU", "MIT", "C[-1]C[0]", "SHA-256", "dev.txt"):
        assert part in shown
    assert len(shown.splitlines()[-1].split()) == 3
    record = json.loads(run("inspect", out, "--json").stdout)
    assert record["training"]["max_iterations"] == 3
    scored = run("evaluate", SAMPLE / "test.txt", "-m", out)
    assert b"=== F MEASURE:\t0.8" in scored.stdout
    as_json = json.loads(run("evaluate", SAMPLE / "test.txt", "-m", out, "--json").stdout)
    assert f"{as_json['f1']:.3f}".encode() in scored.stdout


def test_segment_is_a_filter(model, expected):
    result = run("segment", "-m", model, stdin=RAW)
    assert (result.stdout.decode(), result.stderr) == (expected, b"")


def test_segment_reads_and_writes_files(tmp_path, model, expected):
    (tmp_path / "in.txt").write_bytes(RAW.encode("gb18030"))
    args = ["in.txt", "-m", model, "-o", "out.txt", "--encoding", "gb18030"]
    assert run("segment", *args, cwd=tmp_path).returncode == 0
    assert (tmp_path / "out.txt").read_text("utf-8") == expected


def test_segment_formats(model, segmenter):
    text = "我 爱北京\n\n好"
    spans = run("segment", "-m", model, "--format", "spans", stdin=text).stdout.decode()
    assert spans.split("\n")[0].split()[1].startswith("2-")
    assert spans.split("\n")[1] == ""
    tags = run("segment", "-m", model, "--format", "tags", stdin=text).stdout.decode()
    assert [token.split("/")[0] for token in tags.split()] == list("我爱北京好")
    lines = run("segment", "-m", model, "--format", "json", stdin=text).stdout.decode()
    records = [json.loads(line) for line in lines.splitlines()]
    assert [record["text"] for record in records] == ["我 爱北京", "", "好"]
    assert records[0]["words"] == segmenter.cut("我 爱北京")


def test_segment_survives_a_closed_pipe(model):
    command = (
        f"yes 我爱北京 | head -200000 | {sys.executable} -m crfseg segment -m {model} | head -1"
    )
    result = subprocess.run(["bash", "-c", command], capture_output=True, check=False, timeout=60)
    assert result.stdout.decode().split() == ["我", "爱", "北京"]
    assert result.stderr == b""


def test_segment_answers_line_by_line(model):
    """A line on a pipe that stays open is answered at once."""
    command = [sys.executable, "-m", "crfseg", "segment", "-m", str(model)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdin.write("我爱北京\n".encode())
        process.stdin.flush()
        assert process.stdout.readline().decode().split() == ["我", "爱", "北京"]
        process.stdin.close()


@pytest.mark.slow
def test_evaluate_scores_what_any_segmenter_wrote(tmp_path, model):
    out, text = tmp_path / "out.txt", tmp_path / "in.txt"
    gold = crfseg.read_corpus(SAMPLE / "test.txt")
    text.write_text("\n".join(gold.texts()), "utf-8")
    run("segment", text, "-m", model, "-o", out)
    by_model = run("evaluate", SAMPLE / "test.txt", "-m", model).stdout.decode()
    by_file = run(
        "evaluate", SAMPLE / "test.txt", "--predicted", out, "--train-words", SAMPLE / "train.txt"
    )
    name, terms, *figures = by_model.splitlines()
    assert terms == f"{model}: criterion not stated, protocol closed"
    figures = [line for line in figures if not line.startswith("calibration error ")]
    expected = [name, f"{out}: criterion not stated, protocol not stated", *figures]
    assert by_file.stdout.decode().splitlines() == expected
    as_json = json.loads(run("evaluate", SAMPLE / "test.txt", "-m", model, "--json").stdout)
    assert (as_json["predicted"], as_json["protocol"]) == (str(model), "closed")


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


@pytest.mark.parametrize("output", ["no/folder/m.crfseg", "."])
def test_an_output_that_cannot_be_written_is_known_before_training(tmp_path, output):
    result = run("train", SAMPLE / "train.txt", "-o", output, cwd=tmp_path)
    assert_one_line_error(result, output)
    assert result.stdout == b""
    assert names_in(tmp_path) == []


def test_a_wrong_byte_leaves_the_old_output(tmp_path, model):
    (tmp_path / "out.txt").write_text("old")
    result = run("segment", "-m", model, "-o", tmp_path / "out.txt", stdin=b"ab\n\xff\n")
    assert_one_line_error(result, "<stdin>:2: byte 0xFF")
    assert (tmp_path / "out.txt").read_text() == "old"
    assert names_in(tmp_path) == ["out.txt"]


def test_a_damaged_model_is_one_line(tmp_path, model):
    cut = tmp_path / "cut.crfseg"
    cut.write_bytes(model.read_bytes()[:-100])
    for args in (["segment", "-m", cut], ["evaluate", SAMPLE / "dev.txt", "-m", cut]):
        assert_one_line_error(run(*args), "cut.crfseg: is not a model, or cut off")
    result = run("segment", "-m", SAMPLE / "train.txt")
    assert_one_line_error(result, "train.txt: is not a model")


@pytest.mark.slow
def test_a_bad_parameter_is_one_line(tmp_path):
    args = ["train", SAMPLE / "train.txt", "-o", tmp_path / "m"]
    assert_one_line_error(run(*args, "-p", "c9=1"), "adagrad has no parameter 'c9'")
    assert_one_line_error(run(*args, "-t", "C(0)"), "template 'C(0)' is not understood")
    assert run(*args, "-p", "c1").returncode == 2


def test_debug_shows_the_traceback(tmp_path):
    result = run("--debug", "inspect", "no", cwd=tmp_path)
    assert result.returncode == 1
    assert b"Traceback" in result.stderr


def test_progress_is_drawn_when_asked_for(tmp_path):
    args = ["train", SAMPLE / "dev.txt", "-o", tmp_path / "m", "-p", "max_iterations=3"]
    result = run(*args, "--progress")
    assert result.returncode == 0
    assert b"3/3" in result.stderr


def test_any_text_goes_through(model):
    text = "\0我\r\n👨‍👩‍👧‍👦\u200b　\ufeffx\n"
    result = run("segment", "-m", model, "--format", "json", stdin=text)
    records = [json.loads(line) for line in result.stdout.decode().splitlines()]
    assert "\n".join(record["text"] for record in records) + "\n" == text


def test_an_output_that_is_no_regular_file_is_written_to(model, expected):
    result = run("segment", "-m", model, "-o", "/dev/stdout", stdin=RAW)
    assert result.stdout.decode() == expected


def interrupted(folder, number, *options, **environment):
    """Start training, send it a signal when it is at work, return its exit code and output."""
    command = [sys.executable, "-m", "crfseg", "train", str(SAMPLE / "train.txt"), *options]
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
@pytest.mark.parametrize("encoding", ["hex", "idna", "nope"])
def test_what_is_no_encoding_for_text_is_one_line(tmp_path, model, encoding):
    args = ["--encoding", encoding]
    for verb in (
        ["train", SAMPLE / "dev.txt", "-o", tmp_path / "m"],
        ["check", SAMPLE / "dev.txt"],
    ):
        assert_one_line_error(run(*verb, *args), encoding)
    assert_one_line_error(run("segment", "-m", model, *args, stdin="a"), encoding)
    with pytest.raises(ValueError, match=encoding):
        crfseg.load(model).cut_file(SAMPLE / "dev.txt", tmp_path / "out", encoding=encoding)
    assert names_in(tmp_path) == []


@pytest.mark.skipif(os.name != "posix", reason="needs a shell")
@pytest.mark.parametrize("redirection", ["<&-", ">&-", "<&- >&-"])
def test_closed_streams_are_one_line(model, redirection):
    command = f"{sys.executable} -m crfseg segment -m {model} {redirection}"
    result = subprocess.run(["sh", "-c", command], stderr=subprocess.PIPE, check=False, timeout=60)
    assert result.returncode == 1
    assert result.stderr.decode().endswith(("somewhere to write\n", "to read\n"))
    assert result.stderr.count(b"\n") == 1


def test_what_the_terminal_s_encoding_lacks_is_escaped(model):
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    result = run("inspect", "--top", "50", model, env=environment)
    assert (result.returncode, result.stderr) == (0, b"")
    assert b"\\u" in result.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    "info", [{}, {"corpora": None}, {"corpora": [{}, 5]}, {"dev": {"f1": "x"}}]
)
def test_inspect_shows_any_record(tmp_path, info):
    model = dataclasses.replace(handmade_model(京={"S": 1.0}), info={**info, "name": "\ud800"})
    model.save(tmp_path / "m")
    result = run("inspect", tmp_path / "m")
    assert (result.returncode, result.stderr) == (0, b"")


def test_inspect_names_features_of_every_view(tmp_path):
    """Each sentence three times: characters that come less often have no group."""
    corpus = crfseg.Corpus.from_text("我 爱 北京\n他 在 北京\n我 在 天安门\n" * 3)
    raw = crfseg.Corpus.from_text("我们在北京\n北京人")
    crfseg.train(corpus, raw=raw, prune=0).save(tmp_path / "m")
    shown = run("inspect", "--top", "100000", tmp_path / "m").stdout.decode()
    features = {line.split()[2] for line in shown.splitlines() if line.strip()[0] in "+-"}
    assert {
        "C[0]=北", "C[-1]C[0]=<s>我", "T[0]T[1]T[2]=hh</s>", "B[0]=<2.19>", "E[0]=<1.18>",
        "P[0]=<0>", "P[1]=</s>", "e[-1]P[0]b[0]=<1><0><2>", "W[0]=<北京>", "V[0]=<unknown>",
        "V[0]W[1]=<北京></s>", "A[0]=<2.0.0>", "A[1]=</s>", "A[0]=<1.1.0>", "A[1]=<0.0.0>",
    } <= features  # fmt: skip
    for name in (r"G\[0\]G\[1\]=<\d><\d>", r"C\[0\]G\[1\]=北<\d>", r"G\[-1\]C\[0\]=<\d>京"):
        assert any(re.fullmatch(name, feature) for feature in features), name


@pytest.mark.slow
def test_raw_text_is_counted_and_named(tmp_path):
    raw = tmp_path / "raw.txt"
    raw.write_text("\n".join(crfseg.read_corpus(SAMPLE / "test.txt").texts()), "utf-8")
    args = ["train", SAMPLE / "dev.txt", "--raw", raw, "-o", tmp_path / "m"]
    result = run(*args, "--raw", SAMPLE / "train.txt", "-p", "max_iterations=1")
    assert (result.returncode, result.stderr) == (0, b"")
    assert b"raw.txt (raw): 2,395 characters\ntrain.txt (raw): " in result.stdout
    shown = run("inspect", tmp_path / "m").stdout.decode()
    assert "protocol     open\n" in shown
    assert "raw text     raw.txt, 2,395 characters, SHA-256 " in shown
    assert "raw text     train.txt, 11,494 characters, SHA-256 " in shown
    result = run(*args, "--protocol", "transductive", "-p", "max_iterations=1")
    assert result.returncode == 0
    assert b"transductive" in run("inspect", tmp_path / "m").stdout
    again = run("train", SAMPLE / "dev.txt", "--init", tmp_path / "m", "-o", tmp_path / "m2")
    assert again.returncode == 0
    assert b"  raw text   raw.txt, 2,395 characters" in run("inspect", tmp_path / "m2").stdout


@pytest.mark.slow
def test_raw_text_that_cannot_be_is_one_line(tmp_path):
    (tmp_path / "empty").touch()
    args = ["train", SAMPLE / "dev.txt", "-o", tmp_path / "m"]
    for raw, message in (("empty", "no sentence in it"), ("no", "No such file")):
        assert_one_line_error(run(*args, "--raw", tmp_path / raw), raw, message)
    raw = ["--raw", SAMPLE / "test.txt"]
    for option in (["--protocol", "closed"], ["--protocol", "strict"], ["--algorithm", "pa"]):
        assert_one_line_error(run(*args, *raw, *option), option[1], "raw text")
    assert_one_line_error(run(*args, "--protocol", "transductive"), "raw text")
    assert names_in(tmp_path) == ["empty"]


def test_output_minus_is_standard_output(model, expected):
    assert run("segment", "-m", model, "-o", "-", stdin=RAW).stdout.decode() == expected


@pytest.mark.slow
def test_training_goes_on_from_a_model_and_a_checkpoint(tmp_path):
    args = ["train", SAMPLE / "dev.txt", "--dev", SAMPLE / "test.txt", "--dev", SAMPLE / "dev.txt"]
    first = run("train", SAMPLE / "train.txt", "-o", tmp_path / "first", "-p", "c1=0.1")
    assert first.returncode == 0
    args += ["--init", tmp_path / "first", "--scratch", tmp_path]
    args += ["--checkpoint", tmp_path / "state", "-o", tmp_path / "m"]
    for passes in (1, 2):
        result = run(*args, "-p", f"max_iterations={passes}")
        assert (result.returncode, result.stderr) == (0, b"")
        assert f"adagrad: reached max_iterations = {passes}".encode() in result.stdout
    scores = [line for line in result.stdout.splitlines() if b"(dev, open): P " in line]
    assert len(scores) == 2
    assert all(b" (before " in line for line in scores)
    shown = run("inspect", tmp_path / "m").stdout.decode().splitlines()
    assert [line.split()[0] for line in shown].count("dev") == 2
    assert "went on from train" in shown
    other = run(*args, "--seed", "1")
    assert (other.returncode, other.stdout) == (1, b"")
    assert other.stderr.startswith(b"crfseg: ")
    assert b"state: is of another corpus or configuration" in other.stderr
    settings = run(*args, "--folding", "none")
    assert settings.stderr == b"crfseg: folding: those of init are used; give one of the two\n"


@pytest.mark.slow
def test_progress_tells_the_memory_needed(tmp_path):
    result = run("train", SAMPLE / "dev.txt", "-o", tmp_path / "m", "--progress")
    assert re.search(rb"training needs about \d+ MB", result.stderr)


FIGURES = {
    "gold", "predicted", "criterion", "protocol", "precision", "recall", "f1", "oov_rate",
    "oov_recall", "iv_recall", "f1_interval", "boundary_f1", "sentence_accuracy",
    "calibration_error", "sentences", "seen_sentences", "counts", "differences", "breakdown",
    "oov_words", "confusion", "rules",
}  # fmt: skip


def figures_of(*args):
    result = run("evaluate", *args, "--json")
    assert (result.returncode, result.stderr) == (0, b"")
    return json.loads(result.stdout)


def test_evaluate_prints_every_figure_as_json(model, segmenter):
    found = figures_of(SAMPLE / "test.txt", "-m", model)
    assert found.keys() == FIGURES
    scores = crfseg.evaluate(segmenter, SAMPLE / "test.txt")
    assert found["f1"] == scores.f1  # unrounded
    assert found["f1_interval"] == list(scores.interval)
    assert found["calibration_error"] == scores.calibration.error
    assert set(found["breakdown"]) == {"length", "frequency", "class"}
    for slices in found["breakdown"].values():
        assert sum(each["words"] for each in slices) == found["counts"]["true_words"]
    assert found["oov_words"][0].keys() == {"name", "words", "found", "recall"}
    assert found["confusion"]["tags"] == ["B", "M", "E", "S"]


def test_evaluate_prints_null_for_what_a_file_does_not_tell():
    found = figures_of(SAMPLE / "test.txt", "--predicted", SAMPLE / "test.txt")
    assert found.keys() == FIGURES
    unknown = {"criterion", "protocol", "oov_rate", "oov_recall", "iv_recall", "calibration_error"}
    unknown |= {"rules"}
    assert {key for key, value in found.items() if value is None} == unknown
    assert (found["f1"], found["f1_interval"], found["oov_words"]) == (1.0, [1.0, 1.0], [])


def test_evaluate_prints_all_tables(model):
    shown = run("evaluate", SAMPLE / "test.txt", "-m", model).stdout.decode()
    for part in (
        "\nF measure, 95 % interval  0.8", "\nF measure of boundaries   0.9",
        "\nsentences without error   0.", "\ncalibration error         0.0",
        "\ndifferences               merge ", "\nrecall, characters of the word ",
        "\nrecall, times in training ", "\nrecall, characters are ", "\nunknown words missed ",
        "\ntags, gold by output ",
    ):  # fmt: skip
        assert shown.count(part) == 1, part
    assert "warning" not in shown


@pytest.mark.slow
def test_evaluate_warns_of_sentences_that_were_trained_on(model):
    shown = run("evaluate", SAMPLE / "train.txt", SAMPLE / "dev.txt", "-m", model).stdout.decode()
    n = len(crfseg.read_corpus(SAMPLE / "train.txt"))
    total = n + len(crfseg.read_corpus(SAMPLE / "dev.txt"))
    assert f"warning: {n} of {total} sentences, " in shown
    assert figures_of(SAMPLE / "train.txt", "-m", model)["seen_sentences"] == n


@pytest.mark.slow
def test_train_words_may_be_counted_or_not(tmp_path, model):
    words = tmp_path / "words.txt"
    words.write_text("\n".join(crfseg.Model.load(model).vocabulary), "utf-8")
    for file, tables in (
        (SAMPLE / "train.txt", {"length", "class", "frequency"}),
        (words, {"length", "class"}),
    ):
        found = figures_of(SAMPLE / "test.txt", "-m", model, "--train-words", file)
        assert found["breakdown"].keys() == tables
        assert found["oov_rate"] == figures_of(SAMPLE / "test.txt", "-m", model)["oov_rate"]


@pytest.mark.slow
def test_labels_have_a_table_and_a_figure(tmp_path):
    gold, out = tmp_path / "gold.pos", tmp_path / "out.pos"
    gold.write_text("我/r 爱/v 北京/ns\n他/r 来/v\n", "utf-8")
    out.write_text("我/r 爱/n 北京/ns\n他来/v\n", "utf-8")
    args = [gold, "--predicted", out, "--format", "pos"]
    found = figures_of(*args)
    assert found.keys() == FIGURES | {"labelled_f1"}
    rows = [(each["name"], each["words"], each["found"]) for each in found["breakdown"]["label"]]
    assert rows == [("r", 2, 1), ("v", 2, 1), ("ns", 1, 1)]
    assert found["labelled_f1"] == pytest.approx(2 * 2 / 9)
    assert b"\nrecall, label " in run("evaluate", *args).stdout


@pytest.fixture
def characters(tmp_path):
    """What a segmenter writes that takes every character for a word."""
    path = tmp_path / "characters.txt"
    texts = crfseg.read_corpus(SAMPLE / "test.txt").texts()
    path.write_text("\n".join(map(" ".join, texts)), "utf-8")
    return path


def test_compare_takes_models_and_files(tmp_path, model, characters):
    gold = SAMPLE / "test.txt"
    out = tmp_path / "out.txt"
    out.write_text(
        crfseg.load(model).cut_lines("\n".join(crfseg.read_corpus(gold).texts())), "utf-8"
    )
    shown = run("compare", characters, model, gold).stdout.decode().splitlines()
    assert shown[0] == f"{gold}: SHA-256 {crfseg.read_corpus(gold).sha256}"
    assert [line.split()[0] for line in shown[1:6]] == ["A", "B", "B", "p", "They"]
    assert shown[1].endswith(f"{characters}: criterion not stated, protocol not stated")
    assert shown[2].endswith(f"{model}: criterion not stated, protocol closed")
    assert shown[3].startswith("B - A  +0.")
    assert shown[4].startswith("p      0.0010 ")
    assert len(shown) == 6 + 10 + 1
    assert shown[6].startswith("1: [")
    assert re.fullmatch(r"and [\d,]+ more \(--all lists them\)", shown[-1])
    by_file = run("compare", characters, out, gold).stdout.decode().splitlines()
    assert by_file[3:] == shown[3:]
    same = run("compare", model, out, gold).stdout.decode().splitlines()
    assert same[3:5] == [
        "B - A  +0.0000, 95 % interval +0.0000 to +0.0000",
        "p      1.0000 (how often chance alone gives so much, either way)",
    ]
    assert same[5].startswith("They part in 0 places")
    assert len(same) == 6


@pytest.mark.slow
def test_compare_lists_all_places_when_asked(model, characters):
    args = ["compare", characters, model, SAMPLE / "test.txt"]
    every = run(*args, "--all").stdout.decode().splitlines()[6:]
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
        result = run("compare", *pair, SAMPLE / "test.txt")
        assert_one_line_error(result, f"{cut}: is not a model, or cut off")


def test_compare_takes_two_models(tmp_path, model):
    crfseg.train(SAMPLE / "dev.txt", max_iterations=1).save(tmp_path / "small")
    result = run("compare", tmp_path / "small", model, SAMPLE / "test.txt")
    assert (result.returncode, result.stderr) == (0, b"")
    assert b"B - A  +0." in result.stdout


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
        assert result.stdout == b""


@pytest.mark.slow
def test_what_cannot_be_compared_is_one_line(tmp_path, model):
    cut = tmp_path / "cut.crfseg"
    cut.write_bytes(model.read_bytes()[:-100])
    gold = SAMPLE / "test.txt"
    assert_one_line_error(run("compare", cut, model, gold), "cut.crfseg: ")
    assert_one_line_error(run("compare", model, "no.txt", gold), "no.txt: No such file")
    assert_one_line_error(run("compare", model, tmp_path, gold), "s a directory")
    assert run("compare", model, gold).returncode == 2
    assert run("evaluate", gold, "-m", model, "--predicted", gold).returncode == 2


def test_rules_are_chosen(model):
    text = "买iPhone 14，第27届\n".encode()
    cut = run("segment", "-m", model, "--rules", "none,names", "--keep", r"第\d+届", stdin=text)
    assert cut.stdout.decode() == "买 iPhone 14 ， 第27届\n"
    spans = run("segment", "-m", model, "--rules=names", "--format", "spans", stdin=text).stdout
    assert b" 1-10 " in spans
    found = figures_of(SAMPLE / "dev.txt", "-m", model, "--rules=none,urls", "--keep=x+")
    assert found["rules"] == ["urls", "x+"]
    because = run("explain", "买iPhone 14", "--at", 8, "-m", model, "--rules", "names").stdout
    assert "because white space, a mark or a rule" in because.decode()


def test_explain_says_what_a_forced_word_decides(model, tmp_path):
    words = tmp_path / "words.txt"
    words.write_text("慢阻肺\n", "utf-8")
    found = run("explain", "他有慢阻肺。", "--at", 3, "-m", model, "--force", words).stdout.decode()
    assert found.splitlines()[1:] == [
        "between 慢 and 阻 (place 3): no word begins, 100.0% sure",
        "because the user lexicon forces 慢阻肺",
    ]


@pytest.mark.parametrize(
    ("option", "message"),
    [("--rules=number", "unknown rule 'number'; expected all"), ("--keep=(", "'(' is no regular")],
)
def test_rules_that_there_are_not_are_usage_errors(model, option, message):
    result = run("segment", "-m", model, option)
    assert result.returncode == 2
    assert message in result.stderr.decode()
    assert run("evaluate", SAMPLE / "dev.txt", "--predicted", "x", option).returncode == 2
