"""Train variants of the accurate profile on several corpora, score on dev, write the tables.

Usage: run.py [FOLDER [VARIANT...]]   (default: ../shared/corpora, all; others keep their results)
"""

import multiprocessing
import os
import sys
import tomllib
from itertools import product
from pathlib import Path

import pandas as pd

import crfseg
from crfseg.templates import ACCURATE

HERE = Path(__file__).parent
RESULTS = HERE / "results.csv"


def templates_of(variant: dict) -> list[str] | None:
    """Return the templates of a variant; None where they are a profile's."""
    without, kinds = set(variant.pop("without", "")), variant.pop("kinds", [])
    more = variant.pop("with", [])
    if not (without or kinds or more):
        return None
    kept = [
        str(template)
        for template in ACCURATE.templates
        if not without & set(template.views)
        and ACCURATE.kinds[ACCURATE.kind_index(template)].name not in kinds
    ]
    return kept + more


def measure(job: tuple[Path, str, dict, int]) -> dict:
    """Train once; the dev set is only scored on, so that it does not choose the pass."""
    folder, corpus, variant, seed = job
    options = dict(variant)
    name, templates = options.pop("name"), templates_of(options)
    train, dev = (folder / corpus / f"{part}.txt" for part in ("train", "dev"))
    model = crfseg.train(train, templates=templates, seed=seed, threads=1, **options)
    scores = crfseg.evaluate(crfseg.Segmenter(model), dev)
    return {
        "variant": name,
        "corpus": corpus,
        "seed": seed,
        "f1": scores.f1,
        "oov_recall": scores.oov_recall,
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
    mean = [f"{f1[name].mean():.2f} / {oov[name].mean():.1f}" for name in names]
    shown["mean"] = mean
    return shown.to_markdown(stralign="right", disable_numparse=True)


def main(folder: str = "../shared/corpora", *wanted: str) -> None:
    config = tomllib.loads((HERE / "config.toml").read_text("utf-8"))
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
    found = pd.DataFrame(rows)
    if RESULTS.exists() and wanted:
        before = pd.read_csv(RESULTS)
        found = pd.concat([before[~before.variant.isin(wanted)], found])
    found.to_csv(RESULTS, index=False, lineterminator="\n")
    names = [v["name"] for v in config["variant"] if v["name"] in set(found.variant)]
    page = HERE / "README.md"
    head = page.read_text("utf-8").partition("\n|")[0]
    page.write_text(f"{head}\n{table(found, config['corpora'], names)}\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
