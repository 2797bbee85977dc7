"""Cross-validation: folds, and trainings side by side."""

import json
import multiprocessing
import os
import signal

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import crfseg
from crfseg.cli import main
from crfseg.corpus import Corpus
from crfseg.errors import CorpusError, TrainingError
from crfseg.evaluation import workers
from crfseg.evaluation.folds import cross_validate, fold_numbers
from crfseg.evaluation.workers import selected, trained
from material import SAMPLE

DEV = SAMPLE / "dev.txt"
FAST = {"profile": "fast", "max_iterations": 2}


@pytest.fixture
def processes(monkeypatch):
    """Start processes though there is little to do."""
    monkeypatch.setattr(workers, "QUICK", 0)


@pytest.fixture(scope="module")
def found():
    return cross_validate(DEV, folds=3, jobs=1, **FAST)


def text_of(sizes):
    """A corpus of sentences of so many words."""
    return Corpus.from_text("\n".join(" ".join("我" * size) for size in sizes))


@given(st.lists(st.integers(1, 30), min_size=2, max_size=60), st.data())
def test_folds_are_contiguous_cover_everything_once_and_are_equally_large(sizes, data):
    folds = data.draw(st.integers(2, len(sizes)))
    numbers = fold_numbers([text_of(sizes)], folds)
    assert len(numbers) == len(sizes)
    assert sorted(set(numbers.tolist())) == list(range(folds))
    assert np.all(np.diff(numbers) >= 0)
    if max(sizes) * folds <= sum(sizes):  # then no fold has to be kept from being empty
        words = np.bincount(numbers, weights=sizes)
        assert np.abs(words - sum(sizes) / folds).max() <= max(sizes)


def test_corpora_are_divided_as_one_text():
    sizes = [3, 1, 4, 1, 5, 9, 2, 6]
    parts = [text_of(sizes[:3]), text_of(sizes[3:])]
    assert np.array_equal(fold_numbers(parts, 3), fold_numbers([text_of(sizes)], 3))


def test_documents_end_at_blank_lines_and_at_the_end_of_files():
    text = Corpus.from_text("我\n我\n\n我\n我\n我\n\n我\n")
    other = Corpus.from_text("我\n我\n我")
    assert fold_numbers([text, other], 4, "document").tolist() == [0, 0, 1, 1, 1, 2, 3, 3, 3]
    assert fold_numbers([text, other], 2, "document").tolist() == [0, 0, 0, 0, 0, 1, 1, 1, 1]


def test_blank_lines_after_every_sentence_end_no_document():
    text = Corpus.from_text("我\n\n我\n\n我")
    with pytest.raises(CorpusError, match="1 document; expected at least one for each of 2 folds"):
        fold_numbers([text], 2, "document")
    assert fold_numbers([text, text], 2, "document").tolist() == [0, 0, 0, 1, 1, 1]


@pytest.mark.parametrize(("text", "folds"), [("我 爱", 2), ("我\n爱\n你", 4)])
def test_more_folds_than_sentences_are_an_error(text, folds):
    with pytest.raises(CorpusError, match=f"sentences?; expected .* {folds} folds: give more"):
        cross_validate(Corpus.from_text(text), folds=folds)


@pytest.mark.parametrize(("option", "value"), [("folds", 1), ("by", "word"), ("jobs", -1)])
def test_an_option_out_of_range_is_an_error(option, value):
    with pytest.raises(TrainingError, match=rf"{option}|unit"):
        cross_validate(DEV, **{option: value})


def test_each_fold_is_segmented_by_a_model_of_the_others(found):
    corpus = crfseg.read_corpus(DEV)
    numbers = fold_numbers([corpus], 3)
    for k, fold in enumerate(found.folds):
        model = crfseg.train(selected(corpus, numbers != k), **FAST)
        segmenter, gold = crfseg.Segmenter(model), selected(corpus, numbers == k)
        assert [s.words for s in fold.scores.judgement.predicted] == [
            s.words for s in segmenter.tag_corpus(gold)
        ]
        assert fold.scores.as_dict() == crfseg.evaluate(segmenter, gold).as_dict()
        assert np.array_equal(fold.likelihood, segmenter.confidences(gold))
        assert fold.place == f"{DEV}:{gold.lines[0]}"


def test_the_pooled_figures_are_those_of_all_words(found):
    pooled, corpus = found.pooled, crfseg.read_corpus(DEV)
    assert np.array_equal(pooled.judgement.gold.starts, corpus.starts)
    assert pooled.f1 == crfseg.evaluate(pooled.judgement.predicted, corpus, known_words=()).f1
    missed = sum(fold.scores.counts.oov_missed for fold in found.folds)
    assert pooled.oov_recall == pytest.approx(1 - missed / pooled.counts.oov)
    assert len(found.likelihood) == corpus.n_words
    assert pooled.interval[0] < pooled.f1 < pooled.interval[1]


def test_mean_and_deviation_are_over_the_folds(found):
    values = [fold.scores.f1 for fold in found.folds]
    assert found.mean("f1") == pytest.approx(np.mean(values))
    assert found.deviation("f1") == pytest.approx(np.std(values, ddof=1))
    assert found.mean("labelled_f1") is found.deviation("labelled_f1") is None


@pytest.mark.usefixtures("processes")
def test_the_number_of_jobs_does_not_change_the_results(found):
    side_by_side = cross_validate(DEV, folds=3, jobs=2, **FAST)
    for one, other in zip(found.folds, side_by_side.folds, strict=True):
        assert one.scores.as_dict() == other.scores.as_dict()
        assert np.array_equal(one.likelihood, other.likelihood)
        assert (one.place, one.sentences, one.words) == (other.place, other.sentences, other.words)


def test_other_corpora_are_trained_on_and_not_scored():
    corpus = crfseg.read_corpus(DEV)
    found = cross_validate(corpus, also=DEV, folds=2, jobs=1, **FAST)
    assert len(found.pooled.judgement.gold) == len(corpus)
    assert found.pooled.oov_rate == 0
    assert found.pooled.seen.all()


def test_labels_are_scored_too():
    text = "我/r 爱/v 北京/ns\n他/r 来/v 了/u\n" * 4
    sentences = [
        crfseg.Sentence(*zip(*(token.split("/") for token in line.split()), strict=True))
        for line in text.splitlines()
    ]
    found = cross_validate(Corpus.from_sentences(sentences), folds=2, jobs=1, labels=True)
    assert found.pooled.labelled.gold == 24
    assert found.pooled.labelled.f1 == 1.0


@pytest.mark.usefixtures("processes")
def test_a_wrong_option_is_an_error_before_and_in_processes():
    for jobs in (1, 2):
        with pytest.raises(TrainingError, match="adagrad has no parameter 'speed'"):
            cross_validate(DEV, folds=2, jobs=jobs, speed=3)


@pytest.mark.usefixtures("processes")
def test_a_process_that_is_ended_is_an_error():
    def end_all(_):
        for child in multiprocessing.active_children():
            os.kill(child.pid, signal.SIGKILL)

    with pytest.raises(TrainingError, match=r"was ended by the system.*fewer jobs"):
        cross_validate(DEV, folds=20, jobs=2, callback=end_all, **FAST)


@pytest.mark.usefixtures("processes")
def test_an_interruption_leaves_no_process():
    def stop(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cross_validate(DEV, folds=20, jobs=2, callback=stop, **FAST)
    assert multiprocessing.active_children() == []


def test_little_to_do_is_done_in_this_process():
    children = []
    found = cross_validate(
        DEV, folds=2, jobs=2, callback=lambda _: children.extend(multiprocessing.active_children())
    )
    assert len(found.folds) == 2
    assert children == []


def test_ctrl_c_in_training_ends_everything_and_not_one_model():
    options = {"callback": lambda _: signal.raise_signal(signal.SIGINT), "max_iterations": 5}
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in the background
    try:
        with pytest.raises(KeyboardInterrupt):
            trained(crfseg.read_corpus(DEV), options)
    finally:
        signal.signal(signal.SIGINT, before)


def run(*args):
    return CliRunner().invoke(main, ["cross-validate", *map(str, args)])


def test_the_command_prints_a_row_a_fold(found):
    args = [DEV, "--folds", 3, "--jobs", 1, "--profile", "fast", "-p", "max_iterations=2"]
    gold, protocol, *lines = run(*args).output.splitlines()
    assert gold == f"{DEV}: SHA-256 {crfseg.read_corpus(DEV).sha256}"
    assert protocol == "protocol closed"
    rows = [line.split() for line in lines]
    assert [row[0] for row in rows] == ["fold", "1", "2", "3", "mean", "sd", "pooled", "95"]
    assert [float(row[5]) for row in rows[1:4]] == [
        pytest.approx(100 * fold.scores.f1, abs=0.006) for fold in found.folds
    ]
    record = json.loads(run(*args, "--json").output)
    assert record["protocol"] == "closed"
    interval = {"f1_interval": list(found.pooled.interval)}
    assert record["pooled"] == found.pooled.as_dict() | interval
    assert record["mean"]["f1"] == found.mean("f1")
    assert [fold["begins_at"] for fold in record["folds"]] == [f.place for f in found.folds]


def test_the_command_says_that_sentences_stand_in_two_folds(tmp_path):
    (tmp_path / "twice.txt").write_text("我 爱 北京\n" * 4, "utf-8")
    output = run(tmp_path / "twice.txt", "--folds", 2, "--jobs", 1).output
    assert "4 of the sentences stand in another fold too" in output


def test_the_command_s_exit_codes(tmp_path):
    (tmp_path / "one.txt").write_text("我 爱 北京", "utf-8")
    assert run(tmp_path / "one.txt").exit_code == 1
    assert run(DEV, "--folds", 1).exit_code == 2
    assert run(DEV, "-p", "seed").exit_code == 2
