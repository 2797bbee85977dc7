"""Train the variants of an experiment on its corpora, and score them on dev.

Usage: run.py EXPERIMENT [FOLDER [VARIANT...]]

EXPERIMENT is a folder with a config.toml; its results.csv gets a row for each run. FOLDER has the
corpora (default: ../shared/corpora). Variants that are not named and corpora that are not there
keep their rows. README.md beside this file says what the files have in them.
"""

import multiprocessing
import os
import platform
import re
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

import crfseg

KEY = ["variant", "corpus", "seed"]


class Run(NamedTuple):
    """One training: ``corpus`` and ``variant`` as in config.toml, ``options`` of crfseg.train."""

    folder: Path
    corpus: dict[str, Any]
    variant: dict[str, Any]
    seed: int
    options: dict[str, Any]
    dev_chooses: bool

    @property
    def key(self) -> tuple[str, str, int]:
        return self.variant["name"], self.corpus["name"], self.seed

    def file(self, part: str) -> Path:
        place = self.folder / self.corpus.get("folder", self.corpus["name"])
        return place / f"{part}{self.corpus.get('ending', '.txt')}"


def runs_of(config: dict[str, Any], folder: Path = Path()) -> list[Run]:
    """Return the runs of an experiment in their order."""
    corpora = [c if isinstance(c, dict) else {"name": c} for c in config["corpora"]]
    runs = []
    for variant, corpus, seed in product(config["variant"], corpora, config["seeds"]):
        if corpus["name"] not in variant.get("not_on", []):
            options = config.get("options", {}) | corpus | variant
            if seed:  # 0 is the default, and what does not draw by lot takes none
                options["seed"] = seed
            for name in ("name", "folder", "ending", "not_on", "without", "with", "raw"):
                options.pop(name, None)
            dev = config.get("dev_chooses", False)
            runs.append(Run(folder, corpus, variant, seed, options, dev))
    return runs


def templates_of(variant: dict[str, Any]) -> list[str] | None:
    """Return the default templates with what a variant changes; None if that is nothing."""
    without, more = variant.get("without", ""), variant.get("with", [])
    if not (without or more):
        return None
    default = crfseg.train(crfseg.Corpus.from_text("我 爱 北京")).templates.names
    return [t for t in default if not set(without) & set(re.findall(r"\w(?=\[)", t))] + more


def raw_text(run: Run, scratch: Path) -> list[Path] | None:
    """Write the raw text of a variant, without its words; the training text is no raw text."""
    texts = []
    for name in run.variant.get("raw", []):
        if name != run.corpus["name"]:
            segmented = run.file("dev") if name == "dev" else run.folder / name / "train.txt"
            lines = segmented.read_text("utf-8").split("\n")
            texts.append(scratch / f"{name}.txt")
            joined = "\n".join("".join(line.split()) for line in lines)
            texts[-1].write_text(joined, encoding="utf-8")
    return texts or None


def peak_bytes() -> int | None:
    """Return the peak memory of this process, without that of the one it was started from."""
    status = Path("/proc/self/status")
    if not status.exists():
        return None
    return int(status.read_text("utf-8").partition("VmHWM:")[2].split()[0]) * 1024


def measure(run: Run) -> dict[str, Any]:
    """Train and score; dev does not choose the pass unless the experiment says so."""
    dev = crfseg.read_corpus(run.file("dev"), format=run.options.get("format"))
    templates = templates_of(run.variant)
    with tempfile.TemporaryDirectory() as scratch:
        raw, start = raw_text(run, Path(scratch)), time.perf_counter()
        model = crfseg.train(
            run.file("train"),
            raw=raw,
            dev=dev if run.dev_chooses else None,
            templates=templates,
            **run.options,
        )
        seconds, peak = time.perf_counter() - start, peak_bytes()
    scores = crfseg.evaluate(dev, crfseg.Segmenter(model))
    (train,) = model.info["corpora"]
    return {
        **dict(zip(KEY, run.key, strict=True)),
        "protocol": model.info["protocol"],
        **{name: getattr(scores, name) for name in ("f1", "precision", "recall")},
        **{name: getattr(scores, name) for name in ("oov_rate", "oov_recall", "iv_recall")},
        "labelled_f1": scores.labelled and scores.labelled.f1,
        "seconds": round(seconds, 1),
        "peak_bytes": peak,
        "model_bytes": model.n_bytes,
        "patterns": model.n_patterns,
        "tags": len(model.tag_set.names),
        "train_words": train["words"],
        "dev_words": dev.n_words,
        "settings": " ".join(f"{k}={v}" for k, v in model.info["training"].items()),
        "crfseg": crfseg.__version__,
        "machine": f"{platform.machine()} {platform.system()} Python {platform.python_version()}",
        "train_sha256": train["sha256"],
        "dev_sha256": dev.sha256,
    }


def measure_apart(run: Run) -> dict[str, Any]:
    """Measure in a new process, whose peak memory is that of this run alone."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        return process.submit(measure, run).result()


def measured(runs: list[Run], threads: int | None) -> Iterator[dict[str, Any]]:
    """Measure side by side if a run does not take all cores; tell of those that fail."""
    at_once = max(1, (os.cpu_count() or 1) // threads) if threads else 1
    with ThreadPoolExecutor(at_once) as pool:
        jobs = {pool.submit(measure_apart, run): run for run in runs}
        for job in as_completed(jobs):
            if (error := job.exception()) is None:
                yield job.result()
            else:
                print(*jobs[job].key, f"failed: {error!r}", file=sys.stderr, flush=True)


def write_row(path: Path, row: dict[str, Any], order: list[tuple[str, str, int]]) -> None:
    """Put a row in the place of the older one; rows that config.toml has no run for go."""
    rows = pd.DataFrame([row])
    if path.exists():
        rows = pd.concat([pd.read_csv(path, dtype=object), rows.astype(object)])
    rows.index = pd.Index([(v, c, int(s)) for v, c, s in rows[KEY].to_numpy()], tupleize_cols=False)
    rows = rows[~rows.index.duplicated(keep="last")]
    rows = rows.loc[[key for key in order if key in set(rows.index)]]
    rows.to_csv(path, index=False, lineterminator="\n")


def main(experiment: str, folder: str = "../shared/corpora", *wanted: str) -> int:
    place = Path(experiment)
    config = tomllib.loads((place / "config.toml").read_text("utf-8"))
    runs = runs_of(config, Path(folder))
    if unknown := set(wanted) - {run.variant["name"] for run in runs}:
        print(f"{place / 'config.toml'}: no variant {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    asked = [run for run in runs if not wanted or run.variant["name"] in wanted]
    there = [run for run in asked if run.file("train").exists() and run.file("dev").exists()]
    for name in dict.fromkeys(str(run.file("train")) for run in asked if run not in there):
        print(f"{name}: not there, its rows stay", file=sys.stderr)
    n_done = 0
    for row in measured(there, config.get("options", {}).get("threads")):
        n_done += 1
        write_row(place / "results.csv", row, [run.key for run in runs])
        print(*(row[name] for name in KEY), f"{100 * row['f1']:.2f}", flush=True)
    return 0 if 0 < n_done == len(there) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
