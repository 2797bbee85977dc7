"""``crfseg cross-validate``: the scores of a configuration, from the training corpora alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

import click

from crfseg.cli import options, provenance
from crfseg.cli.progress_bar import counting
from crfseg.corpus.readers import Format
from crfseg.model_selection.cross_validation import (
    UNITS,
    CrossValidation,
    Fold,
    Unit,
    cross_validate,
)

_COLUMNS: Final = {
    "P": "precision",
    "R": "recall",
    "F1": "f1",
    "OOV": "oov_rate",
    "OOV R": "oov_recall",
    "IV R": "iv_recall",
}


@click.command(name="cross-validate")
@options.corpus_files
@options.folds
@click.option(
    "--by",
    type=click.Choice(UNITS),
    default="sentence",
    show_default=True,
    help="Where a fold may end: after any sentence, or only where a document ends, at a blank "
    "line or the end of a file.",
)
@options.jobs
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@options.training
@options.corpus_format
@options.encoding
def command(
    corpora: tuple[str, ...],
    folds: int,
    by: Unit,
    jobs: int,
    as_json: bool,
    format: Format | None,
    encoding: str,
    **settings: Any,
) -> None:
    """Score a configuration on the training corpora themselves.

    The corpora are divided into contiguous folds; each is segmented by a model trained on the
    others. Prints the figures of every fold, their mean and standard deviation, and those of all
    folds counted as one text.
    """
    chosen = options.chosen(settings)
    with counting("folds", folds) as callback:
        found = cross_validate(
            corpora, folds=folds, by=by, jobs=jobs, callback=callback,
            format=format, encoding=encoding, **chosen,
        )  # fmt: skip
    protocol = provenance.protocol_of(chosen)
    click.echo(_json(found, protocol) if as_json else "\n".join(_table(found, protocol)))


def _table(found: CrossValidation, protocol: str) -> Iterator[str]:
    """Yield a row a fold, then mean, standard deviation and the pooled figures."""
    yield from provenance.gold_lines(found.parts)
    yield f"protocol {protocol}"
    columns = _COLUMNS | ({"labelled": "labelled_f1"} if found.pooled.labelled else {})
    yield _row("fold", "sentences", "words", columns) + "  begins at"
    for fold in found.folds:
        figures = _figures(fold, columns)
        yield _row(fold.number, f"{fold.sentences:,}", f"{fold.words:,}", figures) + (
            f"  {fold.place}"
        )
    yield _row("mean", "", "", [_shown(found.mean(key)) for key in columns.values()])
    yield _row("sd", "", "", [_shown(found.deviation(key)) for key in columns.values()])
    pooled = found.pooled.as_dict()
    gold = found.pooled.alignment.gold
    sizes = f"{len(gold):,}", f"{gold.n_words:,}"
    yield _row("pooled", *sizes, [_shown(pooled[key]) for key in columns.values()])
    low, high = found.pooled.interval
    yield f"95 % interval of the pooled F1: {_shown(low)} to {_shown(high)}"
    if seen := int(found.pooled.seen.sum()):
        yield f"{seen:,} of the sentences stand in another fold too; they raise the figures"


def _figures(fold: Fold, columns: dict[str, str]) -> list[str]:
    scores = fold.scores.as_dict()
    return [_shown(scores.get(key)) for key in columns.values()]


def _row(name: object, sentences: str, words: str, figures: Any) -> str:
    return f"{name:<6}{sentences:>10}{words:>11}" + "".join(f"{each:>9}" for each in figures)


def _shown(figure: float | None) -> str:
    return "--" if figure is None else f"{100 * figure:.2f}"


def _json(found: CrossValidation, protocol: str) -> str:
    folds = [
        {
            "fold": fold.number,
            "begins_at": fold.place,
            "sentences": fold.sentences,
            "words": fold.words,
            "seconds": round(fold.seconds, 3),
            **fold.scores.as_dict(),
        }
        for fold in found.folds
    ]
    pooled = found.pooled.as_dict()
    record = {
        "corpora": provenance.of_gold(found.parts),
        "protocol": protocol,
        "folds": folds,
        "mean": {key: found.mean(key) for key in pooled},
        "sd": {key: found.deviation(key) for key in pooled},
        "pooled": pooled | {"f1_interval": list(found.pooled.interval)},
        "seen_sentences": int(found.pooled.seen.sum()),
    }
    return json.dumps(record, ensure_ascii=False)
