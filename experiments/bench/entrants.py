"""Who takes part: how each segmenter trains, and how it cuts lines into words.

A peer is imported only where it is used: one that is not installed does not hinder the others.
Those that can be trained on the spot are, on the same corpus as crfseg.
"""

import importlib
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from pathlib import Path

import toolkits
from toolkits import CutLines

import crfseg

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Entrant:
    """A segmenter: how to load it and, if it can be trained here, how to train it."""

    package: str
    load: Callable[[Path], CutLines]
    train: Callable[[Path, Path], None] | None = None
    note: str = "its own model"
    model: str = ""  # whose; none: the one it trains


def each(cut: Callable[[str], Iterable[str]]) -> CutLines:
    """Cut line by line."""
    return lambda lines: [list(cut(line)) for line in lines]


def train_crfseg(corpus: Path, model: Path, profile: str = "fast") -> None:
    crfseg.train(corpus, profile=profile).save(model)


def load_crfseg(model: Path) -> CutLines:
    return each(crfseg.load(model).cut)


def load_crfseg_batch(model: Path) -> CutLines:
    segmenter = crfseg.load(model)
    return lambda lines: list(segmenter.cut_many(lines))


def train_pkuseg(corpus: Path, model: Path) -> None:
    import spacy_pkuseg

    # It scores every pass on a file: one line of it, so that the time is that of training.
    held_out = model.with_name("line")
    with corpus.open(encoding="utf-8") as file:
        held_out.write_text(file.readline(), encoding="utf-8")
    spacy_pkuseg.train(str(corpus), str(held_out), str(model), train_iter=5)


def load_pkuseg(model: Path) -> CutLines:
    import spacy_pkuseg

    # Without its dictionary, whose words follow another standard than the corpus.
    return each(spacy_pkuseg.pkuseg(str(model), user_dict=None).cut)


def train_litsea(corpus: Path, model: Path) -> None:
    import litsea

    found = model.with_name("features")
    litsea.Extractor("chinese").extract(corpus, found)
    litsea.Trainer(0.001, 2000, found).train(model)


def load_litsea(model: Path) -> CutLines:
    import litsea

    return each(litsea.Segmenter.open("chinese", model).segment)


# Segmenters with a model or a dictionary of their own


def load_bundled(_: Path) -> CutLines:
    return each(crfseg.load().cut)


def load_pkuseg_ctb8(_: Path) -> CutLines:
    import pkuseg

    return each(pkuseg.pkuseg().cut)


def load_snownlp(_: Path) -> CutLines:
    import snownlp

    return each(lambda line: snownlp.SnowNLP(line).words)


def load_wapic(_: Path) -> CutLines:
    import wapic

    return each(wapic.Segmenter().segment)


def load_thulac(_: Path) -> CutLines:
    import thulac

    segmenter = thulac.thulac(seg_only=True)
    return each(lambda line: [word for word, _ in segmenter.cut(line)])


def load_jiojio(_: Path) -> CutLines:
    import jiojio

    jiojio.init()
    return each(jiojio.cut)


def load_jieba(_: Path, module: str = "jieba") -> CutLines:
    jieba = importlib.import_module(module)
    jieba.initialize()
    return each(jieba.lcut)


def load_rjieba(_: Path) -> CutLines:
    import rjieba

    return each(rjieba.cut)


def load_cppjieba(_: Path) -> CutLines:
    import cppjieba_py_dat

    return each(cppjieba_py_dat.Jieba().cut)


ENTRANTS = {
    "crfseg": Entrant("crfseg", load_crfseg, train_crfseg, "profile fast"),
    "crfseg-cut_many": Entrant("crfseg", load_crfseg_batch, None, "profile fast", "crfseg"),
    "crfseg-accurate": Entrant(
        "crfseg", load_crfseg, partial(train_crfseg, profile="accurate"), "profile accurate"
    ),
    "sklearn-crfsuite": Entrant(
        "sklearn-crfsuite",
        toolkits.load_sklearn,
        partial(toolkits.train_sklearn, c1=0.1, c2=0.1),
        "L-BFGS, c1 = c2 = 0.1",
    ),
    "sklearn-crfsuite, L2": Entrant(
        "sklearn-crfsuite",
        toolkits.load_sklearn,
        partial(toolkits.train_sklearn, c1=0.0, c2=1.0),
        "L-BFGS, c1 = 0, c2 = 1",
    ),
    "python-crfsuite": Entrant(
        "python-crfsuite",
        toolkits.load_pycrfsuite,
        toolkits.train_pycrfsuite,
        "L-BFGS, c1 = c2 = 0.1",
    ),
    "CRF++": Entrant("crfpy", toolkits.load_crfpp, toolkits.train_crfpp, "L-BFGS, L2, cost 1"),
    "Wapiti": Entrant(
        "libwapiti", toolkits.load_wapiti, toolkits.train_wapiti, "L-BFGS, rho1 = 0.1, rho2 = 0.2"
    ),
    "pkuseg": Entrant("spacy-pkuseg", load_pkuseg, train_pkuseg, "5 passes"),
    "litsea": Entrant("litsea", load_litsea, train_litsea, "AdaBoost, 2,000 rounds"),
    "crfseg-bundled": Entrant("crfseg", load_bundled),
    "pkuseg-ctb8": Entrant("pkuseg", load_pkuseg_ctb8),
    "snownlp": Entrant("snownlp", load_snownlp),
    "wapic": Entrant("wapic", load_wapic),
    "thulac": Entrant("thulac", load_thulac),
    "jiojio": Entrant("jiojio", load_jiojio),
    "jieba": Entrant("jieba", load_jieba),
    "jieba-next": Entrant("jieba-next", partial(load_jieba, module="jieba_next")),
    "jieba-fast-dat": Entrant("jieba-fast-dat", partial(load_jieba, module="jieba_fast_dat")),
    "rjieba": Entrant("rjieba", load_rjieba),
    "cppjieba": Entrant("cppjieba-py-dat", load_cppjieba),
}
LEFT_OUT = {
    "Vaporetto": "no model in the package, and its trainer is in none",
    "KyTea": "no model in the package, and its trainer is in none",
    "LTP": "its models have to be downloaded",
    "HanLP": "its models have to be downloaded",
    "cppjieba-py": "does not build with present compilers; cppjieba-py-dat is here",
}


def model_path(name: str, folder: Path) -> Path:
    """Return where the model of that folder's corpus is kept, its by-products beside it."""
    owner = re.sub(r"\W+", "-", (ENTRANTS[name].model or name).lower()).strip("-")
    return HERE / "models" / folder.name / owner / "model"


def facts(name: str) -> dict[str, str]:
    """Return package and settings; raise RuntimeError if the package is not installed."""
    entrant = ENTRANTS[name]
    try:
        version = metadata.version(entrant.package)
    except metadata.PackageNotFoundError:
        raise RuntimeError(f"{entrant.package} is not installed") from None
    return {"version": f"{entrant.package} {version}", "note": entrant.note}


def dev_f1(cut: CutLines, dev: Path) -> float:
    """Return the word F1 on a segmented file, in per cent."""
    gold = crfseg.read_corpus(dev)
    text = "\n".join(" ".join(row) for row in cut(list(gold.texts())))
    return 100 * crfseg.evaluate(gold, crfseg.Corpus.from_text(text)).f1


def cut_file(name: str, model: str, source: str, target: str) -> None:
    """Cut a file as a user would: read all lines, cut, write the words of each."""
    cut = ENTRANTS[name].load(Path(model))
    rows = cut(Path(source).read_text("utf-8").splitlines())
    Path(target).write_text("".join(" ".join(row) + "\n" for row in rows), encoding="utf-8")


if __name__ == "__main__":
    cut_file(*sys.argv[1:])
