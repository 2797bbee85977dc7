"""``crfseg train``: from segmented corpora to a model file."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from crfseg.cli import END_SIGNALS, options
from crfseg.model.weights import PRECISIONS
from crfseg.segmenter.loading import load
from crfseg.text.files import replacing
from crfseg.training.algorithm import algorithm_of
from crfseg.training.progress import Progress
from crfseg.training.train import train


@click.command(name="train")
@options.corpus_files
@click.option("-o", "--output", required=True, metavar="MODEL", help="The model file to write.")
@click.option(
    "--dev", metavar="FILE", multiple=True, help="A corpus to score on, not trained on; repeatable."
)
@click.option(
    "--init",
    metavar="MODEL",
    help="Go on from this model, with its settings; bundled: that which comes along.",
)
@click.option(
    "--checkpoint", metavar="FILE", help="Written after every pass; if it is there, go on from it."
)
@click.option("--scratch", metavar="FOLDER", help="Keep the corpus in files there, not in memory.")
@click.option("--threads", type=int, help="Default: one a core; the model is the same.")
@click.option(
    "--time-budget", type=float, metavar="SECONDS", help="Stop in time, with the best pass."
)
@options.training
@click.option(
    "--precision",
    type=click.Choice(PRECISIONS),
    default="int8",
    show_default=True,
    help="Of the weights. int8: a small model; int16: a finer one; float64: as trained.",
)
@click.option("--name", help="What the model is called (default: the first corpus's name).")
@click.option("--criterion", default="", help="The segmentation standard, for the record.")
@click.option("--licence", default="", help="The terms of the model, for the record.")
@click.option(
    "--progress/--no-progress", default=None, help="Show progress (default: on a terminal)."
)
@options.corpus_format
@options.encoding
def command(
    corpora: tuple[str, ...],
    output: str,
    dev: tuple[str, ...],
    threads: int | None,
    time_budget: float | None,
    progress: bool | None,
    **settings: Any,
) -> None:
    """Train a model from segmented corpora and save it.

    A corpus has one sentence a line, words separated by white space; other formats by --format.
    Ctrl-C ends training and saves the best pass so far (CRFsuite's algorithms save nothing).
    """
    settings = options.chosen(settings | {"threads": threads, "time_budget": time_budget})
    if settings.get("init") == "bundled":
        settings["init"] = load().model
    keeps_best = "checkpoint" in algorithm_of(settings["algorithm"]).abilities
    with (
        replacing(output) as beside,
        nullcontext() if keeps_best else _interruptible(beside),
        _bar(progress) as callback,
    ):
        model = train(corpora, dev=dev or None, callback=callback, **settings)
        model.save(beside)
    for corpus in model.info["corpora"]:
        size = "{known:,} places known" if "known" in corpus else "{words:,} words"
        click.echo(("{name}: {sentences:,} sentences, " + size).format(**corpus))
    for corpus in model.info.get("raw", ()):
        click.echo("{name} (raw): {characters:,} characters".format(**corpus))
    for words in model.info.get("lexicon", ()):
        click.echo("{name} (lexicon): {words:,} words".format(**words))
    click.echo(f"{model.info['training']['algorithm']}: {model.info['stop']}")
    for scores in model.info.get("dev", ()):
        click.echo(_dev_line(scores, model.info["protocol"]))
    click.echo(f"{output}: {model.n_patterns:,} patterns, {model.n_bytes / 1e6:.1f} MB")


def _dev_line(dev: dict[str, Any], protocol: str) -> str:
    figures = [("P", "precision"), ("R", "recall"), ("F1", "f1"), ("OOV recall", "oov_recall")]
    figures += [("labelled F1", "labelled_f1")] if "labelled_f1" in dev else []
    before = dev.get("before", {})
    shown = [
        f"{label} {100 * dev[key]:.2f}"
        + (f" (before {100 * before[key]:.2f})" if before.get(key) and "f1" in key else "")
        for label, key in figures
        if dev[key] is not None
    ]
    return f"{dev['name']} (dev, {protocol}): {'  '.join(shown)}"


@contextmanager
def _interruptible(beside: Path) -> Iterator[None]:
    """Let Ctrl-C and termination end the program within an iteration, leaving no file behind.

    No exception passes through CRFsuite, and it never stops by itself: so the handler, which runs
    when CRFsuite reports an iteration, removes what is half-written and ends the process.
    """
    with tempfile.TemporaryDirectory(prefix="crfseg-") as scratch:
        tempfile.tempdir = scratch  # CRFsuite's model file goes there

        def stop(number: int, _: FrameType | None) -> NoReturn:
            shutil.rmtree(scratch, ignore_errors=True)
            beside.unlink(missing_ok=True)
            os._exit(128 + number)

        signals = (signal.SIGINT, *END_SIGNALS)
        before = {number: signal.signal(number, stop) for number in signals}
        try:
            yield
        finally:
            tempfile.tempdir = None
            for number, handler in before.items():
                signal.signal(number, handler)


@contextmanager
def _bar(wanted: bool | None) -> Iterator[Callable[[Progress], None] | None]:
    """Draw a progress bar on stderr; give the callback that moves it."""
    if not (sys.stderr.isatty() if wanted is None else wanted):
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Bar(*columns, TimeElapsedColumn(), console=Console(stderr=True)) as bar:
        task = bar.add_task("encoding", total=None)

        def move(at: Progress) -> None:
            active = "" if at.active_features is None else f"  {at.active_features:,} features"
            dev = "" if at.dev_f1 is None else f"  dev F1 {100 * at.dev_f1:.2f}"
            text = f"loss {at.loss:,.1f}{active}{dev}"
            bar.update(task, completed=at.iteration, total=at.max_iterations, description=text)

        with _messages(bar.console):
            yield move


@contextmanager
def _messages(console: Console) -> Iterator[None]:
    """Print what the library logs, such as how much memory it needs."""
    handler, log = logging.Handler(), logging.getLogger("crfseg")
    handler.emit = lambda record: console.print(record.getMessage())  # type: ignore[method-assign]
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.setLevel(logging.NOTSET)
