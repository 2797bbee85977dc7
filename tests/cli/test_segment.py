"""What ``crfseg segment`` can be asked for: JSON, offsets, granularity."""

import json
import os
import subprocess
import sys

import pytest

from crfseg.text.offsets import offsets
from support.commands import COMMAND, assert_one_line_error, names_in, run

TEXT = "  我们 去了𠀀国、中国大学。\n\n他在iPhone\u2028\x0b14😀\n"


def records_of(model, *options, text=TEXT):
    result = run("segment", "-m", model, "--format", "json", *options, stdin=text)
    assert result.stderr == ""
    assert result.stdout.endswith("\n")
    return [json.loads(line) for line in result.stdout.removesuffix("\n").split("\n")]


def test_json_says_how_sure_the_model_is(model, segmenter):
    records = records_of(model)
    lines = TEXT.split("\n")[:-1]
    assert [record["text"] for record in records] == lines
    for record, line in zip(records, lines, strict=True):
        assert list(record) == ["text", "words", "spans", "confidence", "entropy"]
        assert record["words"] == segmenter.cut(line)
        assert record["spans"] == [list(span) for span in segmenter.spans(line)]
        assert record["confidence"] == segmenter.confidence(line).round(4).tolist()
        assert record["entropy"] == round(segmenter.entropy(line), 4)


def test_json_has_other_ways_and_marginals_on_request(model, segmenter):
    for record in records_of(model, "--nbest", 3, "--marginals"):
        ways = segmenter.nbest(record["text"], 3)
        assert [way["words"] for way in record["nbest"]] == [way.words for way in ways]
        assert [way["log_probability"] for way in record["nbest"]] == [
            round(way.log_probability, 4) for way in ways
        ]
        assert record["marginals"] == segmenter.marginals(record["text"]).round(4).tolist()


@pytest.mark.parametrize("unit", ["utf-8", "utf-16"])
def test_offsets_count_what_is_asked_for(model, segmenter, unit):
    for record in records_of(model, "--offsets", unit, "--granularity", "search"):
        text = record["text"]
        of_unit = offsets(text, unit).tolist()
        spans = segmenter.spans(text, "search")
        assert record["spans"] == [[of_unit[start], of_unit[end]] for start, end in spans]
        data = text.encode(unit if unit == "utf-8" else "utf-16-le")
        size = 1 if unit == "utf-8" else 2
        assert record["words"] == [
            data[size * start : size * end].decode("utf-8" if size == 1 else "utf-16-le")
            for start, end in record["spans"]
        ]


@pytest.mark.parametrize("granularity", ["fine", "coarse", "search"])
def test_words_of_a_granularity(model, segmenter, granularity):
    result = run("segment", "-m", model, "--granularity", granularity, stdin=TEXT)
    expected = [" ".join(segmenter.cut(line, granularity)) for line in TEXT.split("\n")]
    assert result.stdout.split("\n") == expected


def test_what_does_not_go_together_is_an_error_of_usage(model):
    for options, message in (
        (["--nbest", 2], "--nbest and --marginals need --format json"),
        (["--format", "spans", "--marginals"], "--nbest and --marginals need --format json"),
        (["--format", "tags", "--granularity", "fine"], "--format tags has the tags of the model"),
        (["--granularity", "finest"], "'finest' is not one of 'fine', 'coarse', 'search'"),
    ):
        result = run("segment", "-m", model, *options, stdin="我")
        assert result.returncode == 2
        assert message in result.stderr


def test_lone_surrogates_of_odd_encodings_are_reported(model):
    result = run(
        "segment", "-m", model, "--format", "json", "--encoding", "utf-7", stdin=b"+2AA-\n"
    )
    assert result.returncode in (0, 1)
    assert result.stderr.count("\n") == result.returncode


def test_markup_says_where_to_cut_and_where_not(model):
    text = "他们|在北|京\n买 iPhone -14 了\n"
    result = run("segment", "-m", model, "--markup", stdin=text)
    first, second = result.stdout.splitlines()
    assert first.startswith("他们 在")
    assert first.endswith("北 京")
    assert second.endswith("Phone 14 了")
    (record,) = records_of(model, "--markup", text="a\\-b|c\n")
    assert record["text"] == "a-bc"
    result = run("segment", "-m", model, "--markup", stdin="a\nb|-c\n")
    assert result.returncode == 1
    assert result.stderr.startswith("crfseg: <stdin>:2: character 3: '-' behind a sign")


def test_words_are_preferred_or_forced(model, tmp_path):
    preferred, forced = tmp_path / "a.txt", tmp_path / "b.txt"
    preferred.write_text("慢阻肺\n", "utf-8")
    forced.write_text("在慢\n", "utf-8")
    options = ["--lexicon", preferred]
    assert "慢阻肺" in run("segment", "-m", model, *options, stdin="他在慢阻肺科\n").stdout
    (record,) = records_of(model, *options, "--force", forced, text="他在慢阻肺科\n")
    assert "在慢" in record["words"]
    assert record["confidence"][record["words"].index("在慢")] == 1.0
    preferred.write_text("慢 阻 肺 好\n", "utf-8")
    result = run("segment", "-m", model, *options, stdin="")
    assert result.returncode == 1
    assert "a.txt: line 1: " in result.stderr


RAW = "我爱北京天安门。\n\n他说：“好！”\n"


@pytest.fixture
def expected(segmenter):
    return segmenter.cut_lines(RAW)


def test_segment_is_a_filter(model, expected):
    result = run("segment", "-m", model, stdin=RAW)
    assert (result.stdout, result.stderr) == (expected, "")


def test_segment_reads_and_writes_files(tmp_path, model, expected):
    (tmp_path / "in.txt").write_bytes(RAW.encode("gb18030"))
    args = ["in.txt", "-m", model, "-o", "out.txt", "--encoding", "gb18030"]
    assert run("segment", *args, cwd=tmp_path).returncode == 0
    assert (tmp_path / "out.txt").read_text("utf-8") == expected


def test_segment_formats(model, segmenter):
    text = "我 爱北京\n\n好"
    spans = run("segment", "-m", model, "--format", "spans", stdin=text).stdout
    assert spans.split("\n")[0].split()[1].startswith("2-")
    assert spans.split("\n")[1] == ""
    tags = run("segment", "-m", model, "--format", "tags", stdin=text).stdout
    assert [token.split("/")[0] for token in tags.split()] == list("我爱北京好")
    lines = run("segment", "-m", model, "--format", "json", stdin=text).stdout
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
    command = [*COMMAND, "segment", "-m", str(model)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdin.write("我爱北京\n".encode())
        process.stdin.flush()
        assert process.stdout.readline().decode().split() == ["我", "爱", "北京"]
        process.stdin.close()


def test_a_wrong_byte_leaves_the_old_output(tmp_path, model):
    (tmp_path / "out.txt").write_text("old")
    result = run("segment", "-m", model, "-o", tmp_path / "out.txt", stdin=b"ab\n\xff\n")
    assert_one_line_error(result, "<stdin>:2: byte 0xFF")
    assert (tmp_path / "out.txt").read_text() == "old"
    assert names_in(tmp_path) == ["out.txt"]


def test_any_text_goes_through(model):
    text = "\0我\r\n👨‍👩‍👧‍👦\u200b　\ufeffx\n"
    result = run("segment", "-m", model, "--format", "json", stdin=text)
    records = [json.loads(line) for line in result.stdout.splitlines()]
    assert "\n".join(record["text"] for record in records) + "\n" == text


def test_an_output_that_is_no_regular_file_is_written_to(model, expected):
    result = run("segment", "-m", model, "-o", "/dev/stdout", stdin=RAW, process=True)
    assert result.stdout == expected


@pytest.mark.skipif(os.name != "posix", reason="needs a shell")
@pytest.mark.parametrize("redirection", ["<&-", ">&-", "<&- >&-"])
def test_closed_streams_are_one_line(model, redirection):
    command = f"{sys.executable} -m crfseg segment -m {model} {redirection}"
    result = subprocess.run(["sh", "-c", command], stderr=subprocess.PIPE, check=False, timeout=60)
    assert result.returncode == 1
    assert result.stderr.decode().endswith(("somewhere to write\n", "to read\n"))
    assert result.stderr.count(b"\n") == 1


def test_output_minus_is_standard_output(model, expected):
    assert run("segment", "-m", model, "-o", "-", stdin=RAW).stdout == expected
