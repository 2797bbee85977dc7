"""Reads the Chinese Treebank as the LDC ships it: bracketed trees or segmented text.

::

    ( (IP (NP-SBJ (NR 上海)) (VP (VV 开发))) )    ->    上海 开发    labels NR VV
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from crfseg.corpus.corpus import Corpus, Sentence
from crfseg.errors import CorpusError, FetchError
from crfseg.text.encodings import decode

_NAME: Final = re.compile(r"chtb_(\d+)\..+")
_OTHERS: Final = (".pos", ".raw")  # the same text, tagged or unsegmented
_MARKUP: Final = re.compile(r"\s*</?[A-Za-z][^>]*>.*")
_TREE: Final = re.compile(r"\(\s*([^\s()]+)\s+([^\s()]+)\s*\)|[()]")  # (POS word), or a bracket
_TREE_ESCAPES: Final = {"-LRB-": "(", "-RRB-": ")"}


def read_treebank(folder: Path, split: Mapping[str, str]) -> dict[str, Corpus]:
    """Read a folder of Chinese Treebank files, divided by file number.

    Parameters
    ----------
    folder
        Holds files such as ``chtb_0001.fid``, at any depth.
    split
        File numbers of each part, such as ``{"dev": "41-80, 1120"}``; all others are ``train``.

    Raises
    ------
    FetchError
        If there are no such files, or two with one number.
    CorpusError
        If a file is not UTF-8, or its brackets do not pair.
    """
    parts = {"train": set[int](), **{to: file_numbers(text) for to, text in split.items()}}
    sentences: dict[str, list[Sentence]] = {to: [] for to in parts}
    for number, path in _files(folder).items():
        to = next((to for to, numbers in parts.items() if number in numbers), "train")
        sentences[to] += _sentences(path)
    return {to: Corpus.from_sentences(part, to) for to, part in sentences.items()}


def file_numbers(ranges: str) -> set[int]:
    """Read ranges of file numbers.

    >>> sorted(file_numbers("1-3, 7"))
    [1, 2, 3, 7]
    """
    ends = [part.strip().partition("-") for part in ranges.split(",")]
    return {n for first, _, last in ends for n in range(int(first), int(last or first) + 1)}


def _files(folder: Path) -> dict[int, Path]:
    """Return the bracketed or segmented files of a folder by number, ascending."""
    files: dict[int, Path] = {}
    for path in folder.rglob("chtb_*"):
        name = _NAME.fullmatch(path.name)
        if name is None or path.suffix in _OTHERS:
            continue
        number = int(name[1])
        if number in files:
            raise FetchError(
                f"{folder}: file {number} is there twice ({files[number]}, {path}); name one "
                "folder of bracketed or of segmented files"
            )
        files[number] = path
    if not files:
        raise FetchError(f"{folder}: no bracketed or segmented files; expected chtb_0001.fid, ...")
    return dict(sorted(files.items()))


def _sentences(path: Path) -> Iterator[Sentence]:
    """Yield the sentences of a file; SGML lines are skipped."""
    lines = decode(path.read_bytes(), str(path)).split("\n")
    lines = [line for line in lines if not _MARKUP.fullmatch(line)]
    text = "\n".join(lines)
    if re.match(r"\s*\(\s*[(A-Z]", text):
        yield from _tree_sentences(text, path)
    else:
        yield from (Sentence(tuple(line.split())) for line in lines if line.strip())


def _tree_sentences(text: str, path: Path) -> Iterator[Sentence]:
    """Yield the leaves of each tree with their parts of speech, without the traces (-NONE-)."""
    depth = 0
    leaves: list[tuple[str, str]] = []
    for match in _TREE.finditer(text):
        pos, word = match.groups()
        if pos and pos != "-NONE-":
            leaves.append((_TREE_ESCAPES.get(word, word), pos))
        depth += {"(": 1, ")": -1}.get(match[0], 0)
        if depth == 0 and leaves:
            words, labels = zip(*leaves, strict=True)
            yield Sentence(words, labels)
            leaves = []
    if depth:
        raise CorpusError(f"{path}: brackets do not pair; expected trees such as ( (IP (NN 上海)))")
