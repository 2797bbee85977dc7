"""Training: from a segmented corpus to a model.

``train`` reads and encodes the corpus, hands it to a trainer, and writes down in the model what
was done. Trainers: :mod:`crfseg.training.adagrad.fit`, :mod:`crfseg.training.crfsuite`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from crfseg.corpus.corpus import Corpus
from crfseg.corpus.readers import Format, read_corpora
from crfseg.corpus.tagset import MAX_LABELS, Scheme
from crfseg.errors import TrainingError
from crfseg.evaluation import calibration
from crfseg.features.alphabet import Folding
from crfseg.features.dataset import Dataset
from crfseg.features.extractor import Raw
from crfseg.features.lexicon import MAX_LISTS, first_words
from crfseg.model.model import Model
from crfseg.model.weights import PRECISIONS, Precision
from crfseg.text.files import PathLike
from crfseg.text.scratch import Storage
from crfseg.training import crfsuite, memory, record
from crfseg.training.adagrad import fit
from crfseg.training.checkpoint import Checkpoint, identity_of
from crfseg.training.parameters import checked_params
from crfseg.training.progress import Progress
from crfseg.training.settings import Profile, Protocol, Settings, check_choice
from crfseg.version import __version__

__all__ = ["Progress", "train"]


def train(
    corpora: PathLike | Corpus | Iterable[PathLike | Corpus],
    *,
    dev: PathLike | Corpus | Iterable[PathLike | Corpus] | None = None,
    init: PathLike | Model | None = None,
    raw: PathLike | Corpus | Iterable[PathLike | Corpus] | None = None,
    lexicon: PathLike | Corpus | Iterable[PathLike | Corpus] | None = None,
    algorithm: str = "adagrad",
    profile: Profile | None = None,
    protocol: Protocol | None = None,
    templates: Iterable[str] | None = None,
    scheme: Scheme | None = None,
    labels: bool | None = None,
    folding: Folding | None = None,
    precision: Precision = "int8",
    format: Format | None = None,
    encoding: str = "utf-8",
    name: str | None = None,
    criterion: str = "",
    licence: str = "",
    checkpoint: PathLike | None = None,
    scratch: PathLike | None = None,
    callback: Callable[[Progress], None] | None = None,
    **params: Any,
) -> Model:
    r"""Train a model.

    Parameters
    ----------
    corpora
        Segmented corpora: files, or :class:`crfseg.Corpus` objects; one or several. Of some only a
        part may be known (the format ``partial``): ``adagrad`` without labels learns from that by
        its marginal likelihood.
    dev
        Segmented corpora that are not trained on, one or several: ``adagrad`` keeps the pass with
        the best mean F1 on them (of labelled words where labels are trained), and their scores
        are recorded in the model.
    init
        A model to go on from, or its file. What it knows is kept where the corpora say nothing
        else. Templates, scheme, labels and folding are its own.
    raw
        Text without words, any amount of it: files, or corpora, in which white space is not looked
        at. How varied the company is that strings keep there tells words that the training text
        does not have. See docs/templates.md.
    lexicon
        Words from elsewhere: files with a word at the beginning of each line, or corpora; one or
        several, at most 6, those to be trusted most first. A line that begins with ``#`` is a
        comment. How far each is to be trusted is learned from the training text; see
        docs/training.md. Words of more than eight characters are left out.
    algorithm
        ``"adagrad"``, the built-in trainer; or CRFsuite's ``"lbfgs"``, ``"l2sgd"``, ``"ap"``,
        ``"pa"``, ``"arow"``.
    profile
        ``"accurate"``, the default, looks at n-grams, groups of characters and known words;
        ``"fast"`` at n-grams alone.
    protocol
        ``"closed"``, the default: the training text, and what every character is by itself (its
        class, its width). ``"strict"``: the training text alone, as the SIGHAN bakeoffs' closed
        track has it. ``"open"``, the default with raw text or a lexicon: these as well; and
        ``"transductive"``: that raw text is what will be tagged. It is recorded in the model; one
        that went on from another is ``"open"``.
    templates
        Feature templates such as ``"C[-1]C[0]"``; None for those of the profile, see
        docs/templates.md.
    scheme
        ``"BMES"``, the default, or ``"BMES6"``.
    labels
        Predict the labels of words too (parts of speech, entity types), if the corpora have any.
    folding
        ``"letters"``, the default, reads full-width letters and digits as half-width ones,
        ``"simplified"`` traditional characters as simplified ones too, ``"width"`` punctuation
        too, ``"none"`` nothing. It is for the features alone: tagging
        returns the user's characters.
    precision
        Of the weights: ``"int8"`` gives a small model, ``"int16"`` a finer one twice as large,
        ``"float64"`` the weights as trained.
    format, encoding
        How to read the files; see :func:`crfseg.read_corpus`.
    name, criterion, licence
        For the record: what the model is called (by default the first corpus), the segmentation
        standard, and the terms of the model.
    checkpoint
        A file that is written after every pass of ``adagrad``. If it is there, training goes on
        from it, and ends with the model that it would have had without the interruption.
    scratch
        A folder for the encoded corpus, for one that is larger than memory; None keeps it in
        memory. Its files have no names there, and are gone at the end.
    callback
        Called after every iteration with a :class:`crfseg.Progress`.
    **params
        The algorithm's own parameters, see docs/quickstart.md: ``max_iterations``, ``seed``,
        ``threads``, ...; CRFsuite's under sklearn-crfsuite's names: ``c1``, ``c2``, ...

    Raises
    ------
    TrainingError
        If an option is out of range, training gives no model, or needs more memory than is free.
    CorpusError
        If a corpus cannot be read.
    ModelFileError
        If ``init`` is no model.

    Examples
    --------
    >>> import crfseg
    >>> corpus = Corpus.from_text("我 爱 北京\n他 在 北京\n我 在 天安门")
    >>> model = train(corpus)
    >>> crfseg.Segmenter(model).cut("我爱天安门")
    ['我', '爱', '天安门']
    """
    check_choice("precision", precision, PRECISIONS)
    for option, text in (("name", name or ""), ("criterion", criterion), ("licence", licence)):
        if not isinstance(text, str):
            raise TrainingError(f"{option} must be text, got {type(text).__name__}")
    for option, value in (("init", init), ("checkpoint", checkpoint), ("scratch", scratch)):
        if algorithm != "adagrad" and value is not None:
            raise TrainingError(f"{algorithm} has no {option}; expected none, or adagrad")
    init = init if init is None or isinstance(init, Model) else Model.load(init)
    settings = Settings.chosen(
        algorithm, init, templates, scheme, labels, folding, profile, protocol,
        raw=raw is not None, lexicon=lexicon is not None,
    )  # fmt: skip
    params = checked_params(algorithm, params, settings.labels, settings.profile)
    parts = read_corpora(corpora, format=format, encoding=encoding, scratch=scratch, partial=True)
    if not parts:
        raise TrainingError("no corpus given; expected at least one")
    devs = [] if dev is None else read_corpora(dev, format=format, encoding=encoding)
    raws = (
        [] if raw is None else read_corpora(raw, format="words", encoding=encoding, scratch=scratch)
    )
    if raw is not None and not any(corpus.n_chars for corpus in raws):
        raise TrainingError("raw text: no character in it; expected at least one, or no raw text")
    lists = [] if lexicon is None else _word_lists(lexicon, encoding)
    _check_partial(parts, algorithm, settings.labels)
    joined = parts[0] if len(parts) == 1 else Corpus.join(parts, Storage(scratch))
    corpus = _checked(joined, settings.labels)
    info = {
        "name": name or Path(parts[0].name).stem,
        "criterion": criterion,
        "licence": licence,
        "crfseg": __version__,
        "corpora": [record.of_corpus(part) for part in parts],
        **record.of_init(init),
        **record.of_raw(raws),
        **record.of_lists(lists),
        **record.of_habits(corpus, init),
        "protocol": settings.protocol,
        "training": {"algorithm": algorithm, **record.of_params(params)},
    }
    del parts, joined  # their files, if any, are no longer needed
    dataset = _encoded(
        corpus, settings, params.get("min_count", 1), init, raws, lists=lists, scratch=scratch
    )
    if algorithm == "adagrad":
        scored = precision if devs else None
        memory.require(memory.of_training(dataset, params, scored), "training")
        state = None
        if checkpoint is not None:
            texts = [corpus, *raws, *lists, *devs]
            configuration = record.configuration(
                settings, params, init, scored, len(raws), len(lists)
            )
            state = Checkpoint(checkpoint, identity_of(configuration, texts))
        model, outcome = fit.fit(dataset, params, devs, precision, callback, init, state)
    else:
        # CRFsuite has its own patterns; memory is short enough.
        dataset = replace(dataset, patterns=(), ids=np.empty((0, 0), dtype=np.int32))
        model, outcome = crfsuite.fit(corpus, dataset, algorithm, params, callback)
    info |= outcome
    model = replace(model, **record.of_text(corpus, init), info=info).quantize(precision)
    if not devs:
        return replace(model, temperature=settings.temperature(algorithm))
    model = replace(model, temperature=calibration.temperature(model, devs))
    return replace(model, info=info | {"dev": record.of_dev(model, devs, init)})


def _encoded(
    corpus: Corpus,
    settings: Settings,
    min_count: int,
    init: Model | None,
    raws: list[Corpus],
    *,
    lists: list[Corpus],
    scratch: PathLike | None,
) -> Dataset:
    storage = Storage(scratch)
    raw = Raw(Corpus.join(raws, storage), settings.protocol == "transductive") if raws else None
    in_files = scratch is not None
    needed = memory.of_encoding(corpus, settings.templates, raw, in_files=in_files)
    memory.require(needed, "encoding")
    return Dataset.encode(
        corpus,
        settings.templates,
        scheme=settings.scheme,
        folding=settings.folding,
        min_count=min_count,
        warm_start=None if init is None else init.warm_start,
        raw=raw,
        lists=lists,
        storage=storage,
    )


def _word_lists(
    lexicon: PathLike | Corpus | Iterable[PathLike | Corpus], encoding: str
) -> list[Corpus]:
    """Read word lists; a corpus each, with a word a line."""
    lists = [
        first_words(lines) for lines in read_corpora(lexicon, format="words", encoding=encoding)
    ]
    if not 0 < len(lists) <= MAX_LISTS or not any(map(len, lists)):
        raise TrainingError(
            f"lexicon: {sum(map(len, lists))} words in {len(lists)} lists; expected at least one "
            f"word and at most {MAX_LISTS} lists, or no lexicon"
        )
    return lists


def _check_partial(parts: Iterable[Corpus], algorithm: str, labels: bool) -> None:
    for corpus in parts:
        if corpus.boundaries is not None and (labels or algorithm != "adagrad"):
            raise TrainingError(
                f"{corpus.name}: only a part of its words is known; expected adagrad, no labels"
            )


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
