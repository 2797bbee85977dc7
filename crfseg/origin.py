"""Where a model came from, so that it travels between processes as a path.

A model that was loaded from a file is pickled as the file's path and digest; the other process
loads it there, once for all that come. One without a file, or whose file has changed since, is
pickled with all that is in it.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from crfseg import modelfile
from crfseg.errors import ModelFileError

if TYPE_CHECKING:  # models know where they came from, not the other way round
    from crfseg.model import Model


class Origin(NamedTuple):
    """The file of a model."""

    path: str
    """Absolute."""
    digest: str
    """The SHA-256 that its header has."""

    @classmethod
    def of(cls, path: str | os.PathLike[str]) -> Origin:
        """Look a model's file up; see :meth:`Model.load` for errors."""
        return cls(os.fspath(Path(path).absolute()), modelfile.digest_in(path))

    def is_there(self) -> bool:
        """Tell whether the file still is what it was."""
        try:
            return Origin.of(self.path) == self
        except (OSError, ModelFileError):
            return False


@lru_cache(maxsize=4)  # a process that gets many segmenters of a model loads it once
def restored(origin: Origin) -> Model:
    """Load the model of another process.

    Raises
    ------
    ModelFileError
        If its file is not there, or is another one.
    """
    from crfseg.model import Model

    try:
        model = Model.load(origin.path)
    except OSError as error:
        raise ModelFileError(
            f"{origin.path}: {error.strerror or error}; expected the model's file where it was "
            "when it was pickled. Put it there, or load it from where it is"
        ) from None
    if model.origin != origin:
        raise ModelFileError(
            f"{origin.path}: is another model than the one that was pickled; expected SHA-256 "
            f"{origin.digest[:12]}. Load it anew where you pickle it"
        )
    return model
