"""Annotate what chance gives, or what suggest asks, and go on from a news model; write the results.

Usage: run.py [FOLDER]

FOLDER has the corpora (default: ../shared/corpora). Who annotates is the segmentation of the pool:
asked about a place, it tells what is there. A word counts as annotated if it is asked at either end
or inside, and once only.
"""

import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import crfseg
from crfseg import ConstrainedText, Corpus, Model, Segmenter
from crfseg.annotation.active_learning import suggest

PLACE = Path(__file__).parent
Choice = Callable[["Pool", Segmenter, int], Iterator[ConstrainedText]]


class Pool:
    """Sentences whose words are told only where they are asked about."""

    def __init__(self, corpus: Corpus, scratch: Path) -> None:
        self.file, self.scratch = scratch / "pool.txt", scratch
        self.texts = list(dict.fromkeys(corpus.texts()))
        starts = np.split(corpus.starts, corpus.offsets[1:-1])
        self._starts = dict(zip(corpus.texts(), starts, strict=True))
        self.file.write_text("\n".join(self.texts) + "\n", encoding="utf-8")

    def answer(self, asked: ConstrainedText) -> ConstrainedText:
        """Return what is asked about as it is."""
        told = np.where(self._starts[asked.text], 1, -1)
        return ConstrainedText(asked.text, np.where(asked.boundaries, told, 0).astype(np.int8))

    def n_words(self, asked: ConstrainedText) -> int:
        """Return how many words are asked about."""
        word_of = np.cumsum(self._starts[asked.text])
        places = np.flatnonzero(asked.boundaries[1:]) + 1
        return len(np.union1d(word_of[places], word_of[places - 1]))


def suggested(pool: Pool, segmenter: Segmenter, _: int) -> Iterator[ConstrainedText]:
    yield from suggest(segmenter, pool.file, 2000)


def suggested_whole(pool: Pool, segmenter: Segmenter, _: int) -> Iterator[ConstrainedText]:
    for asked in suggest(segmenter, pool.file, 2000):
        yield whole(asked.text)


def whole(text: str) -> ConstrainedText:
    return ConstrainedText(text, np.ones(len(text), dtype=np.int8))


def whole_by_chance(pool: Pool, segmenter: Segmenter, seed: int) -> Iterator[ConstrainedText]:
    for text in unseen_by_chance(pool, segmenter, seed):
        yield whole(text)


def marked_by_chance(pool: Pool, segmenter: Segmenter, seed: int) -> Iterator[ConstrainedText]:
    """Yield any sentences, marked as suggest would mark them."""
    file = pool.scratch / "one.txt"
    for text in unseen_by_chance(pool, segmenter, seed):
        file.write_text(text, encoding="utf-8")
        yield from suggest(segmenter, file, 1)


def unseen_by_chance(pool: Pool, segmenter: Segmenter, seed: int) -> Iterator[str]:
    seen = Corpus.from_text("\n".join(pool.texts)).hashes()
    unseen = np.flatnonzero(~np.isin(seen, segmenter.model.sentences))
    for k in np.random.default_rng(seed).permutation(unseen).tolist():
        yield pool.texts[k]


WAYS: dict[str, Choice] = {
    "suggest": suggested,
    "suggest, whole": suggested_whole,
    "chance, marked": marked_by_chance,
    "chance, whole": whole_by_chance,
}


def scores(model: Model, devs: dict[str, Path]) -> Iterator[dict[str, Any]]:
    for name, dev in devs.items():
        yield {"corpus": name, "f1": crfseg.evaluate(dev, Segmenter(model)).f1}


def learn(way: str, news: Model, pool: Pool, budgets: list[int], seed: int) -> Iterator[Any]:
    """Yield, after each budget, the model and what was annotated."""
    model, answers, n_words = news, [], 0
    for budget in budgets:
        for asked in WAYS[way](pool, Segmenter(model), seed):
            if n_words >= budget:
                break
            answers.append(pool.answer(asked))
            n_words += pool.n_words(asked)
        file = pool.scratch / "answers.partial"
        file.write_text("".join(f"{told.markup}\n" for told in answers), encoding="utf-8")
        model = crfseg.train(file, init=news, seed=seed)
        places = sum(int(np.count_nonzero(told.boundaries[1:])) for told in answers)
        yield (
            model,
            {"budget": budget, "words": n_words, "places": places, "sentences": len(answers)},
        )


def measure(folder: Path, config: dict[str, Any], scratch: Path) -> Iterator[dict[str, Any]]:
    """Yield a row for each way, seed, budget and dev set; without annotation; with all of it."""
    devs = {name: folder / name / "dev.txt" for name in (config["pool"], config["news"])}
    news = crfseg.train(folder / config["news"] / "train.txt")
    everything = crfseg.read_corpus(folder / config["pool"] / "train.txt")
    pool = Pool(everything, scratch)
    for score in scores(news, devs):
        yield {"way": "nothing", "seed": 0, "budget": 0, "words": 0, **score}
    for seed in config["seeds"]:
        for score in scores(crfseg.train(everything, init=news, seed=seed), devs):
            yield {"way": "all", "seed": seed, "words": everything.n_words, **score}
        for way in WAYS:
            for model, effort in learn(way, news, pool, config["budgets"], seed):
                for score in scores(model, devs):
                    yield {"way": way, "seed": seed, **effort, **score}


def main(folder: str = "../shared/corpora") -> None:
    config = tomllib.loads((PLACE / "config.toml").read_text("utf-8"))
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        for row in measure(Path(folder), config, Path(scratch)):
            row["variant"] = f"{row['way']} {row.get('budget', '')}".strip()
            rows.append(row | {"crfseg": crfseg.__version__})
            print(row["variant"], row["seed"], row["corpus"], f"{100 * row['f1']:.2f}", flush=True)
    columns = ["variant", "corpus", "seed", "f1", "way", "budget", "words", "places", "sentences"]
    results = pd.DataFrame(rows)[[*columns, "crfseg"]]
    whole = ["budget", "words", "places", "sentences"]
    results[whole] = results[whole].astype("Int64")
    results.to_csv(PLACE / "results.csv", index=False, lineterminator="\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
