"""Passes over the corpus: what is hidden in them."""

import numpy as np
import pytest

import crfseg
from crfseg.corpus.corpus import Corpus
from crfseg.features.dataset import Dataset
from crfseg.features.templates import ACCURATE
from crfseg.training.adagrad.passes import Trainer
from crfseg.training.adagrad.state import TrainingState
from crfseg.training.parameters import checked_params
from support.corpora import DEV


@pytest.mark.parametrize(("drawn", "hidden"), [(0.1, "lexicon"), (0.4, "cluster"), (0.6, None)])
def test_sentences_are_hidden_from_what_is_learned_of_the_text(drawn, hidden):
    class Fixed:
        permutation = staticmethod(np.arange)

        def random(self, n):
            return np.full(n, drawn)

    weights = TrainingState(Dataset.encode(Corpus.from_text("我 爱 北京\n" * 3), ACCURATE))
    params = {"lexicon_dropout": 0.2, "cluster_dropout": 0.3}
    trainer = Trainer(weights, checked_params("adagrad", params))
    trainer.rng = Fixed()
    trainer.run()
    moved = [block[:, 0].any() for block in weights.blocks]
    assert moved == [kind.learned_from != hidden for kind in ACCURATE.kinds]


def test_hiding_changes_what_is_learned_from_the_text_alone():
    def arrays(**options):
        model = crfseg.train(DEV, max_iterations=2, **options)
        return [model.transitions.tobytes(), *(table.weights.tobytes() for table in model.tables)]

    hidden, shown = (
        {"lexicon_dropout": 0.3, "cluster_dropout": 0.3},
        {"lexicon_dropout": 0, "cluster_dropout": 0},
    )
    some = [arrays(**options) for options in ({}, hidden, shown)]
    assert all(some[k] != some[k - 1] for k in range(3))
    assert arrays(profile="fast", **hidden) == arrays(profile="fast", **shown)
