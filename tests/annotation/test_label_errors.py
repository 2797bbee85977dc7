"""The gold's own mistakes."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crfseg.annotation.label_errors import audit, form_of, probability
from crfseg.corpus.corpus import Corpus
from crfseg.errors import CorpusError, TrainingError
from support.corpora import SWAPPED, TRAIN, sample_with_errors


@pytest.fixture(scope="module")
def wrong():
    return sample_with_errors()


@pytest.fixture(scope="module")
def found(wrong):
    return audit(wrong[0], folds=4, jobs=1, max_iterations=4)


def test_planted_errors_come_first(found, wrong):
    top = {(suspect.line, suspect.gold): suspect.suggestion for suspect in found[:20]}
    for line, (right, error) in zip(wrong[2], SWAPPED, strict=True):
        assert top.get((line, error)) == right


def test_suspects_are_places_of_the_corpus(found, wrong):
    sentences = {sentence.line: sentence for sentence in wrong[0]}
    for suspect in found:
        sentence = sentences[suspect.line]
        string = sentence.text[suspect.start : suspect.end]
        assert suspect.file == "wrong.txt"
        assert suspect.gold.replace(" ", "") == suspect.suggestion.replace(" ", "") == string
        assert suspect.gold != suspect.suggestion
        words = [
            word
            for word, span in zip(sentence.words, sentence.spans, strict=True)
            if suspect.start <= span.start and span.end <= suspect.end
        ]
        assert suspect.gold.split() == words
        assert sentence.text.index(suspect.before + string + suspect.after) <= suspect.start


def test_the_likeliest_are_first_and_none_overlap(found):
    scores = [suspect.score for suspect in found]
    assert scores == sorted(scores, reverse=True)
    assert 0 <= scores[-1] < scores[0] <= 1
    taken = Counter(
        (suspect.line, at) for suspect in found for at in range(suspect.start, suspect.end)
    )
    assert set(taken.values()) == {1}


def test_the_counts_are_those_elsewhere(found, wrong):
    runs = Counter()
    for sentence in wrong[0]:
        for n in (1, 2, 3, 4):
            runs.update(
                " ".join(sentence.words[i : i + n]) for i in range(len(sentence.words) - n + 1)
            )
    for suspect in found:
        if max(suspect.gold.count(" "), suspect.suggestion.count(" ")) < 4:
            assert suspect.n_gold == runs[suspect.gold] - 1
            assert suspect.n_suggestion == runs[suspect.suggestion]
    assert any(suspect.n_suggestion > 5 for suspect in found)


def test_a_rare_form_is_a_suspect_though_the_models_agree():
    """Both stand in every fold, so that the models learn both; the counts alone tell."""
    often = "他 是 中国人 。\n" * 11 + "那 中国 人 多 。\n"
    found = audit(Corpus.from_text(often * 4), folds=2, jobs=1, max_iterations=12)
    suspect = next(suspect for suspect in found if suspect.gold == "中国 人")
    assert (suspect.suggestion, suspect.n_gold, suspect.n_suggestion) == ("中国人", 3, 44)
    assert suspect.p_gold > 0.5
    assert suspect.why.endswith("; elsewhere 中国人 44 times, 中国 人 3 times")


def test_a_trusted_corpus_is_counted_and_trained_on_but_not_audited():
    lines = TRAIN.read_text("utf-8").split("\n")
    few = Corpus.from_text("我 们 去 了 学校 。\n他 没 有 来 。", "few.txt")
    found = audit(few, also=Corpus.from_text("\n".join(lines)), folds=2, jobs=1, max_iterations=4)
    assert {suspect.file for suspect in found} == {"few.txt"}
    assert [suspect.suggestion for suspect in found[:2]] in (["没有", "我们"], ["我们", "没有"])
    assert all(suspect.n_suggestion > 5 for suspect in found[:2])


@pytest.mark.usefixtures("processes")
@pytest.mark.slow
def test_the_number_of_jobs_does_not_change_the_suspects(found, wrong):
    assert audit(wrong[0], folds=4, jobs=2, max_iterations=4) == found


def test_a_corpus_without_contradictions_has_no_suspect():
    assert audit(Corpus.from_text("我 爱 北京 。\n" * 40), folds=2, jobs=1) == []


def test_several_files_keep_their_places(tmp_path):
    text = TRAIN.read_text("utf-8")
    (tmp_path / "a.txt").write_text(text, "utf-8")
    (tmp_path / "b.txt").write_text("\n\n我 们 去 了 学校 。\n", "utf-8")
    found = audit([tmp_path / "a.txt", tmp_path / "b.txt"], folds=2, jobs=1, max_iterations=4)
    places = {(s.file, s.line): s for s in found if s.file.endswith("b.txt")}
    assert places[str(tmp_path / "b.txt"), 3].gold == "我 们"


@given(st.floats(0, 1), st.floats(0, 1), st.integers(0, 10**6), st.integers(0, 10**6))
def test_the_score_grows_with_doubt_and_falls_with_company(p, q, few, many):
    p, q, few, many = min(p, q), max(p, q), min(few, many), max(few, many)
    assert 0 <= probability(q, few, few) <= probability(p, few, few) <= 1
    assert probability(p, few, few) <= probability(p, few, many)
    assert probability(p, many, few) <= probability(p, few, few)


@given(st.lists(st.integers(1, 5), min_size=1, max_size=12), st.data())
def test_forms_are_the_lengths_of_the_words(lengths, data):
    corpus = Corpus.from_text(" ".join("我" * length for length in lengths))
    first = data.draw(st.integers(0, len(lengths) - 1))
    last = data.draw(st.integers(first + 1, len(lengths)))
    start, end = sum(lengths[:first]), sum(lengths[:last])
    assert form_of(corpus, start, end) == tuple(lengths[first:last])


def test_errors_are_those_of_cross_validation():
    with pytest.raises(CorpusError, match="1 sentence; expected at least one for each of 10 folds"):
        audit(Corpus.from_text("我 爱"))
    with pytest.raises(TrainingError, match="no parameter 'speed'"):
        audit(TRAIN, jobs=1, speed=1)


def test_a_corpus_with_labels_is_audited_for_its_words(wrong, found):
    corpus = replace(
        wrong[0], labels=np.zeros(wrong[0].n_chars, dtype=np.int32), label_names=("n",)
    )
    assert audit(corpus, folds=4, jobs=1, max_iterations=4) == found
