"""A trained model: tags, templates, alphabet, weights, and where they came from; and its file.

A ``.crfseg`` file is a safetensors file: a JSON header and raw arrays. Reading it executes
nothing. docs/file-format.md describes it; everything in it is checked once, here, and trusted
afterwards.

::

    alphabet       [S]            uint32   the characters known, most frequent first
    KIND.patterns  [P, n]         uint16   the patterns of a kind, n symbols each
    KIND.weights   [P, width, L]  int8, int16 or float64, in units of the kind
    transitions    [L, L]         int16 or float64, in units of ``scale``; row = previous tag
    words          [bytes]        uint8    the training vocabulary, UTF-8, a word a line
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Literal, NoReturn, cast

import numpy as np
import safetensors
import safetensors.numpy
from numpy.typing import NDArray

from crfseg.errors import CrfsegError, ModelFileError
from crfseg.files import replacing
from crfseg.symbols import FOLDINGS, Alphabet, Symbols
from crfseg.tags import TagSet
from crfseg.templates import PatternKind, Templates

FORMAT: Final = 2
"""The version of the file format that this code writes; it reads all up to this one."""

_MAX_POTENTIAL: Final = 1e6  # of one weight, so that sums stay finite
_FINEST: Final = 16  # units of scale in a step of the kind with the largest weights, if they fit
_SUM: Final = np.iinfo(np.int16).max  # of all weights that speak to one character and tag
_DAMAGE: Final = (
    CrfsegError, LookupError, TypeError, ValueError, AttributeError, OverflowError, RecursionError,
)  # fmt: skip

Weights = NDArray[np.float64] | NDArray[np.int16] | NDArray[np.int8]
Precision = Literal["int8", "int16", "float64"]
PRECISIONS: Final = ("int8", "int16", "float64")


@dataclass(frozen=True, eq=False)
class PatternTable:
    """The weights of one kind of pattern.

    Parameters
    ----------
    kind
        What the patterns are.
    keys
        The patterns, shape (P,), uint64, distinct.
    weights
        One block a pattern, shape (P, kind.width, L); row r speaks to the position ``r -
        kind.reach`` from the pattern's first symbol.
    unit
        How many of the model's units a weight of 1 is.
    """

    kind: PatternKind
    keys: NDArray[np.uint64]
    weights: Weights
    unit: int = 1

    @property
    def largest_sum(self) -> float:
        """The largest that the weights of this kind can add up to at one character and tag."""
        if not len(self.weights):
            return 0.0
        largest = max(float(self.weights.max()), -float(self.weights.min()))
        return self.kind.width * self.unit * largest


@dataclass(frozen=True, eq=False)
class Model:
    """Everything that tagging needs, and the record of how it was made.

    Parameters
    ----------
    tag_set, templates, alphabet
        What the model predicts and what it looks at.
    tables
        One for each of ``templates.kinds``, in that order.
    transitions
        Shape (L, L); entries of illegal pairs are never read.
    scale
        The log-potential of one unit; 1.0 for float64 weights.
    vocabulary
        The distinct words of the training corpus, sorted.
    info
        Provenance, JSON-like: how, when and from what it was trained, its scores, its licence.
    """

    tag_set: TagSet
    templates: Templates
    alphabet: Alphabet
    tables: tuple[PatternTable, ...]
    transitions: Weights
    scale: float = 1.0
    vocabulary: tuple[str, ...] = ()
    info: Mapping[str, Any] = field(default_factory=dict)

    @property
    def n_patterns(self) -> int:
        """The number of patterns that have weights."""
        return sum(len(table.keys) for table in self.tables)

    @property
    def n_bytes(self) -> int:
        """The size of the arrays in bytes, about that of the file."""
        return sum(array.nbytes for array in self._arrays().values())

    @cached_property
    def known_words(self) -> frozenset[str]:
        """The training vocabulary as a set."""
        return frozenset(self.vocabulary)

    def __repr__(self) -> str:
        name = self.info.get("name", "unnamed")
        return (
            f"Model({name!r}, {self.tag_set.scheme}, {len(self.tag_set.names)} tags, "
            f"{self.n_patterns:,} patterns, {self.n_bytes / 1e6:.1f} MB)"
        )

    def top_features(self, n: int) -> list[tuple[str, str, float]]:
        """Return the n features of the largest weights by size: (feature, tag, weight)."""
        n = max(n, 0)
        found: list[tuple[str, str, float]] = []
        for table in self.tables:
            flat = np.abs(self.potentials(table).reshape(-1))
            largest = np.argpartition(-flat, n)[:n] if n < len(flat) else np.arange(len(flat))
            for at in zip(*np.unravel_index(largest, table.weights.shape), strict=True):
                pattern, row, tag = map(int, at)
                weight = float(table.weights[at]) * table.unit * self.scale
                found.append((self._feature(table, pattern, row), self.tag_set.names[tag], weight))
        return sorted(found, key=lambda feature: -abs(feature[2]))[:n]

    def _feature(self, table: PatternTable, pattern: int, row: int) -> str:
        """Return the name of a feature."""
        key = int(table.keys[pattern])
        ids = [key >> 16 * k & 0xFFFF for k in range(len(table.kind.shape))]
        parts = (self.alphabet.print_id(i, table.kind.view) for i in ids)
        return f"{table.kind.template(row)}={''.join(parts)}"

    @property
    def precision(self) -> Precision:
        """The type of the weights."""
        return cast(Precision, self.tables[0].weights.dtype.name)

    def potentials(self, table: PatternTable) -> NDArray[np.float64]:
        """Return the weights of one of the tables as log-potentials, shape (P, width, L)."""
        return table.weights * np.float64(table.unit * self.scale)

    def quantize(self, precision: Precision = "int8") -> Model:
        """Return the model with weights rounded to integers and patterns of zeros dropped.

        Scores are then sums of integers: exact, in any order, on any machine. A kind of pattern has
        steps of 1 / 127 of its largest weight (``"int8"``), rounded up to a multiple of a unit that
        all kinds share, or one unit of 1 / 32,767 of the largest weight of all (``"int16"``).
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
            finest = max(1, min(_FINEST, _SUM // (steps * width)))
        scale = max(
            max(largest) / (steps * finest),
            float(np.abs(self.transitions[self.tag_set.legal]).max()) / np.iinfo(np.int16).max,
        )
        scale = scale or 1.0
        tables = tuple(
            _rounded(table, scale, _unit(most / steps / scale, precision), precision)
            for table, most in zip(self.tables, largest, strict=True)
        )
        legal = np.where(self.tag_set.legal, self.transitions, 0.0)
        transitions = np.rint(legal / scale).astype(np.int16)
        return dataclasses.replace(self, tables=tables, transitions=transitions, scale=scale)

    def _widened(self) -> Model:
        """Return the model with float64 weights, where training gave it float32."""
        tables = (
            dataclasses.replace(table, weights=table.weights.astype(np.float64, copy=False))
            for table in self.tables
        )
        transitions = self.transitions.astype(np.float64, copy=False)
        return dataclasses.replace(self, tables=tuple(tables), transitions=transitions)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the model to a file, by way of a temporary file beside it.

        Raises
        ------
        OSError
            If the file cannot be written; an older file of that name stays as it was.
        """
        arrays = self._arrays()
        header = json.dumps(self._header(), sort_keys=True)
        text = f"{_digest(header, arrays)} {header}"  # one entry: of two the order is not fixed
        with replacing(path) as beside:
            # Not save_file, which would put a regular file in the place of a pipe.
            beside.write_bytes(safetensors.numpy.save(arrays, metadata={"crfseg": text}))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Model:
        """Read a model from a file, checking everything that is in it.

        Raises
        ------
        ModelFileError
            If it is no model, damaged, or of a newer format.
        OSError
            If the file cannot be read.
        """
        with Path(path).open("rb"):  # says what is wrong in the system's own words
            pass
        try:
            with safetensors.safe_open(path, framework="numpy") as file:
                metadata = file.metadata() or {}
                arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        except (safetensors.SafetensorError, OSError, TypeError, ValueError) as error:
            reason = str(error).removeprefix("Error while deserializing header: ")
            _reject(path, f"is not a model, or cut off ({reason})")
        try:
            return _from_arrays(path, _parse_header(path, metadata, arrays), arrays)
        except ModelFileError:
            raise
        except _DAMAGE as error:
            _reject(path, f"is damaged ({type(error).__name__}: {error})")

    def _header(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "tag_set": dataclasses.asdict(self.tag_set),
            "templates": self.templates.names,
            "folding": self.alphabet.folding,
            "scale": self.scale,
            "units": {table.kind.name: table.unit for table in self.tables},
            "info": dict(self.info),
        }

    def _arrays(self) -> dict[str, NDArray[Any]]:
        arrays: dict[str, NDArray[Any]] = {
            "alphabet": self.alphabet.characters,
            "transitions": self.transitions,
            "words": np.frombuffer(
                "\n".join(self.vocabulary).encode("utf-8", "surrogatepass"), dtype=np.uint8
            ),
        }
        for table in self.tables:
            arrays[f"{table.kind.name}.patterns"] = _unpacked(table.keys, len(table.kind.shape))
            arrays[f"{table.kind.name}.weights"] = table.weights
        return {name: np.ascontiguousarray(array) for name, array in arrays.items()}


def _unit(step: float, precision: Precision) -> int:
    """Return a step in whole units, rounded up, so that the largest weight still fits."""
    return max(1, int(np.ceil(step - 1e-9))) if precision == "int8" else 1


def _rounded(table: PatternTable, scale: float, unit: int, precision: Precision) -> PatternTable:
    weights = np.rint(table.weights / (unit * scale)).astype(precision)
    used = weights.any(axis=(1, 2))
    return PatternTable(table.kind, table.keys[used], weights[used], unit)


def _unpacked(keys: NDArray[np.uint64], n_symbols: int) -> Symbols:
    """Return the symbols of each key, shape (P, n); see :func:`crfseg.symbols.pattern_keys`."""
    return keys.astype("<u8").view("<u2").reshape(-1, 4)[:, :n_symbols]


def _packed(patterns: Symbols) -> NDArray[np.uint64]:
    """Return the keys of patterns, the inverse of :func:`_unpacked`."""
    keys = np.zeros(len(patterns), dtype=np.uint64)
    for k in range(patterns.shape[1]):
        keys |= patterns[:, k].astype(np.uint64) << np.uint64(16 * k)
    return keys


def _digest(header: str, arrays: Mapping[str, NDArray[Any]]) -> str:
    """Return the SHA-256 over the header's text, then each array's name and bytes, by name."""
    digest = hashlib.sha256(header.encode())
    for name in sorted(arrays):
        digest.update(name.encode())
        digest.update(arrays[name].reshape(-1).data)
    return digest.hexdigest()


def _parse_header(
    path: str | os.PathLike[str], metadata: Mapping[str, str], arrays: Mapping[str, NDArray[Any]]
) -> dict[str, Any]:
    if "crfseg" not in metadata:
        _reject(path, "is a safetensors file, but not one of crfseg's")
    digest, _, text = metadata["crfseg"].partition(" ")
    header = json.loads(text)
    version = header["format"]
    if type(version) is not int or version < 1:
        _reject(path, f"is damaged (format {version!r})")
    if version > FORMAT:
        raise ModelFileError(
            f"{os.fspath(path)}: has format {version}; this crfseg reads up to {FORMAT}. "
            "Update crfseg"
        )
    if digest != _digest(text, arrays):
        _reject(path, "is damaged (its SHA-256 differs from the one in its header)")
    return dict(header)


def _from_arrays(
    path: str | os.PathLike[str], header: dict[str, Any], arrays: dict[str, NDArray[Any]]
) -> Model:
    """Build the model of a file; errors of any kind mean that the file is damaged."""
    tag_set = _checked_tag_set(path, header["tag_set"])
    templates = Templates.parse(header["templates"])
    n_tags = len(tag_set.names)
    transitions = arrays["transitions"]
    if transitions.dtype not in (np.int16, np.float64) or transitions.shape != (n_tags, n_tags):
        _reject(path, f"is damaged (transitions {transitions.shape} {transitions.dtype})")
    units = dict.fromkeys((kind.name for kind in templates.kinds), 1)
    if header["format"] > 1:
        units = header["units"]
    tables = tuple(
        _checked_table(path, kind, arrays, (kind.width, n_tags), units[kind.name])
        for kind in templates.kinds
    )
    kinds_of_weight = {table.weights.dtype.kind for table in tables}
    if kinds_of_weight != {"f" if transitions.dtype == np.float64 else "i"}:
        _reject(path, "is damaged (some weights are integers, some are not)")
    scale, info, words = header["scale"], header["info"], arrays["words"]
    if type(scale) not in (int, float) or not 0 < scale < _MAX_POTENTIAL:
        _reject(path, f"is damaged (scale {scale!r})")
    largest = [table.largest_sum / table.kind.width for table in tables]
    largest.append(float(np.abs(transitions.astype(np.float64)).max()))
    if not all(weight * scale < _MAX_POTENTIAL for weight in largest):
        _reject(path, "is damaged (a weight is not a number, or far too large)")
    if words.dtype != np.uint8 or words.ndim != 1 or not isinstance(info, dict):
        _reject(path, f"is damaged (words {words.shape} {words.dtype}, info {type(info).__name__})")
    text = words.tobytes().decode("utf-8", "surrogatepass")
    return Model(
        tag_set,
        templates,
        _checked_alphabet(path, arrays["alphabet"], header["folding"]),
        tables,
        transitions,
        float(scale),
        tuple(text.split("\n")) if text else (),
        info,
    )


def _checked_tag_set(path: str | os.PathLike[str], tags: dict[str, Any]) -> TagSet:
    labels, absent = tags["labels"], tags["absent"]
    for names in (labels, absent):
        if not (
            isinstance(names, list) and all(isinstance(n, str) and n.isprintable() for n in names)
        ):
            _reject(path, "is damaged (a label is no text)")
    tag_set = TagSet(tags["scheme"], tuple(labels), tuple(absent))
    if not (tag_set.begins & tag_set.ends).any():
        _reject(path, "is damaged (no tag for words of one character)")
    return tag_set


def _checked_table(
    path: str | os.PathLike[str],
    kind: PatternKind,
    arrays: dict[str, NDArray[Any]],
    block: tuple[int, int],
    unit: Any,
) -> PatternTable:
    keys, weights = _checked_keys(path, kind, arrays), arrays[f"{kind.name}.weights"]
    if weights.dtype.name not in PRECISIONS or weights.shape != (len(keys), *block):
        _reject(path, f"is damaged ({kind.name}.weights {weights.shape} {weights.dtype})")
    if type(unit) is not int or not 0 < unit <= _SUM:
        _reject(path, f"is damaged (unit {unit!r} of {kind.name})")
    return PatternTable(kind, keys, weights, unit)


def _checked_keys(
    path: str | os.PathLike[str], kind: PatternKind, arrays: dict[str, NDArray[Any]]
) -> NDArray[np.uint64]:
    """Return the keys of a kind; format 1 has them packed, under another name."""
    if f"{kind.name}.keys" in arrays:
        keys = arrays[f"{kind.name}.keys"]
        if keys.dtype != np.uint64 or keys.ndim != 1:
            _reject(path, f"is damaged ({kind.name}.keys {keys.shape} {keys.dtype})")
        return keys
    patterns = arrays[f"{kind.name}.patterns"]
    if patterns.dtype != np.uint16 or patterns.shape != (len(patterns), len(kind.shape)):
        _reject(path, f"is damaged ({kind.name}.patterns {patterns.shape} {patterns.dtype})")
    return _packed(patterns)


def _checked_alphabet(
    path: str | os.PathLike[str], characters: NDArray[Any], folding: str
) -> Alphabet:
    if characters.dtype != np.uint32 or characters.ndim != 1 or folding not in FOLDINGS:
        _reject(path, f"is damaged (alphabet {characters.shape} {characters.dtype} {folding!r})")
    if len(characters) > 0xFFFD or characters.max(initial=0) > 0x10FFFF:
        _reject(path, "is damaged (alphabet holds what is no character)")
    return Alphabet(characters, folding)  # type: ignore[arg-type]  # checked above


def _reject(path: str | os.PathLike[str], what: str) -> NoReturn:
    raise ModelFileError(
        f"{os.fspath(path)}: {what}; expected a .crfseg file. Train it or copy it again"
    )
