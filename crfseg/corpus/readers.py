"""Readers of the corpus formats: words, pos, columns, CoNLL-U, partial annotation.

======== ===========================================================================
words    one sentence a line, words separated by white space
pos      the same with ``word/POS`` or ``word_POS``; People's Daily ``[a/n b/n]nt``
columns  CRF++ and CoNLL: a character (or word) and its tag a line, blank line between
conllu   CoNLL-U; forms and universal parts of speech
partial  one sentence a line with boundary constraints: ``我|是-北京``
======== ===========================================================================

The encoding is UTF-8 unless another is named; it is never guessed. A byte order mark is accepted.
A :class:`~crfseg.errors.CorpusError` starts with ``file:line``.
"""

from __future__ import annotations

import dataclasses
import hashlib
import io
import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Final, Literal

import numpy as np

from crfseg.corpus.corpus import Corpus, Sentence
from crfseg.corpus.tagset import chunks
from crfseg.errors import CorpusError, MarkupError
from crfseg.text.boundaries import ConstrainedText
from crfseg.text.encodings import texts
from crfseg.text.files import PathLike
from crfseg.text.scratch import Storage

Format = Literal["words", "pos", "columns", "conllu", "partial"]

_BY_SUFFIX: Final[dict[str, Format]] = {
    ".conll": "columns",
    ".crfpp": "columns",
    ".conllu": "conllu",
    ".partial": "partial",
}
_CHUNK_TAG: Final = re.compile(r"(?:[BMIES][23]?|O)(?:-.*)?")
_ARTICLE_ID: Final = re.compile(r"\d{8}-\d\d-\d{3}-\d{3}/m")  # People's Daily, not part of the text
_WORD_INDEX: Final = re.compile(r"(\S+?)\d+")  # Weibo NER: a character, its position in its word


def read_corpus(
    path: PathLike,
    *,
    format: Format | None = None,
    encoding: str = "utf-8",
    scratch: PathLike | None = None,
) -> Corpus:
    """Read a segmented corpus.

    Parameters
    ----------
    path
        The file.
    format
        ``"words"``, ``"pos"``, ``"columns"``, ``"conllu"`` or ``"partial"``; None takes
        ``columns`` for files that end in .conll or .crfpp, ``conllu`` for .conllu, ``partial`` for
        .partial, else ``words``.
    encoding
        As Python names it: ``utf-8``, ``gb18030``, ``big5hkscs``, ``utf-16``, ...
    scratch
        Folder of temporary files for the arrays of a corpus larger than memory; None keeps them
        in memory. Only the format ``words`` is read block by block.

    Raises
    ------
    CorpusError
        If the text is not in that encoding or format, or has no sentence.
    OSError
        If the file cannot be read, or the scratch folder is not writable.
    """
    name, format = os.fspath(path), format or format_of(path)
    with Path(path).open("rb") as file:
        hashing = _HashingReader(file)
        parts = _parts(hashing, name, format, encoding)
        corpus = Corpus.join(parts, Storage(scratch))
    if not len(corpus):
        raise CorpusError(f"{name}: no sentence in it; expected one a line")
    return dataclasses.replace(corpus, name=name, sha256=hashing.digest.hexdigest())


def read_corpora(
    corpora: PathLike | Corpus | Iterable[PathLike | Corpus],
    *,
    format: Format | None = None,
    encoding: str = "utf-8",
    scratch: PathLike | None = None,
    partial: bool = False,
) -> list[Corpus]:
    """Read one or several corpora; :class:`crfseg.Corpus` objects are returned as they are.

    Parameters
    ----------
    corpora
        Files or corpora.
    format, encoding, scratch
        As in :func:`read_corpus`.
    partial
        Accept partially annotated corpora.

    Raises
    ------
    CorpusError
        As in :func:`read_corpus`, and if ``partial`` is False but a corpus is partially annotated.
    OSError
        As in :func:`read_corpus`.
    """
    several = [corpora] if isinstance(corpora, str | os.PathLike | Corpus) else corpora
    read = [
        corpus
        if isinstance(corpus, Corpus)
        else read_corpus(corpus, format=format, encoding=encoding, scratch=scratch)
        for corpus in several
    ]
    for corpus in read:
        if corpus.boundaries is not None and not partial:
            raise CorpusError(
                f"{corpus.name}: only a part of its words is known; expected all. It can be "
                "trained on, nothing else"
            )
    return read


def _parts(file: BinaryIO, name: str, format: Format, encoding: str) -> Iterator[Corpus]:
    """Yield the corpus in parts, with line numbers of the whole file."""
    line = 0
    blocks: Iterable[str] = texts(file, name, encoding)
    if format != "words":
        blocks = ["".join(blocks)]
    for text in blocks:
        if "\0" in text:
            line += text.count("\n", 0, text.index("\0")) + 1
            raise CorpusError(
                f"{name}:{line}: NUL character; expected text. Is this a binary file?"
            )
        part = parse(text, name, format)
        yield dataclasses.replace(part, lines=part.lines + line)
        line += text.count("\n")


class _HashingReader(io.BufferedIOBase, BinaryIO):
    """A binary file that hashes the bytes as they are read."""

    def __init__(self, file: BinaryIO) -> None:
        self.digest = hashlib.sha256()
        self._file = file

    def read1(self, size: int = -1) -> bytes:
        data: bytes = self._file.read1(size)  # type: ignore[attr-defined]
        self.digest.update(data)
        return data


def format_of(path: PathLike) -> Format:
    """Return the format for the suffix of a file name."""
    return _BY_SUFFIX.get(Path(path).suffix.lower(), "words")


def parse(text: str, name: str, format: Format) -> Corpus:
    """Parse a text; an empty corpus is not an error here.

    Parameters
    ----------
    text
        Content of a file.
    name
        The file, for messages.
    format
        One of :data:`FORMATS`.

    Raises
    ------
    CorpusError
        If the format is unknown, or the text is not valid in it.
    """
    if format not in _READERS:
        raise CorpusError(f"unknown format {format!r}; known: {', '.join(_READERS)}")
    return _READERS[format](text, name)


def _read_words(text: str, name: str) -> Corpus:
    return Corpus.from_text(text, name)


def _read_pos(text: str, name: str) -> Corpus:
    return Corpus.from_sentences(
        (
            _pos_sentence(tokens, name, number)
            for number, line in enumerate(text.split("\n"), 1)
            if (tokens := line.split())
        ),
        name,
    )


def _pos_sentence(tokens: list[str], name: str, line: int) -> Sentence:
    """Parse one line of ``word/POS``; brackets and tags of compounds are skipped."""
    if _ARTICLE_ID.fullmatch(tokens[0]):
        tokens = tokens[1:]
    cuts = [max(token.rfind("/"), token.rfind("_")) for token in tokens]
    words = [token[:cut] for token, cut in zip(tokens, cuts, strict=True)]
    labels = [token[cut + 1 :] for token, cut in zip(tokens, cuts, strict=True)]
    open_at = None  # word whose [ opens a compound, if a later label closes it: [中央/n 电台/n]nt
    for n, (word, label) in enumerate(zip(words, labels, strict=True)):
        if len(word) > 1 and word[0] == "[":
            open_at = n
        if "]" in label and open_at is not None:
            words[open_at], labels[n] = words[open_at][1:], label.partition("]")[0]
            open_at = None
        if cuts[n] < 1 or not words[n] or not labels[n]:
            raise CorpusError(
                f"{name}:{line}: {tokens[n]!r} has no part of speech; expected word/POS or word_POS"
            )
    return Sentence(tuple(words), tuple(labels), line)


def _read_columns(text: str, name: str) -> Corpus:
    rows: list[tuple[str, str]] = []
    starts: list[tuple[int, int]] = []  # (first row, line) of each sentence
    blank = True
    for number, line in enumerate(text.split("\n"), 1):
        fields = line.split()
        if len(fields) == 1:
            raise CorpusError(f"{name}:{number}: one column; expected a character and its tag")
        if fields and blank:
            starts.append((len(rows), number))
        if fields:
            rows.append((fields[0], fields[-1]))
        blank = not fields
    indexed = [_WORD_INDEX.fullmatch(unit) for unit, _ in rows]
    if all(indexed):
        rows = [(match[1], tag) for match, (_, tag) in zip(indexed, rows, strict=True) if match]
    if all(_CHUNK_TAG.fullmatch(tag) for _, tag in rows):
        return Corpus.from_sentences(_sentences_of(rows, starts, _chunked), name)
    return Corpus.from_sentences(_sentences_of(rows, starts, _labelled), name)


def _sentences_of(
    rows: list[tuple[str, str]],
    starts: list[tuple[int, int]],
    sentence: Callable[[list[tuple[str, str]], int], Sentence],
) -> Iterator[Sentence]:
    ends = [*(row for row, _ in starts[1:]), len(rows)]
    for (begin, line), end in zip(starts, ends, strict=True):
        yield sentence(rows[begin:end], line)


def _chunked(rows: list[tuple[str, str]], line: int) -> Sentence:
    """Join rows into words by their tags; without labels if the tags have none."""
    ranges = chunks([tag for _, tag in rows])
    words = tuple("".join(unit for unit, _ in rows[a:b]) for a, b, _ in ranges)
    labels = tuple(label for _, _, label in ranges)
    return Sentence(words, labels if any(labels) else None, line)


def _labelled(rows: list[tuple[str, str]], line: int) -> Sentence:
    """Return each row as a word with its part of speech."""
    return Sentence(tuple(unit for unit, _ in rows), tuple(tag for _, tag in rows), line)


def _read_conllu(text: str, name: str) -> Corpus:
    return Corpus.from_sentences(_conllu_sentences(text, name), name)


def _conllu_sentences(text: str, name: str) -> Iterator[Sentence]:
    words: list[str] = []
    labels: list[str] = []
    for number, line in enumerate([*text.split("\n"), ""], 1):
        fields = line.rstrip("\r").split("\t")
        if fields == [""]:
            if words:
                yield Sentence(tuple(words), tuple(labels), number - len(words))
            words, labels = [], []
        elif not line.startswith("#"):
            if len(fields) != 10:
                raise CorpusError(
                    f"{name}:{number}: {len(fields)} columns; CoNLL-U has 10, separated by tabs"
                )
            if fields[0].isdecimal():  # not 1-2 (a range) or 1.1 (an empty node)
                words.append(fields[1])
                labels.append(fields[3])


def _read_partial(text: str, name: str) -> Corpus:
    lines = [_constrained(line, name, number) for number, line in enumerate(text.split("\n"), 1)]
    ends = [np.zeros(1, dtype=np.int8)] * len(lines)  # newlines are free
    boundaries = [
        part for line, end in zip(lines, ends, strict=True) for part in (line.boundaries, end)
    ]
    joined = ConstrainedText(
        "\n".join(line.text for line in lines), np.concatenate(boundaries)[:-1]
    )
    return Corpus.from_constrained(joined, name)


def _constrained(line: str, name: str, number: int) -> ConstrainedText:
    try:
        return ConstrainedText.parse(line)
    except MarkupError as error:
        raise CorpusError(f"{name}:{number}: {error}") from None


_READERS: Final[dict[str, Callable[[str, str], Corpus]]] = {
    "words": _read_words,
    "pos": _read_pos,
    "columns": _read_columns,
    "conllu": _read_conllu,
    "partial": _read_partial,
}
FORMATS: Final = tuple(_READERS)
