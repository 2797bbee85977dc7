"""Weights in training, and the model that is made of them."""

import numpy as np
import pytest

import crfseg
from crfseg.features.dataset import Dataset
from crfseg.features.templates import ACCURATE, WITH_TRIGRAMS
from crfseg.training.adagrad.passes import Trainer
from crfseg.training.adagrad.state import TrainingState
from crfseg.training.parameters import checked_params
from support.corpora import DEV


def test_later_weights_count_more_in_the_average():
    """After n batches those of batch k count (k + 1) (k + 2) / 2, and all together 1."""
    weights = TrainingState(Dataset.encode(crfseg.read_corpus(DEV), WITH_TRIGRAMS))
    trainer = Trainer(weights, checked_params("adagrad", {"batch_size": 1000}))
    passes = [weights.blocks[0][:, 0].copy()]  # all sentences are one batch
    for _ in range(4):
        trainer.run()
        passes.append(weights.blocks[0][:, 0].copy())
    average = np.average(passes, axis=0, weights=[1, 3, 6, 10, 15])
    table = weights.model().tables[0]
    assert len(table.keys) == len(average)
    assert table.weights.reshape(average.shape) == pytest.approx(average, abs=1e-6)


def test_what_was_learned_from_the_text_is_trusted_less_in_the_model():
    dataset = Dataset.encode(crfseg.read_corpus(DEV), ACCURATE)
    weights = TrainingState(dataset)
    for block in weights.blocks:
        block[:, 0] = 1
    for table in weights.model().tables:
        expected = np.float32(0.75 if table.kind.learned_from else 1)
        assert (table.weights == expected).all()
