"""The forecast of the memory that training needs; the corpus in files."""

import logging
import re
import subprocess
import sys
from pathlib import Path

import pytest

import crfseg
from crfseg.errors import TrainingError
from crfseg.training import memory
from support.corpora import SAMPLE, TRAIN


def test_the_need_is_logged(caplog):
    with caplog.at_level(logging.INFO, "crfseg"):
        crfseg.train(TRAIN, profile="fast")
    messages = [record.getMessage() for record in caplog.records]
    assert [message.split()[0] for message in messages] == ["encoding", "training"]
    assert all(re.search(r"needs about [\d,]+ MB$", message) for message in messages)


@pytest.mark.parametrize("free", [1, 2_000_000])
def test_more_than_there_is_is_refused(monkeypatch, free):
    monkeypatch.setattr(memory, "free_bytes", lambda: free)
    what = "encoding" if free == 1 else "training"
    with pytest.raises(TrainingError, match=f"^{what} needs about .* MB more memory, but .* free"):
        crfseg.train(TRAIN, profile="fast")


def test_a_control_group_limits_what_is_free(monkeypatch, tmp_path):
    for name, text in (("LIMIT", "3000000\n"), ("USED", "1000000\n")):
        (tmp_path / name).write_text(text)
        monkeypatch.setattr(memory, name, tmp_path / name)
    with pytest.raises(TrainingError, match="but 2 MB are free; take the fast profile, raise"):
        crfseg.train(TRAIN, profile="fast")


def test_a_corpus_in_files_gives_the_same_model(tmp_path):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    corpora = [SAMPLE / "test.txt", SAMPLE / "dev.txt"]
    crfseg.train(corpora).save(tmp_path / "memory")
    crfseg.train(corpora, scratch=scratch).save(tmp_path / "files")
    assert (tmp_path / "files").read_bytes() == (tmp_path / "memory").read_bytes()
    assert not list(scratch.iterdir())


def test_labels_in_files_too(tmp_path):
    tagged = tmp_path / "tagged.txt"
    tagged.write_text("我/r 爱/v 北京/ns\n他/r 来/v 了/u\n他/r 爱/v 中国/ns\n", "utf-8")
    models = [
        crfseg.train([tagged, tagged], format="pos", labels=True, scratch=scratch)
        for scratch in (None, tmp_path)
    ]
    for n, model in enumerate(models):
        model.save(tmp_path / str(n))
    assert (tmp_path / "0").read_bytes() == (tmp_path / "1").read_bytes()


def test_a_missing_scratch_folder_is_reported(tmp_path):
    with pytest.raises(FileNotFoundError, match="missing"):
        crfseg.train(TRAIN, scratch=tmp_path / "missing")


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads the system's figures")
@pytest.mark.parametrize("options", ["", "labels=True, format='pos'"])
def test_the_forecast_is_right_within_a_quarter(shared, options):
    """In a fresh process: what it says, and what its peak was."""
    corpus = shared / ("zx/train.pos.txt" if options else "ctb6/train.txt")
    program = (
        "import crfseg, logging, re\n"
        "logging.basicConfig(level=logging.INFO, format='%(message)s')\n"
        f"crfseg.train({str(corpus)!r}, max_iterations=2, {options})\n"
        "print(re.search(r'VmHWM:.*', open('/proc/self/status').read())[0])\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=300
    )
    said = re.search(r"training needs about ([\d,]+) MB", result.stderr)
    was = int(result.stdout.split()[1]) * 1024 / 1e6
    assert float(said[1].replace(",", "")) == pytest.approx(was, rel=0.25)
