"""Score the bundled model and those of other segmenters on the dev sets, and time them by turns.

Usage: run.py FOLDER [ENTRANT...]

FOLDER has the corpora. Needs what `make default-model-peers` installs. results.csv gets, of each
entrant: F1 on each dev set, how many gold words it cuts across, and its speed.
"""

import sys
import tomllib
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from golds import FORMS, crossed, gold_of

import crfseg

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "bench"))

import entrants  # noqa: E402
import measure  # noqa: E402
import peers  # noqa: E402

CONFIG = tomllib.loads((HERE / "config.toml").read_text("utf-8"))
CORPORA = (
    *("sample", "ud_zh_gsd_trad", "ctb6", "pku", "nlpcc2016_weibo", "zx", "medical_forum", "wtb"),
    *("ud_lzh_kyoto", "kwdlc_ja"),
)
OWN = CONFIG["corpus"]
RUNS, SECONDS = 9, 0.5


def score(folder: Path, corpus: str, form: str) -> tuple[float, float]:
    """Cut a dev set with the entrant that this process has loaded; return F1 and words crossed."""
    gold = gold_of(folder, corpus, form)
    rows = peers._ready["cut"](list(gold.texts()))
    found = crfseg.Corpus.from_text("\n".join(" ".join(row) for row in rows))
    return 100 * crfseg.evaluate(gold, found).f1, crossed(gold, found)


def add_scores(results: measure.Results, name: str, worker: measure.Worker, folder: Path) -> None:
    texts = [(corpus, "") for corpus in CORPORA] + [(OWN, form) for form in FORMS]
    also = entrants.facts(name) | {"note": CONFIG["entrant"][name]["criterion"]}
    for corpus, form in texts:
        try:
            f1, across = worker.do(score, folder, corpus, form)
        except RuntimeError as error:
            print(name, corpus, form, error, file=sys.stderr)
            continue
        at = form or corpus
        seen = {"note": "seen"} if corpus in CONFIG["entrant"][name].get("seen", []) else {}
        results.add("F1", name, [f1], "%", at=at, **(also | seen))
        results.add("crossed", name, [across], "%", at=at, **(also | seen))


def add_speeds(results: measure.Results, workers: dict[str, measure.Worker]) -> None:
    jobs: dict[str, Any] = {n: partial(w.do, peers.speed, SECONDS) for n, w in workers.items()}
    figures = measure.turns(RUNS, jobs)
    for name, values in figures.items():
        also = entrants.facts(name) | {"note": CONFIG["entrant"][name]["criterion"]}
        ratios = [a / b for a, b in zip(figures["crfseg-bundled"], values, strict=True)]
        results.add("speed", name, values, "M characters/s", **also)
        results.add("crfseg-bundled is faster", name, ratios, "x", **also)


def main(folder: str, *wanted: str) -> None:
    place = Path(folder)
    results = measure.Results("../default-model/results.csv")
    names = [name for name in CONFIG["entrant"] if not wanted or name in wanted]
    with ExitStack() as stack:
        workers = {}
        for name in names:
            worker = stack.enter_context(measure.Worker())
            worker.do(peers.load, name, place / "ctb6")
            workers[name] = worker
            add_scores(results, name, worker, place)
        if "crfseg-bundled" in workers:
            add_speeds(results, workers)


if __name__ == "__main__":
    main(*sys.argv[1:])
