import json
from collections import Counter
from pathlib import Path

import pytest

import crfseg
from crfseg import Corpus, Sentence, evaluate
from crfseg.errors import CorpusError
from crfseg.evaluation.scores import read_words
from support.corpora import SAMPLE, in_characters

GOLD = Corpus.from_text("我 爱 北京 天安门\n他 来 了", "gold.txt")


def test_equal_corpora_score_one():
    scores = evaluate(GOLD, GOLD, known_words={"我"})
    assert (scores.precision, scores.recall, scores.f1) == (1.0, 1.0, 1.0)
    assert scores.oov_rate == pytest.approx(6 / 7)


def test_figures_of_a_case_counted_by_hand():
    predicted = Corpus.from_text("我 爱 北京 天 安门\n他 来了")
    scores = evaluate(GOLD, predicted, known_words={"我", "爱", "来", "天安门"})
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
    scores = evaluate(SAMPLE / "test.txt", segmenter)
    assert 0.7 < scores.f1 < 1
    assert scores.oov_rate > 0
    assert evaluate(SAMPLE / "train.txt", segmenter).oov_rate == 0


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
        evaluate(GOLD, Corpus.from_text(text, "p.txt"))


def test_blank_lines_may_differ():
    assert evaluate(GOLD, Corpus.from_text("\n我 爱 北京 天安门\n\n他 来 了\n\n")).f1 == 1.0


def test_labelled_words_are_scored_by_place_and_label():
    gold = Corpus.from_sentences([Sentence(("高勇", "说", "北京"), ("PER", "O", "LOC"), 1)])
    other = Corpus.from_sentences([Sentence(("高勇", "说", "北京"), ("LOC", "O", "LOC"), 1)])
    scores = evaluate(gold, other)
    assert scores.f1 == 1.0
    assert (scores.labelled.gold, scores.labelled.right, scores.labelled.f1) == (2, 1, 0.5)
    assert scores.as_dict()["labelled_f1"] == 0.5
    assert evaluate(GOLD, GOLD).labelled is None


def test_a_vocabulary_is_a_word_a_line_or_any_segmented_text(tmp_path):
    path = tmp_path / "words.txt"
    path.write_text("\ufeff我\n北京　天安门\n\n", "utf-8")
    assert read_words(path).keys() == {"我", "北京", "天安门"}


@pytest.mark.parametrize("system", ["ctb6-jieba", "ud_zh_gsd_trad-junk", "wtb-flips", "zx-chars"])
def test_files_score_as_the_official_scorer_says(shared: Path, system):
    folder, corpus = shared / "scorer", system.rpartition("-")[0]
    known = read_words(folder / f"{corpus}-train-words.txt")
    scores = evaluate(
        folder / f"{corpus}-gold.txt", folder / system / "predicted.txt", known_words=known
    )
    expected = [
        line for line in (folder / system / "report.txt").read_text("utf-8").splitlines() if line
    ]
    assert scores.report().splitlines() == expected


def test_scores_are_plain_data(segmenter):
    scores = crfseg.evaluate(SAMPLE / "dev.txt", segmenter)
    assert json.loads(json.dumps(scores.as_dict())) == scores.as_dict()


def test_sentences_that_stand_in_the_training_text_are_seen(segmenter):
    train, dev = (crfseg.read_corpus(SAMPLE / f"{name}.txt") for name in ("train", "dev"))
    some = [*list(train)[:10], *list(dev)[:30]]
    gold = Corpus.from_sentences(some)
    scores = evaluate(gold, segmenter)
    seen = set(train.texts())
    assert scores.seen.tolist() == [text in seen for text in gold.texts()]
    in_seen = sum(len(text) for text in gold.texts() if text in seen)
    assert scores.seen_share == pytest.approx(in_seen / gold.n_chars)
    other_words = Corpus.from_text(in_characters(gold))
    assert evaluate(other_words, segmenter).seen.tolist() == scores.seen.tolist()
    assert not evaluate(gold, gold).seen.any()


def test_rates_by_place_of_a_case_counted_by_hand():
    predicted = Corpus.from_text("我 爱 北京 天 安门\n他 来了")
    scores = evaluate(GOLD, predicted, known_words=Counter({"我": 3, "天安门": 1}))
    assert scores.boundary_f1 == pytest.approx(2 * 4 / (5 + 5))
    assert scores.sentence_accuracy == 0
    assert scores.differences == {"merge": 1, "split": 1, "cross": 0}
    assert [(each.name, each.words, each.found) for each in scores.breakdown["frequency"]] == [
        ("0", 5, 3), ("1", 1, 0), ("2-3", 1, 1)
    ]  # fmt: skip
    assert sum(each.words for each in scores.oov_words) == 5


def test_the_classes_of_a_model_are_those_of_its_training_text(segmenter):
    train = crfseg.read_corpus(SAMPLE / "train.txt")
    own = evaluate(SAMPLE / "dev.txt", segmenter)
    counted = evaluate(SAMPLE / "dev.txt", segmenter, known_words=train.vocabulary())
    assert own.breakdown["frequency"] == counted.breakdown["frequency"]
    assert own.breakdown["frequency"][0].words == counted.counts.oov


def test_text_is_counted_and_a_list_is_not(tmp_path):
    words, text = tmp_path / "words.txt", tmp_path / "text.txt"
    words.write_text("我\n北京\n我\n", "utf-8")
    text.write_text("我 爱 北京\n我 来", "utf-8")
    assert set(read_words(words).values()) == {0}
    assert read_words(text) == {"我": 2, "爱": 1, "北京": 1, "来": 1}
    assert "frequency" not in evaluate(GOLD, GOLD, known_words=read_words(words)).breakdown
    assert "frequency" in evaluate(GOLD, GOLD, known_words=read_words(text)).breakdown
