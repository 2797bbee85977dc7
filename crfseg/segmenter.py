"""The segmenter: what users hold. Text in; words, spans or tags out; the text itself untouched.

White space always separates words and belongs to none; a newline ends a sentence. Between white
space the CRF decides. Every method says the same about the same text.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from crfseg import chars, kernels, symbols
from crfseg.corpus import Corpus, Lines, Span, split_lines
from crfseg.errors import InfeasibleError, ModelFileError
from crfseg.files import replacing
from crfseg.formats import codec, text_blocks
from crfseg.model import Model

_BATCH_TEXTS: Final = 256


@dataclass(frozen=True, eq=False)
class Segmenter:
    """Cuts text into words with a model.

    Immutable: one segmenter serves any number of threads. ``Segmenter(model)`` costs a few
    milliseconds, in which the tables for fast look-up are built.

    Parameters
    ----------
    model
        A trained model; see :func:`crfseg.train` and :func:`crfseg.load`.
    """

    model: Model

    def __post_init__(self) -> None:
        self._tables, self._arcs, self._edges  # noqa: B018  # built now, not by the first call

    def __reduce__(self) -> tuple[type[Segmenter], tuple[Model]]:
        return Segmenter, (self.model,)

    def __repr__(self) -> str:
        return repr(self.model).replace("Model", "Segmenter", 1)

    def cut(self, text: str) -> list[str]:
        """Return the words of a text, in order, without the white space between them."""
        return [text[start:end] for start, end in self.spans(text)]

    def spans(self, text: str) -> list[Span]:
        """Return the words' places in the text as given.

        Returns
        -------
        spans
            Half-open, in code points, ascending, disjoint; they cover every character that is not
            white space, whatever the text holds.
        """
        lines = split_lines(text)
        return _spans(lines, self.model.tag_set.decode(self.tag_lines(lines)))

    def tags(self, text: str) -> list[str]:
        """Return the tag of every character that is not white space."""
        names = self.model.tag_set.names
        return [names[tag] for tag in self.tag_lines(split_lines(text)).tolist()]

    def labelled(self, text: str) -> list[tuple[Span, str]]:
        """Return the words' places and labels, for a model whose tags carry labels."""
        lines = split_lines(text)
        tags = self.tag_lines(lines)
        starts = self.model.tag_set.decode(tags)
        labels = self.model.tag_set.labels_of(tags)[starts].tolist()
        names = self.model.tag_set.labels or ("",)
        spans = _spans(lines, starts)
        return [(span, names[label]) for span, label in zip(spans, labels, strict=True)]

    def cut_many(self, texts: Iterable[str]) -> Iterator[list[str]]:
        """Cut many texts; lazy, in order, the same as :meth:`cut` of each but faster."""
        texts = iter(texts)
        while batch := list(islice(texts, _BATCH_TEXTS)):
            yield from self._cut_batch(batch)

    def _cut_batch(self, texts: list[str]) -> Iterator[list[str]]:
        joined = "\n".join(texts)
        spans = self.spans(joined)
        ends = np.cumsum([len(text) + 1 for text in texts])
        first_after = np.searchsorted([span.start for span in spans], ends).tolist()
        for begin, end in zip([0, *first_after], first_after, strict=False):
            yield [joined[a:b] for a, b in spans[begin:end]]

    def cut_file(
        self,
        source: str | os.PathLike[str],
        target: str | os.PathLike[str],
        *,
        encoding: str = "utf-8",
        progress: Callable[[int], None] | None = None,
    ) -> None:
        """Cut a file into another: the same lines, words separated by one space.

        Parameters
        ----------
        source, target
            Read and written in blocks, so that size does not matter; the target is written beside
            and renamed when it is whole. It has the encoding of the source.
        encoding
            As Python names it.
        progress
            Called with the number of bytes read so far after every block.

        Raises
        ------
        CorpusError
            If the source is not in that encoding.
        OSError
            If a file cannot be read or written.
        """
        encoding = codec(encoding)
        with (
            Path(source).open("rb") as read,
            replacing(target) as beside,
            beside.open("w", encoding=encoding, errors="strict", newline="\n") as write,
        ):
            for block in text_blocks(read, os.fspath(source), encoding):
                write.write(self.cut_lines(block))
                if progress:
                    progress(read.tell())

    def cut_lines(self, text: str) -> str:
        r"""Return the text with one space between words; its newlines stay where they are.

        With a labelled model each word carries its label: ``word/label``.
        """
        lines = split_lines(text)
        tags = self.tag_lines(lines)
        starts = self.model.tag_set.decode(tags)
        if self.model.tag_set.labels:
            return self._labelled_lines(text, lines, tags, starts)
        return chars.to_text(_spaced(text, lines, starts))

    def _labelled_lines(
        self, text: str, lines: Lines, tags: NDArray[np.int16], starts: NDArray[np.bool_]
    ) -> str:
        names = self.model.tag_set.labels
        labels = self.model.tag_set.labels_of(tags)[starts].tolist()
        words = [text[a:b] for a, b in _spans(lines, starts)]
        tokens = iter([f"{word}/{names[i]}" for word, i in zip(words, labels, strict=True)])
        n_words = np.diff(np.append(0, np.cumsum(starts))[lines.offsets])
        cut = dict(zip(lines.lines.tolist(), n_words.tolist(), strict=True))
        n_lines = text.count("\n") + 1
        return "\n".join(" ".join(islice(tokens, cut.get(line, 0))) for line in range(n_lines))

    def tag_corpus(self, corpus: Corpus) -> Corpus:
        """Segment the text of a corpus anew, its own segmentation unseen."""
        tags = self.tag_codes(corpus.codes, corpus.offsets)
        tag_set = self.model.tag_set
        return Corpus(
            corpus.codes,
            tag_set.decode(tags),
            corpus.offsets,
            corpus.lines,
            tag_set.labels_of(tags) if tag_set.labels else None,
            tag_set.labels,
            corpus.name,
        )

    def tag_lines(self, lines: Lines) -> NDArray[np.int16]:
        """Return the tags of a text taken apart; white space between characters separates words."""
        return self.tag_codes(lines.codes, lines.offsets, lines.starts.astype(np.int8))

    def tag_codes(
        self,
        codes: chars.CodePoints,
        offsets: NDArray[np.intp],
        boundaries: NDArray[np.int8] | None = None,
    ) -> NDArray[np.int16]:
        """Return the best tags of many sentences.

        Parameters
        ----------
        codes, offsets
            T characters and where each of N sentences begins, as in :class:`crfseg.Corpus`.
        boundaries
            What is known: 1 begins a word, -1 does not, 0 unknown; shape (T,). None: nothing.

        Returns
        -------
        tags
            Indices into ``model.tag_set.names``, shape (T,), int16.

        Raises
        ------
        InfeasibleError
            If the boundaries leave a sentence no legal path.
        """
        if not len(codes):
            return np.empty(0, dtype=np.int16)
        if boundaries is None:
            boundaries = np.zeros(len(codes), dtype=np.int8)
        emissions, begins = self.emissions(codes, offsets)
        tags, infeasible = kernels.viterbi(
            emissions, begins, offsets, *self._arcs, *self._edges, boundaries
        )
        if infeasible >= 0:
            raise InfeasibleError(f"sentence {infeasible + 1}: constraints leave no tag path")
        return tags

    def emissions(
        self, codes: chars.CodePoints, offsets: NDArray[np.intp]
    ) -> tuple[NDArray[Any], NDArray[np.intp]]:
        """Return what the features say of every character.

        Parameters
        ----------
        codes, offsets
            T characters and where each of N sentences begins, as in :class:`crfseg.Corpus`.

        Returns
        -------
        emissions
            Scores in units of ``model.scale``, shape (>= T, L).
        begins
            The row of each sentence's first character, shape (N,).
        """
        window = self.model.templates.window
        views = {
            view: symbols.pad(self.model.alphabet.ids(codes, view), offsets, window)
            for view in {table.kind.view for table in self._tables}
        }
        n_padded = len(codes) + 2 * window * (len(offsets) - 1)
        dtype = np.int32 if self.model.transitions.dtype == np.int16 else np.float64
        emissions = np.zeros((n_padded + 2 * window, len(self.model.tag_set.names)), dtype=dtype)
        for table in self._tables:
            kernels.add_emissions(
                views[table.kind.view], table.shape, table.kind.reach, table.lookup, table.weights,
                emissions, window,
            )  # fmt: skip
        return emissions, symbols.begins(offsets, window) + window

    @cached_property
    def _tables(self) -> tuple[_Table, ...]:
        return tuple(
            _Table(
                table.kind,
                np.array(table.kind.shape, dtype=np.int64),
                kernels.build_index(table.keys),
                table.weights.reshape(len(table.keys), -1),
            )
            for table in self.model.tables
            if len(table.keys)
        )

    @cached_property
    def _arcs(self) -> tuple[NDArray[np.int32], NDArray[np.int16], NDArray[np.float64]]:
        """The legal arcs sorted by second tag: offsets, first tags, scores."""
        second, first = np.nonzero(self.model.tag_set.legal.T)
        counts = np.bincount(second, minlength=len(self.model.tag_set.names))
        offsets = np.append(0, np.cumsum(counts)).astype(np.int32)
        scores = self.model.transitions[first, second].astype(np.float64)
        return offsets, first.astype(np.int16), scores

    @cached_property
    def _edges(self) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Which tags begin and end a word."""
        tag_set = self.model.tag_set
        return tag_set.begins.astype(np.uint8), tag_set.ends.astype(np.uint8)


class _Table(NamedTuple):
    """A pattern table as the kernel wants it."""

    kind: Any
    shape: NDArray[np.int64]
    lookup: NDArray[np.uint64]
    weights: NDArray[Any]


def load(path: str | os.PathLike[str]) -> Segmenter:
    """Load a model file for segmenting; see :meth:`Model.load` for its errors."""
    model = Model.load(path)
    try:
        return Segmenter(model)
    except ValueError as error:
        raise ModelFileError(
            f"{os.fspath(path)}: is damaged ({error}); train it or copy it again"
        ) from None


def _spans(lines: Lines, starts: NDArray[np.bool_]) -> list[Span]:
    """Return the words' places in the text; a word never reaches over white space."""
    first = np.flatnonzero(starts)
    last = np.append(first[1:], len(starts))[: len(first)] - 1
    pairs = zip(lines.positions[first].tolist(), (lines.positions[last] + 1).tolist(), strict=True)
    return [Span(start, end) for start, end in pairs]


def _spaced(text: str, lines: Lines, starts: NDArray[np.bool_]) -> chars.CodePoints:
    """Return the code points of the text with one space between words, newlines kept."""
    first = np.zeros(len(starts), dtype=bool)
    first[lines.offsets[:-1]] = True
    before = (starts & ~first).astype(np.intp)  # how many separators stand before each character
    before[lines.offsets[:-1]] = np.diff(lines.lines, prepend=0)
    at = np.arange(len(starts)) + np.cumsum(before)
    last_line = lines.lines[-1] if len(lines.lines) else 0
    n_trailing = text.count("\n") - last_line
    spaced = np.full(len(starts) + before.sum() + n_trailing, chars.NEWLINE, dtype=np.uint32)
    spaced[at] = lines.codes
    spaced[at[starts & ~first] - 1] = ord(" ")
    return spaced
