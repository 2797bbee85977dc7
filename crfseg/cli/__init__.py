"""The command line: a module for each command, imported when it is called."""

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
    "segment": "Cut text into words.",
    "evaluate": "Score a model, or any segmenter's output, against a segmented corpus.",
    "compare": "Tell which of two models or outputs is better, and whether that is chance.",
    "cross-validate": "Score a configuration on the training corpora, by folds.",
    "learning-curve": "Tell what more training data would bring.",
    "tune": "Search for the settings that suit the corpora.",
    "suggest": "Choose the most informative sentences to annotate.",
    "audit": "List where the corpora's own words are probably wrong.",
    "convert": "Write a corpus as tagged training data, as other tools read it.",
    "check": "List what is suspicious in corpora.",
    "explain": "Tell why a text is cut where it is.",
    "inspect": "Tell what a model file is and how it was made.",
    "corpora": "List and fetch public corpora.",
}


END_SIGNALS: Final = tuple(
    getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)
)


class _Commands(click.Group):
    """A group that imports a command's module only when it is needed."""

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
        """Show what the terminal's encoding lacks as an escape, and a full device as an error."""
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
        except BrokenPipeError:  # the reader downstream has seen enough
            sys.stderr.close()
            ctx.exit(0)
        except (CrfsegError, OSError) as error:
            if ctx.params["debug"]:
                traceback.print_exc()
            else:
                click.echo(f"crfseg: {describe(error)}", err=True)
            ctx.exit(1)


def describe(error: Exception) -> str:
    """Say in one line what went wrong: the file first, then the system's words for it."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename or 'output'}: {error.strerror}"
    return " ".join(str(error).split("\n"))


@contextmanager
def _terminable() -> Iterator[None]:
    """Run every clean-up when the program is terminated or its terminal closes."""

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
