"""Fixtures of model files."""

from pathlib import Path

import pytest

import crfseg


@pytest.fixture
def model_file(tmp_path: Path, sample_model: crfseg.Model) -> Path:
    """Return the file of a model that was trained on the sample corpus."""
    path = tmp_path / "a.crfseg"
    sample_model.quantize().save(path)
    return path
