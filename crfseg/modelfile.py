"""The file of a model, written and read.

A ``.crfseg`` file is a safetensors file: a JSON header and raw arrays. Reading it executes
nothing. docs/file-format.md describes it; everything in it is checked once, here, and trusted
afterwards.

::

    alphabet       [S]            uint32   the characters known, most frequent first
    groups         [G], G <= S    uint8    the learned groups of the first of them
    KIND.patterns  [P, n]         uint16   the patterns of a kind, n symbols each
    KIND.weights   [P, width, L]  int8, int16 or float64, in units of the kind
    transitions    [L, L]         int16 or float64, in units of ``scale``; row = previous tag
    words          [bytes]        uint8    the training vocabulary, UTF-8, a word a line
    words.frequencies [W]         uint8    how often each occurs there, see model.py; may be none
    sentences      [N]            uint64   the hashes of the training sentences, ascending
    lexicon.words  [bytes]        uint8    the words that are looked up, likewise; may be none
    lexicon.classes [N]           uint8    how sure each is a word
    varieties.strings [N, 4]      uint16   the strings that are looked up, 2 to 4 symbols, then 0
    varieties.classes [N]         uint8    how varied the company is in which each stands
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

import numpy as np
import safetensors
import safetensors.numpy
from numpy.typing import NDArray

from crfseg import symbols
from crfseg.errors import CrfsegError, ModelFileError
from crfseg.files import replacing
from crfseg.groups import SELDOM
from crfseg.lexicon import N_CLASSES, Lexicon
from crfseg.symbols import FOLDINGS, Alphabet
from crfseg.tables import PRECISIONS, PatternTable
from crfseg.tags import TagSet
from crfseg.templates import PatternKind, Templates
from crfseg.varieties import Varieties

if TYPE_CHECKING:  # models know their file, not the other way round
    from crfseg.model import Model

FORMAT: Final = 5
"""The version of the file format that this code writes; it reads all up to this one."""

_MAX_POTENTIAL: Final = 1e6  # of one weight, so that sums stay finite
_MAX_UNIT: Final = np.iinfo(np.int16).max
_SINCE: Final[
    dict[int, dict[str, NDArray[Any]]]
] = {  # each format: the arrays that came with it, empty before
    3: {
        name: np.empty(0, dtype=np.uint8) for name in ("groups", "lexicon.words", "lexicon.classes")
    },
    4: {"varieties.strings": Varieties().strings, "varieties.classes": Varieties().classes},
    5: {
        "words.frequencies": np.empty(0, dtype=np.uint8),
        "sentences": np.empty(0, dtype=np.uint64),
    },
}
_DAMAGE: Final = (
    CrfsegError, LookupError, TypeError, ValueError, AttributeError, OverflowError, RecursionError,
)  # fmt: skip


def write(path: str | os.PathLike[str], model: Model) -> None:
    """Write a model to a file; see :meth:`crfseg.Model.save`."""
    arrays = arrays_of(model)
    header = json.dumps(header_of(model), sort_keys=True)
    text = f"{digest_of(header, arrays)} {header}"  # one entry: of two the order is not fixed
    with replacing(path) as beside:
        # Not save_file, which would put a regular file in the place of a pipe.
        beside.write_bytes(safetensors.numpy.save(arrays, metadata={"crfseg": text}))


def read(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read the fields of a model from a file, checked; see :meth:`crfseg.Model.load`."""
    with _opened(path) as file:
        metadata = file.metadata() or {}
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    try:
        return _checked_fields(path, _parse_header(path, metadata, arrays), arrays)
    except ModelFileError:
        raise
    except _DAMAGE as error:
        _reject(path, f"is damaged ({type(error).__name__}: {error})")


def digest_in(path: str | os.PathLike[str]) -> str:
    """Return the SHA-256 in the header of a model's file, without a look at what it is of."""
    with _opened(path) as file:
        return str((file.metadata() or {}).get("crfseg", "")).partition(" ")[0]


@contextmanager
def _opened(path: str | os.PathLike[str]) -> Iterator[Any]:
    """Open a file of arrays."""
    with Path(path).open("rb"):  # says what is wrong in the system's own words
        pass
    try:
        with safetensors.safe_open(path, framework="numpy") as file:
            yield file
    except (safetensors.SafetensorError, OSError, TypeError, ValueError) as error:
        reason = str(error).removeprefix("Error while deserializing header: ")
        _reject(path, f"is not a model, or cut off ({reason})")


def is_model(path: str | os.PathLike[str]) -> bool:
    """Tell whether a file is meant to be a model, cut off or not.

    It begins with a length in eight bytes, the last four of them 0, then JSON: no text does.
    """
    with Path(path).open("rb") as file:
        begin = file.read(9)
    return begin[4:] == b"\0\0\0\0{"


def header_of(model: Model) -> dict[str, Any]:
    """Return what the header of a model's file says."""
    return {
        "format": FORMAT,
        "tag_set": dataclasses.asdict(model.tag_set),
        "templates": model.templates.names,
        "folding": model.alphabet.folding,
        "scale": model.scale,
        "temperature": model.temperature,
        "units": {table.kind.name: table.unit for table in model.tables},
        "info": dict(model.info),
    }


def arrays_of(model: Model) -> dict[str, NDArray[Any]]:
    """Return the arrays of a model's file."""
    arrays: dict[str, NDArray[Any]] = {
        "alphabet": model.alphabet.characters,
        "groups": model.alphabet.groups,
        "transitions": model.transitions,
        "words": _text_bytes(model.vocabulary),
        "words.frequencies": model.frequencies,
        "sentences": model.sentences,
        "lexicon.words": _text_bytes(model.lexicon.words),
        "lexicon.classes": model.lexicon.classes,
        "varieties.strings": model.varieties.strings,
        "varieties.classes": model.varieties.classes,
    }
    for table in model.tables:
        arrays[f"{table.kind.name}.patterns"] = symbols.unpacked(table.keys, table.kind.views)
        arrays[f"{table.kind.name}.weights"] = table.weights
    return {name: np.ascontiguousarray(array) for name, array in arrays.items()}


def digest_of(header: str, arrays: Mapping[str, NDArray[Any]]) -> str:
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
    if digest != digest_of(text, arrays):
        _reject(path, "is damaged (its SHA-256 differs from the one in its header)")
    return dict(header)


def _checked_fields(
    path: str | os.PathLike[str], header: dict[str, Any], arrays: dict[str, NDArray[Any]]
) -> dict[str, Any]:
    """Return the fields of the model of a file; errors of any kind mean that it is damaged."""
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
    scale, info = header["scale"], header["info"]
    temperature = header["temperature"] if header["format"] > 4 else 1.0
    for name, number in (("scale", scale), ("temperature", temperature)):
        if type(number) not in (int, float) or not 0 < number < _MAX_POTENTIAL:
            _reject(path, f"is damaged ({name} {number!r})")
    largest = [table.largest_sum / table.kind.width for table in tables]
    largest.append(float(np.abs(transitions.astype(np.float64)).max()))
    if not all(weight * scale < _MAX_POTENTIAL for weight in largest):
        _reject(path, "is damaged (a weight is not a number, or far too large)")
    if not isinstance(info, dict):
        _reject(path, f"is damaged (info {type(info).__name__})")
    for version, empty in _SINCE.items():
        arrays = empty | arrays if header["format"] < version else arrays
    alphabet = _checked_alphabet(path, arrays, header["folding"])
    vocabulary = _checked_words(path, arrays["words"])
    return {
        "tag_set": tag_set,
        "templates": templates,
        "alphabet": alphabet,
        "tables": tables,
        "transitions": transitions,
        "scale": float(scale),
        "temperature": float(temperature),
        "vocabulary": vocabulary,
        "frequencies": _checked_frequencies(path, arrays, len(vocabulary)),
        "sentences": _checked_hashes(path, arrays["sentences"]),
        "lexicon": _checked_lexicon(path, arrays, alphabet),
        "varieties": _checked_varieties(path, arrays),
        "info": info,
    }


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
    if type(unit) is not int or not 0 < unit <= _MAX_UNIT:
        _reject(path, f"is damaged (unit {unit!r} of {kind.name})")
    return PatternTable(kind, keys, weights, unit)


def _checked_keys(
    path: str | os.PathLike[str], kind: PatternKind, arrays: dict[str, NDArray[Any]]
) -> NDArray[np.uint64]:
    """Return the keys of a kind; format 1 has 16 bits for every symbol of a key."""
    if f"{kind.name}.keys" in arrays:
        keys = arrays[f"{kind.name}.keys"]
        if keys.dtype != np.uint64 or keys.ndim != 1:
            _reject(path, f"is damaged ({kind.name}.keys {keys.shape} {keys.dtype})")
        columns = keys.astype("<u8").view("<u2").reshape(-1, 4)
        arrays[f"{kind.name}.patterns"] = columns[:, : len(kind.shape)]
    patterns = arrays[f"{kind.name}.patterns"]
    if patterns.dtype != np.uint16 or patterns.shape != (len(patterns), len(kind.shape)):
        _reject(path, f"is damaged ({kind.name}.patterns {patterns.shape} {patterns.dtype})")
    limits = [1 << symbols.VIEWS[view].bits for view in kind.views]
    if (patterns >= np.array(limits)).any():
        _reject(path, f"is damaged ({kind.name}.patterns hold what is no symbol)")
    return symbols.packed(list(patterns.T), kind.views)


def _checked_words(path: str | os.PathLike[str], words: NDArray[Any]) -> tuple[str, ...]:
    if words.dtype != np.uint8 or words.ndim != 1:
        _reject(path, f"is damaged (words {words.shape} {words.dtype})")
    text = words.tobytes().decode("utf-8", "surrogatepass")
    return tuple(text.split("\n")) if text else ()


def _checked_frequencies(
    path: str | os.PathLike[str], arrays: dict[str, NDArray[Any]], n_words: int
) -> NDArray[np.uint8]:
    classes = arrays["words.frequencies"]
    if classes.dtype != np.uint8 or classes.shape not in ((0,), (n_words,)):
        _reject(path, f"is damaged (words.frequencies {classes.shape} {classes.dtype})")
    if ((classes < 1) | (classes > 64)).any():
        _reject(path, "is damaged (a word of the vocabulary is in no class)")
    return classes


def _checked_hashes(path: str | os.PathLike[str], hashes: NDArray[Any]) -> NDArray[np.uint64]:
    if hashes.dtype != np.uint64 or hashes.ndim != 1 or (hashes[1:] <= hashes[:-1]).any():
        _reject(path, f"is damaged (sentences {hashes.shape} {hashes.dtype})")
    return hashes


def _checked_lexicon(
    path: str | os.PathLike[str], arrays: dict[str, NDArray[Any]], alphabet: Alphabet
) -> Lexicon:
    words, classes = _checked_words(path, arrays["lexicon.words"]), arrays["lexicon.classes"]
    if classes.dtype != np.uint8 or classes.shape != (len(words),):
        _reject(path, f"is damaged (lexicon.classes {classes.shape} {classes.dtype})")
    if ((classes < 1) | (classes > N_CLASSES)).any():
        _reject(path, "is damaged (a word of the lexicon is in no class)")
    lexicon = Lexicon(words, classes)
    lexicon.matcher(alphabet)  # raises a ValueError if a word is there twice, or is none
    return lexicon


def _checked_varieties(path: str | os.PathLike[str], arrays: dict[str, NDArray[Any]]) -> Varieties:
    strings, classes = arrays["varieties.strings"], arrays["varieties.classes"]
    if strings.dtype != np.uint16 or classes.dtype != np.uint8 or classes.ndim != 1:
        _reject(path, f"is damaged (varieties {strings.shape} {strings.dtype} {classes.dtype})")
    varieties = Varieties(strings, classes)  # raises a ValueError if that is none
    varieties.matcher()  # and so does this if a string is there twice
    return varieties


def _checked_alphabet(
    path: str | os.PathLike[str], arrays: dict[str, NDArray[Any]], folding: str
) -> Alphabet:
    characters, groups = arrays["alphabet"], arrays["groups"]
    if characters.dtype != np.uint32 or characters.ndim != 1 or folding not in FOLDINGS:
        _reject(path, f"is damaged (alphabet {characters.shape} {characters.dtype} {folding!r})")
    if len(characters) > 0xFFFD or characters.max(initial=0) > 0x10FFFF:
        _reject(path, "is damaged (alphabet holds what is no character)")
    if groups.dtype != np.uint8 or groups.ndim != 1 or len(groups) > len(characters):
        _reject(path, f"is damaged (groups {groups.shape} {groups.dtype})")
    if groups.max(initial=0) > SELDOM:
        _reject(path, "is damaged (a character is in no group)")
    return Alphabet(characters, folding, groups)  # type: ignore[arg-type]  # checked above


def _text_bytes(words: Sequence[str]) -> NDArray[np.uint8]:
    """Return words as UTF-8, a word a line."""
    return np.frombuffer("\n".join(words).encode("utf-8", "surrogatepass"), dtype=np.uint8)


def _reject(path: str | os.PathLike[str], what: str) -> NoReturn:
    raise ModelFileError(
        f"{os.fspath(path)}: {what}; expected a .crfseg file. Train it or copy it again"
    )
