"""Command line: ``crfseg COMMAND``, with errors in one line and exit codes.

A command's module is imported when it is called, so that each starts fast.

::

    commands/     one module for each command
    options       options that several commands share
    progress_bar  progress bars of steps, training passes and downloads
    provenance    gold files, criterion and protocol of a score
"""

from __future__ import annotations

import importlib
import io
import signal
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final, NoReturn

import click

from crfseg.errors import CrfsegError
from crfseg.version import __version__

COMMANDS: Final = {
    "train": "Train a model from segmented corpora.",
    "segment": "Segment text into words.",
    "evaluate": "Score a model, or any segmenter's output, against a gold corpus.",
    "compare": "Compare two models or outputs, with a test of significance.",
    "cross-validate": "Score training options by cross-validation on the corpora.",
    "learning-curve": "Score models by training size, and forecast the gain of more text.",
    "tune": "Search for the settings with the best F1.",
    "suggest": "Select the most informative sentences to annotate.",
    "audit": "List probable segmentation errors in gold corpora.",
    "convert": "Write corpora as tagged training data for other tools.",
    "check": "List suspicious characters, words and sentences in corpora.",
    "explain": "Explain one boundary decision of a model.",
    "inspect": "Show the contents and the training record of a model file.",
    "corpora": "List and fetch public corpora.",
}

END_SIGNALS: Final = tuple(
    getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)
)


class _Commands(click.Group):
    """A group that imports the module of a command only when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: ARG002
        if name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(
            f"crfseg.cli.commands.{name.replace('-', '_')}"
        ).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Escape characters that the terminal lacks; report a full device as an error."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")
        try:
            return super().main(*args, **kwargs)
        except OSError as error:  # while printing help
            sys.exit(f"crfseg: {describe(error)}")

    def invoke(self, ctx: click.Context) -> Any:
        """Turn expected errors into one line on stderr and exit code 1."""
        try:
            if sys.stdout is None:
                raise OSError("standard output is closed; expected somewhere to write")
            with _terminable():
                return super().invoke(ctx)
        except BrokenPipeError:  # the next program of the pipe has closed it
            sys.stderr.close()
            ctx.exit(0)
        except (CrfsegError, OSError) as error:
            if ctx.params["debug"]:
                traceback.print_exc()
            else:
                click.echo(f"crfseg: {describe(error)}", err=True)
            ctx.exit(1)


def describe(error: Exception) -> str:
    """Return an error as one line; the file first, then the system's message."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename or 'output'}: {error.strerror}"
    return " ".join(str(error).split("\n"))


@contextmanager
def _terminable() -> Iterator[None]:
    """Turn termination and a closed terminal into SystemExit, so that clean-up code runs."""

    def stop(number: int, _: FrameType | None) -> NoReturn:
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, stop) for number in END_SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="%(prog)s %(version)s")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def main(debug: bool) -> None:  # read by _Commands.invoke
    """Train, tag and evaluate Chinese word segmentation with conditional random fields."""
