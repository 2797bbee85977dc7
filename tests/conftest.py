"""Fixtures: the real corpora where there are any, and a model trained once."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

import crfseg
from crfseg.corpus import download
from crfseg.model_selection import trials
from support.corpora import SAMPLE, SHARED

# No deadline: others may be at work on the machine. The quick suite takes a fifth of the examples.
settings.register_profile("all", deadline=None)
settings.register_profile("quick", deadline=None, max_examples=20)


def pytest_configure(config: pytest.Config) -> None:
    settings.load_profile("quick" if config.getoption("markexpr") == "not slow" else "all")


@pytest.fixture(scope="session")
def sample_model() -> crfseg.Model:
    """A float64 model trained on the sample corpus."""
    return crfseg.train(SAMPLE / "train.txt", precision="float64")


@pytest.fixture(scope="session")
def segmenter(sample_model: crfseg.Model) -> crfseg.Segmenter:
    return crfseg.Segmenter(sample_model.quantize())


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real corpora, where there is one."""
    if not SHARED.is_dir():
        pytest.skip("needs the real corpora in ../shared")
    return SHARED


@pytest.fixture(scope="session")
def ruled(sample_model: crfseg.Model) -> crfseg.Segmenter:
    """A segmenter with all rules, and expressions, on."""
    return crfseg.Segmenter(sample_model.quantize(), rules="all", keep=[r"第\w{1,3}届", r"们北"])


@pytest.fixture
def processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start processes though there is little to do."""
    monkeypatch.setattr(trials, "QUICK", 0)


@pytest.fixture
def heard() -> Iterator[None]:
    """Hear Ctrl-C, even if the tests were started where it is ignored, as in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder, still missing, that downloads are kept in."""
    monkeypatch.setattr(download, "cache_folder", lambda: tmp_path / "cache")
    return tmp_path / "cache"


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let everything fail that would fetch something."""

    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError(f"the network was used: {args}, {kwargs}")

    monkeypatch.setattr(download, "download", refuse)
    monkeypatch.setattr(download, "pip_download", refuse)


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Write a file into the working directory, so that messages have short names."""
    monkeypatch.chdir(tmp_path)

    def write(name: str, content: str | bytes, encoding: str = "utf-8") -> str:
        data = content if isinstance(content, bytes) else content.encode(encoding)
        (tmp_path / name).write_bytes(data)
        return name

    return write
