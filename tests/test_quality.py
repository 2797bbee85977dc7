"""Speed never costs correctness: the defaults keep their accuracy on small corpora."""

import pytest

import crfseg
from material import SAMPLE


def test_the_sample_is_learned():
    model = crfseg.train(SAMPLE / "train.txt", dev=SAMPLE / "dev.txt")
    assert model.info["dev"][0]["f1"] > 0.79
    assert model.info["dev"][0]["oov_recall"] > 0.63


@pytest.mark.slow
@pytest.mark.parametrize(
    ("corpus", "f1"), [("wtb", 0.846), ("zx", 0.933), ("ud_lzh_kyoto", 0.987), ("kwdlc_ja", 0.947)]
)
def test_real_corpora_are_learned_as_well_as_ever(shared, corpus, f1):
    folder = shared / corpus
    model = crfseg.train(folder / "train.txt", dev=folder / "dev.txt")
    assert model.info["dev"][0]["f1"] > f1
