"""``crfseg corpora``: a list of public corpora, and their downloads."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from crfseg.cli.progress_bar import downloading
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
    """List the corpora that `get` can fetch, with their licences.

    The mark (untried) means that the makers of crfseg could not test the download.
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
    help="The folder to write (default: ./NAME).",
)
@click.option(
    "--from",
    "from_",
    type=click.Path(exists=True, path_type=Path),
    help="Your own copy: the archive, the file or the folder. Then nothing is downloaded.",
)
def get(name: str, output: Path | None, from_: Path | None) -> None:
    """Fetch a corpus and write it with one sentence on each line.

    Raw files are cached, and checked against their SHA-256 if one is on record.
    """
    source = sources()[name]
    raw: list[Fetched] = []
    with downloading() as bar:
        paths = fetch(name, output or Path(name), from_, on_file=raw.append, progress=bar)
    _print_written(paths)
    for file in raw:
        click.echo(_digest_line(file))
    if not source.verified and from_ is None:
        click.echo("note: the makers of crfseg could not try this download themselves")
    click.echo(f"licence: {source.licence}")
    click.echo(f"terms: {source.terms}")


def _print_written(paths: list[Path]) -> None:
    """Print the path and the numbers of sentences and words of each file."""
    width = max(len(str(path)) for path in paths)
    for path in paths:
        with path.open(encoding="utf-8") as file:
            words = [len(line.split()) for line in file]
        click.echo(f"{path!s:{width}}  {len(words):>9,} sentences  {sum(words):>10,} words")


def _digest_line(file: Fetched) -> str:
    """Return the digest of a raw file, and the result of its check, as a line."""
    if not file.registered:
        return f"{file.name}: SHA-256 {file.sha256}; none on record, keep this one to compare with"
    if file.sha256 == file.registered:
        return f"{file.name}: SHA-256 {file.sha256}, as on record"
    return f"{file.name}: SHA-256 {file.sha256}, on record is {file.registered}: another version"
