"""Writes files under a temporary name and renames them, so that none is ever half-written."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

PathLike = str | os.PathLike[str]


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a temporary path beside ``path``, and rename it to ``path`` on success.

    On an error, and on Ctrl-C, the temporary file is removed and ``path`` stays as it was. A path
    that is not a regular file (a pipe, a terminal, /dev/null) is itself yielded.

    Raises
    ------
    OSError
        If the folder is missing or not writable; raised on entry.
    """
    given = Path(path)
    if given.is_dir() or os.fspath(path).endswith(("/", os.sep)):
        raise IsADirectoryError(f"{path}: is a directory; expected a file to write")
    if given.exists() and not given.is_file():
        yield given
        return
    target = Path(os.path.realpath(given))  # a symbolic link stays a link
    try:
        handle, name = tempfile.mkstemp(f".{target.name}", ".part-", target.parent)
    except OSError as error:
        error.filename = os.fspath(path)
        raise
    os.close(handle)
    beside = Path(name)
    try:
        yield beside
        beside.chmod(target.stat().st_mode if target.exists() else 0o666 & ~_umask())
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def writing(path: str | os.PathLike[str] | None) -> Iterator[BinaryIO]:
    """Open a file that replaces ``path`` once complete; None or ``-`` is standard output."""
    if path in (None, "-"):
        yield sys.stdout.buffer
        return
    assert path is not None
    with replacing(path) as beside, beside.open("wb") as file:
        yield file


def _umask() -> int:
    """Return the process's umask, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
