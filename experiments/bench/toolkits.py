"""CRF toolkits: they are given crfseg's features, train, and tell the tags of characters.

What a feature is, is told by crfseg alone: all get the templates of its fast profile.
A toolkit is imported only where it is used: one that is not installed does not hinder the others.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from pathlib import Path

import crfseg
from crfseg.features.alphabet import Alphabet
from crfseg.features.dataset import Dataset, feature_sequences
from crfseg.features.export import convert, crfpp_template
from crfseg.features.extractor import Extractor
from crfseg.features.templates import WITH_TRIGRAMS

CutLines = Callable[[list[str]], list[list[str]]]
ITERATIONS = 100


def words(line: str, tags: Iterable[str]) -> list[str]:
    """Cut a line before every B and S.

    >>> words("我爱北京", ["S", "S", "B", "E"])
    ['我', '爱', '北京']
    """
    starts = [i for i, tag in enumerate(tags) if i and tag in "BS"]
    return [line[a:b] for a, b in pairwise([0, *starts, len(line)])] if line else []


def text_corpus(lines: list[str]) -> crfseg.Corpus:
    """Return lines as a corpus, each as one word; what a feature is, is told by crfseg alone."""
    return crfseg.Corpus.from_sentences([crfseg.Sentence((line,)) for line in lines])


# CRFsuite, twice


def features(corpus: crfseg.Corpus) -> Iterator[list[list[str]]]:
    return feature_sequences(corpus, Extractor(WITH_TRIGRAMS, Alphabet.of(corpus.codes)))


def train_sklearn(corpus: Path, model: Path, **params: float) -> None:
    import sklearn_crfsuite

    data = crfseg.read_corpus(corpus)
    crf = sklearn_crfsuite.CRF(
        max_iterations=ITERATIONS,
        all_possible_transitions=True,
        model_filename=str(model),
        **params,
    )
    crf.fit(features(data), Dataset.encode(data, WITH_TRIGRAMS).tag_names())


def train_pycrfsuite(corpus: Path, model: Path) -> None:
    import pycrfsuite

    params = {"c1": 0.1, "c2": 0.1, "max_iterations": ITERATIONS}
    params["feature.possible_transitions"] = True
    trainer = pycrfsuite.Trainer("lbfgs", params, verbose=False)
    data = crfseg.read_corpus(corpus)
    tags = Dataset.encode(data, WITH_TRIGRAMS).tag_names()
    for items, names in zip(features(data), tags, strict=True):
        trainer.append(items, names)
    trainer.train(str(model))


def load_sklearn(model: Path) -> CutLines:
    import sklearn_crfsuite

    crf = sklearn_crfsuite.CRF(model_filename=str(model))

    def cut(lines: list[str]) -> list[list[str]]:
        tags = crf.predict(features(text_corpus(lines)))
        return [words(line, row) for line, row in zip(lines, tags, strict=True)]

    return cut


def load_pycrfsuite(model: Path) -> CutLines:
    import pycrfsuite

    tagger = pycrfsuite.Tagger()
    tagger.open(str(model))

    def cut(lines: list[str]) -> list[list[str]]:
        rows = zip(lines, features(text_corpus(lines)), strict=True)
        return [words(line, tagger.tag(items)) for line, items in rows]

    return cut


# CRF++ and Wapiti: columns in, tags out


def columns(lines: list[str]) -> list[list[str]]:
    """Return each line as rows of character, class and folded character."""
    tables = convert(text_corpus(lines), "crfpp")
    return [[row.rpartition("\t")[0] for row in table.split("\n")[:-2]] for table in tables]


def write_columns(corpus: Path, model: Path) -> tuple[Path, Path]:
    """Write the templates and the training data beside the model."""
    template, data = model.with_name("template"), model.with_name("columns")
    template.write_text(crfpp_template(WITH_TRIGRAMS.names), encoding="utf-8")
    with data.open("w", encoding="utf-8") as file:
        file.writelines(convert(crfseg.read_corpus(corpus), "crfpp"))
    return template, data


def train_crfpp(corpus: Path, model: Path) -> None:
    from CRFPP import crfpp_learn

    template, data = write_columns(corpus, model)
    crfpp_learn(["crf_learn", "-m", str(ITERATIONS), str(template), str(data), str(model)])


def load_crfpp(model: Path) -> CutLines:
    import CRFPP

    tagger = CRFPP.Tagger(f"-m {model}")

    def tag(rows: list[str]) -> list[str]:
        tagger.clear()
        for row in rows:
            tagger.add(row)
        tagger.parse()
        return [tagger.y2(i) for i in range(len(rows))]

    return lambda lines: [
        words(line, tag(rows)) for line, rows in zip(lines, columns(lines), strict=True)
    ]


def train_wapiti(corpus: Path, model: Path) -> None:
    import wapiti

    template, data = write_columns(corpus, model)
    # Its penalty is rho1 |w| + rho2 / 2 w^2, CRFsuite's c1 |w| + c2 w^2.
    settings = {"algo": "l-bfgs", "maxiter": ITERATIONS, "rho1": 0.1, "rho2": 0.2}
    crf = wapiti.Model(patterns=template.read_text("utf-8"), **settings)
    crf.train(data.read_text("utf-8").rstrip("\n").split("\n\n"))
    crf.save(str(model))


def load_wapiti(model: Path) -> CutLines:
    import wapiti

    crf = wapiti.Model(model=str(model))
    return lambda lines: [
        words(line, crf.label_sequence("\n".join(rows)).decode().split("\n")[: len(rows)])
        for line, rows in zip(lines, columns(lines), strict=True)
    ]
