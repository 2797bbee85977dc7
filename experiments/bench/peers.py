"""Tagging speed of all segmenters on the same lines, in one run.

Each has a process of its own, which stays; they take turns in rounds, so that a change of the
machine's pace hits all alike. Speed is in characters per second of processor time, for lists of
words line by line; ratios are those of the same round. Then from file to file, whole processes
and their loading included, by the clock. Name entrants to run only those (crfseg always runs).
"""

import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from itertools import cycle
from pathlib import Path

import entrants
import measure
import training
from entrants import ENTRANTS

import crfseg

RUNS = 9
SECONDS = 1.0  # of processor time for each in a round, again and again the same text
CHARACTERS = 1_000_000
FAST = ("crfseg", "litsea", "jieba", "jieba-next", "jieba-fast-dat", "rjieba", "cppjieba")

_ready: dict = {}  # of this process, if it is a worker


def load(name: str, folder: Path) -> float:
    """Load an entrant, cut a first line; return the seconds."""
    start = time.perf_counter()
    cut = ENTRANTS[name].load(entrants.model_path(name, folder))
    cut(["我爱北京天安门"])
    seconds = time.perf_counter() - start
    lines = list(crfseg.read_corpus(folder / "dev.txt").texts())
    _ready.update(cut=cut, blocks=[lines[i : i + 256] for i in range(0, len(lines), 256)])
    return seconds


def score(dev: Path) -> float:
    return entrants.dev_f1(_ready["cut"], dev)


def speed(limit: float) -> float:
    """Cut text, again and again the same; return millions of characters a processor second."""
    done, spent, start = 0, 0.0, time.process_time()
    blocks = cycle(_ready["blocks"])
    while spent < limit:
        lines = next(blocks)
        _ready["cut"](lines)
        done += sum(map(len, lines))
        spent = time.process_time() - start
    return done / spent / 1e6


def report(results: measure.Results, name: str, error: RuntimeError | str) -> None:
    results.drop(name)
    results.add("left out", name, [], "", version="", note=str(error))


def train(name: str, folder: Path) -> None:
    """Train a model that is not there, and crfseg's always, for it is of this version."""
    if ENTRANTS[name].train and (
        name.startswith("crfseg") or not entrants.model_path(name, folder).exists()
    ):
        print(f"{name} is trained", flush=True)
        training.train(name, folder)


def start(
    names: tuple[str, ...], folder: Path, results: measure.Results, stack: ExitStack
) -> dict[str, measure.Worker]:
    """Start a process for each entrant, load it and score it; who fails is left out."""
    workers = {}
    for name in names:
        try:
            also = entrants.facts(name)
            train(name, folder)
            worker = stack.enter_context(measure.Worker())
            seconds = worker.do(load, name, folder)
            f1 = worker.do(score, folder / "dev.txt")
            peak = worker.do(measure.peak_bytes)
        except RuntimeError as error:
            if name == "crfseg":
                raise  # nothing to compare with
            report(results, name, error)
            continue
        results.drop(name)
        results.add("time to load", name, [seconds], "s", **also)
        results.add("dev F1", name, [f1], "%", **also)
        results.add("peak memory", name, [peak / 1e6], "MB", **also)
        workers[name] = worker
    return workers


def add_rounds(
    results: measure.Results, what: str, jobs: dict[str, Callable[[], float]], runs: int
) -> None:
    """Take turns; add the speed of each, and how many times as fast crfseg is in the same round."""
    figures = list(measure.rounds(runs, jobs, partial(report, results)))
    for name in jobs:
        values = [round_[name] for round_ in figures if name in round_]
        if len(values) < runs:
            continue
        also = entrants.facts(name)
        results.add(what, name, values, "M characters/s", **also)
        if name != "crfseg":
            ratios = [round_["crfseg"] / round_[name] for round_ in figures]
            results.add(f"{what}: crfseg is faster", name, ratios, "x", **also)


def compare_lists(
    names: tuple[str, ...], folder: Path, results: measure.Results, runs: int
) -> tuple[str, ...]:
    """Cut lines into lists; return who could be loaded."""
    with ExitStack() as stack:
        workers = start(names, folder, results, stack)
        jobs = {name: partial(worker.do, speed, SECONDS) for name, worker in workers.items()}
        add_rounds(results, "words of lines", jobs, runs)
        return tuple(workers)


def compare_files(
    names: tuple[str, ...], folder: Path, results: measure.Results, runs: int
) -> None:
    """Cut a file of about a million characters, each entrant as a command."""
    lines = list(crfseg.read_corpus(folder / "dev.txt").texts())
    times = -(-CHARACTERS // sum(map(len, lines)))
    with tempfile.TemporaryDirectory() as work:
        source = Path(work) / "source"
        source.write_text("".join(f"{line}\n" for line in lines) * times, encoding="utf-8")
        jobs = {
            name: partial(file_speed, name, entrants.model_path(name, folder), source)
            for name in names
        }
        add_rounds(results, "file to file", jobs, runs)


def file_speed(name: str, model: Path, source: Path) -> float:
    """Return millions of characters a second, by the clock."""
    target = source.with_name("target")
    command = ["entrants", name, model, source, target]
    if name == "crfseg":
        command = ["crfseg", "segment", "-m", model, source, "-o", target]
    seconds, _ = measure.whole_process(*command)
    return len(source.read_text("utf-8")) / seconds / 1e6


def main() -> None:
    given = measure.options(__doc__, tuple(ENTRANTS))
    folder = measure.corpus_folder(given.corpora)
    names = tuple(name for name in ENTRANTS if name == "crfseg" or name in given.part)
    results = measure.Results("peers.csv", keep=not given.quick)
    runs = 2 if given.quick else RUNS
    for name, reason in entrants.LEFT_OUT.items():
        report(results, name, reason)
    loaded = compare_lists(names, folder, results, runs)
    compare_files(tuple(name for name in loaded if name in FAST), folder, results, runs)


if __name__ == "__main__":
    main()
