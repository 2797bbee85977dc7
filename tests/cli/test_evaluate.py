"""crfseg evaluate: figures, tables, warnings."""

import json

import pytest

import crfseg
from support.commands import figures_of, run
from support.corpora import DEV, TEST, TRAIN


@pytest.mark.slow
def test_evaluate_scores_what_any_segmenter_wrote(tmp_path, model):
    out, text = tmp_path / "out.txt", tmp_path / "in.txt"
    gold = crfseg.read_corpus(TEST)
    text.write_text("\n".join(gold.texts()), "utf-8")
    run("segment", text, "-m", model, "-o", out)
    by_model = run("evaluate", TEST, "-m", model).stdout
    by_file = run("evaluate", TEST, "--predicted", out, "--train-words", TRAIN)
    name, terms, *figures = by_model.splitlines()
    assert terms == f"{model}: criterion not stated, protocol closed"
    figures = [line for line in figures if not line.startswith("calibration error ")]
    expected = [name, f"{out}: criterion not stated, protocol not stated", *figures]
    assert by_file.stdout.splitlines() == expected
    as_json = json.loads(run("evaluate", TEST, "-m", model, "--json").stdout)
    assert (as_json["predicted"], as_json["protocol"]) == (str(model), "closed")


FIGURES = {
    "gold", "predicted", "criterion", "protocol", "precision", "recall", "f1", "oov_rate",
    "oov_recall", "iv_recall", "f1_interval", "boundary_f1", "sentence_accuracy",
    "calibration_error", "sentences", "seen_sentences", "counts", "differences", "breakdown",
    "oov_words", "confusion", "rules",
}  # fmt: skip


def test_evaluate_prints_every_figure_as_json(model, segmenter):
    found = figures_of(TEST, "-m", model)
    assert found.keys() == FIGURES
    scores = crfseg.evaluate(TEST, segmenter)
    assert found["f1"] == scores.f1  # unrounded
    assert found["f1_interval"] == list(scores.interval)
    assert found["calibration_error"] == scores.calibration.error
    assert set(found["breakdown"]) == {"length", "frequency", "class"}
    for slices in found["breakdown"].values():
        assert sum(each["words"] for each in slices) == found["counts"]["true_words"]
    assert found["oov_words"][0].keys() == {"name", "words", "found", "recall"}
    assert found["confusion"]["tags"] == ["B", "M", "E", "S"]


def test_evaluate_prints_null_for_what_a_file_does_not_tell():
    found = figures_of(TEST, "--predicted", TEST)
    assert found.keys() == FIGURES
    unknown = {"criterion", "protocol", "oov_rate", "oov_recall", "iv_recall", "calibration_error"}
    unknown |= {"rules"}
    assert {key for key, value in found.items() if value is None} == unknown
    assert (found["f1"], found["f1_interval"], found["oov_words"]) == (1.0, [1.0, 1.0], [])


def test_evaluate_prints_all_tables(model):
    shown = run("evaluate", TEST, "-m", model).stdout
    for part in (
        "\nF measure, 95 % interval  0.8", "\nF measure of boundaries   0.9",
        "\nsentences without error   0.", "\ncalibration error         0.0",
        "\ndifferences               merge ", "\nrecall, characters of the word ",
        "\nrecall, times in training ", "\nrecall, characters are ", "\nunknown words missed ",
        "\ntags, gold by output ",
    ):  # fmt: skip
        assert shown.count(part) == 1, part
    assert "warning" not in shown


@pytest.mark.slow
def test_evaluate_warns_of_sentences_that_were_trained_on(model):
    shown = run("evaluate", TRAIN, DEV, "-m", model).stdout
    n = len(crfseg.read_corpus(TRAIN))
    total = n + len(crfseg.read_corpus(DEV))
    assert f"warning: {n} of {total} sentences, " in shown
    assert figures_of(TRAIN, "-m", model)["seen_sentences"] == n


@pytest.mark.slow
def test_train_words_may_be_counted_or_not(tmp_path, model):
    words = tmp_path / "words.txt"
    words.write_text("\n".join(crfseg.Model.load(model).vocabulary), "utf-8")
    for file, tables in (
        (TRAIN, {"length", "class", "frequency"}),
        (words, {"length", "class"}),
    ):
        found = figures_of(TEST, "-m", model, "--train-words", file)
        assert found["breakdown"].keys() == tables
        assert found["oov_rate"] == figures_of(TEST, "-m", model)["oov_rate"]


@pytest.mark.slow
def test_labels_have_a_table_and_a_figure(tmp_path):
    gold, out = tmp_path / "gold.pos", tmp_path / "out.pos"
    gold.write_text("我/r 爱/v 北京/ns\n他/r 来/v\n", "utf-8")
    out.write_text("我/r 爱/n 北京/ns\n他来/v\n", "utf-8")
    args = [gold, "--predicted", out, "--format", "pos"]
    found = figures_of(*args)
    assert found.keys() == FIGURES | {"labelled_f1"}
    rows = [(each["name"], each["words"], each["found"]) for each in found["breakdown"]["label"]]
    assert rows == [("r", 2, 1), ("v", 2, 1), ("ns", 1, 1)]
    assert found["labelled_f1"] == pytest.approx(2 * 2 / 9)
    assert "\nrecall, label " in run("evaluate", *args).stdout
