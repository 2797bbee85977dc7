"""What the benchmarks share: fresh processes that tell their peak memory, and results in CSV files.

Every figure is one row: what was measured, of whom, at which size; the median of some runs with
the smallest and the largest. A new figure takes the place of an old one, so that a benchmark can
be stopped and gone on with.
"""

import argparse
import csv
import multiprocessing
import os
import platform
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import crfseg

HERE = Path(__file__).parent
_ENV = os.environ | {"PYTHONPATH": str(HERE)}
MACHINE = (
    f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}, "
    f"Python {platform.python_version()}"
)
# Runs a module as `python -m` does, and tells the peak memory of the process at its end.
_TELL_PEAK = """
import runpy, sys
sys.argv = sys.argv[1:]
try:
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
finally:
    with open("/proc/self/status") as status:
        print("peak", status.read().partition("VmHWM:")[2].split()[0], file=sys.stderr)
"""


def options(about: str, parts: tuple[str, ...] = ()) -> argparse.Namespace:
    """Read the command line: what to run, where the corpora are, and whether to be quick."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # so that processes are ended
    parser = argparse.ArgumentParser(
        description=about, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    known = f"of: {', '.join(parts)} (default: all)" if parts else argparse.SUPPRESS
    parser.add_argument("part", nargs="*", help=known)
    parser.add_argument("--corpora", type=Path, default=Path("../shared/corpora"))
    parser.add_argument("--quick", action="store_true", help="few and short runs, only printed")
    given = parser.parse_args()
    given.part = given.part or list(parts)
    if unknown := [part for part in given.part if part not in parts]:
        parser.error(f"unknown: {', '.join(unknown)}; expected some of: {', '.join(parts)}")
    return given


def corpus_folder(corpora: Path) -> Path:
    """Return the folder with train.txt and dev.txt: CTB6, or the sample if that is not there."""
    return corpora / "ctb6" if (corpora / "ctb6").is_dir() else Path("corpora/sample")


class Results:
    """A CSV file of figures, one row for each (what, who, at); read and written for every row."""

    def __init__(self, name: str, *, keep: bool = True) -> None:
        self.path, self.keep = HERE / name, keep

    def add(
        self, what: str, who: str, values: list[float], unit: str, at: float | str = "", **also: str
    ) -> None:
        """Add the figures of some runs; ``also`` are a version and a note."""
        row = {"what": what, "who": who, "at": str(at), "unit": unit, **_spread(values)}
        row |= {"version": also.get("version", crfseg.__version__), "note": also.get("note", "")}
        spread = f"{row['median']:>12} {unit}  [{row['min']}, {row['max']}]" if values else ""
        print(f"{what} | {who} | {at}  {spread} {row['note']}", flush=True)
        rows = {_key(old): old for old in read_rows(self.path)}
        self._write([*(rows | {_key(row): row | {"machine": MACHINE}}).values()])

    def drop(self, who: str) -> None:
        """Forget what is known of one, who is about to be measured again."""
        self._write([row for row in read_rows(self.path) if row["who"] != who])

    def _write(self, rows: list[dict[str, Any]]) -> None:
        if not self.keep or not rows:
            return
        with self.path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0], lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


def read_rows(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _key(row: dict[str, Any]) -> tuple[str, str, str]:
    return row["what"], row["who"], row["at"]


def _spread(values: list[float]) -> dict[str, Any]:
    if not values:
        return {"median": "", "min": "", "max": "", "runs": 0}
    three = {"median": statistics.median(values), "min": min(values), "max": max(values)}
    return {name: f"{value:.5g}" for name, value in three.items()} | {"runs": len(values)}


class Worker:
    """A fresh process that does jobs one after another, none longer than the limit in seconds."""

    def __init__(self, limit: float = 600) -> None:
        context = multiprocessing.get_context("spawn")
        self.limit = limit
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self.process.start()
        theirs.close()

    def do(self, job: Callable[..., Any], *args: Any) -> Any:
        """Return what the job returns; raise RuntimeError if it fails, dies or takes too long."""
        try:
            self.pipe.send((job, args))
            if not self.pipe.poll(self.limit):
                raise RuntimeError(f"no end within {self.limit:.0f} s")
            done, result = self.pipe.recv()
        except (EOFError, OSError):
            raise RuntimeError("the process died") from None
        if not done:
            raise RuntimeError(result)
        return result

    def __enter__(self) -> "Worker":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.join()


def _serve(pipe: Any) -> None:
    """Do the jobs that come; what they print is for nobody."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1), os.dup2(nowhere, 2)
    while True:
        try:
            job, args = pipe.recv()
        except EOFError:
            return
        try:
            pipe.send((True, job(*args)))
        except (Exception, SystemExit) as error:
            pipe.send((False, f"{type(error).__name__}: {error}"))


def peak_bytes() -> int:
    """Return the peak memory of this process."""
    # Not getrusage, which also counts the process that this one was forked from.
    status = Path("/proc/self/status").read_text("utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def timed(job: Callable[..., object], *args: Any) -> float:
    """Return the seconds that a job takes."""
    start = time.perf_counter()
    job(*args)
    return time.perf_counter() - start


def measured(job: Callable[..., object], *args: Any, limit: float = 1800) -> tuple[float, int]:
    """Return seconds and peak bytes of a job in a fresh process, whose start is not timed."""
    with Worker(limit) as worker:
        return worker.do(timed, job, *args), worker.do(peak_bytes)


def whole_process(*argv: str | Path, limit: float = 600) -> tuple[float, int]:
    """Return seconds and peak bytes of a whole `python -m MODULE ARGUMENT...`, start included."""
    command = [sys.executable, "-c", _TELL_PEAK, *map(str, argv)]
    start = time.perf_counter()
    try:
        result = subprocess.run(command, capture_output=True, check=True, timeout=limit, env=_ENV)
    except subprocess.SubprocessError as error:
        raise RuntimeError(f"{argv[0]}: {error}") from None
    seconds = time.perf_counter() - start
    return seconds, int(result.stderr.split()[-1]) * 1024


def rounds(
    n: int, jobs: dict[Any, Callable[[], Any]], failed: Callable[[Any, RuntimeError], None]
) -> Iterator[dict[Any, Any]]:
    """Do all jobs n times, one after the other, so that the machine's pace hits all alike.

    Yields what came out of a round; a job that fails is reported and not done again.
    """
    jobs = dict(jobs)
    for _ in range(n):
        figures = {}
        for name, job in list(jobs.items()):
            try:
                figures[name] = job()
            except RuntimeError as error:
                failed(name, error)
                del jobs[name]
        yield figures


def turns(n: int, jobs: dict[Any, Callable[[], Any]]) -> dict[Any, list[Any]]:
    """Do all jobs n times by turns, and return what came out of each; a failure is the end."""

    def stop(_: Any, error: RuntimeError) -> None:
        raise error

    figures = list(rounds(n, jobs, stop))
    return {name: [figure[name] for figure in figures] for name in jobs}
