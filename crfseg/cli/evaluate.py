"""``crfseg evaluate``: the official figures of a model, or of any segmenter's output."""

from __future__ import annotations

import json
from typing import Any

import click

from crfseg.cli import options
from crfseg.corpus import Corpus
from crfseg.evaluation.scores import Scores, evaluate, read_words
from crfseg.formats import Format, read_corpus
from crfseg.model import Model
from crfseg.segmenter import load


@click.command(name="evaluate")
@click.argument("gold", nargs=-1, required=True, metavar="GOLD...")
@click.option("-m", "--model", help="The model to score.")
@click.option(
    "--predicted", metavar="FILE", help="The same sentences as another segmenter cut them."
)
@click.option(
    "--train-words",
    metavar="FILE",
    help="The training vocabulary, for OOV figures (default: the model's own).",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@options.corpus_format
@options.encoding
def command(
    gold: tuple[str, ...],
    model: str | None,
    predicted: str | None,
    train_words: str | None,
    as_json: bool,
    format: Format | None,
    encoding: str,
) -> None:
    """Score a model (-m) or a segmented file (--predicted) against GOLD.

    Prints what was scored and what the model was allowed to know, then the summary of the official
    SIGHAN scorer, figure for figure.
    """
    if (model is None) == (predicted is None):
        raise click.UsageError("give either --model or --predicted")
    parts = [read_corpus(path, format=format, encoding=encoding) for path in gold]
    corpus = Corpus.join(parts)
    known = None if train_words is None else read_words(train_words, encoding)
    record: dict[str, Any] = {
        "gold": [{"name": part.name, "sha256": part.sha256} for part in parts],
    }
    if model is not None:
        segmenter = load(model)
        scores = evaluate(segmenter, corpus, known_words=known)
        record |= {"predicted": model, **_terms(segmenter.model)}
    else:
        assert predicted is not None
        guess = read_corpus(predicted, format=format, encoding=encoding)
        scores = evaluate(guess, corpus, known_words=known)
        record |= {"predicted": predicted, "criterion": None, "protocol": None}
    click.echo(_json(record, scores) if as_json else _text(record, scores))


def _terms(model: Model) -> dict[str, str | None]:
    """Return what a score of the model is worth nothing without; None for what is not stated."""
    stated = {key: model.info.get(key) for key in ("criterion", "protocol")}
    return {key: str(value) if value else None for key, value in stated.items()}


def _json(record: dict[str, Any], scores: Scores) -> str:
    return json.dumps({**record, **scores.as_dict()}, ensure_ascii=False)


def _text(record: dict[str, Any], scores: Scores) -> str:
    lines = ["{name}: SHA-256 {sha256}".format(**part) for part in record["gold"]]
    terms = (f"{key} {record[key] or 'not stated'}" for key in ("criterion", "protocol"))
    lines.append(f"{record['predicted']}: {', '.join(terms)}")
    lines.append(scores.report())
    if scores.labelled is not None and scores.labelled.f1 is not None:
        lines.append(f"=== LABELLED F MEASURE:\t{scores.labelled.f1:.3f}")
    return "\n".join(lines)
