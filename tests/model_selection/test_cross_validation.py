"""Cross-validation: folds, and trainings side by side."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import crfseg
from crfseg.corpus.corpus import Corpus
from crfseg.errors import CorpusError, TrainingError
from crfseg.model_selection.cross_validation import cross_validate, fold_numbers
from crfseg.model_selection.trials import selected
from support.corpora import DEV, labelled

FAST = {"profile": "fast", "max_iterations": 2}


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
        assert [s.words for s in fold.scores.alignment.predicted] == [
            s.words for s in segmenter.tag_corpus(gold)
        ]
        assert fold.scores.as_dict() == crfseg.evaluate(gold, segmenter).as_dict()
        assert np.array_equal(fold.likelihood, segmenter.decoder.confidences(gold))
        assert fold.place == f"{DEV}:{gold.lines[0]}"


def test_the_pooled_figures_are_those_of_all_words(found):
    pooled, corpus = found.pooled, crfseg.read_corpus(DEV)
    assert np.array_equal(pooled.alignment.gold.starts, corpus.starts)
    assert pooled.f1 == crfseg.evaluate(corpus, pooled.alignment.predicted, known_words=()).f1
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
    assert len(found.pooled.alignment.gold) == len(corpus)
    assert found.pooled.oov_rate == 0
    assert found.pooled.seen.all()


def test_labels_are_scored_too():
    corpus = labelled(*["我/r 爱/v 北京/ns", "他/r 来/v 了/u"] * 4)
    found = cross_validate(corpus, folds=2, jobs=1, labels=True)
    assert found.pooled.labelled.gold == 24
    assert found.pooled.labelled.f1 == 1.0


@pytest.mark.usefixtures("processes")
def test_a_wrong_option_is_an_error_before_and_in_processes():
    for jobs in (1, 2):
        with pytest.raises(TrainingError, match="adagrad has no parameter 'speed'"):
            cross_validate(DEV, folds=2, jobs=jobs, speed=3)
