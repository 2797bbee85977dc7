"""Training through CRFsuite: its own tagger and ours agree; its failures are reported."""

import itertools
import re

import pytest
import sklearn_crfsuite

import crfseg
from crfseg.errors import ModelFileError, TemplateError, TrainingError
from crfseg.features.dataset import Dataset, feature_sequences
from crfseg.features.templates import DEFAULT
from crfseg.training import crfsuite
from crfseg.training.algorithm import ALGORITHMS
from crfseg.training.parameters import checked_params
from support.corpora import SAMPLE, TRAIN

CRFSUITE_ALGORITHMS = [
    pytest.param(name, marks=[] if name == "lbfgs" else [pytest.mark.slow])
    for name in [*ALGORITHMS][1:]
]


def is_legal(tag_set, tags):
    path = [tag_set.names.index(tag) for tag in tags]
    steps = all(tag_set.legal[i, j] for i, j in itertools.pairwise(path))
    return steps and tag_set.begins[path[0]] and tag_set.ends[path[-1]]


@pytest.fixture(scope="module")
def material():
    """The sample, encoded; features of its training and dev parts."""
    train, dev = crfseg.read_corpus(TRAIN), crfseg.read_corpus(SAMPLE / "dev.txt")
    dataset = Dataset.encode(train, DEFAULT)
    return (
        dataset,
        dev,
        *(list(feature_sequences(part, dataset.extractor)) for part in (train, dev)),
    )


@pytest.mark.parametrize("algorithm", CRFSUITE_ALGORITHMS)
def test_our_tags_are_those_of_crfsuite_s_own_tagger(algorithm, material):
    """Wherever its tags are legal: it may write B after B, we never do."""
    dataset, dev, features, dev_features = material
    params = checked_params(algorithm, {"max_iterations": 10})
    crf = sklearn_crfsuite.CRF(algorithm, **params)
    crf.fit(features, list(dataset.tag_names()))
    model = crfsuite.read_model(crf.modelfile.name, dataset)
    segmenter = crfseg.Segmenter(model)
    theirs = crf.predict(dev_features)
    legal = [is_legal(model.tag_set, tags) for tags in theirs]
    ours = [segmenter.tags(text) for text in dev.texts()]
    assert [tags for tags, ok in zip(theirs, legal, strict=True) if ok] == [
        tags for tags, ok in zip(ours, legal, strict=True) if ok
    ]
    assert sum(legal) == len(dev) if algorithm == "lbfgs" else sum(legal) > 0.9 * len(dev)


def test_training_reports_every_iteration_and_why_it_ended():
    seen = []
    model = crfseg.train(
        SAMPLE / "dev.txt", algorithm="lbfgs", max_iterations=5, callback=seen.append
    )
    assert [progress.iteration for progress in seen] == [1, 2, 3, 4, 5]
    assert seen[0].loss > seen[-1].loss > 0
    assert model.info["stop"] == "reached max_iterations = 5"
    assert [record["loss"] for record in model.info["history"]] == [p.loss for p in seen]
    easy = crfseg.train(
        crfseg.Corpus.from_text("北京 爱 我\n" * 30), algorithm="lbfgs", max_iterations=300
    )
    assert re.match(r"converged after \d+ iterations", easy.info["stop"])


def test_the_callback_s_exception_arrives():
    def stop(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        crfseg.train(SAMPLE / "dev.txt", algorithm="lbfgs", max_iterations=3, callback=stop)


@pytest.mark.slow
def test_training_is_reproducible(tmp_path):
    for name in "ab":
        crfseg.train(SAMPLE / "dev.txt", algorithm="lbfgs", max_iterations=5).save(tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("algorithm", CRFSUITE_ALGORITHMS)
def test_every_algorithm_learns(algorithm):
    model = crfseg.train(TRAIN, algorithm=algorithm, dev=SAMPLE / "dev.txt", max_iterations=20)
    # arow is as good as the random numbers that CRFsuite has come to in this process.
    assert model.info["dev"][0]["f1"] > (0.72 if algorithm == "arow" else 0.75)


def test_what_is_learned_from_the_text_is_not_for_crfsuite():
    for names in (["C[0]", "G[0]"], ["C[0]W[1]"]):
        with pytest.raises(TemplateError, match=r"^templates take [GW], which only adagrad .*T$"):
            crfseg.train(TRAIN, algorithm="lbfgs", templates=names)
    with pytest.raises(TrainingError, match=r"^lbfgs has no profile; expected none, or adagrad$"):
        crfseg.train(TRAIN, algorithm="lbfgs", profile="fast")


@pytest.mark.parametrize("data", [b"", b"lCRF", b"no model at all, but text" * 10, b"lCRF" * 50])
def test_a_damaged_crfsuite_model_is_refused(tmp_path, data):
    path = tmp_path / "a.crfsuite"
    path.write_bytes(data)
    dataset = Dataset.encode(crfseg.Corpus.from_text("我"), DEFAULT)
    with pytest.raises(ModelFileError, match=r"a\.crfsuite: damaged CRFsuite model"):
        crfsuite.read_model(path, dataset)


def test_strange_characters_are_trained_on():
    corpus = crfseg.Corpus.from_text("\0\ud800 <s>\n:\\ =# 我\n" * 3)
    model = crfseg.train(corpus, algorithm="lbfgs", max_iterations=30)
    assert crfseg.Segmenter(model).cut("\0\ud800<s>") == ["\0\ud800", "<s>"]
