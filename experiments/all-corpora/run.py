"""Train on every corpus of config.toml with the defaults, score on its dev set, write the table.

Usage: run.py [FOLDER [NAME...]]   (the folder of corpora; names to run again only some)
"""

import csv
import multiprocessing
import platform
import resource
import sys
import time
import tomllib
from pathlib import Path

import pandas as pd

import crfseg

HERE = Path(__file__).parent
RESULTS = HERE / "results.csv"


def measure(folder: Path, corpus: dict) -> dict:
    """Train and score one corpus; runs in a process of its own, for its peak memory."""
    ending, labels = corpus.get("ending", ".txt"), corpus.get("labels", False)
    train, dev = (folder / corpus["name"] / f"{part}{ending}" for part in ("train", "dev"))
    start = time.perf_counter()
    model = crfseg.train(train, dev=dev, labels=labels)
    seconds = time.perf_counter() - start
    return {
        "corpus": corpus["name"],
        "train_words": model.info["corpora"][0]["words"],
        "dev_words": model.info["dev"]["words"],
        "tags": len(model.tag_set.names),
        **{name: model.info["dev"][name] for name in ("precision", "recall", "f1")},
        **{name: model.info["dev"][name] for name in ("oov_rate", "oov_recall", "iv_recall")},
        "labelled_f1": model.info["dev"].get("labelled_f1"),
        "seconds": round(seconds, 1),
        "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "model_bytes": model.n_bytes,
        "settings": " ".join(f"{k}={v}" for k, v in model.info["training"].items()),
        "crfseg": crfseg.__version__,
        "machine": f"{platform.machine()} {platform.system()} Python {platform.python_version()}",
        "train_sha256": model.info["corpora"][0]["sha256"],
        "dev_sha256": model.info["dev"]["sha256"],
    }


def write_results(row: dict) -> None:
    """Put the row into results.csv, in place of an older one of the same corpus."""
    kept = []
    if RESULTS.exists():
        with RESULTS.open(encoding="utf-8", newline="") as file:
            kept = [old for old in csv.DictReader(file) if old["corpus"] != row["corpus"]]
    with RESULTS.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, row, lineterminator="\n")
        writer.writeheader()
        writer.writerows([*kept, row])


def write_readme(order: list[str]) -> None:
    """Make the table of README.md from results.csv."""
    results = pd.read_csv(RESULTS).set_index("corpus").reindex(order).dropna(how="all")
    per_cent = ["f1", "precision", "recall", "oov_rate", "oov_recall", "iv_recall", "labelled_f1"]
    table = (100 * results[per_cent]).map(lambda x: "" if pd.isna(x) else f"{x:.2f}")
    table.insert(0, "train words", results.train_words.map("{:,.0f}".format))
    table["seconds"] = results.seconds.map("{:.0f}".format)
    table["peak MB"] = (results.peak_bytes / 1e6).map("{:,.0f}".format)
    table["model MB"] = (results.model_bytes / 1e6).map("{:.1f}".format)
    head = (HERE / "README.md").read_text("utf-8").partition("\n|")[0] + "\n"
    text = (
        f"{head}{table.to_markdown(stralign='right')}\n\nSettings: `{results.settings.iloc[0]}`\n"
    )
    (HERE / "README.md").write_text(text, encoding="utf-8")


def main(folder: str = "../shared/corpora", *names: str) -> None:
    corpora = tomllib.loads((HERE / "config.toml").read_text("utf-8"))["corpus"]
    context = multiprocessing.get_context("spawn")
    for corpus in corpora:
        if names and corpus["name"] not in names:
            continue
        with context.Pool(1) as pool:
            row = pool.apply(measure, (Path(folder), corpus))
        write_results(row)
        shown = f"{row['corpus']}: F1 {100 * row['f1']:.2f} in {row['seconds']} s"
        print(shown, flush=True)
    write_readme([corpus["name"] for corpus in corpora])


if __name__ == "__main__":
    main(*sys.argv[1:])
