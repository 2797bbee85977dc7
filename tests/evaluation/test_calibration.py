"""How sure against how right: by hand, on synthetic words, and on trained models."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import crfseg
from crfseg import Corpus, Segmenter, evaluate
from crfseg.evaluation import calibration
from crfseg.evaluation.alignment import Alignment
from crfseg.evaluation.calibration import Calibration
from support.corpora import DEV, SMALL, TRAIN
from support.models import handmade_model


def calibration_of(words):
    confidence, right = zip(*words, strict=True)
    return Calibration.of(np.array(confidence, dtype=float), np.array(right, dtype=bool))


def test_the_error_of_a_case_counted_by_hand():
    """Bins are a fifteenth wide: 0.5 is in the eighth, 0.95 and 1 in the last."""
    found = calibration_of([(0.5, True), (0.5, False), (0.5, False), (0.95, True), (1.0, False)])
    assert np.flatnonzero(found.words).tolist() == [7, 14]
    assert found.words[[7, 14]].tolist() == [3, 2]
    assert found.confidence[[7, 14]] == pytest.approx([0.5, 0.975])
    assert found.precision[[7, 14]] == pytest.approx([1 / 3, 1 / 2])
    assert np.isnan(found.confidence[0])
    assert np.isnan(found.precision[0])
    assert found.error == pytest.approx((3 * (0.5 - 1 / 3) + 2 * (0.975 - 0.5)) / 5)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1))
def test_the_error_is_that_of_a_plain_count(words):
    bins = [[] for _ in range(15)]
    for sure, right in words:
        bins[min(int(sure * 15), 14)].append((sure, right))
    expected = sum(abs(sum(s for s, _ in each) - sum(r for _, r in each)) for each in bins)
    found = calibration_of(words)
    assert found.words.tolist() == [len(each) for each in bins]
    assert found.error == pytest.approx(expected / len(words), abs=1e-12)


def test_who_is_as_sure_as_right_has_no_error():
    """The error of n words in 15 bins is about sqrt(15 / n) / 4 by chance alone."""
    rng = np.random.default_rng(0)
    confidence = rng.random(200_000)
    right = rng.random(200_000) < confidence
    assert Calibration.of(confidence, right).error < 0.005
    assert Calibration.of(np.sqrt(confidence), right).error > 0.1


def test_no_word_is_no_error():
    assert Calibration.of(np.empty(0), np.empty(0, dtype=bool)).error == 0


@pytest.fixture(scope="module")
def with_dev():
    return crfseg.train(TRAIN, dev=DEV, max_iterations=3)


def surprise(model, gold, at):
    """The mean negative log-likelihood of words being right or wrong."""
    predicted = Segmenter(model).tag_corpus(gold)
    sure = Segmenter(model).decoder.confidences(predicted, at)
    right = Alignment(gold, predicted).predicted_words.right
    return -np.log(np.maximum(np.where(right, sure, 1 - sure), 1e-9)).mean()


@pytest.mark.slow
def test_the_temperature_is_that_of_a_grid(sample_model):
    model, gold = sample_model.quantize(), crfseg.read_corpus(DEV)
    grid = np.exp(np.linspace(np.log(0.1), np.log(20), 80))
    best = grid[np.argmin([surprise(model, gold, at) for at in grid])]
    found = calibration.temperature(model, [gold])
    assert found == pytest.approx(best, rel=0.07)  # of the grid's steps
    assert surprise(model, gold, found) <= surprise(model, gold, best) + 1e-6


@pytest.mark.parametrize("factor", [0.1, 6.0])
def test_weights_of_another_scale_have_a_temperature_of_that_scale(sample_model, factor):
    gold = [crfseg.read_corpus(DEV)]
    tables = (dataclasses.replace(t, weights=t.weights * factor) for t in sample_model.tables)
    scaled = dataclasses.replace(
        sample_model, tables=tuple(tables), transitions=sample_model.transitions * factor
    )
    expected = factor * calibration.temperature(sample_model, gold)
    assert calibration.temperature(scaled, gold) == pytest.approx(expected, rel=0.02)


def test_several_corpora_count_as_one(sample_model):
    gold = crfseg.read_corpus(DEV)
    halves = [Corpus.from_sentences(list(gold)[:30]), Corpus.from_sentences(list(gold)[30:])]
    expected = calibration.temperature(sample_model, [gold])
    assert calibration.temperature(sample_model, halves) == pytest.approx(expected)


def test_without_a_word_the_model_keeps_its_temperature():
    model = dataclasses.replace(handmade_model(京={"S": 1.0}), temperature=1.7)
    assert calibration.temperature(model, [Corpus.from_text("")]) == 1.7


def test_training_learns_the_temperature_on_dev(with_dev):
    model, gold = with_dev, crfseg.read_corpus(DEV)
    assert model.temperature == calibration.temperature(model, [gold])
    cold = Segmenter(dataclasses.replace(model, temperature=1.0))
    warm = Segmenter(model)
    assert evaluate(gold, warm).calibration.error < evaluate(gold, cold).calibration.error
    text = "\n".join(gold.texts())
    assert warm.cut_lines(text) == cold.cut_lines(text)


def test_the_file_keeps_the_temperature(with_dev, tmp_path):
    with_dev.save(tmp_path / "a")
    assert crfseg.Model.load(tmp_path / "a").temperature == with_dev.temperature != 1.0


@pytest.mark.parametrize(
    ("options", "low", "high"),
    [
        ({}, 1.5, 3), ({"profile": "fast"}, 1, 1.6), ({"algorithm": "lbfgs"}, 1, 1.6),
        ({"algorithm": "ap"}, 4, 20), ({"algorithm": "pa"}, 0.02, 0.5),
        ({"algorithm": "arow"}, 0.02, 0.5),
    ],
)  # fmt: skip
def test_without_dev_the_temperature_is_that_of_the_algorithm(options, low, high):
    """One number does for no two: their weights are of different sizes."""
    assert low < crfseg.train(SMALL, max_iterations=3, **options).temperature < high


def test_a_model_says_how_sure_it_is_and_a_file_does_not(segmenter):
    scores = evaluate(DEV, segmenter)
    confidence = segmenter.decoder.confidences(segmenter.tag_corpus(crfseg.read_corpus(DEV)))
    assert np.array_equal(scores.alignment.confidence, confidence)
    assert scores.calibration.words.sum() == scores.counts.test_words
    assert evaluate(DEV, scores.alignment.predicted).calibration is None
