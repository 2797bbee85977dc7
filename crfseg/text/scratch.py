"""Allocates large arrays in memory or in unlinked memory-mapped temporary files.

A nameless file is mapped into memory, so that the system keeps of it what it has room for; it is
gone when the process ends, however it ends.
"""

from __future__ import annotations

import os
import tempfile
from typing import IO, Any

import numpy as np
from numpy.typing import DTypeLike, NDArray


class Storage:
    """Makes arrays.

    Parameters
    ----------
    folder
        Where the files are to be; None keeps arrays in memory.

    Raises
    ------
    OSError
        If the folder is missing or full; raised when an array is made.
    """

    def __init__(self, folder: str | os.PathLike[str] | None = None) -> None:
        self.folder = folder

    def empty(self, shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
        """Return an array of any content."""
        n_bytes = int(np.prod(shape)) * np.dtype(dtype).itemsize
        if self.folder is None or not n_bytes:
            return np.empty(shape, dtype)
        with _nameless(self.folder) as file:
            _reserve(file, n_bytes)
            return _mapped(file, shape, dtype)

    def column(self, dtype: DTypeLike) -> Column:
        """Return an array in the making."""
        return Column(self.folder, np.dtype(dtype))


class Column:
    """An array that grows at its end."""

    def __init__(self, folder: str | os.PathLike[str] | None, dtype: np.dtype[Any]) -> None:
        self._dtype, self._bytes = dtype, bytearray()
        self._file: IO[bytes] | None = None
        self._file = None if folder is None else _nameless(folder)

    def __del__(self) -> None:
        if self._file:
            self._file.close()

    def append(self, values: NDArray[Any]) -> None:
        """Add values at the end."""
        data = np.ascontiguousarray(values, self._dtype).data
        if self._file:
            self._file.write(data)
        else:
            self._bytes += data

    def array(self) -> NDArray[Any]:
        """Return all values, shape (n,); nothing can be added afterwards."""
        if not self._file:
            return np.frombuffer(self._bytes, self._dtype)
        self._file.flush()
        length = self._file.tell() // self._dtype.itemsize
        return _mapped(self._file, (length,), self._dtype) if length else np.empty(0, self._dtype)


def _nameless(folder: str | os.PathLike[str]) -> IO[bytes]:
    try:
        return tempfile.TemporaryFile(dir=folder)
    except OSError as error:
        error.filename = os.fspath(folder)
        raise


def _mapped(file: IO[bytes], shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
    return np.asarray(np.memmap(file, dtype, "r+", shape=shape))


def _reserve(file: IO[bytes], n_bytes: int) -> None:
    """Make room now: a full disk is an error here, but the end of the process in a mapped page."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file.fileno(), 0, n_bytes)
    else:
        file.truncate(n_bytes)
