"""``crfseg tune``: the settings that suit a corpus, and a model trained with them."""

from __future__ import annotations

import csv
import shlex
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from crfseg.cli import options, provenance
from crfseg.cli.progress_bar import counting
from crfseg.corpus.readers import Format
from crfseg.model_selection.tuning import Tuning, tune
from crfseg.text.files import replacing


@click.command(name="tune")
@options.corpus_files
@click.option("-o", "--output", required=True, metavar="MODEL", help="The model file to write.")
@click.option(
    "--dev", metavar="FILE", multiple=True,
    help="A corpus to score on, not trained on; repeatable.",
)  # fmt: skip
@click.option(
    "--folds", type=click.IntRange(min=2), metavar="N",
    help="Instead of --dev: score by cross-validation, in so many parts.",
)  # fmt: skip
@click.option(
    "--budget",
    type=click.FloatRange(min=0, min_open=True),
    required=True,
    metavar="SECONDS",
    help="How long it may take, the training of MODEL included. The defaults are tried whatever "
    "it is; other settings if they are likely to be done in time.",
)
@click.option(
    "--trials", type=click.IntRange(min=1), metavar="N",
    help="Try so many settings at most, so that it can be repeated on any machine.",
)  # fmt: skip
@options.jobs
@click.option("--csv", "csv_file", metavar="FILE", help="Write what was tried here, a row each.")
@options.training
@options.corpus_format
@options.encoding
def command(
    corpora: tuple[str, ...],
    output: str,
    dev: tuple[str, ...],
    folds: int | None,
    budget: float,
    trials: int | None,
    jobs: int,
    csv_file: str | None,
    format: Format | None,
    encoding: str,
    **settings: Any,
) -> None:
    """Search for the settings that suit the corpora, and train a model with them.

    Tries the defaults and then others, by F1 on --dev or by --folds. Settings that are given (-p,
    --scheme) stay as they are. Says what is better than the defaults, and whether that is more
    than chance.
    """
    if bool(dev) == bool(folds):
        raise click.UsageError("give either --dev or --folds")
    chosen = options.chosen(settings)
    with ExitStack() as stack:
        beside = stack.enter_context(replacing(output))
        table = None if csv_file is None else stack.enter_context(replacing(csv_file))
        with counting("settings", trials) as callback:
            found = tune(
                corpora, dev=dev or None, folds=folds, budget=budget, trials=trials,
                jobs=jobs, callback=callback, format=format, encoding=encoding, **chosen,
            )  # fmt: skip
        found.model.save(beside)
        if table is not None:
            _write(table, found)
    lines = [
        f"protocol {provenance.protocol_of(chosen)}",
        *_attempts(found),
        *_verdict(found, dev, budget),
        *_command(found, corpora, settings),
    ]
    lines.append(
        f"{output}: {found.model.n_patterns:,} patterns, {found.model.n_bytes / 1e6:.1f} MB"
    )
    click.echo("\n".join(lines))


def _attempts(found: Tuning) -> Iterator[str]:
    seconds = sum(attempt.seconds for attempt in found.attempts)
    yield f"settings tried: {len(found.attempts):,}, in {seconds:,.0f} s"
    for name, attempt in (("defaults", found.defaults), ("best", found.best)):
        oov = "--" if attempt.oov_recall is None else f"{100 * attempt.oov_recall:.2f}"
        which = "labelled F1" if found.by_labels else "F1"
        yield f"{name:<9} {which} {100 * attempt.f1:.2f}  OOV recall {oov}"


def _verdict(found: Tuning, dev: tuple[str, ...], budget: float) -> Iterator[str]:
    """Say what is better than the defaults, with the significance of the difference."""
    if len(found.attempts) == 1:
        yield f"nothing but the defaults was tried in {budget:g} s: give a larger budget, or trials"
        return
    if not found.changed:
        yield "no settings were better than the defaults"
        return
    changes = (f"{name} {old} -> {new}" for name, (old, new) in found.changed.items())
    yield f"changed: {', '.join(changes)}"
    if not found.by_labels:
        low, high = (f"{100 * end:+.2f}" for end in found.interval())
        gain, p = found.best.f1 - found.defaults.f1, found.p_value()
        yield f"gain {100 * gain:+.2f} (95 % interval {low} to {high})"
        left = f"{100 * found.remaining_gain():+.2f}"
        yield f"of that, {left} is left if the sentences that choose are not those that are scored"
        several = f"the best of {len(found.attempts) - 1:,}"
        if p > 0.05:
            yield f"that is no more than chance makes {several} (p = {p:.3f}): keep the defaults"
        else:
            yield f"chance alone makes {several} as much better seldom (p = {p:.3f})"
    used = ", ".join(dev) if dev else "these corpora"
    yield f"the settings were chosen on {used}: judge the model on text that took no part"


def _command(found: Tuning, corpora: tuple[str, ...], settings: dict[str, Any]) -> Iterator[str]:
    """Show how to train like that again."""
    if not found.changed:
        return
    words = ["crfseg", "train", *corpora]
    for name, (_, value) in found.changed.items():
        words += ["--scheme", value] if name == "scheme" else ["-p", f"{name}={value}"]
    given = " and the options given here" if _are_given(settings) else ""
    yield f"the same again{given}: {shlex.join(words)} -o MODEL"


def _are_given(settings: dict[str, Any]) -> bool:
    return any(value for key, value in settings.items() if key != "algorithm")


def _write(path: Path, found: Tuning) -> None:
    """Write a row a setting."""
    records = [
        {
            "trial": attempt.number,
            **attempt.params,
            "f1": attempt.f1,
            "oov_recall": attempt.oov_recall,
            "seconds": round(attempt.seconds, 2),
        }
        for attempt in found.attempts
    ]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(records[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(records)
