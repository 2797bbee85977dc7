"""Training on one corpus: seconds, peak memory, dev F1 and size of the model, for all that train.

Each trains in a fresh process, from the corpus file to the model file, with the threads it takes
unless told otherwise; crfseg several times, the others, which take minutes, once. The models stay
in models/ for peers.py. Name entrants to train only those.
"""

import shutil
from pathlib import Path

import entrants
import measure
from entrants import ENTRANTS

TRAINED = tuple(name for name, entrant in ENTRANTS.items() if entrant.train)
LIMIT = 1800  # seconds


def train(name: str, folder: Path) -> tuple[float, int]:
    """Return seconds and peak bytes; the model is new, whatever was there before."""
    model = entrants.model_path(name, folder)
    shutil.rmtree(model.parent, ignore_errors=True)
    model.parent.mkdir(parents=True)
    return measure.measured(ENTRANTS[name].train, folder / "train.txt", model, limit=LIMIT)


def model_bytes(model: Path) -> int:
    files = model.rglob("*") if model.is_dir() else [model]
    return sum(path.stat().st_size for path in files)


def score(name: str, folder: Path) -> float:
    cut = ENTRANTS[name].load(entrants.model_path(name, folder))
    return entrants.dev_f1(cut, folder / "dev.txt")


def add(results: measure.Results, name: str, folder: Path, runs: int) -> list[float]:
    """Train and score one entrant; return the seconds of its runs."""
    also = entrants.facts(name)
    seconds, peaks = zip(*(train(name, folder) for _ in range(runs)), strict=True)
    with measure.Worker(LIMIT) as worker:
        f1 = worker.do(score, name, folder)
    results.drop(name)
    results.add("training time", name, list(seconds), "s", **also)
    results.add("peak memory", name, [peak / 1e6 for peak in peaks], "MB", **also)
    results.add("dev F1", name, [f1], "%", **also)
    model = entrants.model_path(name, folder)
    results.add("model size", name, [model_bytes(model) / 1e6], "MB", **also)
    return list(seconds)


def main() -> None:
    given = measure.options(__doc__, TRAINED)
    folder = measure.corpus_folder(given.corpora)
    results = measure.Results("training.csv", keep=not given.quick)
    ours = add(results, "crfseg", folder, 2 if given.quick else 5)
    for name in given.part:
        if name == "crfseg":
            continue
        try:
            (theirs,) = add(results, name, folder, 1)
        except RuntimeError as error:
            results.drop(name)
            results.add("left out", name, [], "", version="", note=str(error))
        else:
            ratios = [theirs / seconds for seconds in ours]
            results.add("times as long as crfseg", name, ratios, "x")


if __name__ == "__main__":
    main()
