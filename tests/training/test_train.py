"""Training: what it takes."""

import pytest

import crfseg
from crfseg.errors import TrainingError


def test_nothing_to_train_on_is_reported():
    with pytest.raises(TrainingError, match="no corpus given"):
        crfseg.train([])
    with pytest.raises(TrainingError, match="nothing to train on"):
        crfseg.train(crfseg.Corpus.from_text(" "))
