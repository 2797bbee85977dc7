"""Speed, memory and tags against sklearn-crfsuite with the same model, in one run.

tag      the text of dev.txt from file to file: crfseg, and sklearn-crfsuite with the same model;
         and sklearn-crfsuite's predict alone, the features ready in memory
parity   how many tags of dev.txt agree: CRFsuite's own tagger, our float64, our int8 weights
encode   train.txt into the dataset
memory   peak of a process that trains through crfseg, and of one that hands CRFsuite the same
         attributes from a file in its own format
"""

import tempfile
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import measure
import pycrfsuite
import sklearn_crfsuite

import crfseg
from crfseg.features.dataset import Dataset, feature_sequences
from crfseg.features.export import convert
from crfseg.features.templates import DEFAULT
from crfseg.training import crfsuite
from crfseg.training.parameters import checked_params

ITERATIONS = 40  # for memory: enough that L1 has dropped most features
Figure = tuple[str, str, list[float]]  # what, its unit, a value a run


class Bench:
    """A model trained once by sklearn-crfsuite, and the same model as crfseg's."""

    def __init__(self, folder: Path, work: Path, quick: bool) -> None:
        self.runs = 2 if quick else 7
        self.train = crfseg.read_corpus(folder / "train.txt")
        self.dev = crfseg.read_corpus(folder / "dev.txt")
        self.dataset = Dataset.encode(self.train, DEFAULT)
        params = checked_params("lbfgs", {"max_iterations": 10} if quick else {})
        self.crf = sklearn_crfsuite.CRF("lbfgs", **params)
        self.crf.fit(self.features(self.train), self.dataset.tag_names())
        self.model = crfsuite.read_model(self.crf.modelfile.name, self.dataset)
        self.segmenter = crfseg.Segmenter(self.model.quantize())
        self.raw, self.out = work / "raw.txt", work / "out.txt"
        self.raw.write_text("\n".join(self.dev.texts()) + "\n", encoding="utf-8")

    def features(self, corpus: crfseg.Corpus) -> Iterator[list[list[str]]]:
        return feature_sequences(corpus, self.dataset.extractor)

    def tag_with_crfseg(self) -> None:
        self.segmenter.cut_file(self.raw, self.out, threads=1)

    def tag_with_crfsuite(self) -> None:
        """Read the text, make features, predict, write words: what its users do."""
        lines = [crfseg.Sentence((line,)) for line in self.raw.read_text("utf-8").splitlines()]
        text = crfseg.Corpus.from_sentences(lines)
        with self.out.open("w", encoding="utf-8") as file:
            for line, tags in zip(lines, self.crf.predict(self.features(text)), strict=True):
                pairs = zip(line.text, tags, strict=True)
                words = "".join(f" {c}" if tag in "BS" else c for c, tag in pairs)
                file.write(words[1:] + "\n")


def compare_tagging(bench: Bench) -> Iterator[Figure]:
    """Time both in pairs, so that a change of the machine's pace hits both."""
    ready = list(bench.features(bench.dev))
    entrants = {
        "file to file": bench.tag_with_crfsuite,
        "predict alone": lambda: bench.crf.predict(ready),
    }
    bench.tag_with_crfseg()  # builds its tables
    for name, other in entrants.items():
        pairs = [
            (measure.timed(bench.tag_with_crfseg), measure.timed(other)) for _ in range(bench.runs)
        ]
        speed = [bench.dev.n_chars / ours / 1e6 for ours, _ in pairs]
        ratios = [theirs / ours for ours, theirs in pairs]
        yield f"tag: faster than sklearn-crfsuite, {name}", "x", ratios
        yield f"tag: crfseg, beside {name}", "M characters/s", speed


def compare_tags(bench: Bench) -> Iterator[Figure]:
    theirs = [tag for tags in bench.crf.predict(bench.features(bench.dev)) for tag in tags]
    names = bench.model.tag_set.names
    floats = bench.segmenter.__class__(bench.model)
    tags = [
        [names[i] for i in segmenter.decoder.tag_codes(bench.dev.codes, bench.dev.offsets)]
        for segmenter in (floats, bench.segmenter)
    ]
    yield "parity: tags of float64 equal CRFsuite's", "%", [agreement(tags[0], theirs)]
    yield "parity: tags of int8 equal float64's", "%", [agreement(tags[1], tags[0])]
    for name, segmenter in (("float64", floats), ("int8", bench.segmenter)):
        f1 = crfseg.evaluate(bench.dev, segmenter).f1
        yield f"parity: dev F1 of {name}", "%", [100 * f1]
    for name, model in (("float64", bench.model), ("int8", bench.segmenter.model)):
        yield f"model: size with {name}", "MB", [model.n_bytes / 1e6]


def agreement(one: list[str], two: list[str]) -> float:
    return 100 * sum(a == b for a, b in zip(one, two, strict=True)) / len(one)


def measure_encoding(bench: Bench) -> Iterator[Figure]:
    def encode() -> None:
        Dataset.encode(crfseg.read_corpus(bench.train.name), DEFAULT)

    times = [measure.timed(encode) for _ in range(bench.runs)]
    yield "encode: train.txt, from file to dataset", "s", times


def compare_memory(bench: Bench, work: Path) -> Iterator[Figure]:
    attributes = work / "train.crfsuite"
    with attributes.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(convert(bench.train, "crfsuite"))
    _, ours = measure.measured(train_with_crfseg, Path(bench.train.name))
    _, theirs = measure.measured(train_from_file, attributes)
    yield "memory: training through crfseg", "MB", [ours / 1e6]
    yield "memory: CRFsuite itself, same attributes", "MB", [theirs / 1e6]
    yield "memory: ratio", "x", [ours / theirs]


def train_with_crfseg(path: Path) -> None:
    crfseg.train(path, algorithm="lbfgs", max_iterations=ITERATIONS)


def train_from_file(path: Path) -> None:
    params = {"c1": 0.1, "c2": 0.1, "max_iterations": ITERATIONS}
    params["feature.possible_transitions"] = True
    trainer = pycrfsuite.Trainer("lbfgs", params, verbose=False)
    items, tags = [], []
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line == "\n":
                trainer.append(items, tags)
                items, tags = [], []
            else:
                tag, *features = line.rstrip("\n").split("\t")
                tags.append(tag)
                items.append([f.replace("\\:", ":").replace("\\\\", "\\") for f in features])
    trainer.train(str(path.with_suffix(".model")))


def main() -> None:
    given = measure.options(__doc__)
    results = measure.Results("crfsuite.csv", keep=not given.quick)
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(measure.corpus_folder(given.corpora), Path(name), given.quick)
        parts = (
            compare_tagging(bench),
            compare_tags(bench),
            measure_encoding(bench),
            compare_memory(bench, Path(name)),
        )
        for what, unit, values in chain.from_iterable(parts):
            results.add(what, "crfseg", values, unit)


if __name__ == "__main__":
    main()
