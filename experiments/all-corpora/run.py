"""Train on every corpus of config.toml with the defaults, score on its dev set, write the table.

Usage: run.py [FOLDER [ALGORITHM [NAME...]]]   (names: to run again only some)
"""

import csv
import multiprocessing
import platform
import sys
import time
import tomllib
from pathlib import Path

import pandas as pd

import crfseg
from crfseg.registry import fetch

HERE = Path(__file__).parent
RESULTS = HERE / "results.csv"


def peak_bytes() -> int:
    """Return the peak memory of this process, without that of the one it was forked from."""
    status = Path("/proc/self/status").read_text("utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def found(folder: Path, corpus: dict) -> Path:
    """Return where a corpus is; what `crfseg corpora` knows is fetched once."""
    if "fetch" not in corpus:
        return folder / corpus.get("folder", corpus["name"])
    place = HERE / "corpora" / corpus["fetch"]
    if not place.is_dir():
        fetch(corpus["fetch"], place)
    return place


def measure(folder: Path, corpus: dict, algorithm: str) -> dict:
    """Train and score one corpus; runs in a process of its own, for its peak memory."""
    ending, place = corpus.get("ending", ".txt"), found(folder, corpus)
    train, dev = (place / f"{part}{ending}" for part in ("train", "dev"))
    options = {key: corpus[key] for key in ("labels", "format", "profile") if key in corpus}
    start = time.perf_counter()
    model = crfseg.train(train, dev=dev, algorithm=algorithm, **options)
    seconds = time.perf_counter() - start
    (scores,) = model.info["dev"]
    return {
        "corpus": corpus["name"],
        "algorithm": algorithm,
        "train_words": model.info["corpora"][0]["words"],
        "dev_words": scores["words"],
        "tags": len(model.tag_set.names),
        **{name: scores[name] for name in ("precision", "recall", "f1")},
        **{name: scores[name] for name in ("oov_rate", "oov_recall", "iv_recall")},
        "labelled_f1": scores.get("labelled_f1"),
        "seconds": round(seconds, 1),
        "peak_bytes": peak_bytes(),
        "model_bytes": model.n_bytes,
        "settings": " ".join(f"{k}={v}" for k, v in model.info["training"].items()),
        "crfseg": crfseg.__version__,
        "machine": f"{platform.machine()} {platform.system()} Python {platform.python_version()}",
        "train_sha256": model.info["corpora"][0]["sha256"],
        "dev_sha256": scores["sha256"],
    }


def write_results(row: dict) -> None:
    """Put the row into results.csv, in place of an older one of the same kind."""
    kept = []
    if RESULTS.exists():
        with RESULTS.open(encoding="utf-8", newline="") as file:
            same = ("corpus", "algorithm")
            kept = [
                old for old in csv.DictReader(file) if any(old[key] != row[key] for key in same)
            ]
    with RESULTS.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, row, lineterminator="\n")
        writer.writeheader()
        writer.writerows([*kept, row])


def write_readme(order: list[str]) -> None:
    """Make the tables of README.md from results.csv."""
    text = (HERE / "README.md").read_text("utf-8").partition("\n## ")[0]
    for algorithm, results in pd.read_csv(RESULTS).groupby("algorithm"):
        rows = results.set_index("corpus").reindex(order).dropna(how="all")
        settings = "; ".join(f"`{found}`" for found in rows.settings.unique())
        text += f"\n## {algorithm}\n\n{table(rows)}\n\nSettings: {settings}\n"
    (HERE / "README.md").write_text(text, encoding="utf-8")


def table(results: pd.DataFrame) -> str:
    per_cent = ["f1", "precision", "recall", "oov_rate", "oov_recall", "iv_recall", "labelled_f1"]
    shown = (100 * results[per_cent]).map(lambda x: "" if pd.isna(x) else f"{x:.2f}")
    shown.insert(0, "train words", results.train_words.map("{:,.0f}".format))
    shown["seconds"] = results.seconds.map("{:.1f}".format)
    shown["peak MB"] = (results.peak_bytes / 1e6).map("{:,.0f}".format)
    shown["model MB"] = (results.model_bytes / 1e6).map("{:.1f}".format)
    return shown.to_markdown(stralign="right", disable_numparse=True)


def main(folder: str = "../shared/corpora", algorithm: str = "adagrad", *names: str) -> None:
    corpora = tomllib.loads((HERE / "config.toml").read_text("utf-8"))["corpus"]
    context = multiprocessing.get_context("spawn")
    for corpus in corpora:
        if names and corpus["name"] not in names:
            continue
        with context.Pool(1) as pool:
            row = pool.apply(measure, (Path(folder), corpus, algorithm))
        write_results(row)
        shown = f"{row['corpus']}: F1 {100 * row['f1']:.2f} in {row['seconds']} s"
        print(shown, flush=True)
    write_readme([corpus["name"] for corpus in corpora])


if __name__ == "__main__":
    main(*sys.argv[1:])
