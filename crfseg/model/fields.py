"""Converts the fields of a model to the header and arrays of its file, and back with all checks.

All values that kernels use as indices or summands are checked here, once.

::

    alphabet       [S]            uint32   the known characters, the most frequent first
    groups         [G], G <= S    uint8    the cluster of each of the first G characters
    KIND.patterns  [P, n]         uint16   the patterns of a kind, n symbols each
    KIND.weights   [P, width, L]  int8, int16 or float64, in units of the kind
    transitions    [L, L]         int16 or float64, in units of ``scale``; row = previous tag
    words          [bytes]        uint8    the training vocabulary, UTF-8, a word a line
    words.frequencies [W]         uint8    the frequency class of each, see model.py; may be empty
    sentences      [N]            uint64   the hashes of the training sentences, ascending
    lexicon.words  [bytes]        uint8    the words of the lexicon, likewise; may be empty
    lexicon.classes [N]           uint8    the class of each word, see features/lexicon.py
    varieties.strings [N, 4]      uint16   the strings of view A: 2 to 4 symbols, then 0
    varieties.classes [N]         uint8    the accessor variety class of each string
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from crfseg.corpus.tagset import TagSet
from crfseg.errors import CrfsegError, ModelFileError
from crfseg.features import ngrams
from crfseg.features.accessor_variety import Varieties
from crfseg.features.alphabet import FOLDINGS, Alphabet
from crfseg.features.clusters import RARE
from crfseg.features.extractor import Extractor
from crfseg.features.lexicon import N_CLASSES, Lexicon
from crfseg.features.templates import PatternKind, Templates
from crfseg.model.file import FORMAT, Contents, reject
from crfseg.model.weights import PRECISIONS, PatternTable
from crfseg.text.files import PathLike

_MAX_POTENTIAL: Final = 1e6  # of a single weight, so that sums stay finite
_MAX_UNIT: Final = np.iinfo(np.int16).max
_DAMAGE: Final = (
    CrfsegError, LookupError, TypeError, ValueError, AttributeError, OverflowError, RecursionError,
)  # fmt: skip
# Arrays added by each version of the format, and their value in older files.
_SINCE: Final[dict[int, dict[str, NDArray[Any]]]] = {
    3: {
        name: np.empty(0, dtype=np.uint8) for name in ("groups", "lexicon.words", "lexicon.classes")
    },
    4: {"varieties.strings": Varieties().strings, "varieties.classes": Varieties().classes},
    5: {
        "words.frequencies": np.empty(0, dtype=np.uint8),
        "sentences": np.empty(0, dtype=np.uint64),
    },
}


Fields = Mapping[str, Any]
"""The parameters of :class:`crfseg.model.model.Model` by name."""


def header_of(fields: Fields) -> dict[str, Any]:
    """Return the header of the file of a model."""
    return {
        "format": FORMAT,
        "tag_set": dataclasses.asdict(fields["tag_set"]),
        "templates": fields["extractor"].templates.names,
        "folding": fields["extractor"].alphabet.folding,
        "scale": fields["scale"],
        "temperature": fields["temperature"],
        "units": {table.kind.name: table.unit for table in fields["tables"]},
        "info": dict(fields["info"]),
    }


def arrays_of(fields: Fields) -> dict[str, NDArray[Any]]:
    """Return the arrays of the file of a model."""
    extractor: Extractor = fields["extractor"]
    alphabet, lexicon, varieties = extractor.alphabet, extractor.lexicon, extractor.varieties
    arrays: dict[str, NDArray[Any]] = {
        "alphabet": alphabet.characters,
        "groups": alphabet.clusters,
        "transitions": fields["transitions"],
        "words": _text_bytes(fields["vocabulary"]),
        "words.frequencies": fields["frequencies"],
        "sentences": fields["sentences"],
        "lexicon.words": _text_bytes(lexicon.words),
        "lexicon.classes": lexicon.classes,
        "varieties.strings": varieties.strings,
        "varieties.classes": varieties.classes,
    }
    for table in fields["tables"]:
        arrays[f"{table.kind.name}.patterns"] = ngrams.unpacked(table.keys, table.kind.views)
        arrays[f"{table.kind.name}.weights"] = table.weights
    return {name: np.ascontiguousarray(array) for name, array in arrays.items()}


def checked_fields(path: PathLike, contents: Contents) -> dict[str, Any]:
    """Return the fields of the model in a file.

    Raises
    ------
    ModelFileError
        If a value is not valid: the file is damaged or malicious.
    """
    try:
        return _checked_fields(path, contents.header, contents.arrays)
    except ModelFileError:
        raise
    except _DAMAGE as error:
        reject(path, f"is damaged ({type(error).__name__}: {error})")


def _checked_fields(
    path: PathLike, header: dict[str, Any], arrays: dict[str, NDArray[Any]]
) -> dict[str, Any]:
    for version, empty in _SINCE.items():
        arrays = empty | arrays if header["format"] < version else arrays
    tag_set = _checked_tag_set(path, header["tag_set"])
    templates = Templates.parse(header["templates"])
    weights = _checked_weights(path, header, arrays, templates, len(tag_set.names))
    alphabet = _checked_alphabet(path, arrays, header["folding"])
    vocabulary = _checked_words(path, arrays["words"])
    if not isinstance(header["info"], dict):
        reject(path, f"is damaged (info {type(header['info']).__name__})")
    temperature = header["temperature"] if header["format"] > 4 else 1.0
    return weights | {
        "tag_set": tag_set,
        "extractor": Extractor(
            templates,
            alphabet,
            _checked_lexicon(path, arrays, alphabet),
            _checked_varieties(path, arrays),
        ),
        "temperature": _checked_number(path, "temperature", temperature),
        "vocabulary": vocabulary,
        "frequencies": _checked_frequencies(path, arrays, len(vocabulary)),
        "sentences": _checked_hashes(path, arrays["sentences"]),
        "info": header["info"],
    }


def _checked_weights(
    path: PathLike,
    header: dict[str, Any],
    arrays: dict[str, NDArray[Any]],
    templates: Templates,
    n_tags: int,
) -> dict[str, Any]:
    """Return the fields that scores are sums of: tables, transitions and scale."""
    transitions = arrays["transitions"]
    if transitions.dtype not in (np.int16, np.float64) or transitions.shape != (n_tags, n_tags):
        reject(path, f"is damaged (transitions {transitions.shape} {transitions.dtype})")
    units = header["units"] if header["format"] > 1 else {}
    tables = tuple(
        _checked_table(
            path, kind, arrays, (kind.width, n_tags),
            units[kind.name] if header["format"] > 1 else 1,
        )
        for kind in templates.kinds
    )  # fmt: skip
    if {table.weights.dtype.kind for table in tables} != {transitions.dtype.kind}:
        reject(path, "is damaged (some weights are integers, some are not)")
    scale = _checked_number(path, "scale", header["scale"])
    largest = [table.largest_sum / table.kind.width for table in tables]
    largest.append(float(np.abs(transitions.astype(np.float64)).max()))
    if not all(weight * scale < _MAX_POTENTIAL for weight in largest):
        reject(path, "is damaged (a weight is not a number, or far too large)")
    return {"tables": tables, "transitions": transitions, "scale": scale}


def _checked_number(path: PathLike, name: str, number: Any) -> float:
    if type(number) not in (int, float) or not 0 < number < _MAX_POTENTIAL:
        reject(path, f"is damaged ({name} {number!r})")
    return float(number)


def _checked_tag_set(path: PathLike, tags: dict[str, Any]) -> TagSet:
    labels, absent = tags["labels"], tags["absent"]
    for names in (labels, absent):
        if not (
            isinstance(names, list) and all(isinstance(n, str) and n.isprintable() for n in names)
        ):
            reject(path, "is damaged (a label is no text)")
    tag_set = TagSet(tags["scheme"], tuple(labels), tuple(absent))
    if not (tag_set.begins & tag_set.ends).any():
        reject(path, "is damaged (no tag for words of one character)")
    return tag_set


def _checked_table(
    path: PathLike,
    kind: PatternKind,
    arrays: dict[str, NDArray[Any]],
    block: tuple[int, int],
    unit: Any,
) -> PatternTable:
    keys, weights = _checked_keys(path, kind, arrays), arrays[f"{kind.name}.weights"]
    if weights.dtype.name not in PRECISIONS or weights.shape != (len(keys), *block):
        reject(path, f"is damaged ({kind.name}.weights {weights.shape} {weights.dtype})")
    if type(unit) is not int or not 0 < unit <= _MAX_UNIT:
        reject(path, f"is damaged (unit {unit!r} of {kind.name})")
    return PatternTable(kind, keys, weights, unit)


def _checked_keys(
    path: PathLike, kind: PatternKind, arrays: dict[str, NDArray[Any]]
) -> NDArray[np.uint64]:
    """Return the keys of a kind; format 1 stores keys, with 16 bits for every symbol."""
    if f"{kind.name}.keys" in arrays:
        keys = arrays[f"{kind.name}.keys"]
        if keys.dtype != np.uint64 or keys.ndim != 1:
            reject(path, f"is damaged ({kind.name}.keys {keys.shape} {keys.dtype})")
        columns = keys.astype("<u8").view("<u2").reshape(-1, 4)
        arrays[f"{kind.name}.patterns"] = columns[:, : len(kind.shape)]
    patterns = arrays[f"{kind.name}.patterns"]
    if patterns.dtype != np.uint16 or patterns.shape != (len(patterns), len(kind.shape)):
        reject(path, f"is damaged ({kind.name}.patterns {patterns.shape} {patterns.dtype})")
    limits = [1 << ngrams.VIEWS[view].bits for view in kind.views]
    if (patterns >= np.array(limits)).any():
        reject(path, f"is damaged ({kind.name}.patterns hold what is no symbol)")
    return ngrams.packed(list(patterns.T), kind.views)


def _checked_words(path: PathLike, words: NDArray[Any]) -> tuple[str, ...]:
    if words.dtype != np.uint8 or words.ndim != 1:
        reject(path, f"is damaged (words {words.shape} {words.dtype})")
    text = words.tobytes().decode("utf-8", "surrogatepass")
    return tuple(text.split("\n")) if text else ()


def _checked_frequencies(
    path: PathLike, arrays: dict[str, NDArray[Any]], n_words: int
) -> NDArray[np.uint8]:
    classes = arrays["words.frequencies"]
    if classes.dtype != np.uint8 or classes.shape not in ((0,), (n_words,)):
        reject(path, f"is damaged (words.frequencies {classes.shape} {classes.dtype})")
    if ((classes < 1) | (classes > 64)).any():
        reject(path, "is damaged (a word of the vocabulary is in no class)")
    return classes


def _checked_hashes(path: PathLike, hashes: NDArray[Any]) -> NDArray[np.uint64]:
    if hashes.dtype != np.uint64 or hashes.ndim != 1 or (hashes[1:] <= hashes[:-1]).any():
        reject(path, f"is damaged (sentences {hashes.shape} {hashes.dtype})")
    return hashes


def _checked_lexicon(
    path: PathLike, arrays: dict[str, NDArray[Any]], alphabet: Alphabet
) -> Lexicon:
    words, classes = _checked_words(path, arrays["lexicon.words"]), arrays["lexicon.classes"]
    if classes.dtype != np.uint8 or classes.shape != (len(words),):
        reject(path, f"is damaged (lexicon.classes {classes.shape} {classes.dtype})")
    if ((classes < 1) | (classes > N_CLASSES)).any():
        reject(path, "is damaged (a word of the lexicon is in no class)")
    lexicon = Lexicon(words, classes)
    lexicon.matcher(alphabet)  # raises a ValueError if a word is not valid or there twice
    return lexicon


def _checked_varieties(path: PathLike, arrays: dict[str, NDArray[Any]]) -> Varieties:
    strings, classes = arrays["varieties.strings"], arrays["varieties.classes"]
    if strings.dtype != np.uint16 or classes.dtype != np.uint8 or classes.ndim != 1:
        reject(path, f"is damaged (varieties {strings.shape} {strings.dtype} {classes.dtype})")
    varieties = Varieties(strings, classes)  # raises a ValueError if they are not valid
    varieties.matcher()  # raises a ValueError if a string is there twice
    return varieties


def _checked_alphabet(path: PathLike, arrays: dict[str, NDArray[Any]], folding: str) -> Alphabet:
    characters, clusters = arrays["alphabet"], arrays["groups"]
    if characters.dtype != np.uint32 or characters.ndim != 1 or folding not in FOLDINGS:
        reject(path, f"is damaged (alphabet {characters.shape} {characters.dtype} {folding!r})")
    if len(characters) > 0xFFFD or characters.max(initial=0) > 0x10FFFF:
        reject(path, "is damaged (alphabet holds what is no character)")
    if clusters.dtype != np.uint8 or clusters.ndim != 1 or len(clusters) > len(characters):
        reject(path, f"is damaged (groups {clusters.shape} {clusters.dtype})")
    if clusters.max(initial=0) > RARE:
        reject(path, "is damaged (a character is in no group)")
    return Alphabet(characters, folding, clusters)  # type: ignore[arg-type]  # checked above


def _text_bytes(words: Sequence[str]) -> NDArray[np.uint8]:
    """Return words as UTF-8, one a line."""
    return np.frombuffer("\n".join(words).encode("utf-8", "surrogatepass"), dtype=np.uint8)
