"""Score models with rules and without; write the tables.

Usage: run.py [FOLDER]

FOLDER has the corpora (default: ../shared/corpora).
"""

import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pandas as pd

import crfseg
from crfseg.constraints.rules import RULE_OF

sys.path.append(str(Path(__file__).parent.parent))

from record import record

PLACE = Path(__file__).parent
ALONE = {name: f"none,{name}" for name in RULE_OF}


def measure(folder: Path, config: dict) -> Iterator[dict]:
    """Train once for each corpus and seed; score with no rule, some, and all."""
    for name, seed in product(config["corpora"], config["seeds"]):
        train, dev = (
            crfseg.read_corpus(folder / name / f"{part}.txt") for part in ("train", "dev")
        )
        model = crfseg.train(train, seed=seed, threads=1)
        default = crfseg.Segmenter(model).ruleset.names
        for label, rules in ({"none": "none", "default": (), "all": "all"} | ALONE).items():
            kept, matches = model.info["habits"].get(label, (0, 0))
            if label in RULE_OF and not matches:
                continue
            scores = crfseg.evaluate(dev, crfseg.Segmenter(model, rules=rules))
            yield {
                "corpus": name,
                "seed": seed,
                "rules": label,
                "kept": kept,
                "matches": matches,
                "on": label in default,
                "f1": scores.f1,
                "oov_recall": scores.oov_recall,
                "crfseg": crfseg.__version__,
                "train_sha256": train.sha256,
                "dev_sha256": dev.sha256,
            }


def tables(rows: pd.DataFrame) -> str:
    return f"{scores_table(rows)}\n\n{habits_table(rows)}"


def scores_table(rows: pd.DataFrame) -> str:
    some = rows[rows["rules"].isin(["none", "default", "all"])]
    shown = 100 * some.pivot_table("f1", "corpus", "rules", sort=False)
    shown["gain"] = shown["default"] - shown["none"]
    return shown.to_markdown(floatfmt=("", ".3f", ".3f", ".3f", "+.3f"))


def habits_table(rows: pd.DataFrame) -> str:
    """One row a rule, one column a corpus: the share kept, of how many, and what it does to F1."""
    mean = rows.groupby(["rules", "corpus"], sort=False).mean(numeric_only=True).reset_index()
    none = mean[mean["rules"] == "none"].set_index("corpus")["f1"]
    mean = mean[mean["rules"].isin(RULE_OF)]
    gain = 100 * (mean["f1"] - mean["corpus"].map(none))
    mean["cell"] = [
        f"{'**' if on else ''}{100 * kept / n:.0f}{'**' if on else ''} / {n:.0f} / {by:+.2f}"
        for kept, n, on, by in zip(mean["kept"], mean["matches"], mean["on"], gain, strict=True)
    ]
    shown = mean.pivot(index="rules", columns="corpus", values="cell").fillna("")
    order = [name for name in RULE_OF if name in shown.index]
    return shown.loc[order, [c for c in none.index if c in shown.columns]].to_markdown()


if __name__ == "__main__":
    record(PLACE, measure, tables, ("corpus", "seed", "rules", "f1"), *sys.argv[1:])
