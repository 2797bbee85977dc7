"""Trainings side by side in processes, and what ends them."""

import multiprocessing
import os
import signal

import pytest

import crfseg
from crfseg.errors import TrainingError
from crfseg.model_selection.cross_validation import cross_validate
from crfseg.model_selection.trials import trained
from support.corpora import DEV


@pytest.mark.usefixtures("processes")
def test_a_process_that_is_ended_is_an_error():
    def end_all(_):
        for child in multiprocessing.active_children():
            os.kill(child.pid, signal.SIGKILL)

    with pytest.raises(TrainingError, match=r"was ended by the system.*fewer jobs"):
        cross_validate(DEV, folds=20, jobs=2, callback=end_all, profile="fast", max_iterations=2)


@pytest.mark.usefixtures("processes")
def test_an_interruption_leaves_no_process():
    def stop(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cross_validate(DEV, folds=20, jobs=2, callback=stop, profile="fast", max_iterations=2)
    assert multiprocessing.active_children() == []


def test_little_to_do_is_done_in_this_process():
    children = []
    found = cross_validate(
        DEV, folds=2, jobs=2, callback=lambda _: children.extend(multiprocessing.active_children())
    )
    assert len(found.folds) == 2
    assert children == []


@pytest.mark.usefixtures("heard")
def test_ctrl_c_in_training_ends_everything_and_not_one_model():
    options = {"callback": lambda _: signal.raise_signal(signal.SIGINT), "max_iterations": 5}
    with pytest.raises(KeyboardInterrupt):
        trained(crfseg.read_corpus(DEV), options)
