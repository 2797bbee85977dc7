"""Fixtures: the real corpora where there are any, and a model trained once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

# Before numpy is loaded: matrices as small as these need one thread, and more wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import crfseg
from material import SAMPLE, SHARED


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
