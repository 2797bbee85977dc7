"""Forecast what the second half of a corpus brings from the first, and look; write the table.

Usage: run.py [FOLDER]

FOLDER has the corpora (default: ../shared/corpora).
"""

import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pandas as pd

import crfseg
from crfseg.model_selection.learning_curve import Curve, learning_curve

sys.path.append(str(Path(__file__).parent.parent))

from record import record

PLACE = Path(__file__).parent
HALF, ALL = Fraction(1, 2), Fraction(1)


def measure(folder: Path, config: dict) -> Iterator[dict]:
    for name in config["corpora"]:
        train, dev = (folder / name / f"{part}.txt" for part in ("train", "dev"))
        curve = learning_curve(train, dev=dev, repeats=config["repeats"])
        forecast = Curve(tuple(point for point in curve.points if point.share <= HALF)).forecast()
        yield {
            "corpus": name,
            "words": curve.words(ALL),
            "half_f1": curve.mean(HALF, "f1"),
            "f1": curve.mean(ALL, "f1"),
            "gain": curve.mean(ALL, "f1") - curve.mean(HALF, "f1"),
            "forecast": forecast.gain,
            "low": forecast.low,
            "high": forecast.high,
            "repeats": config["repeats"],
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


if __name__ == "__main__":
    record(PLACE, measure, table, ("corpus", "gain", "forecast"), *sys.argv[1:])
