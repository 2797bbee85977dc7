"""Find the weights of an audit's score by logistic regression on planted errors; print them.

Usage: weights.py [FOLDER]

FOLDER has the corpora (default: ../shared/corpora). The errors are others than those of run.py.
"""

import sys
import tomllib
from pathlib import Path

import numpy as np
from run import PLACE, found_by, planted
from scipy.optimize import minimize

import crfseg
from crfseg.annotation.label_errors import audit


def examples(file: Path, errors: int, folds: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the log-odds of models and counts of each suspect, and whether it is an error."""
    wrong, places = planted(crfseg.read_corpus(file), errors, seed=0)
    suspects = audit(wrong, folds=folds)
    p = np.clip([suspect.p_gold for suspect in suspects], 1e-6, 1 - 1e-6)
    n = np.array([(suspect.n_suggestion, suspect.n_gold) for suspect in suspects]) + 0.5
    hits = np.array(found_by(suspects, wrong, places)) >= 0
    return np.stack([np.log((1 - p) / p), np.log(n[:, 0] / n[:, 1])], axis=1), hits


def fitted(odds: np.ndarray, hits: np.ndarray) -> np.ndarray:
    """Return the weights of the columns and the bias, of the highest likelihood."""
    signs, with_one = np.where(hits, 1, -1), np.column_stack([odds, np.ones(len(odds))])
    loss = lambda w: np.logaddexp(0, -signs * (with_one @ w)).sum()  # noqa: E731
    return minimize(loss, np.zeros(with_one.shape[1])).x


def main(folder: str = "../shared/corpora") -> None:
    config = tomllib.loads((PLACE / "config.toml").read_text("utf-8"))
    found = []
    for name in config["weights_from"]:
        found.append(examples(Path(folder) / name / "dev.txt", config["errors"], config["folds"]))
        print(name, *np.round(fitted(*found[-1]), 2))
    odds, hits = (np.concatenate(parts) for parts in zip(*found, strict=True))
    print("models, counts, bias:", *np.round(fitted(odds, hits), 2))
    print("models and counts alike, bias:", *np.round(fitted(odds.sum(1, keepdims=True), hits), 2))


if __name__ == "__main__":
    main(*sys.argv[1:])
