"""Segmented corpora in memory, as flat arrays and as sentences of words.

::

    file               codes     我 爱 北 京 天 安 门 他 来 了      code points, no white space
    我 爱 北京 天安门      starts    1  1  1  0  1  0  0  1  1  1      True where a word begins
    他 来 了            offsets   0                    7        10  first of each sentence, then T
                       lines     1                    2            line of each in the file

Readers of the file formats are in :mod:`crfseg.corpus.readers`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from itertools import compress, pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from crfseg.corpus.tagset import labels_in
from crfseg.errors import CorpusError, ShapeError
from crfseg.text import blocks, chars
from crfseg.text.boundaries import BEGIN, INSIDE, ConstrainedText
from crfseg.text.scratch import Storage
from crfseg.text.whitespace import split_lines


class Span(NamedTuple):
    """The range of a word in a text: half-open, in code points of the text as given."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """One segmented sentence.

    Parameters
    ----------
    words
        The words, without white space.
    labels
        One label for each word (part of speech, entity type), or None.
    line
        1-based line in its file; 0 if it is not from a file.

    Raises
    ------
    ShapeError
        If there is not one label for each word.

    Examples
    --------
    >>> sentence = Sentence(("我", "爱", "北京"))
    >>> sentence.text, sentence.spans[-1]
    ('我爱北京', Span(start=2, end=4))
    """

    words: tuple[str, ...]
    labels: tuple[str, ...] | None = None
    line: int = 0

    def __post_init__(self) -> None:
        if self.labels is not None and len(self.labels) != len(self.words):
            raise ShapeError(
                f"{len(self.words)} words, {len(self.labels)} labels; expected one label a word"
            )

    @property
    def text(self) -> str:
        """The words end to end."""
        return "".join(self.words)

    @property
    def spans(self) -> list[Span]:
        """The range of each word in :attr:`text`."""
        ends = np.cumsum([len(word) for word in self.words]).tolist()
        return [Span(end - len(word), end) for word, end in zip(self.words, ends, strict=True)]


@dataclass(frozen=True, eq=False)
class Corpus:
    r"""Segmented sentences as flat arrays; iteration yields :class:`Sentence`.

    Parameters
    ----------
    codes
        The T characters of all sentences, without white space; shape (T,), uint32.
    starts
        True where a word begins, shape (T,), bool.
    offsets
        Index of the first character of each of the N sentences, then T; shape (N + 1,).
    lines
        1-based line of each sentence in its file, shape (N,).
    labels
        Index of the label of each character's word, shape (T,), int32; None without labels.
    label_names
        The labels.
    name
        The file, for messages.
    sha256
        SHA-256 of the file, for the record.
    n_blank
        Number of blank lines, which are skipped.
    boundaries
        Constraints of a partially annotated corpus, shape (T,), int8: BEGIN (1), INSIDE (-1) or
        FREE (0, not annotated). ``starts`` is True at BEGIN only. None if all is annotated.

    Examples
    --------
    >>> corpus = Corpus.from_text("我 爱 北京\n他 来 了")
    >>> len(corpus), corpus.n_words, corpus.n_chars, corpus[1].words
    (2, 6, 7, ('他', '来', '了'))
    """

    codes: chars.CodePoints
    starts: NDArray[np.bool_]
    offsets: NDArray[np.intp]
    lines: NDArray[np.intp]
    labels: NDArray[np.int32] | None = None
    label_names: tuple[str, ...] = ()
    name: str = "<text>"
    sha256: str = field(default="", kw_only=True)
    n_blank: int = field(default=0, kw_only=True)
    boundaries: NDArray[np.int8] | None = field(default=None, kw_only=True)

    @classmethod
    def from_text(cls, text: str, name: str = "<text>") -> Corpus:
        """Read segmented text: one sentence a line, words separated by white space."""
        split = split_lines(text)
        return cls(
            split.codes, split.starts, split.offsets, split.lines + 1,
            name=name, n_blank=_n_lines(text) - len(split.lines),
        )  # fmt: skip

    @classmethod
    def from_constrained(cls, text: ConstrainedText, name: str = "<text>") -> Corpus:
        r"""Read text with boundary constraints as a partially annotated corpus, a sentence a line.

        >>> text = ConstrainedText.parse("我|是-北京\n他 来了")
        >>> Corpus.from_constrained(text).boundaries.tolist()
        [1, 1, -1, 0, 1, 1, 0]
        """
        split = split_lines(text.text, text.boundaries)
        return cls(
            split.codes, split.boundaries > 0, split.offsets, split.lines + 1,
            name=name, n_blank=_n_lines(text.text) - len(split.lines), boundaries=split.boundaries,
        )  # fmt: skip

    @classmethod
    def from_sentences(cls, sentences: Iterable[Sentence], name: str = "<sentences>") -> Corpus:
        """Build a corpus from sentences.

        White space inside a word separates words, as everywhere. Blank sentences are skipped.

        Raises
        ------
        CorpusError
            If some sentences have labels and others have none.
        """
        kept = [sentence for sentence in sentences if sentence.text.strip()]
        pieces = [_pieces(sentence) for sentence in kept]
        corpus = cls.from_text("\n".join(" ".join(words) for words, _ in pieces), name)
        lines = np.array([sentence.line for sentence in kept], dtype=np.intp)
        labelled = sum(sentence.labels is not None for sentence in kept)
        if 0 < labelled < len(kept):
            raise CorpusError(
                f"{name}: {labelled} of {len(kept)} sentences have labels; expected all or none"
            )
        if not labelled:
            return cls(corpus.codes, corpus.starts, corpus.offsets, lines, name=name)
        of_word = [label for _, labels in pieces for label in labels]
        names = labels_in(of_word)
        index = {label: i for i, label in enumerate(names)}
        per_word = np.array([index[label] for label in of_word], dtype=np.int32)
        labels = per_word[np.cumsum(corpus.starts) - 1]
        return cls(corpus.codes, corpus.starts, corpus.offsets, lines, labels, names, name)

    @property
    def n_words(self) -> int:
        """The number of words; of a partially annotated corpus, of fully annotated words."""
        if self.boundaries is None:
            return int(self.starts.sum())
        return sum(int(self.whole(begin, end).sum()) for _, begin, end in self.blocks())

    @property
    def n_chars(self) -> int:
        """The number of characters, without white space."""
        return len(self.codes)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __repr__(self) -> str:
        return (
            f"Corpus({self.name!r}, {len(self):,} sentences, {self.n_words:,} words, "
            f"{self.n_chars:,} characters)"
        )

    def __getitem__(self, n: int) -> Sentence:
        n = range(len(self))[n]
        return self._sentence(n, int(self.offsets[n]), int(self.offsets[n + 1]))

    def __iter__(self) -> Iterator[Sentence]:
        bounds = self.offsets.tolist()
        for n in range(len(self)):
            yield self._sentence(n, bounds[n], bounds[n + 1])

    def _sentence(self, n: int, begin: int, end: int) -> Sentence:
        text = chars.to_text(self.codes[begin:end])
        cuts = [*np.flatnonzero(self.starts[begin:end]).tolist(), end - begin]
        words = tuple(text[a:b] for a, b in pairwise(cuts))
        labels = None
        if self.labels is not None:
            indices = self.labels[begin:end][self.starts[begin:end]].tolist()
            labels = tuple(self.label_names[i] for i in indices)
        return Sentence(words, labels, int(self.lines[n]))

    def words(self, begin: int = 0, end: int | None = None) -> list[str]:
        """Return the words of the characters from ``begin`` to ``end``, in order; default: all."""
        end = self.n_chars if end is None else end
        text = self.text(begin, end)
        cuts = [0, *(np.flatnonzero(self.starts[begin + 1 : end]) + 1).tolist(), end - begin]
        return [text[a:b] for a, b in pairwise(cuts)] if text else []

    def whole(self, begin: int, end: int) -> NDArray[np.bool_]:
        """Return a mask of the fully annotated :meth:`words` of a range of whole sentences."""
        starts = np.flatnonzero(self.starts[begin:end])
        if self.boundaries is None:
            return np.ones(len(starts), dtype=bool)
        return np.logical_and.reduceat(self.boundaries[begin:end] != 0, starts)

    def text(self, begin: int, end: int) -> str:
        """Return the characters from ``begin`` to ``end``, without white space."""
        return chars.to_text(self.codes[begin:end])

    def vocabulary(self) -> Counter[str]:
        """Return the number of occurrences of each distinct, fully annotated word."""
        counts: Counter[str] = Counter()
        for _, begin, end in self.blocks():
            counts.update(compress(self.words(begin, end), self.whole(begin, end)))
        return counts

    def words_per_sentence(self) -> NDArray[np.intp]:
        """Return the number of words of each sentence, shape (N,)."""
        return np.add.reduceat(self.starts, self.offsets[:-1], dtype=np.intp)

    def sentences_at(self, positions: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return the index of the sentence of each of some characters."""
        return np.searchsorted(self.offsets, positions, side="right") - 1

    def hashes(self) -> NDArray[np.uint64]:
        """Return 64 bits of the BLAKE2b hash of each sentence's characters, shape (N,)."""
        hashes = np.empty(len(self), dtype=np.uint64)
        for which, begin, end in self.blocks():
            code = self.codes[begin:end].astype("<u4", copy=False).tobytes()
            bounds = 4 * (self.offsets[which.start : which.stop + 1] - begin)
            digests = (
                blake2b(code[a:b], digest_size=8).digest() for a, b in pairwise(bounds.tolist())
            )
            hashes[which] = np.frombuffer(b"".join(digests), dtype="<u8")
        return hashes

    def blocks(self) -> Iterator[tuple[slice, int, int]]:
        """Yield blocks of whole sentences, some 100,000 characters: (sentences, begin, end)."""
        first = 0
        while first < len(self):
            begin = int(self.offsets[first])
            after = int(np.searchsorted(self.offsets, begin + blocks.SIZE, "right")) - 1
            after = max(after, first + 1)
            yield slice(first, after), begin, int(self.offsets[after])
            first = after

    def texts(self) -> list[str]:
        """Return the sentences without their segmentation."""
        text, bounds = chars.to_text(self.codes), self.offsets.tolist()
        return [text[a:b] for a, b in pairwise(bounds)]

    @staticmethod
    def join(corpora: Iterable[Corpus], storage: Storage | None = None) -> Corpus:
        """Concatenate corpora; the result has labels if all of them have.

        They are consumed one at a time: with a folder as ``storage`` they need not all fit in
        memory.
        """
        storage = storage or Storage()
        codes, starts = storage.column(np.uint32), storage.column(bool)
        offsets, lines = storage.column(np.intp), storage.column(np.intp)
        labels, names = storage.column(np.int32), dict[str, int]()
        file_names, all_labelled, n_chars, n_blank = [], True, 0, 0
        partial: list[tuple[int, NDArray[np.int8]]] = []
        for corpus in corpora:
            codes.append(corpus.codes)
            starts.append(corpus.starts)
            offsets.append(corpus.offsets[:-1] + n_chars)
            lines.append(corpus.lines)
            all_labelled &= corpus.labels is not None
            if all_labelled:
                labels.append(_renumbered(corpus, names))
            if corpus.boundaries is not None:
                partial.append((n_chars, corpus.boundaries))
            file_names.append(corpus.name)
            n_chars += corpus.n_chars
            n_blank += corpus.n_blank
        offsets.append(np.array([n_chars]))
        joined = Corpus(
            codes.array(), starts.array(), offsets.array(), lines.array(),
            name=", ".join(file_names), n_blank=n_blank,
        )  # fmt: skip
        if partial:
            joined = replace(joined, boundaries=_boundaries(joined.starts, partial, storage))
        if not all_labelled or not file_names:
            return joined
        return replace(joined, labels=labels.array(), label_names=tuple(names))._with_names_sorted()

    def _with_names_sorted(self) -> Corpus:
        """Return the corpus with its label names in their fixed order; labels change in place."""
        assert self.labels is not None
        names = labels_in(self.label_names)
        table = np.array([names.index(name) for name in self.label_names], dtype=np.int32)
        for _, begin, end in self.blocks():
            self.labels[begin:end] = table[self.labels[begin:end]]
        return replace(self, label_names=names)


def place(parts: Sequence[Corpus], sentence: int) -> tuple[str, int]:
    """Return the file and the line of a sentence, counted over several corpora as one text.

    Raises
    ------
    IndexError
        If the corpora have fewer sentences.
    """
    for part in parts:
        if sentence < len(part):
            return part.name, int(part.lines[sentence])
        sentence -= len(part)
    raise IndexError("no such sentence")


def _n_lines(text: str) -> int:
    return text.count("\n") + (text[-1:] not in ("", "\n"))


def _boundaries(
    starts: NDArray[np.bool_], partial: list[tuple[int, NDArray[np.int8]]], storage: Storage
) -> NDArray[np.int8]:
    """Return constraints from ``starts``, except in the partially annotated (begin, part)."""
    boundaries: NDArray[np.int8] = storage.empty(starts.shape, np.int8)
    for at in blocks.blocks(len(starts)):
        boundaries[at] = np.where(starts[at], BEGIN, INSIDE)
    for begin, part in partial:
        boundaries[begin : begin + len(part)] = part
    return boundaries


def _pieces(sentence: Sentence) -> tuple[list[str], list[str]]:
    """Return the words and labels of a sentence, with words split at white space."""
    words: list[str] = []
    labels: list[str] = []
    for word, label in zip(
        sentence.words, sentence.labels or [""] * len(sentence.words), strict=True
    ):
        parts = word.split()
        words += parts
        labels += [label] * len(parts)
    return words, labels


def _renumbered(corpus: Corpus, names: dict[str, int]) -> NDArray[np.int32]:
    """Return the corpus's labels as indices into ``names``, to which new ones are added."""
    assert corpus.labels is not None
    for name in corpus.label_names:
        names.setdefault(name, len(names))
    return np.array([names[name] for name in corpus.label_names], dtype=np.int32)[corpus.labels]
