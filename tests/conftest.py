"""Fixtures: the real corpora where there are any, and a model trained once."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

import crfseg
from material import SAMPLE, SHARED

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
