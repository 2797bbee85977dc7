"""``crfseg inspect``: contents, training record and terms of use of a model file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import click

from crfseg.constraints.rule_defaults import counts_in, ruleset_of
from crfseg.model.model import Model
from crfseg.segmenter.loading import BUNDLED, load

_SOURCES: Final = {"corpora": "corpus", "raw": "raw text", "lexicon": "lexicon"}
_SIZES: Final = ("words", "characters")  # raw text has only characters


@click.command(name="inspect")
@click.argument("model", required=False)
@click.option(
    "--top",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="Also show the N features with the largest weights.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the training record as JSON.")
def command(model: str | None, top: int, as_json: bool) -> None:
    """Show the contents and the training record of MODEL (default: the bundled model)."""
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
    yield from _contents(model)
    yield from _rules(model)
    yield from _training(model.info)


def _contents(model: Model) -> Iterator[tuple[str, str]]:
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
        f"{model.n_patterns:,} patterns, {model.precision} weights, {model.n_bytes / 1e6:.1f} MB",
    )
    yield (
        "vocabulary",
        f"{len(model.vocabulary):,} words, {len(model.alphabet.characters):,} characters",
    )


def _rules(model: Model) -> Iterator[tuple[str, str]]:
    """Yield the matches of each rule that the corpus keeps together, and the rules that are on."""
    counts = counts_in(model.info)
    if counts is not None:
        shown = (f"{name} {kept:,}/{n:,}" for name, (kept, n) in counts.items())
        yield "kept", ", ".join(shown) or "no match of any rule"
    yield "rules", ", ".join(ruleset_of(model).names) or "none"


def _training(info: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield from _sources(info)
    init = info.get("init")
    if isinstance(init, dict):
        yield "went on from", str(init.get("name", "unnamed"))
        for label, source in _sources(init):
            yield f"  {label}", source
    settings = info.get("training")
    if isinstance(settings, dict):
        yield "training", ", ".join(f"{key} {value}" for key, value in settings.items())
    yield "stopped", str(info.get("stop", "not stated"))
    dev = info.get("dev", [])
    for corpus in dev if isinstance(dev, list) else [dev]:  # one record in older models
        yield "dev", _corpus(corpus)


def _sources(info: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the corpora, raw texts and word lists of a training."""
    for key, label in _SOURCES.items():
        for source in _list(info.get(key)):
            yield label, _corpus(source)


def _list(value: Any) -> list[Any]:
    """Return a list, empty for other types: a record may hold anything."""
    return value if isinstance(value, list) else []


def _corpus(record: Any) -> str:
    """Return the name, the size and the digest of a corpus, and its scores if any."""
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
