"""What ``crfseg segment`` can be asked for: JSON, offsets, granularity."""

import json

import pytest
from test_cli import run

from crfseg.tokens import offsets

TEXT = "  我们 去了𠀀国、中国大学。\n\n他在iPhone\u2028\x0b14😀\n"


@pytest.fixture(scope="module")
def model(tmp_path_factory, sample_model):
    path = tmp_path_factory.mktemp("model") / "sample.crfseg"
    sample_model.quantize().save(path)
    return path


def records_of(model, *options, text=TEXT):
    result = run("segment", "-m", model, "--format", "json", *options, stdin=text)
    assert result.stderr == b""
    assert result.stdout.endswith(b"\n")
    return [json.loads(line) for line in result.stdout.decode().removesuffix("\n").split("\n")]


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
    assert result.stdout.decode().split("\n") == expected


def test_what_does_not_go_together_is_an_error_of_usage(model):
    for options, message in (
        (["--nbest", 2], b"--nbest and --marginals need --format json"),
        (["--format", "spans", "--marginals"], b"--nbest and --marginals need --format json"),
        (["--format", "tags", "--granularity", "fine"], b"--format tags has the tags of the model"),
        (["--granularity", "finest"], b"'finest' is not one of 'fine', 'coarse', 'search'"),
    ):
        result = run("segment", "-m", model, *options, stdin="我")
        assert result.returncode == 2
        assert message in result.stderr


def test_lone_surrogates_of_odd_encodings_are_reported(model):
    result = run(
        "segment", "-m", model, "--format", "json", "--encoding", "utf-7", stdin=b"+2AA-\n"
    )
    assert result.returncode in (0, 1)
    assert result.stderr.count(b"\n") == result.returncode
