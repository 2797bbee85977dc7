"""``crfseg corpora``: list public corpora, and fetch them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click

from crfseg.corpus.download import Fetched, fetch
from crfseg.corpus.registry import Source, sources

_HEADING: Final = ("NAME", "CORPUS", "CRITERION", "LICENCE", "SOURCE")
_KINDS: Final = {
    "shipped": "shipped with crfseg",
    "pip": "pip",
    "url": "download",
    "own": "your own copy",
}


@click.group("corpora")
def command() -> None:
    """List and fetch public corpora."""


@command.command("list")
def list_() -> None:
    """List the corpora that `get` knows, with their licences.

    What is marked (untried) its makers could not fetch themselves.
    """
    rows = [_HEADING, *(_row(source) for source in sources().values())]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


def _row(source: Source) -> tuple[str, ...]:
    untried = "" if source.verified or source.kind == "own" else "(untried)"
    where = " ".join(filter(None, [_KINDS[source.kind], source.package, untried]))
    return (source.name, source.title, source.criterion, source.licence, where)


def _known(ctx: click.Context, param: click.Parameter, name: str) -> str:  # noqa: ARG001
    if name not in sources():
        raise click.BadParameter(f"no corpus {name!r}; known: {', '.join(sources())}")
    return name


@command.command("get")
@click.argument("name", callback=_known)
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder to write to (default: ./NAME).",
)
@click.option(
    "--from",
    "from_",
    type=click.Path(exists=True, path_type=Path),
    help="Your own copy: the archive, the file or the folder. Nothing is downloaded then.",
)
def get(name: str, output: Path | None, from_: Path | None) -> None:
    """Fetch a corpus and write it as one sentence a line.

    Raw files are kept in a cache and checked by their SHA-256 where one is on record.
    """
    source = sources()[name]
    raw: list[Fetched] = []
    with _progress_bar() as bar:
        paths = fetch(name, output or Path(name), from_, on_file=raw.append, progress=bar)
    _print_written(paths)
    for file in raw:
        click.echo(_digest_line(file))
    if not source.verified and from_ is None:
        click.echo("note: the makers of crfseg could not try this download themselves")
    click.echo(f"licence: {source.licence}")
    click.echo(f"terms: {source.terms}")


def _print_written(paths: list[Path]) -> None:
    """Print a line a file: its path, and how many sentences and words are in it."""
    width = max(len(str(path)) for path in paths)
    for path in paths:
        with path.open(encoding="utf-8") as file:
            words = [len(line.split()) for line in file]
        click.echo(f"{path!s:{width}}  {len(words):>9,} sentences  {sum(words):>10,} words")


def _digest_line(file: Fetched) -> str:
    """Say what a raw file's digest is, and whether it is the one on record."""
    if not file.registered:
        return f"{file.name}: SHA-256 {file.sha256}; none on record, keep this one to compare with"
    if file.sha256 == file.registered:
        return f"{file.name}: SHA-256 {file.sha256}, as on record"
    return f"{file.name}: SHA-256 {file.sha256}, on record is {file.registered}: another version"


class _Bar:
    """A progress bar as pooch takes one, drawn by rich."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, Progress, TransferSpeedColumn

        self.display = Progress(
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self.task = self.display.add_task("", total=None)

    @property
    def total(self) -> float | None:
        """The size of the file that is being downloaded, in bytes."""
        return self.display.tasks[0].total

    @total.setter
    def total(self, size: float) -> None:
        self.display.reset(self.task, total=size or None)

    def update(self, size: float) -> None:
        """Count bytes that have come."""
        self.display.advance(self.task, size)

    def reset(self) -> None:
        """Count from nothing again."""
        self.display.reset(self.task)

    def close(self) -> None:
        """Do nothing: one bar serves all files of a source."""


@contextmanager
def _progress_bar() -> Iterator[_Bar | None]:
    """Give a progress bar if a person is watching."""
    if not sys.stderr.isatty():
        yield None
        return
    bar = _Bar()
    with bar.display:
        yield bar
