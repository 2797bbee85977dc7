"""A trained model: tag set, feature extractor, weights, and the record of its training."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Any, Final, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from crfseg.corpus.tagset import TagSet
from crfseg.errors import ModelFileError
from crfseg.features.alphabet import Alphabet
from crfseg.features.dataset import WarmStart
from crfseg.features.extractor import Extractor
from crfseg.features.lexicon import Lexicon
from crfseg.features.templates import Templates
from crfseg.model import file
from crfseg.model.fields import arrays_of, checked_fields, header_of
from crfseg.model.weights import PatternTable, Precision, Weights

_UNITS_PER_STEP: Final = 16  # of the kind with the largest weights, unless sums exceed _MAX_SUM
_MAX_SUM: Final = np.iinfo(np.int16).max  # of all weights that add to one position and tag


class Origin(NamedTuple):
    """The file that a model was loaded from.

    A loaded model is pickled as path and digest, and unpickling loads the file, once a process. A
    model without a file, or whose file has changed, is pickled with all its fields.
    """

    path: str
    """Absolute path."""
    digest: str
    """SHA-256 in its header."""

    def is_there(self) -> bool:
        """Return True if the file still has this digest."""
        try:
            return file.digest_in(self.path) == self.digest
        except (OSError, ModelFileError):
            return False


@dataclass(frozen=True, eq=False)
class Model:
    """A trained model: all that tagging needs, and the record of its training.

    Parameters
    ----------
    tag_set
        The L tags that it predicts.
    extractor
        Its features.
    tables
        The weights of each kind of pattern, in the order of ``templates.kinds``.
    transitions
        Weights of pairs of tags, shape (L, L), row = previous tag; those of illegal pairs are not
        read.
    scale
        The log-potential of one unit, > 0; 1.0 for float64 weights.
    temperature
        Divisor of log-potentials where they become probabilities, > 0; tags do not depend on it.
        Above 1 for a model that is overconfident without it.
    vocabulary
        The W distinct words of the training corpus, sorted.
    frequencies
        Frequency class of each word: k for 2 ** (k - 1) to 2 ** k - 1 occurrences; shape (W,),
        uint8, or empty if they were not counted.
    sentences
        Hashes of the training sentences, ascending, see :meth:`crfseg.Corpus.hashes`.
    info
        Provenance, JSON-like: how, when and from what it was trained, its scores, its licence.

    Attributes
    ----------
    origin
        The file that it was loaded from, or None.
    """

    tag_set: TagSet
    extractor: Extractor
    tables: tuple[PatternTable, ...]
    transitions: Weights
    scale: float = 1.0
    temperature: float = 1.0
    vocabulary: tuple[str, ...] = ()
    frequencies: NDArray[np.uint8] = field(default_factory=lambda: np.empty(0, dtype=np.uint8))
    sentences: NDArray[np.uint64] = field(default_factory=lambda: np.empty(0, dtype=np.uint64))
    info: Mapping[str, Any] = field(default_factory=dict)
    origin: Origin | None = field(default=None, init=False, repr=False)

    def __reduce__(self) -> tuple[Callable[..., Model], tuple[Any, ...]]:
        if self.origin and self.origin.is_there():
            return restored, (self.origin,)
        return partial(Model, **self.fields()), ()

    def fields(self) -> dict[str, Any]:
        """Return the parameters by name, as the constructor takes them."""
        return {
            each.name: getattr(self, each.name) for each in dataclasses.fields(self) if each.init
        }

    @property
    def templates(self) -> Templates:
        """The feature templates."""
        return self.extractor.templates

    @property
    def alphabet(self) -> Alphabet:
        """The known characters."""
        return self.extractor.alphabet

    @property
    def lexicon(self) -> Lexicon:
        """The words of the lexicon views."""
        return self.extractor.lexicon

    @property
    def warm_start(self) -> WarmStart:
        """The parts that the encoding of another corpus starts from."""
        return WarmStart(self.tag_set, self.extractor, [table.keys for table in self.tables])

    @property
    def n_patterns(self) -> int:
        """The number of patterns that have weights."""
        return sum(len(table.keys) for table in self.tables)

    @property
    def n_bytes(self) -> int:
        """The size of the arrays in bytes, about that of the file."""
        return sum(array.nbytes for array in arrays_of(self.fields()).values())

    @cached_property
    def known_words(self) -> frozenset[str]:
        """The training vocabulary as a set."""
        return frozenset(self.vocabulary)

    @cached_property
    def frequency_of(self) -> Mapping[str, int]:
        """The frequency class of each word of the vocabulary; 0 if they were not counted."""
        classes = self.frequencies.tolist() or [0] * len(self.vocabulary)
        return dict(zip(self.vocabulary, classes, strict=True))

    def __repr__(self) -> str:
        name = self.info.get("name", "unnamed")
        return (
            f"Model({name!r}, {self.tag_set.scheme}, {len(self.tag_set.names)} tags, "
            f"{self.n_patterns:,} patterns, {self.n_bytes / 1e6:.1f} MB)"
        )

    def top_features(self, n: int) -> list[tuple[str, str, float]]:
        """Return the n features of largest absolute weight: (feature, tag, log-potential)."""
        n = max(n, 0)
        features: list[tuple[str, str, float]] = []
        for table in self.tables:
            flat = np.abs(self.potentials(table).reshape(-1))
            largest = np.argpartition(-flat, n)[:n] if n < len(flat) else np.arange(len(flat))
            for at in zip(*np.unravel_index(largest, table.weights.shape), strict=True):
                pattern, row, tag = map(int, at)
                weight = float(table.weights[at]) * table.unit * self.scale
                features.append(
                    (
                        self.extractor.feature(table.kind, table.keys[pattern], row),
                        self.tag_set.names[tag],
                        weight,
                    )
                )
        return sorted(features, key=lambda feature: -abs(feature[2]))[:n]

    @property
    def precision(self) -> Precision:
        """The type of the weights."""
        return cast(Precision, self.tables[0].weights.dtype.name)

    def potentials(self, table: PatternTable) -> NDArray[np.float64]:
        """Return the weights of a table as log-potentials, shape (P, width, L)."""
        return table.weights * np.float64(table.unit * self.scale)

    def quantize(self, precision: Precision = "int8") -> Model:
        """Return the model with weights rounded to integers and patterns of zeros dropped.

        Scores are then sums of integers: exact, in any order, on any machine. The quantization step
        of a kind of pattern is 1 / 127 of its largest weight, rounded up to a multiple of the scale
        (``"int8"``), or the scale itself, 1 / 32,767 of the largest weight of all (``"int16"``). A
        quantized model is returned as it is.
        """
        if self.transitions.dtype.kind != "f":
            return self
        if precision == "float64":
            return self._widened()
        largest = [float(np.abs(table.weights).max(initial=0.0)) for table in self.tables]
        steps = np.iinfo(precision).max
        finest = 1
        if precision == "int8":
            width = sum(table.kind.width for table in self.tables)
            finest = max(1, min(_UNITS_PER_STEP, _MAX_SUM // (steps * width)))
        scale = max(
            max(largest) / (steps * finest),
            float(np.abs(self.transitions[self.tag_set.legal]).max()) / np.iinfo(np.int16).max,
        )
        scale = scale or 1.0
        tables = tuple(
            _rounded(table, scale, _unit(weight / steps / scale, precision), precision)
            for table, weight in zip(self.tables, largest, strict=True)
        )
        legal = np.where(self.tag_set.legal, self.transitions, 0.0)
        transitions = np.rint(legal / scale).astype(np.int16)
        return dataclasses.replace(self, tables=tables, transitions=transitions, scale=scale)

    def _widened(self) -> Model:
        """Return the model with float64 weights; training yields float32."""
        tables = (
            dataclasses.replace(table, weights=table.weights.astype(np.float64, copy=False))
            for table in self.tables
        )
        transitions = self.transitions.astype(np.float64, copy=False)
        return dataclasses.replace(self, tables=tuple(tables), transitions=transitions)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the model to a file, through a temporary file beside it.

        Raises
        ------
        OSError
            If the file cannot be written; an older file of that name stays as it was.
        """
        fields = self.fields()
        file.write(path, header_of(fields), arrays_of(fields))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Model:
        """Read a model from a file and check its contents.

        Raises
        ------
        ModelFileError
            If it is not a model, is damaged, or has a newer format.
        OSError
            If the file cannot be read.
        """
        contents = file.read(path)
        model = cls(**checked_fields(path, contents))
        origin = Origin(os.fspath(Path(path).absolute()), contents.digest)
        object.__setattr__(model, "origin", origin)
        return model


def _unit(step: float, precision: Precision) -> int:
    """Return a quantization step in units, rounded up so that the largest weight still fits."""
    return max(1, int(np.ceil(step - 1e-9))) if precision == "int8" else 1


def _rounded(table: PatternTable, scale: float, unit: int, precision: Precision) -> PatternTable:
    weights = np.rint(table.weights / (unit * scale)).astype(precision)
    used = weights.any(axis=(1, 2))
    return PatternTable(table.kind, table.keys[used], weights[used], unit)


@lru_cache(maxsize=4)  # a process that unpickles many segmenters loads their model once
def restored(origin: Origin) -> Model:
    """Load a model that was pickled as its origin.

    Raises
    ------
    ModelFileError
        If the file is missing or has another digest.
    """
    try:
        model = Model.load(origin.path)
    except OSError as error:
        raise ModelFileError(
            f"{origin.path}: {error.strerror or error}; expected the model's file where it was "
            "when it was pickled. Put it there, or load it from where it is"
        ) from None
    if model.origin != origin:
        raise ModelFileError(
            f"{origin.path}: is another model than the one that was pickled; expected SHA-256 "
            f"{origin.digest[:12]}. Load it anew where you pickle it"
        )
    return model
