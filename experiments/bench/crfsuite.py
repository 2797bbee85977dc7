"""Speed and memory against sklearn-crfsuite in one run; prints ratios, writes the results.

Usage: run.py [FOLDER]   (with train.txt and dev.txt; default ../shared/corpora/ctb6, if that is
not there the sample corpus)

tag      the text of dev.txt from file to file: crfseg, and sklearn-crfsuite with the same model;
         and sklearn-crfsuite's predict alone, the features ready in memory
parity   how many tags of dev.txt agree: CRFsuite's own tagger, our float64, our int16 weights
train    the built-in trainer from file to file, and sklearn-crfsuite's L-BFGS (c1 = c2 = 0.1)
encode   train.txt into the dataset
memory   peak of a process that trains through crfseg, and of one that hands CRFsuite the same
         attributes from a file in its own format
"""

import csv
import multiprocessing
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pycrfsuite
import sklearn_crfsuite

import crfseg
from crfseg.dataset import Dataset, feature_sequences
from crfseg.export import export
from crfseg.templates import DEFAULT
from crfseg.train import crfsuite
from crfseg.train.parameters import checked_params

HERE = Path(__file__).parent
RUNS = 7
ITERATIONS = 40  # for memory: enough that L1 has dropped most features


class Bench:
    """A model trained once by sklearn-crfsuite, and the same model as crfseg's."""

    def __init__(self, folder: Path, work: Path) -> None:
        self.train = crfseg.read_corpus(folder / "train.txt")
        self.dev = crfseg.read_corpus(folder / "dev.txt")
        self.dataset = Dataset.encode(self.train, DEFAULT)
        self.crf = sklearn_crfsuite.CRF("lbfgs", **checked_params("lbfgs", {}))
        start = time.perf_counter()
        self.crf.fit(self.features(self.train), self.dataset.tag_names())
        self.crf_seconds = time.perf_counter() - start
        self.model = crfsuite.read_model(self.crf.modelfile.name, self.dataset)
        self.segmenter = crfseg.Segmenter(self.model.quantize())
        self.raw, self.out = work / "raw.txt", work / "out.txt"
        self.raw.write_text("\n".join(self.dev.texts()) + "\n", encoding="utf-8")

    def features(self, corpus: crfseg.Corpus) -> Iterator[list[list[str]]]:
        return feature_sequences(corpus, DEFAULT, self.dataset.alphabet)

    def tag_with_crfseg(self) -> None:
        self.segmenter.cut_file(self.raw, self.out)

    def tag_with_crfsuite(self) -> None:
        """Read the text, make features, predict, write words: what its users do."""
        lines = [crfseg.Sentence((line,)) for line in self.raw.read_text("utf-8").splitlines()]
        text = crfseg.Corpus.from_sentences(lines)
        with self.out.open("w", encoding="utf-8") as file:
            for line, tags in zip(lines, self.crf.predict(self.features(text)), strict=True):
                pairs = zip(line.text, tags, strict=True)
                words = "".join(f" {c}" if tag in "BS" else c for c, tag in pairs)
                file.write(words[1:] + "\n")


def seconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def compare_tagging(bench: Bench) -> Iterator[dict]:
    """Time both in pairs, so that a change of the machine's pace hits both."""
    ready = list(bench.features(bench.dev))
    entrants = {
        "file to file": bench.tag_with_crfsuite,
        "predict alone": lambda: bench.crf.predict(ready),
    }
    bench.tag_with_crfseg()  # builds its tables
    for name, other in entrants.items():
        pairs = [(seconds(bench.tag_with_crfseg), seconds(other)) for _ in range(RUNS)]
        speed = [bench.dev.n_chars / ours / 1e6 for ours, _ in pairs]
        ratios = [theirs / ours for ours, theirs in pairs]
        yield row(f"tag: faster than sklearn-crfsuite, {name}", "x", ratios)
        yield row("tag: crfseg, file to file", "M characters/s", speed)


def compare_tags(bench: Bench) -> Iterator[dict]:
    theirs = [tag for tags in bench.crf.predict(bench.features(bench.dev)) for tag in tags]
    names = bench.model.tag_set.names
    floats = bench.segmenter.__class__(bench.model)
    tags = [
        [names[i] for i in segmenter.tag_codes(bench.dev.codes, bench.dev.offsets)]
        for segmenter in (floats, bench.segmenter)
    ]
    yield row("parity: tags of float64 equal CRFsuite's", "%", [agreement(tags[0], theirs)])
    yield row("parity: tags of int16 equal float64's", "%", [agreement(tags[1], tags[0])])
    for name, segmenter in (("float64", floats), ("int16", bench.segmenter)):
        f1 = crfseg.evaluate(segmenter, bench.dev).f1
        yield row(f"parity: dev F1 of {name}", "%", [100 * f1])
    for name, model in (("float64", bench.model), ("int16", bench.segmenter.model)):
        yield row(f"model: size with {name}", "MB", [model.n_bytes / 1e6])


def agreement(one: list[str], two: list[str]) -> float:
    return 100 * sum(a == b for a, b in zip(one, two, strict=True)) / len(one)


def compare_training(bench: Bench, work: Path) -> Iterator[dict]:
    """Time whole processes of `crfseg train`, start and file writing included."""
    command = [sys.executable, "-m", "crfseg", "train", bench.train.name, "-o", str(work / "m")]
    times = [
        seconds(lambda: subprocess.run(command, stdout=subprocess.DEVNULL, check=True))
        for _ in range(RUNS)
    ]
    memory = peak(train_built_in, Path(bench.train.name))
    model = crfseg.Model.load(work / "m")
    yield row("train: crfseg (adagrad), file to file", "s", times)
    yield row("train: crfseg (adagrad), peak memory", "MB", [memory / 1e6])
    yield row("train: sklearn-crfsuite L-BFGS, 100 iterations", "s", [bench.crf_seconds])
    ratios = [bench.crf_seconds / ours for ours in times]
    yield row("train: faster than sklearn-crfsuite L-BFGS", "x", ratios)
    f1 = crfseg.evaluate(crfseg.Segmenter(model), bench.dev).f1
    yield row("train: dev F1 of adagrad", "%", [100 * f1])
    yield row("train: model file of adagrad", "MB", [(work / "m").stat().st_size / 1e6])


def measure_encoding(bench: Bench) -> Iterator[dict]:
    path = bench.train.name
    times = [
        seconds(lambda: Dataset.encode(crfseg.read_corpus(path), DEFAULT)) for _ in range(RUNS)
    ]
    yield row("encode: train.txt, from file to dataset", "s", times)


def compare_memory(bench: Bench, work: Path) -> Iterator[dict]:
    attributes = work / "train.crfsuite"
    with attributes.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(export(bench.train, "crfsuite"))
    ours, theirs = peak(train_with_crfseg, bench.train.name), peak(train_from_file, attributes)
    yield row("memory: training through crfseg", "MB", [ours / 1e6])
    yield row("memory: CRFsuite itself, same attributes", "MB", [theirs / 1e6])
    yield row("memory: ratio", "x", [ours / theirs])


def peak(job: Callable[[Path], None], path: Path) -> int:
    """Return the peak memory in bytes of a fresh process that does the job."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(measured, (job, path))


def measured(job: Callable[[Path], None], path: Path) -> int:
    job(path)
    # Not getrusage, which also counts the process that this one was forked from.
    status = Path("/proc/self/status").read_text("utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def train_built_in(path: Path) -> None:
    crfseg.train(path)


def train_with_crfseg(path: Path) -> None:
    crfseg.train(path, algorithm="lbfgs", max_iterations=ITERATIONS)


def train_from_file(path: Path) -> None:
    params = {"c1": 0.1, "c2": 0.1, "max_iterations": ITERATIONS}
    params["feature.possible_transitions"] = True
    trainer = pycrfsuite.Trainer("lbfgs", params, verbose=False)
    items, tags = [], []
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line == "\n":
                trainer.append(items, tags)
                items, tags = [], []
            else:
                tag, *features = line.rstrip("\n").split("\t")
                tags.append(tag)
                items.append([f.replace("\\:", ":").replace("\\\\", "\\") for f in features])
    trainer.train(str(path.with_suffix(".model")))


def row(what: str, unit: str, values: list[float]) -> dict:
    middle = statistics.median(values)
    print(f"{what:<55} {middle:10.3f} {unit}  [{min(values):.3f}, {max(values):.3f}]", flush=True)
    return {
        "what": what,
        "unit": unit,
        "median": round(middle, 4),
        "min": round(min(values), 4),
        "max": round(max(values), 4),
        "runs": len(values),
    }


def write(rows: list[dict], corpus: crfseg.Corpus) -> None:
    with (HERE / "results.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    head = (HERE / "README.md").read_text("utf-8").partition("\n|")[0] + "\n"
    table = ["| what | median | min | max | |", "|---|--:|--:|--:|---|"]
    table += ["| {what} | {median:,} | {min:,} | {max:,} | {unit} |".format(**r) for r in rows]
    machine = f"{platform.machine()}, {platform.system()}, Python {platform.python_version()}"
    foot = f"\n{corpus!r}, SHA-256 {corpus.sha256[:12]}; crfseg {crfseg.__version__}; {machine}.\n"
    (HERE / "README.md").write_text(head + "\n".join(table) + "\n" + foot, encoding="utf-8")


def main(folder: str = "../shared/corpora/ctb6") -> None:
    found = Path(folder) if Path(folder).is_dir() else Path("corpora/sample")
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(found, Path(name))
        rows = [
            *compare_tagging(bench),
            *compare_tags(bench),
            *compare_training(bench, Path(name)),
            *measure_encoding(bench),
            *compare_memory(bench, Path(name)),
        ]
        write(rows, bench.train)


if __name__ == "__main__":
    main(*sys.argv[1:])
