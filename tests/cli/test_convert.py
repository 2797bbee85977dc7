"""crfseg convert: corpora from one format into another."""

import codecs

import pytest

from crfseg.features.export import crfpp_template
from crfseg.features.templates import Templates
from support.commands import run


def run_convert(*arguments):
    return run("convert", *arguments)


@pytest.fixture
def corpus_file(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(codecs.BOM_UTF8 + "我 爱　北京\r\n\r\n".encode())
    return path


def test_the_command_writes_utf8_to_standard_output(corpus_file):
    result = run_convert(corpus_file, corpus_file, "--to", "words")
    assert (result.returncode, result.stdout) == (0, "我 爱 北京\n" * 2)


def test_the_command_converts_encodings_to_utf8(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("我 愛 香港\n", encoding="big5hkscs")
    result = run_convert(path, "--to", "bmes", "--encoding", "big5hkscs")
    assert result.stdout == "我/S 愛/S 香/B 港/E\n"


def test_the_command_writes_a_crfpp_template_file(corpus_file, tmp_path):
    out, template = tmp_path / "out.conll", tmp_path / "template"
    options = ["--folding", "none", "-t", "C[0]", "-t", "T[0]"]
    result = run_convert(
        corpus_file, "--to", "crfpp", "-o", out, "--template-file", template, *options
    )
    assert (result.returncode, result.output) == (0, "")
    assert out.read_text(encoding="utf-8") == "我\th\tS\n爱\th\tS\n北\th\tB\n京\th\tE\n\n"
    assert template.read_text(encoding="utf-8") == crfpp_template(["C[0]", "T[0]"], "none")


def test_a_template_file_is_for_crfpp_only(corpus_file, tmp_path):
    result = run_convert(corpus_file, "--to", "conll", "--template-file", tmp_path / "t")
    assert result.returncode == 2
    assert "--template-file goes with --to crfpp" in result.stderr


def test_after_an_error_the_output_stays_as_it_was(corpus_file, tmp_path):
    out, bad = tmp_path / "out.txt", tmp_path / "bad.txt"
    out.write_text("before")
    bad.write_bytes("北京 大学\n".encode("gb18030"))
    result = run_convert(corpus_file, bad, "--to", "words", "-o", out)
    assert result.returncode == 1
    assert result.stderr.startswith(f"crfseg: {bad}:1: byte 0xB1 is not utf-8")
    assert out.read_text() == "before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "bad.txt", "out.txt"]


def test_an_empty_file_is_an_error_and_an_unknown_target_a_usage_error(tmp_path):
    path = tmp_path / "a.txt"
    path.touch()
    assert (
        run_convert(path, "--to", "words").stderr
        == f"crfseg: {path}: no sentence in it; expected one a line\n"
    )
    assert run_convert(path, "--to", "html").returncode == 2


def test_labels_are_an_option_of_the_command(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("张三/NR 来/VV\n", encoding="utf-8")
    options = ("--format", "pos", "--to", "conll")
    assert run_convert(path, *options).output == "张\tB\n三\tE\n来\tS\n\n"
    assert run_convert(path, *options, "--labels").output == "张\tB-NR\n三\tE-NR\n来\tS-VV\n\n"
    assert run_convert(path, "--to", "pos").returncode == 1


def test_templates_are_parsed_before_anything_is_written(corpus_file, tmp_path):
    result = run_convert(corpus_file, "--to", "crfsuite", "-t", "C[9]", "-o", tmp_path / "out")
    assert (result.returncode, result.stderr.count("\n")) == (1, 1)
    assert not (tmp_path / "out").exists()
    assert Templates.parse(["C[8]"]).window == 8
