"""``crfseg inspect``: what a model file is, how it was made, and whether one may use it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import click

from crfseg.model import Model


@click.command(name="inspect")
@click.argument("model")
@click.option("--top", default=0, metavar="N", help="Show the N heaviest features too.")
@click.option("--json", "as_json", is_flag=True, help="Print the model's record as JSON.")
def command(model: str, top: int, as_json: bool) -> None:
    """Tell what MODEL is and how it was made."""
    loaded = Model.load(model)
    if as_json:
        click.echo(json.dumps(dict(loaded.info), ensure_ascii=False, indent=2))
        return
    for label, value in _record(loaded):
        click.echo(f"{label:<12} {value}")
    for feature, tag, weight in loaded.top_features(top):
        click.echo(f"{weight:+9.4f}  {tag:<6} {feature}")


def _record(model: Model) -> Iterator[tuple[str, str]]:
    info = model.info
    yield "name", str(info.get("name", "unnamed"))
    yield "criterion", str(info.get("criterion") or "not stated")
    yield "licence", str(info.get("licence") or "not stated")
    yield "tags", f"{len(model.tag_set.names)}: {' '.join(model.tag_set.names)}"
    yield "templates", " ".join(model.templates.names)
    yield "folding", model.alphabet.folding
    yield (
        "size",
        f"{model.n_patterns:,} patterns, {model.transitions.dtype} weights, "
        + (f"{model.n_bytes / 1e6:.1f} MB"),
    )
    yield (
        "vocabulary",
        f"{len(model.vocabulary):,} words, {len(model.alphabet.characters):,} characters",
    )
    for corpus in info.get("corpora", ()):
        yield "corpus", _corpus(corpus)
    yield "training", ", ".join(f"{k} {v}" for k, v in dict(info.get("training", {})).items())
    yield "stopped", str(info.get("stop", "not stated"))
    if "dev" in info:
        dev = info["dev"]
        yield "dev", f"{_corpus(dev)}, F1 {100 * (dev['f1'] or 0):.2f}"


def _corpus(record: dict[str, Any]) -> str:
    digest = record["sha256"][:12] or "unknown"
    return f"{record['name']}, {record['words']:,} words, SHA-256 {digest}"
