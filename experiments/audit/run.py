"""Plant errors in gold corpora, audit them, and count how many are found; write the table.

Usage: run.py [FOLDER]

FOLDER has the corpora (default: ../shared/corpora). Real errors of the gold count as false alarms.
"""

import re
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

import crfseg
from crfseg.annotation.label_errors import Suspect, audit

sys.path.append(str(Path(__file__).parent.parent))

from record import record

PLACE = Path(__file__).parent
HAN = re.compile("[\u3400-\u9fff\U00020000-\U000323af]+")
RANKINGS = {
    "both": lambda suspect: suspect.score,
    "models": lambda suspect: -suspect.p_gold,
    "counts": lambda suspect: (suspect.n_suggestion + 0.5) / (suspect.n_gold + 0.5),
}


def changes(words: list[str]) -> dict[str, list[tuple[int, ...]]]:
    """Return what can go wrong between and in words of Han characters, as boundaries to flip."""
    ends = np.cumsum([0, *map(len, words)]).tolist()
    han = [bool(HAN.fullmatch(word)) for word in words]
    found: dict[str, list[tuple[int, ...]]] = {"insert": [], "remove": [], "move": []}
    for k, (begin, end) in enumerate(pairwise(ends)):
        if han[k]:
            found["insert"] += [(at,) for at in range(begin + 1, end)]
        if k + 1 < len(words) and han[k] and han[k + 1]:
            found["remove"].append((end,))
            found["move"] += [(end, end - 1)] if end - begin > 1 else []
            found["move"] += [(end, end + 1)] if ends[k + 2] - end > 1 else []
    return {kind: places for kind, places in found.items() if places}


def planted(corpus: crfseg.Corpus, n: int, seed: int) -> tuple[crfseg.Corpus, dict[int, str]]:
    """Return the corpus with n errors, one a sentence; and of each the first place and the kind."""
    rng, starts, errors = np.random.default_rng(seed), corpus.starts.copy(), {}
    for number in rng.permutation(len(corpus)).tolist():
        possible = changes(list(corpus[number].words))
        if possible:
            kind = rng.choice(sorted(possible))
            flipped = possible[kind][rng.integers(len(possible[kind]))]
            places = np.array(flipped) + corpus.offsets[number]
            starts[places] = ~starts[places]
            errors[int(places[0])] = str(kind)
        if len(errors) == n:
            break
    return replace(corpus, starts=starts), errors


def found_by(suspects: list[Suspect], corpus: crfseg.Corpus, errors: dict[int, str]) -> list[int]:
    """Return for each suspect the planted error that it holds, or -1."""
    begins = dict(zip(corpus.lines.tolist(), corpus.offsets[:-1].tolist(), strict=True))
    places = sorted(errors)
    found = []
    for suspect in suspects:
        start, end = (begins[suspect.line] + at for at in (suspect.start, suspect.end))
        k = int(np.searchsorted(places, start + 1))
        found.append(places[k] if k < len(places) and places[k] < end else -1)
    return found


def measure(folder: Path, config: dict) -> Iterator[dict]:
    """Audit dev sets alone, with errors of each seed; and beside their training texts."""
    jobs = [(name, "alone", seed) for name in config["corpora"] for seed in config["seeds"]]
    jobs += [(name, "joint", config["seeds"][0]) for name in config["joint"]]
    for name, setup, seed in jobs:
        yield from audited(folder, name, setup, seed, config)


def audited(folder: Path, name: str, setup: str, seed: int, config: dict) -> Iterator[dict]:
    dev = crfseg.read_corpus(folder / name / "dev.txt")
    wrong, errors = planted(dev, config["errors"], seed)
    others = [crfseg.read_corpus(folder / name / "train.txt")] if setup == "joint" else []
    begin = time.perf_counter()
    everything = audit([*others, wrong], folds=config["folds"])
    seconds = time.perf_counter() - begin
    listed = [suspect for suspect in everything if suspect.file == wrong.name]
    for ranking, key in RANKINGS.items():
        ranked = sorted(listed, key=key, reverse=True)
        hits = np.array(found_by(ranked, wrong, errors))
        row = {"corpus": name, "setup": setup, "seed": seed, "ranking": ranking}
        row |= {f"p{k}": float((hits[:k] >= 0).mean()) for k in (100, 200, 400)}
        row |= {f"r{k}": len({*hits[:k]} - {-1}) / len(errors) for k in (200, 500, 1000)}
        for kind in ("insert", "remove", "move"):
            of_kind = {place for place, found in errors.items() if found == kind}
            row[f"r500_{kind}"] = len(of_kind.intersection(hits[:500].tolist())) / len(of_kind)
        row |= {"suspects": len(listed), "errors": len(errors), "words": dev.n_words}
        row |= {"seconds": round(seconds, 1), "crfseg": crfseg.__version__}
        yield row | {"dev_sha256": dev.sha256}


def table(rows: pd.DataFrame) -> str:
    """Return precision and recall in per cent, means over the seeds."""
    figures = ["p100", "p200", "p400", "r200", "r500", "r1000"]
    means = 100 * rows.groupby(["setup", "corpus", "ranking"], sort=False)[figures].mean()
    overall = 100 * rows.groupby(["setup", "ranking"], sort=False)[figures].mean()
    overall.index = pd.MultiIndex.from_tuples(
        [(setup, "mean", ranking) for setup, ranking in overall.index], names=means.index.names
    )
    shown = pd.concat([means, overall]).reset_index()
    shown.columns = [
        "audited", "corpus", "ranked by", *(f"P at {k}" for k in (100, 200, 400)),
        *(f"R at {k}" for k in (200, 500, 1000)),
    ]  # fmt: skip
    return shown.to_markdown(index=False, floatfmt=".0f")


if __name__ == "__main__":
    told = ("corpus", "setup", "seed", "ranking", "p200", "r500")
    record(PLACE, measure, table, told, *sys.argv[1:])
