"""Fixtures of the command line: a model in a file."""

from __future__ import annotations

from pathlib import Path

import pytest

import crfseg


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory, sample_model: crfseg.Model) -> Path:
    """Return the file of a model that was trained on the sample corpus."""
    path = tmp_path_factory.mktemp("model") / "sample.crfseg"
    sample_model.quantize().save(path)
    return path
