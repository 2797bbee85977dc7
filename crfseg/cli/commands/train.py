"""``crfseg train``: a model from segmented corpora."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import click

from crfseg.cli import END_SIGNALS, options, progress_bar
from crfseg.model.weights import PRECISIONS
from crfseg.segmenter.loading import load
from crfseg.text.files import replacing
from crfseg.training.algorithm import algorithm_of
from crfseg.training.train import train


@click.command(name="train")
@options.corpus_files
@click.option("-o", "--output", required=True, metavar="MODEL", help="The model file to write.")
@click.option(
    "--dev",
    metavar="FILE",
    multiple=True,
    help="A corpus that is scored, and not trained on; repeatable.",
)
@click.option(
    "--init",
    metavar="MODEL",
    help="A model to continue from, with its settings; bundled: the model of the package.",
)
@click.option(
    "--checkpoint",
    metavar="FILE",
    help="A file that is written after every pass. If it exists, training continues from it.",
)
@click.option(
    "--scratch",
    metavar="FOLDER",
    help="A folder for the encoded corpus, which then is not kept in memory.",
)
@click.option(
    "--threads",
    type=int,
    help="The number of threads (default: one per core). The model does not depend on it.",
)
@click.option(
    "--time-budget",
    type=float,
    metavar="SECONDS",
    help="The time limit. Training stops before it, with the best pass.",
)
@options.training
@click.option(
    "--precision",
    type=click.Choice(PRECISIONS),
    default="int8",
    show_default=True,
    help="The type of the weights. int8: the smallest file; int16: less rounding; float64: as "
    "trained.",
)
@click.option("--name", help="The name of the model (default: that of the first corpus).")
@click.option("--criterion", default="", help="The segmentation standard; it is recorded.")
@click.option("--licence", default="", help="The terms of use of the model; they are recorded.")
@click.option(
    "--progress/--no-progress",
    default=None,
    help="Draw a progress bar on stderr (default: if it is a terminal).",
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

    A corpus has one sentence on each line, words separated by white space; --format names other
    formats. Ctrl-C ends training and saves the best pass so far; with CRFsuite's algorithms it
    saves nothing.
    """
    settings = options.chosen(settings | {"threads": threads, "time_budget": time_budget})
    if settings.get("init") == "bundled":
        settings["init"] = load().model
    keeps_best = "checkpoint" in algorithm_of(settings["algorithm"]).abilities
    with (
        replacing(output) as beside,
        nullcontext() if keeps_best else _interruptible(beside),
        progress_bar.training(progress) as callback,
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
    """Let Ctrl-C and termination end the program within an iteration, without partial files.

    CRFsuite passes no exception on and never stops by itself. So the signal handler, which runs
    when CRFsuite reports an iteration, removes partial files and ends the process.
    """
    with tempfile.TemporaryDirectory(prefix="crfseg-") as scratch:
        tempfile.tempdir = scratch  # the place of CRFsuite's model file

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
