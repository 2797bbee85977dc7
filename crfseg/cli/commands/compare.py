"""``crfseg compare``: two models or outputs on one gold corpus, with a test of significance."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice
from typing import Any, NamedTuple

import click
import numpy as np

from crfseg.cli import options, provenance
from crfseg.corpus.corpus import Corpus
from crfseg.corpus.readers import Format, read_corpora
from crfseg.evaluation.comparison import RIGHT, Comparison, Disagreement, compare
from crfseg.evaluation.report.comparison_page import write_comparison
from crfseg.evaluation.scores import Scores
from crfseg.model.file import is_model
from crfseg.segmenter.loading import load
from crfseg.segmenter.segmenter import Segmenter

_SHOWN = 10


@click.command(name="compare")
@click.argument("one", metavar="A")
@click.argument("other", metavar="B")
@click.argument("gold", nargs=-1, required=True, metavar="GOLD...")
@click.option("--all", "show_all", is_flag=True, help=f"List all disagreements, not only {_SHOWN}.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object, with all disagreements."
)
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

    The output has the F measures, their difference with its interval and p-value, and the
    disagreements.
    """
    parts = read_corpora(gold, format=format, encoding=encoding)
    first, second = (_segmented(path, format, encoding) for path in (one, other))
    found = compare(first, second, Corpus.join(parts))
    sides = [
        _Side(*each) for each in (("A", one, first, found.one), ("B", other, second, found.other))
    ]
    if report is not None:
        write_comparison(report, found, names=(one, other), parts=parts)
    if as_json:
        click.echo(json.dumps(_as_dict(found, sides, parts), ensure_ascii=False))
        return
    places = list(islice(found.disagreements(), None if show_all else _SHOWN))
    click.echo("\n".join([*_summary(found, sides, parts), *map(_line, places)]))
    more = len(found.places) - len(places)
    if more:
        click.echo(f"and {more:,} more (--all lists them)")


def _segmented(path: str, format: Format | None, encoding: str) -> Segmenter | Corpus:
    if is_model(path):
        return load(path)
    (corpus,) = read_corpora([path], format=format, encoding=encoding)
    return corpus


class _Side(NamedTuple):
    """One of the two models or outputs, with its scores."""

    letter: str
    name: str
    segmented: Segmenter | Corpus
    scores: Scores

    def as_dict(self) -> dict[str, Any]:
        figures = {"f1": self.scores.f1, "f1_interval": list(self.scores.interval)}
        seen = {"seen_sentences": int(self.scores.seen.sum())}
        return {"name": self.name, **provenance.of_predicted(self.segmented), **figures, **seen}

    def lines(self) -> Iterator[str]:
        low, high = self.scores.interval
        f1 = "--" if self.scores.f1 is None else f"{self.scores.f1:.4f}"
        stated = provenance.in_words(provenance.of_predicted(self.segmented))
        yield f"{self.letter}      F {f1} ({low:.4f} to {high:.4f})  {self.name}: {stated}"
        yield from provenance.seen_lines(self.scores, f"the training text of {self.letter}")


def _summary(found: Comparison, sides: list[_Side], parts: list[Corpus]) -> Iterator[str]:
    yield from provenance.gold_lines(parts)
    for side in sides:
        yield from side.lines()
    low, high = found.interval
    yield f"B - A  {found.difference:+.4f}, 95 % interval {low:+.4f} to {high:+.4f}"
    yield f"p      {found.p_value:.4f} (chance of such a difference between equals)"
    n_right = dict(zip(RIGHT, np.bincount(found.places.right, minlength=3).tolist(), strict=True))
    yield (
        f"They disagree in {len(found.places):,} places: A is right in {n_right['one']:,}, B in "
        f"{n_right['other']:,}, neither in {n_right['neither']:,}."
    )


def _line(place: Disagreement) -> str:
    """Return a disagreement as a line, with a star at the side that is right."""
    stars = {"one": ("*", ""), "other": ("", "*"), "neither": ("", "")}[place.right]
    gold, one, other = (" ".join(words) for words in (place.gold, place.one, place.other))
    where = f"{place.line}: {place.before}[{gold}]{place.behind}"
    return f"{where}  A{stars[0]} {one}  B{stars[1]} {other}"


def _as_dict(found: Comparison, sides: list[_Side], parts: list[Corpus]) -> dict[str, Any]:
    one, other = (side.as_dict() for side in sides)
    return {
        "gold": provenance.of_gold(parts),
        "one": one,
        "other": other,
        "difference": found.difference,
        "difference_interval": list(found.interval),
        "p_value": found.p_value,
        "places": [asdict(place) for place in found.disagreements()],
    }
