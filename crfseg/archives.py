"""Members of zip and tar archives, read one by one; nothing is ever unpacked to where they say."""

from __future__ import annotations

import tarfile
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from crfseg.errors import FetchError

_DAMAGED: Final = (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError)


def read_member(place: Path, path: str) -> bytes | None:
    """Return a member of a zip or tar archive; None if the file is no archive."""
    try:
        if zipfile.is_zipfile(place):
            with zipfile.ZipFile(place) as zipped:
                return zipped.read(matching(zipped.namelist(), path, place))
        if tarfile.is_tarfile(place):
            with tarfile.open(place) as tarred:
                members = {member.name: member for member in tarred if member.isfile()}
                content = tarred.extractfile(members[matching(members, path, place)])
                return content.read() if content else b""
    except _DAMAGED as error:
        raise FetchError(f"{place}: damaged archive ({error}); download it again") from error
    return None


def matching(names: Iterable[str], path: str, place: Path) -> str:
    """Return the name that ends with ``path``; the shortest, if there are several."""
    found = [name for name in names if f"/{name}".endswith(f"/{path}")]
    if not found:
        raise FetchError(f"{place}: has no {path}; expected the source as its makers pack it")
    return min(found, key=len)
