"""Forecast what the second half of a corpus brings from the first, and look; write the table.

Usage: run.py [FOLDER]

FOLDER has the corpora (default: ../shared/corpora).
"""

import sys
import tomllib
from fractions import Fraction
from pathlib import Path

import pandas as pd

import crfseg
from crfseg.evaluation.curve import Curve, learning_curve

PLACE = Path(__file__).parent
HALF, ALL = Fraction(1, 2), Fraction(1)


def measure(folder: Path, name: str, repeats: int) -> dict:
    train, dev = (folder / name / f"{part}.txt" for part in ("train", "dev"))
    curve = learning_curve(train, dev=dev, repeats=repeats)
    forecast = Curve(tuple(point for point in curve.points if point.share <= HALF)).forecast()
    return {
        "corpus": name,
        "words": curve.words(ALL),
        "half_f1": curve.mean(HALF, "f1"),
        "f1": curve.mean(ALL, "f1"),
        "gain": curve.mean(ALL, "f1") - curve.mean(HALF, "f1"),
        "forecast": forecast.gain,
        "low": forecast.low,
        "high": forecast.high,
        "repeats": repeats,
        "seconds": round(sum(point.seconds for point in curve.points), 1),
        "crfseg": crfseg.__version__,
        "train_sha256": crfseg.read_corpus(train).sha256,
    }


def table(rows: pd.DataFrame) -> str:
    shown = rows[["corpus", "words", "half_f1", "f1", "gain", "forecast", "low", "high"]].copy()
    shown[shown.columns[2:]] *= 100
    shown["words"] = [f"{n:,}" for n in shown["words"]]
    shown["inside"] = [
        "yes" if a <= b <= c else "no" for a, b, c in shown[["low", "gain", "high"]].to_numpy()
    ]
    return shown.to_markdown(index=False, floatfmt=".2f", colalign=("left", *["right"] * 8))


def main(folder: str = "../shared/corpora") -> None:
    config = tomllib.loads((PLACE / "config.toml").read_text("utf-8"))
    rows = []
    for name in config["corpora"]:
        rows.append(measure(Path(folder), name, config["repeats"]))
        print(name, *(f"{key} {100 * rows[-1][key]:.2f}" for key in ("gain", "forecast")))
    results = pd.DataFrame(rows)
    results.to_csv(PLACE / "results.csv", index=False, lineterminator="\n")
    page = PLACE / "README.md"
    head = page.read_text("utf-8").rpartition("\n\n|")[0]
    page.write_text(f"{head}\n\n{table(results)}\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
