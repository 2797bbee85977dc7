"""``crfseg audit``: where the corpora's own words are probably wrong."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import click

from crfseg.annotation.file_checks import visible
from crfseg.annotation.label_errors import Suspect, audit
from crfseg.annotation.label_errors_page import write_audit
from crfseg.cli import options
from crfseg.cli.progress_bar import counting
from crfseg.corpus.readers import Format, read_corpora
from crfseg.text.files import replacing


@click.command(name="audit")
@options.corpus_files
@click.option(
    "--with", "also", metavar="FILE", multiple=True,
    help="A corpus of the same standard that is not doubted: trained on and counted, not audited; "
    "repeatable.",
)  # fmt: skip
@options.folds
@click.option(
    "--top",
    type=click.IntRange(min=0),
    default=50,
    show_default=True,
    metavar="N",
    help="Print so many places; 0: all.",
)
@options.jobs
@click.option("--csv", "csv_file", metavar="FILE", help="Write all places here, a row each.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
@options.report
@options.training
@options.corpus_format
@options.encoding
def command(
    corpora: tuple[str, ...],
    also: tuple[str, ...],
    folds: int,
    top: int,
    jobs: int,
    csv_file: str | None,
    as_json: bool,
    report: str | None,
    format: Format | None,
    encoding: str,
    **settings: Any,
) -> None:
    """List where the corpora's own words are probably wrong, the likeliest first.

    The evidence: models trained on the other folds, which have not seen the place, and how the same
    string is segmented elsewhere. Each line has the place, the score from 0 to 1, the words as they
    are in brackets, as they probably should be, and why. A person decides: models err too.
    """
    chosen = options.chosen(settings)
    parts = read_corpora(corpora, format=format, encoding=encoding)
    with nullcontext() if csv_file is None else replacing(csv_file) as table:
        with counting("folds", folds) as callback:
            found = audit(
                parts, also=also or None, folds=folds, jobs=jobs, callback=callback,
                format=format, encoding=encoding, **chosen,
            )  # fmt: skip
        if table is not None:
            _write(table, found)
    if report is not None:
        write_audit(report, found, parts)
    shown = found[: top or None]
    if as_json:
        click.echo(json.dumps([asdict(suspect) for suspect in shown], ensure_ascii=False))
    else:
        click.echo("\n".join(_lines(shown, len(found))))


def _lines(shown: list[Suspect], n_found: int) -> Iterator[str]:
    for suspect in shown:
        yield visible(
            f"{suspect.file}:{suspect.line}: {suspect.score:.2f} "
            f"{suspect.before}[{suspect.gold}]{suspect.after} -> {suspect.suggestion} "
            f"({suspect.why})"
        )
    if len(shown) < n_found:
        yield f"... {n_found - len(shown):,} more, less likely"
    if not n_found:
        yield "nothing suspicious"


def _write(path: Path, found: list[Suspect]) -> None:
    """Write a row a place; a byte order mark, without which spreadsheets take it for Latin-1."""
    names = [field.name for field in fields(Suspect)]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(suspect) for suspect in found)
