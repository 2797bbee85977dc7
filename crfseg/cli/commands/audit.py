"""``crfseg audit``: probable segmentation errors in gold corpora."""

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
    help="A corpus of the same standard that is taken as right: it is trained on and counted, not "
    "audited; repeatable.",
)  # fmt: skip
@options.folds
@click.option(
    "--top",
    type=click.IntRange(min=0),
    default=50,
    show_default=True,
    metavar="N",
    help="The number of errors to print; 0: all.",
)
@options.jobs
@click.option(
    "--csv", "csv_file", metavar="FILE", help="A CSV file to write, a row for each error."
)
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
    """List probable segmentation errors in gold corpora, the most probable first.

    The evidence is the prediction of models trained on the other folds, and the segmentation of the
    same string elsewhere. Each line has file and line, the score from 0 to 1, the gold words in
    brackets, the suggestion, and the evidence. A person must decide: models err too.
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
    """Write a row for each error; spreadsheets need the byte order mark to detect UTF-8."""
    names = [field.name for field in fields(Suspect)]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(suspect) for suspect in found)
