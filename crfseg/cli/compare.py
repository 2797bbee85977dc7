"""``crfseg compare``: which of two is better, and whether that is more than chance."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice
from typing import Any

import click
import numpy as np

from crfseg.cli import options
from crfseg.corpus import Corpus
from crfseg.evaluation.comparison import RIGHT, Comparison, Parting, compare
from crfseg.evaluation.scores import Scores
from crfseg.formats import Format, read_corpus
from crfseg.modelfile import is_model
from crfseg.report.comparison import write_comparison
from crfseg.segmenter import Segmenter, load

_SHOWN = 10


@click.command(name="compare")
@click.argument("one", metavar="A")
@click.argument("other", metavar="B")
@click.argument("gold", nargs=-1, required=True, metavar="GOLD...")
@click.option("--all", "show_all", is_flag=True, help=f"List all places, not only {_SHOWN}.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, with all places.")
@options.report
@options.corpus_format
@options.encoding
def command(
    one: str,
    other: str,
    gold: tuple[str, ...],
    show_all: bool,
    as_json: bool,
    report: str | None,
    format: Format | None,
    encoding: str,
) -> None:
    """Compare A and B, models or segmented files, on GOLD.

    Prints the F measures, the difference and how far it can be trusted, and where the two part.
    """
    parts = [read_corpus(path, format=format, encoding=encoding) for path in gold]
    first, second = (_segmented(path, format, encoding) for path in (one, other))
    found = compare(first, second, Corpus.join(parts))
    if report is not None:
        write_comparison(report, found, names=(one, other), parts=parts)
    if as_json:
        click.echo(json.dumps(_as_dict(found, one, other), ensure_ascii=False))
        return
    places = list(islice(found.partings(), None if show_all else _SHOWN))
    click.echo("\n".join([*_summary(found, one, other), *map(_line, places)]))
    more = len(found.places) - len(places)
    if more:
        click.echo(f"and {more:,} more (--all lists them)")


def _segmented(path: str, format: Format | None, encoding: str) -> Segmenter | Corpus:
    return load(path) if is_model(path) else read_corpus(path, format=format, encoding=encoding)


def _summary(found: Comparison, one: str, other: str) -> Iterator[str]:
    yield from (_figures(*each) for each in (("A", one, found.one), ("B", other, found.other)))
    low, high = found.interval
    yield f"B - A  {found.difference:+.4f}, 95 % interval {low:+.4f} to {high:+.4f}"
    yield f"p      {found.p_value:.4f} (how often chance alone gives so much, either way)"
    n_right = dict(zip(RIGHT, np.bincount(found.places.right, minlength=3).tolist(), strict=True))
    yield (
        f"They part in {len(found.places):,} places: A is right in {n_right['one']:,}, B in "
        f"{n_right['other']:,}, neither in {n_right['neither']:,}."
    )


def _figures(letter: str, name: str, scores: Scores) -> str:
    low, high = scores.interval
    f1 = "--" if scores.f1 is None else f"{scores.f1:.4f}"
    return f"{letter}      F {f1} ({low:.4f} to {high:.4f})  {name}"


def _line(place: Parting) -> str:
    """Show a place; a star is at who is right."""
    stars = {"one": ("*", ""), "other": ("", "*"), "neither": ("", "")}[place.right]
    gold, one, other = (" ".join(words) for words in (place.gold, place.one, place.other))
    where = f"{place.line}: {place.before}[{gold}]{place.behind}"
    return f"{where}  A{stars[0]} {one}  B{stars[1]} {other}"


def _as_dict(found: Comparison, one: str, other: str) -> dict[str, Any]:
    return {
        "one": {"name": one, "f1": found.one.f1, "f1_interval": list(found.one.interval)},
        "other": {"name": other, "f1": found.other.f1, "f1_interval": list(found.other.interval)},
        "difference": found.difference,
        "difference_interval": list(found.interval),
        "p_value": found.p_value,
        "places": [asdict(place) for place in found.partings()],
    }
