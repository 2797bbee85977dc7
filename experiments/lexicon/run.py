"""Measure how strong a user's words must be: how many are found, and what becomes of the others.

Usage: run.py [FOLDER]

FOLDER has the corpora (default: ../shared/corpora).
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

import crfseg

sys.path.append(str(Path(__file__).parent.parent))

from record import record

PLACE = Path(__file__).parent


def measure(folder: Path, config: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name in config["corpora"]:
        train, dev = (folder / name / f"{part}.txt" for part in ("train", "dev"))
        model, gold = crfseg.train(train, seed=config["seed"]), crfseg.read_corpus(dev)
        words = {word for word in gold.vocabulary() if len(word) > 1} - model.known_words
        for strength in config["strengths"]:
            lexicon = crfseg.UserLexicon(words, strength=strength)
            found = crfseg.Segmenter(model, lexicon).tag_corpus(gold)
            yield {
                "corpus": name,
                "strength": strength,
                "words": len(words),
                **scores(gold, found, words),
                "seed": config["seed"],
                "crfseg": crfseg.__version__,
                "train_sha256": crfseg.read_corpus(train).sha256,
            }


def scores(gold: crfseg.Corpus, found: crfseg.Corpus, words: set[str]) -> dict[str, float]:
    """Return how many of the words are found, and the F1 of all others."""
    counts = {"right": 0, "gold": 0, "found": 0, "listed": 0, "listed right": 0}
    for one, other in zip(gold, found, strict=True):
        places = [
            dict(zip(sentence.spans, sentence.words, strict=True)) for sentence in (one, other)
        ]
        for word in map(places[0].get, places[0].keys() & places[1].keys()):
            counts["listed right" if word in words else "right"] += 1
        counts["listed"] += sum(word in words for word in one.words)
        counts["gold"] += sum(word not in words for word in one.words)
        counts["found"] += sum(word not in words for word in other.words)
    return {
        "occurrences": counts["listed"],
        "recall": counts["listed right"] / counts["listed"],
        "rest_f1": 2 * counts["right"] / (counts["gold"] + counts["found"]),
    }


def table(rows: pd.DataFrame) -> str:
    rows = rows.assign(
        both=[f"{100 * a:.1f} / {100 * b:.2f}" for a, b in rows[["recall", "rest_f1"]].to_numpy()]
    )
    shown = rows.pivot(index="strength", columns="corpus", values="both")[rows["corpus"].unique()]
    shown.index = [f"{strength:g}" for strength in shown.index]
    return shown.to_markdown(stralign="right")


if __name__ == "__main__":
    told = ("corpus", "strength", "recall", "rest_f1")
    record(PLACE, measure, table, told, *sys.argv[1:])
