"""Forecast of the memory that encoding and training need, checked before they begin."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from crfseg.corpus.corpus import Corpus
from crfseg.errors import TrainingError
from crfseg.features.dataset import Dataset
from crfseg.features.extractor import Raw
from crfseg.features.ngrams import OF_STRINGS, VIEWS, padded_shape
from crfseg.features.templates import Templates
from crfseg.model.weights import Precision

_LOG: Final = logging.getLogger("crfseg")
_TAGGING: Final = {"int8": 4, "int16": 8, "float64": 12}  # bytes per weight, rounded and compiled
_COUNTED: Final = 64  # bytes per character of text whose strings are counted
LIMIT, USED = Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory.current")


def of_encoding(
    corpus: Corpus, templates: Templates, raw: Raw | None = None, *, in_files: bool
) -> int:
    """Return an estimate of the bytes that encoding a corpus takes.

    Parameters
    ----------
    corpus
        The training corpus.
    templates
        Its templates.
    raw
        Unsegmented text, if any.
    in_files
        True if the encoded arrays are in scratch files.

    Notes
    -----
    Counts pattern ids, symbols and tags of each character, and the table of a kind's distinct
    patterns, about one for every three characters. The strings of accessor variety are counted, and
    freed, before that.
    """
    (n_positions,) = padded_shape(corpus, templates.window)
    n_columns = len({VIEWS[view].number for view in templates.views})
    arrays = n_positions * (4 * len(templates.kinds) + 4 * n_columns + 2)
    strings = 0
    if templates.views & OF_STRINGS:
        strings = _COUNTED * (corpus.n_chars + (raw.corpus.n_chars if raw else 0))
    return (0 if in_files else arrays) + max(32 * corpus.n_chars, strings)


def of_training(dataset: Dataset, params: Mapping[str, Any], scored: Precision | None) -> int:
    """Return an estimate of the bytes that training takes once the corpus is encoded.

    Parameters
    ----------
    dataset
        The encoded corpus.
    params
        Parameters of the algorithm.
    scored
        Precision in which dev corpora are scored; None without them.

    Notes
    -----
    Four float32 for each weight, one of them in the final model, and the transition gradients of a
    batch. Dev scores need the best model, the current model and its compiled form too.
    """
    batches: int = params["batch_size"] * 4 * len(dataset.tag_set.names) ** 2
    weight = 16 if scored is None else 20 + _TAGGING[scored]
    return weight * dataset.n_weights + 8 * dataset.n_patterns + batches


def require(n_bytes: int, purpose: str) -> None:
    """Log the memory needed, and check that it is free.

    Parameters
    ----------
    n_bytes
        Bytes needed beyond those in use.
    purpose
        Name of the step, for messages.

    Raises
    ------
    TrainingError
        If the machine, or the process's control group, has less memory free.
    """
    _LOG.info("%s needs about %s", purpose, _shown(_resident() + n_bytes))
    free = free_bytes()
    if free is not None and n_bytes > free:
        raise TrainingError(
            f"{purpose} needs about {_shown(n_bytes)} more memory, but {_shown(free)} are free; "
            "take the fast profile, raise min_count, or keep the text in files (scratch)"
        )


def _shown(n_bytes: int) -> str:
    return f"{n_bytes / 1e6:,.0f} MB"


def free_bytes() -> int | None:
    """Return the free memory in bytes; None if the system has no such files."""
    free = [_entry(Path("/proc/meminfo"), "MemAvailable:")]
    if LIMIT.is_file() and LIMIT.read_text("ascii").strip() != "max":
        free.append(int(LIMIT.read_text("ascii")) - int(USED.read_text("ascii")))
    return min((found for found in free if found is not None), default=None)


def _resident() -> int:
    """Return the bytes of this process's own memory; 0 if unknown."""
    return _entry(Path("/proc/self/status"), "RssAnon:") or 0


def _entry(path: Path, name: str) -> int | None:
    """Return an entry of a system file, in bytes."""
    if not path.is_file():
        return None
    found = path.read_text("ascii", "replace").partition(name)[2].split()
    return int(found[0]) * 1024 if found else None
