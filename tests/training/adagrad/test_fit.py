"""The built-in trainer: its gradient, its objective, its promises."""

import signal

import pytest

import crfseg
from crfseg.corpus.corpus import Corpus
from crfseg.corpus.tagset import TagSet
from crfseg.errors import TrainingError
from crfseg.evaluation.alignment import Alignment
from crfseg.model.weights import PRECISIONS
from crfseg.segmenter.segmenter import Segmenter
from crfseg.training.adagrad.passes import Trainer
from support.corpora import DEV, TRAIN, labelled


@pytest.mark.parametrize("labels", [False, True])
def test_the_number_of_threads_changes_nothing(tmp_path, labels):
    corpus = crfseg.read_corpus(DEV)
    if labels:
        corpus = labelled(*(" ".join(f"{w}/l{len(w)}" for w in s.words) for s in corpus))
    for threads in (1, 2, 3):
        model = crfseg.train(corpus, labels=labels, max_iterations=2, threads=threads)
        model.save(tmp_path / str(threads))
    files = {path.read_bytes() for path in tmp_path.iterdir()}
    assert len(files) == 1


def test_the_seed_changes_the_model_and_repeats_it(tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        crfseg.train(DEV, seed=seed, max_iterations=2).save(tmp_path / name)
    a, b, c = ((tmp_path / name).read_bytes() for name in "abc")
    assert a == b
    assert a != c


@pytest.mark.parametrize("precision", PRECISIONS)
def test_the_best_pass_on_dev_is_kept_and_training_stops(precision):
    seen = []
    model = crfseg.train(
        TRAIN,
        dev=DEV,
        profile="fast",
        max_iterations=40,
        patience=2,
        precision=precision,
        callback=seen.append,
    )
    scores = [progress.dev_f1 for progress in seen]
    best = scores.index(max(scores)) + 1
    assert model.info["stop"] == f"no better dev F1 for 2 passes; kept pass {best}"
    assert len(scores) == best + 2
    plain = Segmenter(model, rules="none")  # as passes are compared
    gold = crfseg.read_corpus(DEV)
    assert Alignment(gold, plain.tag_corpus(gold)).word_f1 == max(scores)
    assert 0.78 < max(scores) < 0.85


def test_a_time_budget_ends_training():
    model = crfseg.train(TRAIN, profile="fast", max_iterations=100_000, time_budget=0.5)
    assert model.info["stop"].startswith("time budget of 0.5 s; kept pass ")


@pytest.mark.usefixtures("heard")
def test_ctrl_c_keeps_the_best_pass():
    model = crfseg.train(
        TRAIN,
        profile="fast",
        callback=lambda at: at.iteration == 2 and signal.raise_signal(signal.SIGINT),
    )
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert model.info["stop"] == "interrupted; kept pass 2"
    assert Segmenter(model).cut("我们") == ["我们"]


def test_a_loss_that_is_no_number_is_reported(monkeypatch):
    monkeypatch.setattr(Trainer, "run", lambda self: float("nan"))
    with pytest.raises(TrainingError, match="adagrad diverged in pass 1; lower its rate"):
        crfseg.train(TRAIN, profile="fast")


def test_pruning_drops_the_lightest_patterns():
    sizes = [crfseg.train(DEV, profile="fast", prune=prune).n_patterns for prune in (0.0, 0.1, 0.3)]
    assert sizes[0] > sizes[1] > sizes[2] > 0


def test_a_corpus_of_one_sentence_is_learned():
    model = crfseg.train(Corpus.from_text("我 爱 北京"), max_iterations=50)
    assert Segmenter(model).cut("我爱北京") == ["我", "爱", "北京"]


def test_tags_that_no_word_has_are_no_obstacle():
    assert TagSet().names == ("B", "M", "E", "S")
    assert Segmenter(crfseg.train(Corpus.from_text("我 爱\n他 爱"))).cut("我爱") == ["我", "爱"]
