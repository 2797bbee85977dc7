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
        Segmented corpora: one or several files or :class:`crfseg.Corpus` objects. Partly annotated
        corpora (the format ``partial``) need ``adagrad`` and no labels; the loss is then the
        marginal likelihood.
    dev
        Segmented corpora for validation, one or several. ``adagrad`` keeps the pass with the best
        mean F1 on them (of labelled words if labels are trained). Their scores are recorded in the
        model.
    init
        Warm start: a model, or its file. Its weights change only where the corpora have evidence.
        Templates, scheme, labels and folding are those of this model.
    raw
        Unsegmented text: files or corpora; white space in it is ignored. The accessor variety of
        strings in it helps to find words that the training corpora lack; see docs/templates.md.
    lexicon
        Word lists: one to six files or corpora, the most reliable first. A file has one word at the
        beginning of each line; a line that begins with ``#`` is a comment. The training corpora
        decide how reliable each list is; see docs/training.md. Words of more than eight characters
        are ignored.
    algorithm
        ``"adagrad"``, the built-in algorithm, or CRFsuite's ``"lbfgs"``, ``"l2sgd"``, ``"ap"``,
        ``"pa"``, ``"arow"``.
    profile
        ``"accurate"``, the default: features of n-grams, character clusters and lexicon words.
        ``"fast"``: n-grams only.
    protocol
        Resources that the model may use; recorded in the model. ``"closed"``, the default: the
        training corpora, character classes and folding. ``"strict"``: the training corpora only, as
        in the closed track of the SIGHAN bakeoffs. ``"open"``, the default with raw text or a
        lexicon: these as well. ``"transductive"``: the raw text is the text to be tagged. A model
        with ``init`` is always ``"open"``.
    templates
        Feature templates such as ``"C[-1]C[0]"``, see docs/templates.md; None: those of the
        profile.
    scheme
        Tags of characters: ``"BMES"``, the default, or ``"BMES6"``.
    labels
        True to predict labels of words too, such as parts of speech or entity types; the corpora
        must have them.
    folding
        Characters that count as equal in features; tagging returns the user's characters.
        ``"none"``: equal characters only. ``"letters"``, the default: letters and digits of full
        and half width. ``"simplified"``: these, and traditional and simplified characters.
        ``"width"``: letters, digits and punctuation of full and half width.
    precision
        Of the weights: ``"int8"``; ``"int16"``, finer and twice as large; or ``"float64"``, the
        weights as trained.
    format, encoding
        Format and encoding of the files; see :func:`crfseg.read_corpus`.
    name, criterion, licence
        Recorded in the model: its name (by default that of the first corpus), its segmentation
        standard and its licence.
    checkpoint
        File to which ``adagrad`` writes its state after every pass. If the file exists, training
        continues from it; the final model is the same as without the interruption.
    scratch
        Folder for the encoded corpus, if it is larger than memory; None: in memory. The files there
        have no names and are deleted at the end.
    callback
        Called after every iteration with a :class:`crfseg.Progress`.
    **params
        Parameters of the algorithm, see docs/quickstart.md: ``max_iterations``, ``seed``,
        ``threads`` and others. CRFsuite's have the names of sklearn-crfsuite: ``c1``, ``c2``, ...

    Returns
    -------
    model
        The trained model, calibrated on dev if given.

    Raises
    ------
    TrainingError
        If an option is not valid, training yields no model, or memory does not suffice.
    CorpusError
        If a corpus cannot be read.
    ModelFileError
        If ``init`` is not a model.

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
    """Encode the training corpus; check first that memory suffices for that and for training."""
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
    """Return the model with its temperature, and with its dev scores if there are dev corpora."""
    if not devs:
        return replace(model, temperature=settings.temperature)
    model = replace(model, temperature=calibration.temperature(model, devs))
    return replace(model, info={**model.info, "dev": record.of_dev(model, devs, init)})


def _check_text(**options: Any) -> None:
    for option, value in options.items():
        if not isinstance(value, str):
            raise TrainingError(f"{option} must be text, got {type(value).__name__}")
