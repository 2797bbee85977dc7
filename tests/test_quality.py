"""Speed never costs correctness: the defaults keep their accuracy on small corpora."""

import pytest

import crfseg
from support.corpora import SAMPLE


@pytest.mark.parametrize(("profile", "f1"), [("fast", 0.79), ("accurate", 0.83)])
def test_the_sample_is_learned(profile, f1):
    model = crfseg.train(SAMPLE / "train.txt", dev=SAMPLE / "dev.txt", profile=profile)
    assert model.info["dev"][0]["f1"] > f1
    assert model.info["dev"][0]["oov_recall"] > 0.63


@pytest.mark.slow
@pytest.mark.parametrize(
    ("corpus", "f1"), [("wtb", 0.877), ("zx", 0.944), ("ud_lzh_kyoto", 0.988), ("kwdlc_ja", 0.958)]
)
def test_real_corpora_are_learned_as_well_as_ever(shared, corpus, f1):
    folder = shared / corpus
    model = crfseg.train(folder / "train.txt", dev=folder / "dev.txt")
    assert model.info["dev"][0]["f1"] > f1
