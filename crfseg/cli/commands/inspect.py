"""``crfseg inspect``: what a model file is, how it was made, and whether one may use it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

import click

from crfseg.constraints.rule_defaults import counts_in, ruleset_of
from crfseg.model.model import Model
from crfseg.segmenter.loading import BUNDLED, load

_SIZES: Final = ("words", "characters")  # of raw text only the latter is known


@click.command(name="inspect")
@click.argument("model", required=False)
@click.option(
    "--top",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="Show the N heaviest features too.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the model's record as JSON.")
def command(model: str | None, top: int, as_json: bool) -> None:
    """Tell what MODEL is and how it was made; without one, what the bundled model is."""
    loaded = load(model).model
    if as_json:
        click.echo(json.dumps(dict(loaded.info), ensure_ascii=False, indent=2))
        return
    if model is None:
        click.echo(f"{'file':<12} {BUNDLED}")
    for label, value in _record(loaded):
        click.echo(f"{label:<12} {value}")
    for feature, tag, weight in loaded.top_features(top):
        click.echo(f"{weight:+9.4f}  {tag:<6} {feature}")


def _record(model: Model) -> Iterator[tuple[str, str]]:
    info = model.info
    yield "name", str(info.get("name", "unnamed"))
    yield "criterion", str(info.get("criterion") or "not stated")
    yield "licence", str(info.get("licence") or "not stated")
    yield "protocol", str(info.get("protocol", "not stated"))
    yield "tags", f"{len(model.tag_set.names)}: {' '.join(model.tag_set.names)}"
    yield "templates", " ".join(model.templates.names)
    yield "folding", model.alphabet.folding
    yield (
        "size",
        f"{model.n_patterns:,} patterns, {model.precision} weights, "
        + (f"{model.n_bytes / 1e6:.1f} MB"),
    )
    yield (
        "vocabulary",
        f"{len(model.vocabulary):,} words, {len(model.alphabet.characters):,} characters",
    )
    habits = counts_in(info)
    if habits is not None:
        counts = (f"{name} {kept:,}/{n:,}" for name, (kept, n) in habits.items())
        yield "kept", ", ".join(counts) or "nothing that a rule speaks of"
    yield "rules", ", ".join(ruleset_of(model).names) or "none"
    for corpus in _list(info.get("corpora")):
        yield "corpus", _corpus(corpus)
    for corpus in _list(info.get("raw")):
        yield "raw text", _corpus(corpus)
    for words in _list(info.get("lexicon")):
        yield "lexicon", _corpus(words)
    init = info.get("init")
    if isinstance(init, dict):
        yield "went on from", str(init.get("name", "unnamed"))
        for corpus in _list(init.get("corpora")):
            yield "  corpus", _corpus(corpus)
        for corpus in _list(init.get("raw")):
            yield "  raw text", _corpus(corpus)
        for words in _list(init.get("lexicon")):
            yield "  lexicon", _corpus(words)
    settings = info.get("training")
    if isinstance(settings, dict):
        yield "training", ", ".join(f"{key} {value}" for key, value in settings.items())
    yield "stopped", str(info.get("stop", "not stated"))
    dev = info.get("dev", [])
    for corpus in dev if isinstance(dev, list) else [dev]:  # one record in older models
        yield "dev", _corpus(corpus)


def _list(value: Any) -> list[Any]:
    """Return what should be a list as one: the record is free to hold anything."""
    return value if isinstance(value, list) else []


def _corpus(record: Any) -> str:
    """Say which corpus it was, and how the model did on it if that is known."""
    if not isinstance(record, dict):
        return str(record)
    size = next((f"{record[of]:,} {of}" for of in _SIZES if isinstance(record.get(of), int)), "")
    f1 = record.get("f1")
    parts = [str(record.get("name", "unnamed"))]
    parts += [size] if size else []
    parts += [f"SHA-256 {str(record['sha256'])[:12]}"] if record.get("sha256") else []
    parts += [f"F1 {100 * f1:.2f}"] if isinstance(f1, float) else []
    before = record["before"].get("f1") if isinstance(record.get("before"), dict) else None
    parts += [f"before {100 * before:.2f}"] if isinstance(before, float) else []
    return ", ".join(parts)
