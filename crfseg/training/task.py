"""A training task, and its outcome: what algorithms take and what they return."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from crfseg.corpus.corpus import Corpus
from crfseg.features.dataset import Dataset
from crfseg.model.model import Model
from crfseg.model.weights import Precision
from crfseg.training.checkpoint import Checkpoint
from crfseg.training.progress import Progress


class Task(NamedTuple):
    """A corpus to fit a model to.

    Parameters
    ----------
    corpus
        The training text.
    dataset
        The same encoded; without patterns if the algorithm does not need them.
    params
        All parameters of the algorithm, checked.
    devs
        Dev corpora. If there are any, the algorithm may keep the best pass on them.
    precision
        The precision of the final model, with which dev is scored.
    init
        The model whose weights are the first; the dataset was encoded with it.
    checkpoint
        The file of the training's state, if there is to be one.
    callback
        Called after every iteration.
    """

    corpus: Corpus
    dataset: Dataset
    params: Mapping[str, Any]
    devs: Sequence[Corpus] = ()
    precision: Precision = "int8"
    init: Model | None = None
    checkpoint: Checkpoint | None = None
    callback: Callable[[Progress], None] | None = None


class Outcome(NamedTuple):
    """A model as trained, and the record of its training."""

    model: Model
    """With float weights."""
    record: dict[str, Any]
    """``history``, a list of dicts, and ``stop``, why training ended, in words."""
