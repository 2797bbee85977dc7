"""How crfseg's cost grows: training with the corpus, tagging with lines and threads; starting.

size     `train` from file to file in a running process, and whole processes of `crfseg train` and
         `crfseg segment`, on 0.1 to 10 million characters: real corpora one after the other, from
         the beginning again when they end
line     tagging a million characters in lines of 5 to 1,000,000 characters
threads  tagging a file and training, by threads
start    whole processes: Python alone, importing, the first words from the command line
lexicon  reading a user's words, and tagging lines with the accurate profile and so many of them:
         words of all corpora, then two of them at random as one
"""

import inspect
import os
import random
import tempfile
from collections.abc import Callable
from functools import partial
from itertools import cycle, islice
from pathlib import Path

import measure

import crfseg

CORPORA = [
    "ctb6",
    "pku",
    "nlpcc2016_weibo",
    "zx",
    "ud_zh_gsd_trad",
    "medical_forum",
    "ud_lzh_kyoto",
    "wtb",
]
SIZES = (100_000, 300_000, 1_000_000, 3_000_000, 10_000_000)
LENGTHS = (5, 10, 20, 50, 100, 1_000, 10_000, 100_000, 1_000_000)
LINES = 20_000  # at most, of any length


class Scaling:
    """A model, the corpora, a folder to work in, and where the figures go."""

    def __init__(self, corpora: Path, work: Path, quick: bool) -> None:
        self.work, self.quick = work, quick
        self.runs = 2 if quick else 5
        self.results = measure.Results("scaling.csv", keep=not quick)
        folder = measure.corpus_folder(corpora)
        self.train = folder / "train.txt"
        self.dev = list(crfseg.read_corpus(folder / "dev.txt").texts())
        self.corpora = [corpora / name / "train.txt" for name in CORPORA]
        self.model = work / "model"
        crfseg.train(self.train, profile="fast").save(self.model)
        self.segmenter = crfseg.load(self.model)

    def size(self) -> None:
        lines, target = self.lines(), self.work / "target"
        note = f"{sum(map(length_of, lines)) / 1e6:.2f} million characters of real corpora"
        jobs, calls = {}, {}
        for n_chars in SIZES[: 2 if self.quick else None]:
            corpus, text = (self.work / f"{n_chars}.{kind}" for kind in ("corpus", "text"))
            write_corpus(corpus, lines, n_chars)
            text.write_text(corpus.read_text("utf-8").replace(" ", ""), encoding="utf-8")
            train = ["crfseg", "train", "--profile", "fast", corpus, "-o", target]
            jobs["train", n_chars] = process(*train)
            segment = ["crfseg", "segment", "-m", self.model, text, "-o", target]
            jobs["segment", n_chars] = process(*segment)
            calls["train()", n_chars] = partial(measure.timed, self.train_on, corpus)
        for (who, n_chars), seconds in measure.turns(self.runs, calls).items():
            costs = [1e6 * second / n_chars for second in seconds]
            self.add("size: cost", who, costs, "s per M characters", n_chars, note)
        for (who, n_chars), runs in measure.turns(self.runs, jobs).items():
            seconds, peaks = zip(*runs, strict=True)
            speeds = [n_chars / second / 1e6 for second in seconds]
            megabytes = [peak / 1e6 for peak in peaks]
            self.add("size: time", who, list(seconds), "s", n_chars, note)
            self.add("size: speed", who, speeds, "M characters/s", n_chars, note)
            self.add("size: peak memory", who, megabytes, "MB", n_chars, note)

    def train_on(self, corpus: Path) -> None:
        """Train from file to file, in this process."""
        crfseg.train(corpus, profile="fast").save(self.work / "target")

    def lines(self) -> list[str]:
        """Return the lines of all corpora at hand."""
        found = [path for path in self.corpora if path.exists()] or [self.train]
        texts = (path.read_text("utf-8") for path in found)
        return [line for text in texts for line in text.splitlines(keepends=True)]

    def line(self) -> None:
        jobs, target = {}, self.work / "target"
        for length in LENGTHS:
            lines, source = self.lines_of(length), self.work / f"{length}.lines"
            source.write_text("\n".join(lines) + "\n", encoding="utf-8")
            ways = {
                "cut": partial(cut_all, self.segmenter, lines),
                "cut_many": partial(self.cut_many, lines),
                "cut_file": partial(self.segmenter.cut_file, source, target),
            }
            for name, cut in ways.items():
                jobs[name, length, length * len(lines)] = partial(measure.timed, cut)
        for (name, length, n_chars), times in measure.turns(self.runs, jobs).items():
            speeds = [n_chars / second / 1e6 for second in times]
            self.add("line: speed", name, speeds, "M characters/s", length)

    def cut_many(self, lines: list[str]) -> None:
        for _ in self.segmenter.cut_many(lines):
            pass

    def lines_of(self, length: int) -> list[str]:
        """Return lines of that many characters, a million characters in all or LINES lines."""
        n_lines = max(1, min(LINES, 1_000_000 // length))
        text = "".join(islice(cycle("".join(self.dev)), n_lines * length))
        return [text[i : i + length] for i in range(0, len(text), length)]

    def threads(self) -> None:
        """By the clock; the file has 10 million characters in lines as they come."""
        source, target = self.work / "source", self.work / "target"
        times = (1_000_000 if self.quick else 10_000_000) // sum(map(len, self.dev)) + 1
        source.write_text("".join(f"{line}\n" for line in self.dev) * times, encoding="utf-8")
        jobs = {}
        for n in sorted({1, 2, os.cpu_count() or 1}):
            cut = partial(self.segmenter.cut_file, source, target, threads=n)
            jobs["cut_file", n] = partial(measure.timed, cut)
            train = ["crfseg", "train", "--profile", "fast", self.train, "-o", target]
            train += ["--threads", str(n)]
            jobs["train", n] = process(*train)
        if "threads" not in inspect.signature(self.segmenter.cut_file).parameters:
            jobs = {key: job for key, job in jobs.items() if key[0] == "train"}
        for (who, n), runs in measure.turns(self.runs, jobs).items():
            if who == "train":
                self.add("threads: time", who, [seconds for seconds, _ in runs], "s", n)
            else:
                n_chars = times * sum(map(len, self.dev))
                speeds = [n_chars / second / 1e6 for second in runs]
                self.add("threads: speed", who, speeds, "M characters/s", n)

    def start(self) -> None:
        """Time whole processes, and in this one how long a model takes to load."""
        line = self.work / "line"
        line.write_text("我爱北京\n", encoding="utf-8")
        jobs = {
            "Python alone": process("timeit", "-n1", "-r1", "pass"),
            "import crfseg": process("timeit", "-n1", "-r1", "import crfseg"),
            "crfseg segment, one line": process("crfseg", "segment", "-m", self.model, line),
        }
        n_runs = 2 * self.runs + 1
        for who, runs in measure.turns(n_runs, jobs).items():
            self.add("start: time", who, [1000 * seconds for seconds, _ in runs], "ms")
            self.add("start: peak memory", who, [peak / 1e6 for _, peak in runs], "MB")
        loads = [measure.timed(crfseg.load, self.model) for _ in range(n_runs)]
        self.add("start: time", "load a model", [1000 * seconds for seconds in loads], "ms")

    def lexicon(self) -> None:
        crfseg.train(self.train).save(self.model)
        plain, words = crfseg.load(self.model), self.words(10_000 if self.quick else 1_000_000)
        lines, jobs = self.lines_of(50), {}
        for n in (0, 1_000, 100_000, 1_000_000):
            path = self.work / f"{n}.words"
            path.write_text("\n".join(words[:n]) + "\n", encoding="utf-8")
            segmenter = self.with_words(plain, path)
            jobs["lexicon: load", n] = partial(measure.timed, self.with_words, plain, path)
            jobs["lexicon: speed", n] = partial(measure.timed, cut_all, segmenter, lines)
        for (what, n), seconds in measure.turns(self.runs, jobs).items():
            if what.endswith("load"):
                self.add(what, "UserLexicon", seconds, "s", n)
            else:
                speeds = [sum(map(len, lines)) / second / 1e6 for second in seconds]
                self.add(what, "cut", speeds, "M characters/s", n)

    def with_words(self, plain: crfseg.Segmenter, path: Path) -> crfseg.Segmenter:
        """Return a segmenter with the words of a file, ready to be used."""
        segmenter = crfseg.Segmenter(plain.model, crfseg.UserLexicon.read(path))
        segmenter.cut("")
        return segmenter

    def words(self, n: int) -> list[str]:
        """Return distinct words of the corpora, filled up with names that are made of two."""
        lines = (line.split() for line in self.lines())
        found = dict.fromkeys(word for line in lines for word in line if "#" not in word)
        single, rng = list(found), random.Random(0)
        while len(found) < n:
            found[rng.choice(single) + rng.choice(single)] = None
        return list(found)[:n]

    def add(
        self,
        what: str,
        who: str,
        values: list[float],
        unit: str,
        at: int | str = "",
        note: str = "",
    ) -> None:
        self.results.add(what, who, values, unit, at, note=note)


def process(*command: str | Path) -> Callable[[], tuple[float, int]]:
    """Return a job that runs a whole process, for its seconds and its peak memory."""
    return partial(measure.whole_process, *command)


def cut_all(segmenter: crfseg.Segmenter, lines: list[str]) -> None:
    for line in lines:
        segmenter.cut(line)


def length_of(line: str) -> int:
    """Return the number of characters, spaces not counted."""
    return sum(map(len, line.split()))


def write_corpus(path: Path, lines: list[str], n_chars: int) -> None:
    """Write lines, again from the first after the last, until there are enough characters."""
    rest = cycle(lines)
    with path.open("w", encoding="utf-8") as file:
        while n_chars > 0:
            line = next(rest)
            file.write(line)
            n_chars -= length_of(line)


PARTS = {
    "size": Scaling.size,
    "line": Scaling.line,
    "threads": Scaling.threads,
    "start": Scaling.start,
    "lexicon": Scaling.lexicon,
}


def main() -> None:
    given = measure.options(__doc__, tuple(PARTS))
    with tempfile.TemporaryDirectory() as work:
        scaling = Scaling(given.corpora, Path(work), given.quick)
        for part in given.part:
            PARTS[part](scaling)


if __name__ == "__main__":
    main()
