"""Allocates large arrays in memory or in unlinked memory-mapped temporary files.

The system keeps as much of a mapped file in memory as there is room for. An unlinked file is
removed when the process ends, even if it is killed.
"""

from __future__ import annotations

import os
import tempfile
from typing import IO, Any

import numpy as np
from numpy.typing import DTypeLike, NDArray


class Storage:
    """Allocates arrays.

    Parameters
    ----------
    folder
        Folder of the temporary files; None allocates in memory.

    Raises
    ------
    OSError
        If the folder is missing or full; raised when an array is allocated.
    """

    def __init__(self, folder: str | os.PathLike[str] | None = None) -> None:
        self.folder = folder

    def empty(self, shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
        """Return an uninitialised array."""
        n_bytes = int(np.prod(shape)) * np.dtype(dtype).itemsize
        if self.folder is None or not n_bytes:
            return np.empty(shape, dtype)
        with _unlinked_file(self.folder) as file:
            _reserve(file, n_bytes)
            return _mapped(file, shape, dtype)

    def column(self, dtype: DTypeLike) -> Column:
        """Return an empty array that can grow."""
        return Column(self.folder, np.dtype(dtype))


class Column:
    """An array that grows at its end."""

    def __init__(self, folder: str | os.PathLike[str] | None, dtype: np.dtype[Any]) -> None:
        self._dtype, self._bytes = dtype, bytearray()
        self._file: IO[bytes] | None = None
        self._file = None if folder is None else _unlinked_file(folder)

    def __del__(self) -> None:
        if self._file:
            self._file.close()

    def append(self, values: NDArray[Any]) -> None:
        """Append values."""
        data = np.ascontiguousarray(values, self._dtype).data
        if self._file:
            self._file.write(data)
        else:
            self._bytes += data

    def array(self) -> NDArray[Any]:
        """Return all values, shape (n,); no more can be appended afterwards."""
        if not self._file:
            return np.frombuffer(self._bytes, self._dtype)
        self._file.flush()
        length = self._file.tell() // self._dtype.itemsize
        return _mapped(self._file, (length,), self._dtype) if length else np.empty(0, self._dtype)


def _unlinked_file(folder: str | os.PathLike[str]) -> IO[bytes]:
    try:
        return tempfile.TemporaryFile(dir=folder)
    except OSError as error:
        error.filename = os.fspath(folder)
        raise


def _mapped(file: IO[bytes], shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
    return np.asarray(np.memmap(file, dtype, "r+", shape=shape))


def _reserve(file: IO[bytes], n_bytes: int) -> None:
    """Reserve disk space; a write to a mapped page of a full disk would kill the process."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file.fileno(), 0, n_bytes)
    else:
        file.truncate(n_bytes)
