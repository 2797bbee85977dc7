"""Trials: many trainings side by side, each in its own process.

k processes with one thread each are faster than k trainings in turn with k threads each. The
results are the same.
"""

from __future__ import annotations

import multiprocessing
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from crfseg.corpus.corpus import Corpus
from crfseg.errors import TrainingError
from crfseg.evaluation.evaluate import evaluate
from crfseg.evaluation.scores import Scores
from crfseg.model.model import Model
from crfseg.segmenter.segmenter import Segmenter
from crfseg.segmenter.streaming import n_cores
from crfseg.training.algorithm import algorithm_of
from crfseg.training.train import train

QUICK: Final = 300_000
"""Characters of training text that take about as long as starting the processes."""


@dataclass(frozen=True, eq=False)
class Trial:
    """A model to train on some sentences of a corpus and to score on others.

    Parameters
    ----------
    trained, scored
        Flags of the sentences, shape (N,), bool.
    options
        The options of :func:`crfseg.train`.
    """

    trained: NDArray[np.bool_]
    scored: NDArray[np.bool_]
    options: Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Outcome:
    """The result of a trial.

    Parameters
    ----------
    scores
        The scores of the model; their ``alignment`` has the predicted words.
    likelihood
        The probability of each gold word of the scored sentences, in [0, 1], shape (W,).
    seconds
        The time of training and scoring.
    """

    scores: Scores
    likelihood: NDArray[np.float64]
    seconds: float

    @property
    def predicted(self) -> Corpus:
        """The scored sentences, segmented by the model."""
        return self.scores.alignment.predicted


def selected(corpus: Corpus, which: NDArray[np.bool_]) -> Corpus:
    r"""Return the flagged sentences of a corpus, in order.

    >>> corpus = Corpus.from_text("我 爱 北京\n他 来 了\n好")
    >>> [sentence.text for sentence in selected(corpus, np.array([True, False, True]))]
    ['我爱北京', '好']
    """
    lengths = np.diff(corpus.offsets)
    of_char = np.repeat(which, lengths)
    return replace(
        corpus,
        codes=corpus.codes[of_char],
        starts=corpus.starts[of_char],
        offsets=np.append(0, np.cumsum(lengths[which])),
        lines=corpus.lines[which],
        labels=None if corpus.labels is None else corpus.labels[of_char],
    )


def n_workers(jobs: int) -> int:
    """Return the number of processes; 0 stands for one per core that this process may use.

    Raises
    ------
    TrainingError
        If the number is negative.
    """
    if jobs < 0:
        raise TrainingError(f"jobs must be at least 0, got {jobs}; 0: one a core")
    return jobs or n_cores()


def run(corpus: Corpus, trials: Sequence[Trial], jobs: int = 0) -> Iterator[Outcome]:
    """Yield the outcome of every trial, in order.

    Parameters
    ----------
    corpus
        The sentences of all trials.
    trials
        The models to train and score.
    jobs
        The number of trials at a time, each in its own process; 0: one per core. If it is 1, or
        there is one trial, or the trials take no longer than starting processes, all run in this
        process; the threads of each are then ``jobs`` divided by the number of trials.

    Raises
    ------
    TrainingError
        If an option is out of range, or a process is ended by the system.
    """
    jobs = n_workers(jobs)
    if jobs == 1 or len(trials) <= 1 or _is_quick(corpus, trials):
        threads = max(1, jobs // max(1, len(trials)))
        yield from (outcome_of(corpus, trial, threads) for trial in trials)
        return
    others = set(multiprocessing.active_children())
    executor = ProcessPoolExecutor(
        min(jobs, len(trials)), multiprocessing.get_context("spawn"), _leave_ctrl_c_to_the_parent
    )
    try:
        # Not map: it cancels futures at its end, which the pool may be cancelling too.
        waiting = [executor.submit(outcome_of, corpus, trial) for trial in trials]
        for future in waiting:
            yield future.result()
    except BrokenProcessPool:
        raise TrainingError(
            "a process that trained was ended by the system, most likely for want of memory; "
            "expected room for one model a job: give fewer jobs"
        ) from None
    except BaseException:
        for worker in set(multiprocessing.active_children()) - others:
            worker.terminate()
        raise
    finally:
        executor.shutdown(cancel_futures=True)


def _is_quick(corpus: Corpus, trials: Sequence[Trial]) -> bool:
    """Return True if the training text is too small for processes to be faster."""
    lengths = np.diff(corpus.offsets)
    return sum(int(lengths[trial.trained].sum()) for trial in trials) < QUICK


def outcome_of(corpus: Corpus, trial: Trial, threads: int = 1) -> Outcome:
    """Train one model and score it.

    Parameters
    ----------
    corpus
        The sentences of the trial.
    trial
        The model to train and score.
    threads
        The number of threads of the training.

    Raises
    ------
    KeyboardInterrupt
        If Ctrl-C ended training early.
    """
    begin = time.perf_counter()
    options = dict(trial.options)
    if algorithm_of(options.get("algorithm")).has("threads"):
        options["threads"] = threads
    segmenter = Segmenter(trained(selected(corpus, trial.trained), options))
    gold = selected(corpus, trial.scored)
    scores, likelihood = evaluate(gold, segmenter), segmenter.decoder.confidences(gold)
    return Outcome(scores, likelihood, time.perf_counter() - begin)


def trained(corpora: Corpus | Sequence[Corpus], options: Mapping[str, Any]) -> Model:
    """Train a model to the end; a model of an interrupted training is discarded.

    Raises
    ------
    KeyboardInterrupt
        If Ctrl-C ended training early.
    """
    model = train(corpora, **options)
    if str(model.info.get("stop", "")).startswith("interrupted"):
        raise KeyboardInterrupt
    return model


def _leave_ctrl_c_to_the_parent() -> None:
    """Ignore Ctrl-C, which every process of a terminal receives; the parent ends this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
