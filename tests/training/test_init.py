"""Training that goes on from a model; several dev corpora."""

import dataclasses

import numpy as np
import pytest

import crfseg
from crfseg import Corpus, Segmenter
from crfseg.errors import TrainingError
from crfseg.features.clusters import RARE
from crfseg.features.ngrams import unpacked
from support.corpora import DEV, SMALL, TRAIN, labelled

NEW = Corpus.from_text("你 去 上海\n他 去 上海")
PRECISIONS = ("int16", "float64")


def weights_of(model):
    """Return the log-potentials of every pattern by kind, characters and tag."""
    found = {}
    for table in model.tables:
        symbols = unpacked(table.keys, table.kind.views).tolist()
        for row, block in zip(symbols, table.weights, strict=True):
            ids = zip(row, table.kind.views, strict=True)
            name = "".join(model.alphabet.print_id(i, view, model.lexicon.words) for i, view in ids)
            for tag, column in zip(model.tag_set.names, block.T, strict=True):
                found[table.kind.name, name, tag] = column * model.scale
    return found


def test_known_words_keep_rank_and_class_and_new_ones_follow(tmp_path):
    init = crfseg.train(SMALL)
    model = crfseg.train(NEW, init=init)
    n = len(init.lexicon.words)
    assert n == 6
    assert model.lexicon.words[:n] == init.lexicon.words
    assert np.array_equal(model.lexicon.classes[:n], init.lexicon.classes)
    assert set(model.lexicon.words[n:]) == {"你", "去", "上海"}
    model.save(tmp_path / "a")
    again = crfseg.load(tmp_path / "a")
    for text in ("你去上海", "我在天安门"):
        assert again.cut(text) == Segmenter(model).cut(text)


def test_characters_keep_their_groups_and_new_ones_have_none():
    init = crfseg.train([SMALL, SMALL, SMALL, Corpus.from_text("他 爱 天津")])
    alphabet = crfseg.train(NEW, init=init).alphabet
    assert np.array_equal(alphabet.clusters, init.alphabet.clusters)
    n = len(init.alphabet.characters)
    assert len(alphabet.characters) > n == len(alphabet.clusters)
    assert np.sum(init.alphabet.clusters == RARE) == 1  # 津
    assert np.array_equal(alphabet.ids(alphabet.characters[:n], "G"), init.alphabet.clusters + 3)
    assert not alphabet.ids(alphabet.characters[n:], "G").any()


@pytest.mark.parametrize("precision", PRECISIONS)
def test_what_the_new_corpus_does_not_speak_of_is_kept(precision):
    init = crfseg.train(SMALL, precision=precision)
    model = crfseg.train(NEW, init=init, precision="float64")
    before, after = weights_of(init), weights_of(model)
    kept = [key for key in before if key[:2] in {("C", "安"), ("CC", "天安"), ("W", "<在>")}]
    assert {key[0] for key in kept} == {"C", "CC", "W"}
    for key in kept:
        assert after[key] == pytest.approx(before[key], abs=1e-6)
    assert set(before) <= set(after)
    assert ("CC", "上海", "B") in after


def test_the_vocabulary_grows_and_symbols_stay():
    init = crfseg.train(SMALL)
    model = crfseg.train(NEW, init=init)
    known = init.alphabet.characters
    assert np.array_equal(model.alphabet.characters[: len(known)], known)
    assert set(model.vocabulary) == set(SMALL.words()) | set(NEW.words())
    segmenter = Segmenter(model)
    assert segmenter.cut("你去上海") == ["你", "去", "上海"]
    assert segmenter.cut("我在天安门") == ["我", "在", "天安门"]


def test_what_both_texts_hold_is_known():
    """The counts of the older text are known by their classes; at least as often as that."""
    init = crfseg.train(Corpus.join([SMALL] * 5))
    model = crfseg.train(NEW, init=init)
    assert np.array_equal(model.sentences, np.unique([*SMALL.hashes(), *NEW.hashes()]))
    assert model.frequency_of["我"] == 4  # ten times
    assert model.frequency_of["他"] == 3  # 4 to 7 times, and once more
    assert model.frequency_of["去"] == 2
    assert model.frequency_of["你"] == 1
    assert list(model.frequency_of) == list(model.vocabulary) == sorted(model.vocabulary)
    assert crfseg.evaluate(SMALL, Segmenter(model)).seen.all()
    assert crfseg.evaluate(NEW, Segmenter(init)).seen.tolist() == [False, False]


def test_a_model_of_which_nobody_counted_the_words_goes_on():
    init = dataclasses.replace(
        crfseg.train(SMALL), frequencies=np.empty(0, np.uint8), sentences=np.empty(0, np.uint64)
    )
    model = crfseg.train(NEW, init=init)
    assert np.array_equal(model.sentences, np.unique(NEW.hashes()))
    assert min(model.frequencies) == 1
    assert set(model.vocabulary) == set(SMALL.words()) | set(NEW.words())


def test_a_corpus_already_learned_changes_little():
    init = crfseg.train(TRAIN, profile="fast")
    again = crfseg.train(TRAIN, init=init, max_iterations=1)
    fresh = crfseg.train(TRAIN, profile="fast", max_iterations=1)
    assert again.info["history"][0]["loss"] < fresh.info["history"][0]["loss"] / 3


def test_the_record_names_all_that_a_model_has_seen(tmp_path):
    crfseg.train(TRAIN, name="first", profile="fast").save(tmp_path / "first")
    second = crfseg.train(DEV, init=tmp_path / "first", name="second")
    third = crfseg.train(NEW, init=second)
    assert second.info["init"]["name"] == "first"
    assert second.info["init"]["corpora"][0]["name"] == "train.txt"
    assert [corpus["name"] for corpus in third.info["init"]["corpora"]] == ["train.txt", "dev.txt"]
    assert len(third.info["init"]["corpora"][0]["sha256"]) == 64


def test_labels_may_come_anew():
    init = crfseg.train(labelled("我/r 爱/v 北京/ns", "他/r 在/p 北京/ns"), labels=True)
    assert "ns" in init.tag_set.labels
    model = crfseg.train(labelled("你/r 用/v 电脑/n"), init=init)
    assert model.tag_set.labels == ("n", "ns", "p", "r", "v")
    assert set(init.tag_set.names) < set(model.tag_set.names)
    named = [label for _, label in Segmenter(model).labelled("你用电脑")]
    assert named == ["r", "v", "n"]
    assert [label for _, label in Segmenter(model).labelled("他在北京")] == ["r", "p", "ns"]


@pytest.mark.parametrize(
    "given",
    [{"templates": ["C[0]"]}, {"scheme": "BMES"}, {"labels": False}, {"folding": "width"}],
)
def test_settings_are_those_of_the_model(given):
    (name,) = given
    with pytest.raises(TrainingError, match=f"^{name}: those of init are used; give one of the"):
        crfseg.train(NEW, init=crfseg.train(SMALL), **given)
    init = crfseg.train(SMALL, scheme="BMES6", templates=["C[0]", "C[1]"], folding="none")
    model = crfseg.train(NEW, init=init)
    assert (model.tag_set.scheme, model.alphabet.folding) == ("BMES6", "none")
    assert model.templates == init.templates


def test_a_labelled_model_wants_labels():
    init = crfseg.train(labelled("我/r 爱/v 北京/ns"), labels=True)
    with pytest.raises(TrainingError, match="no labels to predict"):
        crfseg.train(NEW, init=init)


def test_several_dev_corpora_are_scored_side_by_side():
    init = crfseg.train(SMALL, profile="fast")
    seen = []
    model = crfseg.train(TRAIN, init=init, dev=[DEV, SMALL], max_iterations=2, callback=seen.append)
    new, old = model.info["dev"]
    assert new["before"]["f1"] < 0.6 < new["f1"]
    assert old["before"]["f1"] == 1.0
    best = max(progress.dev_f1 for progress in seen)
    segmenter = crfseg.Segmenter(model, rules="none")  # as passes are compared
    scores = [crfseg.evaluate(each, segmenter).f1 for each in (DEV, SMALL)]
    assert best == pytest.approx(sum(scores) / 2, abs=1e-6)


def test_without_init_nothing_was_before():
    (record,) = crfseg.train(TRAIN, dev=DEV, profile="fast", max_iterations=1).info["dev"]
    assert "before" not in record
