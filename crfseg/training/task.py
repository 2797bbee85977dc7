"""Task and Outcome: the input and the result of a training algorithm."""

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
    """A corpus to fit a model to, with parameters and options.

    Parameters
    ----------
    corpus
        The training corpus.
    dataset
        The encoded corpus; without patterns if the algorithm does not need them.
    params
        All parameters of the algorithm, checked.
    devs
        Dev corpora; the algorithm may keep the pass that is best on them.
    precision
        Precision of the final model; dev corpora are scored with it.
    init
        Model whose weights training starts from; the dataset was encoded with it.
    checkpoint
        File of the training's state, if wanted.
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
    """The trained model and the record of its training."""

    model: Model
    """With float weights."""
    record: dict[str, Any]
    """``history``, a list of dicts, and ``stop``, the reason for the end, in words."""
