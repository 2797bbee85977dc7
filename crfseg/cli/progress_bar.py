"""Progress bars on stderr: steps of a search, passes of a training, bytes of a download.

All follow one rule, :func:`is_drawn`. Without a bar, callbacks do nothing or are None.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as Display

    from crfseg.training.progress import Progress


def is_drawn(wanted: bool | None = None) -> bool:
    """Return True if bars are drawn: as --progress wants it, else if stderr is a terminal."""
    if sys.stderr is None:
        return False
    return sys.stderr.isatty() if wanted is None else wanted


@contextmanager
def counting(what: str, total: int | None = None) -> Iterator[Callable[[object], None]]:
    """Draw a bar of equal steps; yield the callback that advances it by one.

    The callback ignores its argument, so that it fits any function with a callback.
    """
    if not is_drawn():
        yield lambda _: None
        return
    with _display("steps", transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda _: bar.advance(task)


@contextmanager
def training(wanted: bool | None = None) -> Iterator[Callable[[Progress], None] | None]:
    """Draw a bar of the passes of a training, with log messages; yield the callback that moves it.

    ``wanted`` is the value of --progress.
    """
    if not is_drawn(wanted):
        yield None
        return
    with _display("steps") as bar:
        task = bar.add_task("encoding", total=None)

        def move(at: Progress) -> None:
            active = "" if at.active_features is None else f"  {at.active_features:,} features"
            dev = "" if at.dev_f1 is None else f"  dev F1 {100 * at.dev_f1:.2f}"
            text = f"loss {at.loss:,.1f}{active}{dev}"
            bar.update(task, completed=at.iteration, total=at.max_iterations, description=text)

        with _log_messages(bar.console):
            yield move


@contextmanager
def downloading() -> Iterator[DownloadBar | None]:
    """Draw a bar of the bytes of a download; yield it for pooch."""
    if not is_drawn():
        yield None
        return
    bar = DownloadBar()
    with bar.display:
        yield bar


class DownloadBar:
    """A progress bar with the interface of pooch; one bar serves all files of a source."""

    def __init__(self) -> None:
        self.display = _display("bytes", transient=True)
        self.task = self.display.add_task("", total=None)

    @property
    def total(self) -> float | None:
        """The size of the current file, in bytes; None if unknown."""
        return self.display.tasks[0].total

    @total.setter
    def total(self, size: float) -> None:
        self.display.reset(self.task, total=size or None)

    def update(self, size: float) -> None:
        """Add bytes that were received."""
        self.display.advance(self.task, size)

    def reset(self) -> None:
        """Set the count to zero."""
        self.display.reset(self.task)

    def close(self) -> None:
        """Do nothing: the bar closes after the last file."""


def _display(unit: Literal["steps", "bytes"], transient: bool = False) -> Display:
    # rich is imported only when a bar is drawn, so that commands start fast.
    from rich import progress
    from rich.console import Console

    columns: dict[str, tuple[progress.ProgressColumn, ...]] = {
        "steps": (
            progress.TextColumn("{task.description}"),
            progress.BarColumn(),
            progress.MofNCompleteColumn(),
            progress.TimeElapsedColumn(),
        ),
        "bytes": (
            progress.BarColumn(),
            progress.DownloadColumn(),
            progress.TransferSpeedColumn(),
        ),
    }
    return progress.Progress(*columns[unit], console=Console(stderr=True), transient=transient)


@contextmanager
def _log_messages(console: Console) -> Iterator[None]:
    """Print the library's log messages, such as the memory needed, above the bar."""
    handler, log = logging.Handler(), logging.getLogger("crfseg")
    handler.emit = lambda record: console.print(record.getMessage())  # type: ignore[method-assign]
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.setLevel(logging.NOTSET)
