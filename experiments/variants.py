"""Train the variants of an experiment on its corpora, score on dev, write the table.

Usage: variants.py EXPERIMENT [FOLDER [VARIANT...]]

EXPERIMENT is a folder with a config.toml; it gets results.csv and the last table of its
README.md.
FOLDER has the corpora (default: ../shared/corpora). Variants not named keep their results.
"""

import multiprocessing
import os
import sys
import tempfile
import time
import tomllib
from itertools import product
from pathlib import Path

import pandas as pd

import crfseg
from crfseg.templates import ACCURATE


def templates_of(variant: dict) -> list[str] | None:
    """Return the templates of a variant; None where they are a profile's."""
    without, more = set(variant.pop("without", "")), variant.pop("with", [])
    if not (without or more):
        return None
    return [str(t) for t in ACCURATE.templates if not without & set(t.views)] + more


def raw_text(folder: Path, corpus: str, names: list[str], scratch: Path) -> list[Path]:
    """Write texts without their words; the training text is no raw text."""
    texts = []
    for name in names:
        if name == corpus:
            continue
        segmented = folder / (f"{corpus}/dev.txt" if name == "dev" else f"{name}/train.txt")
        lines = segmented.read_text("utf-8").split("\n")
        texts.append(scratch / f"{name}.txt")
        texts[-1].write_text("\n".join("".join(line.split()) for line in lines), encoding="utf-8")
    return texts


def measure(job: tuple[Path, str, dict, int]) -> dict:
    """Train once; the dev set is only scored on, so that it does not choose the pass."""
    folder, corpus, variant, seed = job
    options = dict(variant)
    name, templates = options.pop("name"), templates_of(options)
    with tempfile.TemporaryDirectory() as scratch:
        raw = raw_text(folder, corpus, options.pop("raw", []), Path(scratch)) or None
        start = time.perf_counter()
        model = crfseg.train(
            folder / corpus / "train.txt",
            raw=raw,
            templates=templates,
            seed=seed,
            threads=1,
            **options,
        )
        seconds = time.perf_counter() - start
    scores = crfseg.evaluate(crfseg.Segmenter(model), folder / corpus / "dev.txt")
    return {
        "variant": name,
        "corpus": corpus,
        "seed": seed,
        "protocol": model.info["protocol"],
        "f1": scores.f1,
        "oov_recall": scores.oov_recall,
        "seconds": round(seconds, 1),
        "model_bytes": model.n_bytes,
        "crfseg": crfseg.__version__,
        "train_sha256": model.info["corpora"][0]["sha256"],
    }


def table(rows: pd.DataFrame, corpora: list[str], names: list[str]) -> str:
    """Return F1 and OOV recall of every variant, means over the seeds, and their spread."""
    groups = rows.groupby(["variant", "corpus"])
    f1, oov = 100 * groups["f1"].mean(), 100 * groups["oov_recall"].mean()
    spread = 100 * (groups["f1"].max() - groups["f1"].min())
    shown = pd.DataFrame(index=names)
    for corpus in corpora:
        shown[corpus] = [
            f"{f1[name, corpus]:.2f} ±{spread[name, corpus] / 2:.2f} / {oov[name, corpus]:.1f}"
            for name in names
        ]
    shown["mean"] = [f"{f1[name].mean():.2f} / {oov[name].mean():.1f}" for name in names]
    if len(corpora) > len(names):
        shown = shown.T
    return shown.to_markdown(stralign="right", disable_numparse=True)


def main(experiment: str, folder: str = "../shared/corpora", *wanted: str) -> None:
    place = Path(experiment)
    config = tomllib.loads((place / "config.toml").read_text("utf-8"))
    variants = [v for v in config["variant"] if not wanted or v["name"] in wanted]
    jobs = [
        (Path(folder), corpus, variant, seed)
        for corpus, variant, seed in product(config["corpora"], variants, config["seeds"])
    ]
    rows = []
    with multiprocessing.get_context("spawn").Pool(os.cpu_count()) as pool:
        for row in pool.imap(measure, jobs):
            rows.append(row)
            print(row["corpus"], row["variant"], row["seed"], f"{100 * row['f1']:.2f}", flush=True)
    found, results = pd.DataFrame(rows), place / "results.csv"
    if results.exists() and wanted:
        before = pd.read_csv(results)
        found = pd.concat([before[~before.variant.isin(wanted)], found])
    found.to_csv(results, index=False, lineterminator="\n")
    names = [v["name"] for v in config["variant"] if v["name"] in set(found.variant)]
    page = place / "README.md"
    head = page.read_text("utf-8").rpartition("\n\n|")[0]
    page.write_text(f"{head}\n\n{table(found, config['corpora'], names)}\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
