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


def test_markup_says_where_to_cut_and_where_not(model):
    text = "他们|在北|京\n买 iPhone -14 了\n"
    result = run("segment", "-m", model, "--markup", stdin=text)
    first, second = result.stdout.decode().splitlines()
    assert first.startswith("他们 在")
    assert first.endswith("北 京")
    assert second.endswith("Phone 14 了")
    (record,) = records_of(model, "--markup", text="a\\-b|c\n")
    assert record["text"] == "a-bc"
    result = run("segment", "-m", model, "--markup", stdin="a\nb|-c\n")
    assert result.returncode == 1
    assert result.stderr.decode().startswith("crfseg: <stdin>:2: character 3: '-' behind a sign")


def test_words_are_preferred_or_forced(model, tmp_path):
    preferred, forced = tmp_path / "a.txt", tmp_path / "b.txt"
    preferred.write_text("慢阻肺\n", "utf-8")
    forced.write_text("在慢\n", "utf-8")
    options = ["--lexicon", preferred]
    assert (
        b"\xe6\x85\xa2\xe9\x98\xbb\xe8\x82\xba"
        in run("segment", "-m", model, *options, stdin="他在慢阻肺科\n").stdout
    )
    (record,) = records_of(model, *options, "--force", forced, text="他在慢阻肺科\n")
    assert "在慢" in record["words"]
    assert record["confidence"][record["words"].index("在慢")] == 1.0
    preferred.write_text("慢 阻 肺 好\n", "utf-8")
    result = run("segment", "-m", model, *options, stdin="")
    assert result.returncode == 1
    assert b"a.txt: line 1: " in result.stderr
