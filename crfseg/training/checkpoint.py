"""Checkpoints: the state of a training run, from which another process resumes.

A checkpoint is a safetensors file, so reading it executes nothing. Its metadata holds the record
of the training, JSON, and a digest of corpus and configuration.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy
from numpy.typing import NDArray

from crfseg.corpus.corpus import Corpus
from crfseg.errors import TrainingError
from crfseg.text.files import replacing

Arrays = Mapping[str, NDArray[Any]]


class Checkpoint:
    """The state of one training in a file.

    Parameters
    ----------
    path
        The file. It need not be there.
    identity
        What is trained on what; see :func:`identity_of`.
    """

    def __init__(self, path: str | os.PathLike[str], identity: str) -> None:
        self._path, self._identity = Path(path), identity

    def save(self, arrays: Arrays, record: Mapping[str, Any]) -> None:
        """Write the state, in the place of the one before when it is complete."""
        metadata = {"training": self._identity, "record": json.dumps(record)}
        with replacing(self._path) as beside:
            in_order = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
            try:
                safetensors.numpy.save_file(in_order, beside, metadata)
            except safetensors.SafetensorError as error:
                raise TrainingError(f"{self._path}: cannot be written ({error})") from error

    @contextmanager
    def loaded(self) -> Iterator[tuple[Arrays, dict[str, Any]] | None]:
        """Give arrays and record; None if there is no file.

        Raises
        ------
        TrainingError
            If it is no checkpoint, or one of another training; or if what is in it does not fit.
        OSError
            If its folder is missing.
        """
        self._path.parent.stat()
        if not self._path.exists():
            yield None
            return
        try:
            with safetensors.safe_open(self._path, framework="numpy") as file:
                metadata = file.metadata()
                arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            if metadata["training"] != self._identity:
                raise self._error("is of another corpus or configuration")
            yield arrays, json.loads(metadata["record"])
        except TrainingError:
            raise
        except (safetensors.SafetensorError, OSError, LookupError, ValueError, TypeError) as error:
            raise self._error("is no checkpoint, or a damaged one") from error

    def _error(self, what: str) -> TrainingError:
        return TrainingError(
            f"{self._path}: {what}; expected one of this training. Remove it or name another file"
        )


def identity_of(configuration: Mapping[str, Any], corpora: Iterable[Corpus]) -> str:
    """Return a digest of what training depends on: configuration, texts, their words, labels."""
    digest = hashlib.sha256(json.dumps(configuration, sort_keys=True).encode())
    for corpus in corpora:
        digest.update(json.dumps([len(corpus), corpus.label_names]).encode())
        for array in (
            corpus.codes,
            corpus.starts,
            corpus.offsets,
            corpus.labels,
            corpus.boundaries,
        ):
            digest.update(b"" if array is None else array.data)
    return digest.hexdigest()
