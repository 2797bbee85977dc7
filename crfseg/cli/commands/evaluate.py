"""``crfseg evaluate``: how good a model is, or any segmenter's output."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import fmean
from typing import Any

import click

from crfseg.cli import options, provenance
from crfseg.corpus.corpus import Corpus
from crfseg.corpus.readers import Format, read_corpora
from crfseg.errors import CorpusError
from crfseg.evaluation import summary
from crfseg.evaluation.evaluate import evaluate
from crfseg.evaluation.report.evaluation_page import write_report
from crfseg.evaluation.scores import Scores, read_words
from crfseg.segmenter.loading import BUNDLED, load


@click.command(name="evaluate")
@click.argument("gold", nargs=-1, required=True, metavar="GOLD...")
@click.option("-m", "--model", help="The model to score (default: the bundled model).")
@click.option(
    "--predicted", metavar="FILE", help="The same sentences as another segmenter cut them."
)
@click.option(
    "--train-words",
    metavar="FILE",
    help="The training text or vocabulary, for OOV figures (default: the model's own).",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@options.report
@click.option(
    "--curve",
    metavar="FILE",
    help="Draw in the report what `crfseg learning-curve --csv FILE` wrote.",
)
@options.rules
@options.keep
@options.corpus_format
@options.encoding
def command(
    gold: tuple[str, ...],
    model: str | None,
    predicted: str | None,
    train_words: str | None,
    as_json: bool,
    report: str | None,
    curve: str | None,
    rules: str | None,
    keep: tuple[str, ...],
    format: Format | None,
    encoding: str,
) -> None:
    """Score a model (-m), the bundled one by default, or a segmented file (--predicted).

    Prints what was scored and what the model was allowed to know, then the summary of the official
    SIGHAN scorer, figure for figure, then its confidence interval and a breakdown.
    """
    if model is not None and predicted is not None:
        raise click.UsageError("give either --model or --predicted")
    if predicted is not None and (rules is not None or keep):
        raise click.UsageError("--rules and --keep are for a model, not for --predicted")
    if curve is not None and report is None:
        raise click.UsageError("--curve is for the report; give --report too")
    points = [] if curve is None else _points(curve)
    parts = read_corpora(gold, format=format, encoding=encoding)
    known = None if train_words is None else read_words(train_words, encoding)
    record: dict[str, Any] = {
        "gold": provenance.of_gold(parts),
        "predicted": model or predicted or BUNDLED.name,
        "rules": None,
    }
    info: Mapping[str, Any] = {}
    if predicted is None:
        segmenter = load(model, rules=rules, keep=keep)
        info = segmenter.model.info
        record |= provenance.of_model(segmenter.model)
        record["rules"] = [*segmenter.ruleset.names, *segmenter.ruleset.expressions]
        scores = evaluate(Corpus.join(parts), segmenter, known_words=known)
    else:
        (guess,) = read_corpora([predicted], format=format, encoding=encoding)
        record |= provenance.of_predicted(guess)
        scores = evaluate(Corpus.join(parts), guess, known_words=known)
    if report is not None:
        name = str(record["predicted"])
        write_report(report, scores, predicted=name, info=info, parts=parts, learning_curve=points)
    if as_json:
        click.echo(json.dumps({**record, **summary.as_dict(scores)}, ensure_ascii=False))
    else:
        click.echo("\n".join([*_heading(record, scores, parts), *summary.lines_of(scores)]))


def _heading(record: dict[str, Any], scores: Scores, parts: list[Corpus]) -> Iterator[str]:
    yield from provenance.gold_lines(parts)
    stated = {key: record[key] for key in ("criterion", "protocol")}
    yield f"{record['predicted']}: {provenance.in_words(stated)}"
    yield from provenance.seen_lines(scores)


def _points(path: str) -> list[tuple[float, float]]:
    """Read a learning curve: words and F1 of each size, means over the repeats."""
    found: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    try:
        with Path(path).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                found[row["share"]].append((float(row["words"]), float(row["f1"])))
    except (KeyError, ValueError, csv.Error):
        raise CorpusError(
            f"{path}: no learning curve; expected what `crfseg learning-curve --csv` writes"
        ) from None
    return [
        (fmean(words), fmean(f1))
        for words, f1 in (zip(*each, strict=True) for each in found.values())
    ]
