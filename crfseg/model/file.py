"""Reads and writes model files: one JSON header and raw arrays, with a digest of both.

A ``.crfseg`` file is a safetensors file. Reading it executes nothing. :mod:`crfseg.model.fields`
defines and checks the content of header and arrays; docs/file-format.md specifies the format.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple, NoReturn

import safetensors
import safetensors.numpy
from numpy.typing import NDArray

from crfseg.errors import ModelFileError
from crfseg.text.files import PathLike, replacing

FORMAT: Final = 5
"""The version of the file format that this code writes; it reads all up to this one."""

Arrays = Mapping[str, NDArray[Any]]


class Contents(NamedTuple):
    """The contents of a model file with a verified digest."""

    header: dict[str, Any]
    arrays: dict[str, NDArray[Any]]
    digest: str
    """SHA-256 of header and arrays."""


def write(path: PathLike, header: Mapping[str, Any], arrays: Arrays) -> None:
    """Write a model file, through a temporary file beside it.

    Parameters
    ----------
    path
        The file.
    header
        JSON-like.
    arrays
        Arrays by name, C-contiguous.

    Raises
    ------
    OSError
        If the file cannot be written; an older file of that name stays as it was.
    """
    text = json.dumps(header, sort_keys=True)
    entry = f"{digest_of(text, arrays)} {text}"  # a single entry, as their order is not fixed
    with replacing(path) as beside:
        # Not save_file, which would replace a pipe by a regular file.
        beside.write_bytes(safetensors.numpy.save(dict(arrays), metadata={"crfseg": entry}))


def read(path: PathLike) -> Contents:
    """Read a model file and verify its digest.

    Raises
    ------
    ModelFileError
        If it is not a model, is damaged, or has a newer format.
    OSError
        If the file cannot be read.
    """
    with _opened(path) as file:
        metadata = file.metadata() or {}
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    if "crfseg" not in metadata:
        reject(path, "is a safetensors file, but not one of crfseg's")
    digest, _, text = metadata["crfseg"].partition(" ")
    header = _checked_header(path, text)
    if digest != digest_of(text, arrays):
        reject(path, "is damaged (its SHA-256 differs from the one in its header)")
    return Contents(header, arrays, digest)


def _checked_header(path: PathLike, text: str) -> dict[str, Any]:
    """Return the header, if this version reads its format."""
    try:
        header = dict(json.loads(text))
        version = header["format"]
    except (LookupError, TypeError, ValueError, RecursionError) as error:
        reject(path, f"is damaged ({type(error).__name__}: {error})")
    if type(version) is not int or version < 1:
        reject(path, f"is damaged (format {version!r})")
    if version > FORMAT:
        raise ModelFileError(
            f"{os.fspath(path)}: has format {version}; this crfseg reads up to {FORMAT}. "
            "Update crfseg"
        )
    return header


def digest_in(path: PathLike) -> str:
    """Return the SHA-256 in the header of a model file, without verifying it."""
    with _opened(path) as file:
        return str((file.metadata() or {}).get("crfseg", "")).partition(" ")[0]


@contextmanager
def _opened(path: PathLike) -> Iterator[Any]:
    """Open a safetensors file."""
    with Path(path).open("rb"):  # raises the system's own error
        pass
    try:
        with safetensors.safe_open(path, framework="numpy") as file:
            yield file
    except (safetensors.SafetensorError, OSError, TypeError, ValueError) as error:
        reason = str(error).removeprefix("Error while deserializing header: ")
        reject(path, f"is not a model, or cut off ({reason})")


def is_model(path: PathLike) -> bool:
    """Return True if a file begins as a model does, even if it is truncated.

    That is a length of eight bytes, the last four of them 0, then JSON. No text begins so.
    """
    with Path(path).open("rb") as file:
        head = file.read(9)
    return head[4:] == b"\0\0\0\0{"


def digest_of(header: str, arrays: Arrays) -> str:
    """Return the SHA-256 of the header's text, then of each array's name and bytes, by name."""
    digest = hashlib.sha256(header.encode())
    for name in sorted(arrays):
        digest.update(name.encode())
        digest.update(arrays[name].reshape(-1).data)
    return digest.hexdigest()


def reject(path: PathLike, what: str) -> NoReturn:
    """Raise a ModelFileError for a file that is not valid."""
    raise ModelFileError(
        f"{os.fspath(path)}: {what}; expected a .crfseg file. Train it or copy it again"
    )
