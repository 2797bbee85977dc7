"""Training by CRFsuite, through sklearn-crfsuite; its model file read back into pattern blocks.

CRFsuite is given the features by name (``C[-1]C[0]=北京``), one sentence at a time, so that only
its own copy of them is ever in memory. Its file is read once and deleted; tagging never
needs CRFsuite.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from crfseg.errors import ModelFileError, TrainingError
from crfseg.features.dataset import Dataset, feature_sequences
from crfseg.features.ngrams import layout
from crfseg.model.model import Model
from crfseg.model.weights import PatternTable
from crfseg.training.progress import Progress
from crfseg.training.task import Outcome, Task

FeatureRows = NDArray[np.void]
_FEATURE: Final = np.dtype([("type", "<u4"), ("source", "<u4"), ("tag", "<u4"), ("weight", "<f8")])
_STATE, _TRANSITION = 0, 1


def fit(algorithm: str, task: Task) -> Outcome:
    """Train with one of CRFsuite's algorithms.

    Returns
    -------
    outcome
        The model has float64 weights, exactly CRFsuite's.

    Raises
    ------
    TrainingError
        If CRFsuite fails, or no feature is left with a weight.
    """
    import pycrfsuite
    import sklearn_crfsuite

    dataset, params = task.dataset, task.params
    watch = _Watch(params["max_iterations"], task.callback)

    class Trainer(pycrfsuite.Trainer):  # type: ignore[misc]  # has no types
        """Hands CRFsuite's log, line by line, to the watch."""

        def message(self, message: str) -> None:
            event = self.logparser.feed(message)
            watch.see(event, message, self.logparser.last_iteration)

    crf = sklearn_crfsuite.CRF(algorithm, trainer_cls=Trainer, verbose=False, **params)
    try:
        crf.fit(feature_sequences(task.corpus, dataset.extractor), dataset.tag_names())
    except pycrfsuite.CRFSuiteError as error:
        raise TrainingError(f"CRFsuite failed ({error}); change the parameters") from error
    watch.raise_error()
    model = read_model(crf.modelfile.name, dataset)
    if not all(np.isfinite(table.weights).all() for table in model.tables):
        raise TrainingError(f"{algorithm} diverged; raise c2, or change its other parameters")
    if not model.n_patterns:
        raise TrainingError(
            f"{algorithm} left no feature with a weight; lower c1 or min_freq, or give more text"
        )
    return Outcome(model, {"history": watch.history, "stop": watch.stop_reason()})


class _Watch:
    """Follows CRFsuite's log: reports iterations, remembers how it ended.

    Exceptions cannot pass through CRFsuite, so one raised by the callback, Ctrl-C included, is
    kept and raised when CRFsuite has returned.
    """

    def __init__(self, max_iterations: int, callback: Callable[[Progress], None] | None) -> None:
        self.history: list[dict[str, Any]] = []
        self._max_iterations = max_iterations
        self._callback = callback
        self._error: BaseException | None = None
        self._ending = ""

    def see(self, event: str | None, message: str, iteration: dict[str, Any]) -> None:
        """Take in one line of the log."""
        if "terminated with" in message.lower() or "resulted in" in message:
            self._ending = message.strip()
        if event != "iteration" or self._error:
            return
        progress = Progress(
            iteration=iteration["num"],
            max_iterations=self._max_iterations,
            loss=iteration.get("loss", float("nan")),
            active_features=iteration.get("active_features"),
            seconds=iteration.get("time", 0.0),
        )
        self.history.append({"iteration": progress.iteration, "loss": progress.loss})
        try:
            if self._callback:
                self._callback(progress)
        except BaseException as error:  # raised again by raise_error
            self._error = error

    def raise_error(self) -> None:
        """Raise what the callback raised."""
        if self._error:
            raise self._error

    def stop_reason(self) -> str:
        """Say in words why training ended."""
        if "error code" in self._ending:
            return f"the optimiser could not improve further ({self._ending})"
        if len(self.history) >= self._max_iterations or "maximum number" in self._ending:
            return f"reached max_iterations = {self._max_iterations}"
        return f"converged after {len(self.history)} iterations"


def read_model(path: str | Path, dataset: Dataset) -> Model:
    """Read a CRFsuite model file that was trained on features of these templates.

    Raises
    ------
    ModelFileError
        If it is no CRFsuite model or is damaged.
    """
    data = np.fromfile(path, dtype=np.uint8)
    try:
        return _model_of(data, dataset)
    except (IndexError, ValueError, UnicodeDecodeError) as error:
        raise ModelFileError(f"{path}: damaged CRFsuite model ({error}); train again") from error


def _model_of(data: NDArray[np.uint8], dataset: Dataset) -> Model:
    if data[:4].tobytes() != b"lCRF":
        raise ValueError("expected the magic bytes lCRF")
    header = data[:48].view("<u4")
    chunk = data[header[7] :]  # magic, size, number of features; then the features
    n_features = int(chunk[8:12].view("<u4")[0])
    rows = chunk[12 : 12 + _FEATURE.itemsize * n_features].view(_FEATURE)
    n_tags = len(dataset.tag_set.names)
    tag_of = np.array([dataset.tag_set.names.index(name) for name in _strings(data, header[8])])
    transitions = np.zeros((n_tags, n_tags))
    arcs = rows[rows["type"] == _TRANSITION]
    transitions[tag_of[arcs["source"]], tag_of[arcs["tag"]]] = arcs["weight"]
    states = rows[rows["type"] == _STATE]
    tables = _tables(list(_strings(data, header[9])), states, tag_of[states["tag"]], dataset)
    return Model(dataset.tag_set, dataset.extractor, tables, transitions)


def _strings(data: NDArray[np.uint8], offset: np.uint32) -> Iterator[str]:
    """Yield the strings of a CQDB chunk by id, through its array of offsets id -> record.

    chunk: magic, size, flag, byte order, number of ids, offset of the array; record: id, size with
    the closing NUL, the string.
    """
    chunk = data[offset:]
    n_ids, at = chunk[16:24].view("<u4").tolist()
    for record in chunk[at : at + 4 * n_ids].view("<u4").tolist():
        size = int.from_bytes(chunk[record + 4 : record + 8].tobytes(), "little")
        yield chunk[record + 8 : record + 7 + size].tobytes().decode()


class _Located(NamedTuple):
    """The positions of one pattern kind's attributes in its table."""

    attributes: array[int]
    keys: array[int]
    rows: array[int]


def _tables(
    attributes: list[str], states: FeatureRows, tags: NDArray[np.intp], dataset: Dataset
) -> tuple[PatternTable, ...]:
    """Gather the weights of each pattern into its block."""
    n_tags = len(dataset.tag_set.names)
    weights = np.zeros((len(attributes), n_tags))
    weights[states["source"], tags] = states["weight"]
    tables = []
    for kind, located in zip(
        dataset.extractor.templates.kinds, _locate(attributes, dataset), strict=True
    ):
        keys, pattern = np.unique(np.array(located.keys, dtype=np.uint64), return_inverse=True)
        blocks = np.zeros((len(keys), kind.width, n_tags))
        blocks[pattern, np.array(located.rows)] = weights[np.array(located.attributes)]
        used = blocks.any(axis=(1, 2))
        tables.append(PatternTable(kind, keys[used], blocks[used]))
    return tuple(tables)


def _locate(attributes: list[str], dataset: Dataset) -> list[_Located]:
    """Find the kind, key and row of every attribute."""
    templates, alphabet = dataset.extractor.templates, dataset.extractor.alphabet
    located = [_Located(array("q"), array("Q"), array("q")) for _ in templates.kinds]
    places = {}
    for template in templates.templates:
        k = templates.kind_index(template)
        places[template] = (located[k], templates.kinds[k].row(template))
    for attribute, name in enumerate(attributes):
        template, parts = templates.parse_feature(name)
        place, row = places[template]
        views = template.views
        symbols = [alphabet.parse(part, view) for part, view in zip(parts, views, strict=True)]
        place.attributes.append(attribute)
        place.keys.append(
            sum(symbol << low for symbol, (_, low) in zip(symbols, layout(views), strict=True))
        )
        place.rows.append(row)
    return located
