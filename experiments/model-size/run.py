"""Train with several ways to a smaller model, score on dev, write the table.

Usage: run.py [FOLDER]   (with train.txt and dev.txt; default ../shared/corpora/ctb6)
"""

import sys
from pathlib import Path

import pandas as pd

import crfseg

HERE = Path(__file__).parent
WAYS: list[dict] = [
    *({"precision": precision} for precision in ("float64", "int16", "int8")),
    *({"prune": prune} for prune in (0.0, 0.1, 0.15, 0.2, 0.3)),
    *({"c1": c1} for c1 in (0.05, 0.2, 0.5)),
    {"min_count": 2},
]
SEEDS = (0, 1, 2)


def measure(folder: Path, way: dict, seed: int) -> dict:
    """Train once; the dev set is only scored on, so that it does not choose the pass."""
    model = crfseg.train(folder / "train.txt", seed=seed, **way)
    scores = crfseg.evaluate(crfseg.Segmenter(model), folder / "dev.txt")
    return {
        "way": ", ".join(f"{name} {value}" for name, value in way.items()),
        "seed": seed,
        "patterns": model.n_patterns,
        "model_bytes": model.n_bytes,
        "f1": scores.f1,
        "crfseg": crfseg.__version__,
        "train_sha256": model.info["corpora"][0]["sha256"],
    }


def table(rows: pd.DataFrame) -> str:
    """Return means over the seeds, and the spread of F1, as a Markdown table."""
    lines = ["| way | patterns | MB | dev F1 | least | most |", "|---|--:|--:|--:|--:|--:|"]
    for way, group in rows.groupby("way", sort=False):
        f1 = 100 * group["f1"]
        lines.append(
            f"| {way} | {group['patterns'].mean():,.0f} | {group['model_bytes'].mean() / 1e6:.1f} "
            f"| {f1.mean():.2f} | {f1.min():.2f} | {f1.max():.2f} |"
        )
    return "\n".join(lines) + "\n"


def main(folder: str = "../shared/corpora/ctb6") -> None:
    rows = []
    for way in WAYS:
        for seed in SEEDS:
            rows.append(measure(Path(folder), way, seed))
            print(rows[-1]["way"], seed, rows[-1]["model_bytes"], rows[-1]["f1"], flush=True)
    frame = pd.DataFrame(rows)
    frame.to_csv(HERE / "results.csv", index=False, lineterminator="\n")
    page = HERE / "README.md"
    head = page.read_text("utf-8").partition("\n|")[0]
    page.write_text(head + "\n" + table(frame), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
