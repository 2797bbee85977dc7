"""Interrupted and resumed, a training gives what it would have given."""

import dataclasses
import os
import signal
import subprocess
import time

import numpy as np
import pytest
import safetensors.numpy

import crfseg
from crfseg.errors import TrainingError
from support.commands import COMMAND, run
from support.corpora import DEV, TEST, TRAIN


def changed(model, **parts):
    """A model whose extractor has other parts."""
    return dataclasses.replace(model, extractor=dataclasses.replace(model.extractor, **parts))


@pytest.mark.parametrize("profile", ["fast", "accurate"])
@pytest.mark.parametrize("dev", [None, DEV])
def test_a_resumed_training_gives_the_same_bytes(tmp_path, dev, profile):
    corpus = TRAIN if profile == "fast" else TEST
    options = {"dev": dev, "patience": 3, "profile": profile}
    crfseg.train(corpus, max_iterations=7, **options).save(tmp_path / "whole")
    seen = []
    for passes in (1, 2, 4, 7, 7):
        model = crfseg.train(
            corpus, max_iterations=passes, checkpoint=tmp_path / "state", callback=seen.append,
            **options, threads=1 + passes % 2,
        )  # fmt: skip
    assert [progress.iteration for progress in seen] == list(range(1, len(seen) + 1))
    assert len(seen) == len(model.info["history"])
    model.save(tmp_path / "resumed")
    assert (tmp_path / "resumed").read_bytes() == (tmp_path / "whole").read_bytes()


@pytest.mark.usefixtures("heard")
def test_ctrl_c_and_a_time_budget_leave_a_checkpoint(tmp_path):
    state = tmp_path / "state"
    model = crfseg.train(
        DEV, checkpoint=state, callback=lambda _: signal.raise_signal(signal.SIGINT)
    )
    assert model.info["stop"] == "interrupted; kept pass 1"
    model = crfseg.train(DEV, checkpoint=state, time_budget=1e-9)
    assert model.info["stop"] == "time budget of 1e-09 s; kept pass 2"
    crfseg.train(DEV, checkpoint=state).save(tmp_path / "resumed")
    crfseg.train(DEV).save(tmp_path / "whole")
    assert (tmp_path / "resumed").read_bytes() == (tmp_path / "whole").read_bytes()


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="kills a process")
def test_a_killed_training_is_resumed(tmp_path):
    command = ["train", TRAIN, "-o", tmp_path / "resumed"]
    command += ["--checkpoint", tmp_path / "state", "--dev", DEV]
    command += ["-p", "patience=100", "-p", "max_iterations=100"]
    with subprocess.Popen([*COMMAND, *map(str, command)]) as process:
        while not (tmp_path / "state").exists():
            time.sleep(0.01)
        time.sleep(0.5)
        process.kill()
    assert not (tmp_path / "resumed").exists()
    assert run(*command).returncode == 0
    model = crfseg.train(TRAIN, dev=DEV, patience=100, max_iterations=100)
    model.save(tmp_path / "whole")
    assert (tmp_path / "resumed").read_bytes() == (tmp_path / "whole").read_bytes()


@pytest.mark.parametrize(
    "other",
    [
        {"rate": 0.1}, {"seed": 1}, {"scheme": "BMES6"}, {"templates": ["C[0]"]},
        {"folding": "none"}, {"min_count": 2}, {"dev": DEV}, {"c1": 0.1},
    ],
)  # fmt: skip
def test_a_checkpoint_of_another_configuration_is_refused(tmp_path, other):
    state = tmp_path / "state"
    crfseg.train(DEV, checkpoint=state, max_iterations=1)
    with pytest.raises(TrainingError, match="state: is of another corpus or configuration; exp"):
        crfseg.train(DEV, checkpoint=state, max_iterations=1, **other)


def test_a_checkpoint_knows_the_model_that_training_goes_on_from(tmp_path):
    """Its words and groups too: what is looked up depends on them."""
    init = crfseg.train(DEV, max_iterations=1)
    corpus = TEST
    crfseg.train(corpus, init=init).save(tmp_path / "whole")
    crfseg.train(corpus, init=init, checkpoint=tmp_path / "state", max_iterations=2)
    classes = np.roll(init.lexicon.classes, 1)
    groups = np.roll(init.alphabet.clusters, 1)
    for other in (
        changed(init, lexicon=dataclasses.replace(init.lexicon, classes=classes)),
        changed(init, alphabet=dataclasses.replace(init.alphabet, clusters=groups)),
    ):
        with pytest.raises(TrainingError, match="is of another corpus or configuration"):
            crfseg.train(corpus, init=other, checkpoint=tmp_path / "state")
    crfseg.train(corpus, init=init, checkpoint=tmp_path / "state").save(tmp_path / "resumed")
    assert (tmp_path / "resumed").read_bytes() == (tmp_path / "whole").read_bytes()


def test_precision_may_change_where_no_dev_is_scored(tmp_path):
    for dev, name in ((None, "without"), (DEV, "with")):
        crfseg.train(DEV, dev=dev, checkpoint=tmp_path / name, max_iterations=1)
    options = {"max_iterations": 1, "precision": "int16"}
    crfseg.train(DEV, checkpoint=tmp_path / "without", **options)
    with pytest.raises(TrainingError, match="is of another corpus or configuration"):
        crfseg.train(DEV, dev=DEV, checkpoint=tmp_path / "with", **options)


def test_a_checkpoint_of_another_corpus_is_refused(tmp_path):
    state = tmp_path / "state"
    crfseg.train(crfseg.Corpus.from_text("我 爱 北京"), checkpoint=state)
    for text in ("我 爱 北 京", "我 爱 天津", "我 爱\n北京"):
        with pytest.raises(TrainingError, match="is of another corpus"):
            crfseg.train(crfseg.Corpus.from_text(text), checkpoint=state)


@pytest.mark.parametrize("damage", [b"", b"nonsense", "cut", "other", "shapes"])
def test_what_is_no_checkpoint_is_reported(tmp_path, damage):
    state, corpus = tmp_path / "state", crfseg.Corpus.from_text("我 爱 北京")
    crfseg.train(corpus, checkpoint=state)
    data = state.read_bytes()
    if damage == "cut":
        state.write_bytes(data[:-100])
    elif damage == "other":
        safetensors.numpy.save_file({}, state)
    elif damage == "shapes":
        with safetensors.safe_open(state, framework="numpy") as file:
            metadata, arrays = file.metadata(), {n: file.get_tensor(n) for n in file.keys()}  # noqa: SIM118
        safetensors.numpy.save_file({**arrays, "states": arrays["states"][:-1]}, state, metadata)
    else:
        state.write_bytes(damage)
    with pytest.raises(TrainingError, match="state: is no checkpoint, or a damaged one; expected"):
        crfseg.train(corpus, checkpoint=state)


def test_a_missing_folder_is_reported_before_training(tmp_path):
    with pytest.raises(FileNotFoundError, match="missing"):
        crfseg.train(DEV, checkpoint=tmp_path / "missing" / "state", callback=pytest.fail)


def test_only_the_built_in_trainer_has_checkpoints(tmp_path):
    for option in ("checkpoint", "scratch", "init"):
        with pytest.raises(TrainingError, match=f"lbfgs has no {option}; expected none, or adagr"):
            crfseg.train(DEV, algorithm="lbfgs", **{option: tmp_path})
