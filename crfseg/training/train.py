"""Training: from segmented corpora to a model.

::

    files --Texts.read--> corpora --Dataset.encode--> dataset --algorithm.fit--> float weights
        --quantize--> model --calibration, dev scores--> model with its record

"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from crfseg.corpus.corpus import Corpus
from crfseg.corpus.readers import Format
from crfseg.corpus.tagset import Scheme
from crfseg.errors import TrainingError
from crfseg.evaluation import calibration
from crfseg.features.alphabet import Folding
from crfseg.features.dataset import Dataset
from crfseg.features.extractor import Raw
from crfseg.model.model import Model
from crfseg.model.weights import Precision
from crfseg.text.files import PathLike
from crfseg.text.scratch import Storage
from crfseg.training import memory, record
from crfseg.training.algorithm import algorithm_of
from crfseg.training.checkpoint import Checkpoint, identity_of
from crfseg.training.progress import Progress
from crfseg.training.settings import Profile, Protocol, Settings
from crfseg.training.task import Outcome, Task
from crfseg.training.texts import Corpora, Texts


def train(
    corpora: Corpora,
    *,
    dev: Corpora | None = None,
    init: PathLike | Model | None = None,
    raw: Corpora | None = None,
    lexicon: Corpora | None = None,
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
        A model to start from, or its file. Its weights are kept where the corpora say nothing
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
    _check_text(name=name or "", criterion=criterion, licence=licence)
    algorithm_of(algorithm).refuse({"init": init, "checkpoint": checkpoint, "scratch": scratch})
    init = Model.load(init) if init is not None and not isinstance(init, Model) else init
    settings = Settings.chosen(
        algorithm=algorithm, init=init, templates=templates, scheme=scheme, labels=labels,
        folding=folding, profile=profile, protocol=protocol, precision=precision,
        raw=raw is not None, lexicon=lexicon is not None, params=params,
    )  # fmt: skip
    texts = Texts.read(corpora, dev, raw, lexicon, settings, format, encoding, scratch)
    info = {"name": name or texts.name, "criterion": criterion, "licence": licence}
    info |= record.of_training(texts, settings, init)
    outcome = _fitted(texts, settings, init, checkpoint, scratch, callback)
    seen = record.of_text(texts.corpus, init)
    model = replace(outcome.model, **seen, info=info | outcome.record).quantize(precision)
    return _calibrated(model, texts.devs, settings, init)


def _fitted(
    texts: Texts,
    settings: Settings,
    init: Model | None,
    checkpoint: PathLike | None,
    scratch: PathLike | None,
    callback: Callable[[Progress], None] | None,
) -> Outcome:
    """Encode the texts and fit a model to them."""
    dataset = _encoded(texts, settings, init, scratch)
    state = None
    if checkpoint is not None:
        configuration = record.configuration(texts, settings, init)
        state = Checkpoint(checkpoint, identity_of(configuration, texts.all))
    params, precision = settings.params, settings.precision
    task = Task(texts.corpus, dataset, params, texts.devs, precision, init, state, callback)
    return settings.algorithm.fit(task)


def _encoded(
    texts: Texts, settings: Settings, init: Model | None, scratch: PathLike | None
) -> Dataset:
    """Encode the training corpus, if there is memory for that and for training."""
    storage = Storage(scratch)
    is_tagged = settings.protocol == "transductive"
    raw = Raw(Corpus.join(texts.raws, storage), is_tagged) if texts.raws else None
    needed = memory.of_encoding(texts.corpus, settings.templates, raw, in_files=scratch is not None)
    memory.require(needed, "encoding")
    dataset = Dataset.encode(
        texts.corpus,
        settings.templates,
        scheme=settings.scheme,
        folding=settings.folding,
        min_count=settings.params.get("min_count", 1),
        warm_start=None if init is None else init.warm_start,
        raw=raw,
        lists=texts.lists,
        patterns=settings.algorithm.needs_patterns,
        storage=storage,
    )
    if settings.algorithm.needs_patterns:
        scored = settings.precision if texts.devs else None
        memory.require(memory.of_training(dataset, settings.params, scored), "training")
    return dataset


def _calibrated(
    model: Model, devs: Sequence[Corpus], settings: Settings, init: Model | None
) -> Model:
    """Return the model with its temperature, and its scores on dev if there is any."""
    if not devs:
        return replace(model, temperature=settings.temperature)
    model = replace(model, temperature=calibration.temperature(model, devs))
    return replace(model, info={**model.info, "dev": record.of_dev(model, devs, init)})


def _check_text(**options: Any) -> None:
    for option, value in options.items():
        if not isinstance(value, str):
            raise TrainingError(f"{option} must be text, got {type(value).__name__}")
