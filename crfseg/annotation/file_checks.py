"""Checks of one corpus file, which is read as far as possible.

:func:`crfseg.read_corpus` stops at the first error; this continues: lines that are not in the
encoding or format are listed and skipped. :mod:`crfseg.annotation.corpus_checks` compares files.
"""

from __future__ import annotations

import codecs
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from crfseg.corpus import readers
from crfseg.corpus.corpus import Corpus
from crfseg.corpus.readers import Format
from crfseg.errors import CorpusError
from crfseg.text import chars, encodings
from crfseg.text.files import PathLike

KINDS: Final = {
    "encoding": "lines that are not in the encoding",
    "format": "lines or files that are not in the format",
    "control": "control characters",
    "line break": "line breaks inside lines",
    "invisible": "invisible characters",
    "replacement": "characters lost in an earlier conversion",
    "private use": "private use and unassigned characters",
    "radical": "radicals in place of characters",
    "word": "words that look wrong",
    "sentence": "sentences segmented in two ways",
    "segmentation": "strings segmented in two ways",
    "duplicate": "sentences that stand twice or more",
    "overlap": "test sentences that stand in the corpora",
}
"""The kinds of findings, in the order in which they are reported."""

LONGEST_WORD: Final = 20  # Han characters; what is longer is a sentence
MAX_MALFORMED: Final = 20  # lines, before the file is taken to be in another format
_SAMPLE: Final = 10_000  # words or lines that tell a format
_MOST: Final = 0.9  # of them have its form

_RANGES: Final[dict[str, tuple[tuple[int, int], ...]]] = {
    "control": ((0x00, 0x08), (0x0E, 0x1F), (0x7F, 0x84), (0x86, 0x9F)),
    "line break": ((0x0B, 0x0D), (0x85, 0x85), (0x2028, 0x2029)),
    "invisible": (
        *((0xAD, 0xAD), (0x180E, 0x180E), (0x200B, 0x200F), (0x202A, 0x202E)),
        *((0x2060, 0x2064), (0x2066, 0x206F), (0xFEFF, 0xFEFF), (0xFFF9, 0xFFFC)),
    ),
    "replacement": ((0xFFFD, 0xFFFD),),
    "private use": ((0xD800, 0xF8FF), (0xFDD0, 0xFDEF), (0xFFFE, 0xFFFF), (0xF0000, 0x10FFFF)),
    "radical": ((0x2F00, 0x2FD5),),
}
_CONTROLS: Final = {
    0x00: "NUL",
    0x08: "BACKSPACE",
    0x0B: "VERTICAL TAB",
    0x0C: "FORM FEED",
    0x0D: "CARRIAGE RETURN",
    0x1A: "END OF FILE",
    0x1B: "ESCAPE",
    0x7F: "DELETE",
    0x85: "NEXT LINE",
}
_BOM: Final = "\ufeff"
_ZERO_WIDTH_JOINER: Final = 0x200D
_EMOJI: Final = 0x1F000  # and above: what a zero width joiner may follow
_EMOJI_STYLE: Final = 0xFE0F

_WORD_POS: Final = re.compile(r".+[/_][A-Za-z][A-Za-z0-9-]{0,7}(\][A-Za-z]+)?")
_CHARACTER_TAG: Final = re.compile(r".[/_][BMESIO]\d?(-\w+)?")
_TAG_COLUMN: Final = re.compile(r"\S+\s(.*\s)?([BMESI]\d?(-\S+)?|O)")
_CONLLU: Final = re.compile(r"#.*|(\S+\t){9}\S+")


class Finding(NamedTuple):
    """Something suspicious; printed as ``file:line: message``."""

    path: str
    line: int
    kind: str
    message: str

    def __str__(self) -> str:
        return f"{visible(self.path)}:{self.line}: {self.message}"


@dataclass(frozen=True)
class CheckedFile:
    """A corpus file as far as it could be read, and the findings."""

    corpus: Corpus
    findings: list[Finding]
    separators: Counter[str]
    """How often each white-space character occurs, newlines left out."""
    n_blank: int
    is_segmented: bool
    """False if only a part of its words is known, or it seems to be in another format."""

    @classmethod
    def read(cls, path: PathLike, format: Format | None, encoding: str) -> CheckedFile:
        """Read a file and list what cannot be read; see :func:`crfseg.check`."""
        name, data = os.fspath(path), Path(path).read_bytes()
        text, undecodable = _decoded(data, name, encoding)
        format = format or readers.format_of(name)
        corpus, malformed = _parsed(text, name, format)
        misread = _misread(corpus, text, format) if not (undecodable or malformed) else ""
        lines = text.removesuffix("\n").split("\n") if text else []
        if wrong := _other_encoding(data, len(undecodable), len(lines), encoding):
            findings = [Finding(name, 1, "encoding", wrong), *undecodable]
        else:
            findings = [*undecodable, *malformed, *_odd_characters(text, name)]
            findings += [Finding(name, 1, "format", misread)] if misread else []
        unread = {finding.line for finding in undecodable}
        n_blank = sum(not line.strip() and n not in unread for n, line in enumerate(lines, 1))
        is_segmented = not (wrong or misread) and corpus.boundaries is None
        return cls(corpus, findings, _separators(text), n_blank, is_segmented)


def visible(text: str) -> str:
    """Return a text with everything unprintable as ``<U+XXXX>``."""
    return "".join(c if c.isprintable() else f"<U+{ord(c):04X}>" for c in text)


def _decoded(data: bytes, name: str, encoding: str) -> tuple[str, list[Finding]]:
    """Decode a file; lines that are not in the encoding are listed and become empty."""
    codec = encodings.codec(encoding)
    try:
        return data.decode(codec).removeprefix(_BOM), []
    except UnicodeDecodeError as error:
        line = data[: error.start].decode(codec, "ignore").count("\n") + 1
        first = Finding(name, line, "encoding", _undecodable(error, encoding))
    if codec.startswith(("utf-16", "utf-32")):  # bytes do not show the lines
        return data.decode(codec, "replace").removeprefix(_BOM), [first]
    lines, findings = [], []
    for number, line_bytes in enumerate(data.split(b"\n"), 1):
        try:
            lines.append(line_bytes.decode(codec))
        except UnicodeDecodeError as error:
            lines.append("")
            findings.append(Finding(name, number, "encoding", _undecodable(error, encoding)))
    return "\n".join(lines).removeprefix(_BOM), findings


def _undecodable(error: UnicodeDecodeError, encoding: str) -> str:
    before = error.object[: error.start].decode(error.encoding, "ignore").rpartition("\n")[2]
    where = f"after {visible(before[-8:])!r}" if before else "at the start of the line"
    return f"byte 0x{error.object[error.start]:02X} {where} is not {encoding}"


def _other_encoding(data: bytes, n_bad: int, n_lines: int, encoding: str) -> str:
    """Say that a file is in another encoding if most of its lines are."""
    if 2 * n_bad <= n_lines:
        return ""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "begins with the byte order mark of UTF-16; name the encoding: utf-16"
    others = [name for name in ("utf-8", "gb18030", "big5hkscs", "utf-16") if name != encoding]
    return f"most lines are not {encoding} ({n_bad:,}); name the encoding: {', '.join(others)}, ..."


def _parsed(text: str, name: str, format: Format) -> tuple[Corpus, list[Finding]]:
    """Read a text in a format; malformed lines are listed and passed over."""
    if format not in readers.FORMATS:
        raise CorpusError(f"unknown format {format!r}; known: {', '.join(readers.FORMATS)}")
    parts: list[Corpus] = []
    findings: list[Finding] = []
    n_read = 0  # lines before the rest of the text
    while len(findings) < MAX_MALFORMED:
        try:
            parts.append(_moved(readers.parse(text, name, format), n_read))
            return _joined(parts), findings
        except CorpusError as error:
            number, _, message = str(error).removeprefix(f"{name}:").partition(": ")
        lines = text.split("\n")
        before = "\n".join(lines[: int(number) - 1])
        parts.append(_moved(readers.parse(before, name, format), n_read))
        n_read += int(number)
        text = "\n".join(lines[int(number) :])
        findings.append(Finding(name, n_read, "format", message))
    message = f"the last of {MAX_MALFORMED} lines not in the format {format}; no more are read"
    return _joined(parts), [Finding(name, n_read, "format", message), *findings]


def _moved(corpus: Corpus, n_lines: int) -> Corpus:
    """Return a corpus as it is when ``n_lines`` lines stand before it; labels are dropped."""
    return replace(corpus, lines=corpus.lines + n_lines, labels=None, label_names=())


def _joined(parts: list[Corpus]) -> Corpus:
    return replace(Corpus.join(parts), name=parts[0].name)


def _misread(corpus: Corpus, text: str, format: Format) -> str:
    """Say what a file looks like if it is empty, or not words separated by white space."""
    if not len(corpus):
        return "no sentence in the file; expected one a line"
    if format != "words":
        return ""
    words, lines = corpus.words()[:_SAMPLE], text.split("\n", _SAMPLE)[:_SAMPLE]
    if _share(_CHARACTER_TAG, words) > _MOST:
        return "looks like character/tag; expected words, or a character and its tag a line"
    if _share(_WORD_POS, words) > _MOST:
        return "looks like word/POS; name the format: pos"
    if _share(_CONLLU, lines) > _MOST:
        return "looks like CoNLL-U; name the format: conllu"
    if _share(_TAG_COLUMN, lines) > _MOST:
        return "looks like a character and its tag a line; name the format: columns"
    if corpus.n_words == len(corpus) and corpus.n_chars > LONGEST_WORD:
        return "no white space inside the lines; expected words separated by white space"
    if corpus.n_words == corpus.n_chars > 5 * LONGEST_WORD:
        return "every word is one character; expected words, not characters, separated by spaces"
    return ""


def _share(pattern: re.Pattern[str], texts: Sequence[str]) -> float:
    """Return the share of the texts that match, blank ones left out."""
    stripped = [text.strip() for text in texts if text.strip()]
    return sum(bool(pattern.fullmatch(text)) for text in stripped) / max(1, len(stripped))


def _separators(text: str) -> Counter[str]:
    codes = chars.code_points(text.replace("\r\n", "\n"))
    found, counts = np.unique(codes[chars.is_white_space(codes)], return_counts=True)
    separators = Counter(dict(zip(map(chr, found.tolist()), counts.tolist(), strict=True)))
    del separators["\n"]
    return separators


def _kind_table() -> NDArray[np.uint8]:
    """Build the kind of every code point: 1 + its index in ``_RANGES``, 0 for what is normal."""
    table = np.zeros(0x110000, dtype=np.uint8)
    for kind, ranges in enumerate(_RANGES.values(), 1):
        for first, last in ranges:
            table[first : last + 1] = kind
    return table


def _odd_characters(text: str, name: str) -> Iterator[Finding]:
    """Find characters that cannot be seen or should not be there; each once a line."""
    text = text.replace("\r\n", " \n")
    codes = chars.code_points(text)
    kinds = _kind_table()[codes]
    before = np.append(np.uint32(0), codes[:-1])
    joins_emoji = (before >= _EMOJI) | (before == _EMOJI_STYLE)
    at = np.flatnonzero((kinds > 0) & ~((codes == _ZERO_WIDTH_JOINER) & joins_emoji))
    lines = np.searchsorted(np.flatnonzero(codes == chars.NEWLINE), at) + 1
    keys = list(zip(lines.tolist(), codes[at].tolist(), strict=True))
    counts = Counter(keys)
    for place, key in zip(at.tolist(), keys, strict=True):
        if count := counts.pop(key, 0):
            kind = list(_RANGES)[kinds[place] - 1]
            yield Finding(name, key[0], kind, _odd_character(text, place, kind, count))


def _odd_character(text: str, place: int, kind: str, count: int) -> str:
    code = ord(text[place])
    name = unicodedata.name(text[place], _CONTROLS.get(code, f"{kind} character"))
    around = text[max(0, place - 6) : place].rpartition("\n")[2]
    around += text[place : place + 7].partition("\n")[0]
    times = f", {count:,} times in this line" if count > 1 else ""
    return f"U+{code:04X} {name} in '{visible(around.expandtabs(1))}'{times}"
