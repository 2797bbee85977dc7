"""Training through CRFsuite: its own tagger and ours agree; its failures are reported."""

import itertools
import re

import pytest
import sklearn_crfsuite

import crfseg
from crfseg.dataset import Dataset, feature_sequences
from crfseg.errors import ModelFileError, TemplateError, TrainingError
from crfseg.symbols import Alphabet
from crfseg.templates import DEFAULT
from crfseg.train import crfsuite
from crfseg.train.parameters import ALGORITHMS, checked_params
from material import SAMPLE

CRFSUITE_ALGORITHMS = [
    pytest.param(name, marks=[] if name == "lbfgs" else [pytest.mark.slow])
    for name in ALGORITHMS[1:]
]
TRAIN = SAMPLE / "train.txt"


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
        *(list(feature_sequences(part, DEFAULT, dataset.alphabet)) for part in (train, dev)),
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


@pytest.mark.parametrize(
    ("params", "message"),
    [
        (
            {"algorithm": "sgd"},
            "unknown algorithm 'sgd'; known: adagrad, lbfgs, l2sgd, ap, pa, arow",
        ),
        ({"c3": 1}, "lbfgs has no parameter 'c3'; it has: .*c1, c2"),
        ({"algorithm": "ap", "c1": 1}, "ap has no parameter 'c1'"),
        ({"c2": -1}, "c2 must be from 0 to .*, got -1"),
        ({"c2": "much"}, "c2 must be a number, got 'much'"),
        ({"c2": float("nan")}, "c2 must be from 0 to .*, got nan"),
        ({"max_iterations": 0}, "max_iterations must be from 1 to .*, got 0"),
        ({"linesearch": "Random"}, "linesearch must be one of MoreThuente"),
        ({"all_possible_states": "maybe"}, "all_possible_states must be one of True, False"),
        ({"scheme": "IOB"}, "unknown scheme 'IOB'; known: BMES, BMES6"),
        ({"folding": "case"}, "unknown folding 'case'; known: letters, simplified, width, none"),
        ({"precision": "int4"}, "unknown precision 'int4'"),
        ({"labels": True}, "no labels to predict; name the format that has them"),
        ({"c1": 1e9}, "left no feature with a weight"),
        ({"algorithm": "l2sgd", "c2": 0, "max_iterations": 1}, "l2sgd diverged; raise c2"),
        ({"algorithm": []}, "unknown algorithm"),
        ({"max_iterations": float("inf")}, "max_iterations must be a number"),
        ({"max_iterations": 10**30}, "max_iterations must be from 1 to 1,000,000,000"),
        ({"num_memories": 10**6}, "num_memories must be from 1 to 1,000"),
        ({"name": 5}, "name must be text"),
    ],
)
def test_bad_options_are_refused_with_what_is_right(params, message):
    with pytest.raises(TrainingError, match=message):
        crfseg.train(SAMPLE / "dev.txt", **{"algorithm": "lbfgs", **params})


def test_what_is_learned_from_the_text_is_not_for_crfsuite():
    for names in (["C[0]", "G[0]"], ["C[0]W[1]"]):
        with pytest.raises(TemplateError, match=r"^templates take [GW], which only adagrad .*T$"):
            crfseg.train(TRAIN, algorithm="lbfgs", templates=names)
    with pytest.raises(TrainingError, match=r"^lbfgs has no profile; expected none, or adagrad$"):
        crfseg.train(TRAIN, algorithm="lbfgs", profile="fast")


def test_numbers_may_come_as_text():
    params = checked_params("lbfgs", {"c1": "0.5", "all_possible_states": "true"})
    assert params["c1"] == 0.5
    assert params["all_possible_states"] is True


def test_nothing_to_train_on_is_reported():
    with pytest.raises(TrainingError, match="no corpus given"):
        crfseg.train([])
    with pytest.raises(TrainingError, match="nothing to train on"):
        crfseg.train(crfseg.Corpus.from_text(" "))


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


def test_features_of_a_sentence_are_named():
    corpus = crfseg.Corpus.from_text("我 爱")
    (features,) = feature_sequences(corpus, DEFAULT, Alphabet.of(corpus.codes))
    assert features[0][:5] == ["C[-2]=<s>", "C[-1]=<s>", "C[0]=我", "C[1]=爱", "C[2]=</s>"]
