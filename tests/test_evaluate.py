import json
from pathlib import Path

import pytest

import crfseg
from crfseg import Corpus, Sentence, evaluate
from crfseg.errors import CorpusError
from crfseg.evaluation.scores import read_words
from material import SAMPLE

GOLD = Corpus.from_text("我 爱 北京 天安门\n他 来 了", "gold.txt")


def test_equal_corpora_score_one():
    scores = evaluate(GOLD, GOLD, known_words={"我"})
    assert (scores.precision, scores.recall, scores.f1) == (1.0, 1.0, 1.0)
    assert scores.oov_rate == pytest.approx(6 / 7)


def test_figures_of_a_case_counted_by_hand():
    predicted = Corpus.from_text("我 爱 北京 天 安门\n他 来了")
    scores = evaluate(predicted, GOLD, known_words={"我", "爱", "来", "天安门"})
    assert scores.recall == pytest.approx(4 / 7)  # 我 爱 北京 他
    assert scores.precision == pytest.approx(4 / 7)
    assert scores.oov_rate == pytest.approx(3 / 7)  # 北京 他 了
    assert scores.oov_recall == pytest.approx(2 / 3)
    assert scores.iv_recall == pytest.approx(2 / 4)


def test_without_a_vocabulary_there_is_no_oov():
    scores = evaluate(GOLD, GOLD)
    assert scores.oov_rate is None
    assert "OOV Rate:\t--" in scores.report()
    assert "F MEASURE:\t1.000" in scores.report()
    assert repr(scores).endswith("oov_rate=--, oov_recall=--, iv_recall=--)")


def test_a_segmenter_is_scored_with_its_own_vocabulary(segmenter):
    scores = evaluate(segmenter, SAMPLE / "test.txt")
    assert 0.7 < scores.f1 < 1
    assert scores.oov_rate > 0
    assert evaluate(segmenter, SAMPLE / "train.txt").oov_rate == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("我 爱 北平 天安门\n他 来 了", r"p\.txt:1: .*gold\.txt:1 at character 4: '平.* for '京"),
        ("我 爱 北京 天安门\n\n他 来", r"p\.txt:3: .* gold\.txt:2 at character 3: '' for '了'"),
        ("我 爱 北京 天安门", r"p\.txt: 1 sentences, but gold\.txt has 2"),
        ("我 爱 北京\n天安门\n他 来 了", r"p\.txt:1: .* at character 5: '' for '天安门'"),
    ],
)  # fmt: skip
def test_texts_that_differ_are_reported_at_the_first_place(text, message):
    with pytest.raises(CorpusError, match=message):
        evaluate(Corpus.from_text(text, "p.txt"), GOLD)


def test_blank_lines_may_differ():
    assert evaluate(Corpus.from_text("\n我 爱 北京 天安门\n\n他 来 了\n\n"), GOLD).f1 == 1.0


def test_labelled_words_are_scored_by_place_and_label():
    gold = Corpus.from_sentences([Sentence(("高勇", "说", "北京"), ("PER", "O", "LOC"), 1)])
    other = Corpus.from_sentences([Sentence(("高勇", "说", "北京"), ("LOC", "O", "LOC"), 1)])
    scores = evaluate(other, gold)
    assert scores.f1 == 1.0
    assert (scores.labelled.gold, scores.labelled.right, scores.labelled.f1) == (2, 1, 0.5)
    assert scores.as_dict()["labelled_f1"] == 0.5
    assert evaluate(GOLD, GOLD).labelled is None


def test_a_vocabulary_is_a_word_a_line_or_any_segmented_text(tmp_path):
    path = tmp_path / "words.txt"
    path.write_text("\ufeff我\n北京　天安门\n\n", "utf-8")
    assert read_words(path) == {"我", "北京", "天安门"}


@pytest.mark.parametrize("system", ["ctb6-jieba", "ud_zh_gsd_trad-junk", "wtb-flips", "zx-chars"])
def test_files_score_as_the_official_scorer_says(shared: Path, system):
    folder, corpus = shared / "scorer", system.rpartition("-")[0]
    known = read_words(folder / f"{corpus}-train-words.txt")
    scores = evaluate(
        folder / system / "predicted.txt", folder / f"{corpus}-gold.txt", known_words=known
    )
    expected = [
        line for line in (folder / system / "report.txt").read_text("utf-8").splitlines() if line
    ]
    assert scores.report().splitlines() == expected


def test_scores_are_plain_data(segmenter):
    scores = crfseg.evaluate(segmenter, SAMPLE / "dev.txt")
    assert json.loads(json.dumps(scores.as_dict())) == scores.as_dict()
