"""Training: from a segmented corpus to a model.

``train`` reads and encodes the corpus, hands it to a trainer, and writes down in the model what
was done. Trainers: :mod:`crfseg.train.adagrad`, :mod:`crfseg.train.crfsuite`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from crfseg.corpus import Corpus
from crfseg.dataset import Dataset
from crfseg.errors import TrainingError
from crfseg.evaluate import evaluate
from crfseg.formats import Format, PathLike, read_corpus
from crfseg.model import PRECISIONS, Model, Precision
from crfseg.segmenter import Segmenter
from crfseg.symbols import FOLDINGS, Folding
from crfseg.tags import MAX_LABELS, SCHEMES, Scheme
from crfseg.templates import DEFAULT, WITH_TRIGRAMS, Templates
from crfseg.train import adagrad, crfsuite
from crfseg.train.parameters import checked_params
from crfseg.train.progress import Progress

__all__ = ["Progress", "train"]


def train(
    corpora: PathLike | Corpus | Iterable[PathLike | Corpus],
    *,
    dev: PathLike | Corpus | None = None,
    algorithm: str = "adagrad",
    templates: Iterable[str] | None = None,
    scheme: Scheme = "BMES",
    labels: bool = False,
    folding: Folding = "width",
    precision: Precision = "int8",
    format: Format | None = None,
    encoding: str = "utf-8",
    name: str | None = None,
    criterion: str = "",
    licence: str = "",
    callback: Callable[[Progress], None] | None = None,
    **params: Any,
) -> Model:
    r"""Train a model.

    Parameters
    ----------
    corpora
        Segmented corpora: files, or :class:`crfseg.Corpus` objects; one or several.
    dev
        A segmented corpus that is not trained on: ``adagrad`` keeps the pass that scores best on
        it, and its scores are recorded in the model.
    algorithm
        ``"adagrad"``, the built-in trainer; or CRFsuite's ``"lbfgs"``, ``"l2sgd"``, ``"ap"``,
        ``"pa"``, ``"arow"``.
    templates
        Feature templates such as ``"C[-1]C[0]"``; None for the default ones, see docs/templates.md.
    scheme
        ``"BMES"`` or ``"BMES6"``.
    labels
        Predict the labels of words too (parts of speech, entity types), if the corpora have any.
    folding
        ``"width"`` reads full-width characters as half-width ones, ``"none"`` does not. It is for
        the features alone: tagging returns the user's characters.
    precision
        Of the weights: ``"int8"`` gives a small model, ``"int16"`` a finer one twice as large,
        ``"float64"`` the weights as trained.
    format, encoding
        How to read the files; see :func:`crfseg.read_corpus`.
    name, criterion, licence
        For the record: what the model is called (by default the first corpus), the segmentation
        standard, and the terms of the model.
    callback
        Called after every iteration with a :class:`crfseg.Progress`.
    **params
        The algorithm's own parameters, see docs/quickstart.md: ``max_iterations``, ``seed``,
        ``threads``, ...; CRFsuite's under sklearn-crfsuite's names: ``c1``, ``c2``, ...

    Raises
    ------
    TrainingError
        If an option is out of range, or training gives no model.
    CorpusError
        If a corpus cannot be read.

    Examples
    --------
    >>> corpus = Corpus.from_text("我 爱 北京\n他 在 北京\n我 在 天安门")
    >>> model = train(corpus)
    >>> Segmenter(model).cut("我爱天安门")
    ['我', '爱', '天安门']
    """
    _check_choice("scheme", scheme, SCHEMES)
    _check_choice("folding", folding, FOLDINGS)
    _check_choice("precision", precision, PRECISIONS)
    for option, text in (("name", name or ""), ("criterion", criterion), ("licence", licence)):
        if not isinstance(text, str):
            raise TrainingError(f"{option} must be text, got {type(text).__name__}")
    params = checked_params(algorithm, params)
    corpora = [corpora] if isinstance(corpora, str | os.PathLike | Corpus) else list(corpora)
    if not corpora:
        raise TrainingError("no corpus given; expected at least one")
    parts = [_read(corpus, format, encoding) for corpus in corpora]
    dev = None if dev is None else _read(dev, format, encoding)
    corpus = _checked(Corpus.join(parts), labels)
    default = WITH_TRIGRAMS if algorithm == "adagrad" else DEFAULT
    chosen = default if templates is None else Templates.parse(templates)
    dataset = Dataset.encode(
        corpus, chosen, scheme=scheme, folding=folding, min_count=params.get("min_count", 1)
    )
    if algorithm == "adagrad":
        model, outcome = adagrad.fit(dataset, params, dev, callback)
    else:
        dataset = replace(dataset, patterns=())  # CRFsuite has its own; memory is short enough
        model, outcome = crfsuite.fit(corpus, dataset, algorithm, params, callback)
    info = {
        "name": name or Path(parts[0].name).stem,
        "criterion": criterion,
        "licence": licence,
        "crfseg": _version(),
        "corpora": [_record(part) for part in parts],
        "training": {"algorithm": algorithm, **_recorded(params)},
        **outcome,
    }
    model = replace(model, vocabulary=tuple(sorted(set(corpus.words()))), info=info)
    model = model.quantize(precision)
    if dev is None:
        return model
    scores = evaluate(Segmenter(model), dev)
    return replace(model, info={**info, "dev": {**_record(dev), **scores.as_dict()}})


def _checked(corpus: Corpus, labels: bool) -> Corpus:
    """Return the corpus with or without its labels, as wanted."""
    if not len(corpus):
        raise TrainingError(f"{corpus.name}: nothing to train on; expected at least one sentence")
    if not labels:
        return replace(corpus, labels=None, label_names=())
    if corpus.labels is None:
        raise TrainingError(
            f"{corpus.name}: no labels to predict; name the format that has them (pos, columns, "
            "conllu) or train without labels"
        )
    if len(corpus.label_names) > MAX_LABELS:
        raise TrainingError(
            f"{corpus.name}: {len(corpus.label_names):,} labels; expected at most {MAX_LABELS:,}"
        )
    return corpus


def _recorded(params: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters that the result depends on, so that equal models have equal bytes."""
    return {key: value for key, value in params.items() if key not in ("threads", "time_budget")}


def _check_choice(option: str, value: str, known: Iterable[str]) -> None:
    if value not in known:
        raise TrainingError(f"unknown {option} {value!r}; known: {', '.join(known)}")


def _read(corpus: PathLike | Corpus, format: Format | None, encoding: str) -> Corpus:
    if isinstance(corpus, Corpus):
        return corpus
    return read_corpus(corpus, format=format, encoding=encoding)


def _record(corpus: Corpus) -> dict[str, Any]:
    """Return what a model remembers of a corpus."""
    return {
        "name": Path(corpus.name).name,
        "sha256": corpus.sha256,
        "sentences": len(corpus),
        "words": corpus.n_words,
        "characters": corpus.n_chars,
    }


def _version() -> str:
    from crfseg import __version__

    return __version__
