"""The segmenter: what users hold. Text in; words, spans or tags out; the text itself untouched.

White space always separates words and belongs to none; a newline ends a sentence. Between white
space the CRF decides. Every method says the same about the same text.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from crfseg import chars, nbest, stream
from crfseg.candidates import Candidate, best_ways, candidate
from crfseg.compiled import decoder_of, marginals_of
from crfseg.corpus import Corpus, Lines, Span, split_lines
from crfseg.errors import InfeasibleError
from crfseg.explanation import Explainer, Explanation
from crfseg.files import replacing
from crfseg.formats import PathLike
from crfseg.marginals import Marginals
from crfseg.marked import Marked
from crfseg.model import Model
from crfseg.stream import in_order
from crfseg.tagger import Tagger
from crfseg.textfile import encoder
from crfseg.trie import Trie
from crfseg.userlexicon import Reading, UserLexicon

Text = str | Marked
"""What is cut: a text, or one of which something is known."""

_BATCH: Final = 16_384  # characters that are cut together, each text counting for _TEXT more
_TEXT: Final = 64
_new_span: Final = partial(tuple.__new__, Span)  # half the time of Span(start, end)


@dataclass(frozen=True, eq=False)
class Segmenter:
    """Cuts text into words with a model.

    Immutable: one segmenter serves any number of threads. ``Segmenter(model)`` costs a few
    milliseconds, in which the tables for fast look-up are built.

    Parameters
    ----------
    model
        A trained model; see :func:`crfseg.train` and :func:`crfseg.load`.
    lexicon
        The user's words; it may change while the segmenter is in use.
    """

    model: Model
    lexicon: UserLexicon | None = None

    def __post_init__(self) -> None:
        self._tagger  # noqa: B018  # built now, not by the first call

    def __reduce__(self) -> tuple[type[Segmenter], tuple[Model, UserLexicon | None]]:
        return Segmenter, (self.model, self.lexicon)

    def __repr__(self) -> str:
        return repr(self.model).replace("Model", "Segmenter", 1)

    def cut(self, text: Text) -> list[str]:
        """Return the words of a text, in order, without the white space between them."""
        return self._tagger.cut(*self._marked(text), self._words)

    def spans(self, text: Text) -> list[Span]:
        """Return the words' places in the text as given.

        Returns
        -------
        spans
            Half-open, in code points, ascending, disjoint; they cover every character that is not
            white space, whatever the text holds.
        """
        starts, ends, _ = self._tagger.places(*self._marked(text), self._words)
        return list(map(_new_span, zip(starts.tolist(), ends.tolist(), strict=True)))

    def tags(self, text: Text) -> list[str]:
        """Return the tag of every character that is not white space."""
        lines = self._lines(text)
        names = self.model.tag_set.names
        tags = self.tag_codes(lines.codes, lines.offsets, lines.known)
        return [names[tag] for tag in tags.tolist()]

    def labelled(self, text: Text) -> list[tuple[Span, str]]:
        """Return the words' places and labels, for a model whose tags carry labels."""
        starts, ends, tags = self._tagger.places(*self._marked(text), self._words)
        names = self.model.tag_set.labels or ("",)
        labels = [names[label] for label in self.model.tag_set.labels_of(tags).tolist()]
        spans = map(_new_span, zip(starts.tolist(), ends.tolist(), strict=True))
        return list(zip(spans, labels, strict=True))

    def marginals(self, text: Text) -> NDArray[np.float64]:
        """Return how probable each tag is at each character that is not white space.

        Returns
        -------
        marginals
            Columns as ``model.tag_set.names``, in [0, 1], rows sum to 1; shape (T, L).
        """
        lines = self._lines(text)
        return self._marginals().of_tags(lines.codes, lines.offsets, lines.known, self._words)

    def confidence(self, text: Text) -> NDArray[np.float64]:
        """Return how probable each word of :meth:`cut` is, in [0, 1], shape (W,).

        The exact probability that it is a word, summed over all ways to segment (and label) the
        rest of its line. It depends on the model's temperature, which ``--dev`` learns.
        """
        lines = self._lines(text)
        starts = self.model.tag_set.begins[self.tag_codes(lines.codes, lines.offsets, lines.known)]
        found = self._marginals().of_words(
            lines.codes, lines.offsets, lines.known, starts.view(np.uint8), self._words
        )
        return found[starts]

    def entropy(self, text: Text) -> float:
        """Return how undecided the model is about the tags of a text, in nats, 0 or more.

        0 if there is only one possibility; log n if n tag sequences are equally probable.
        """
        lines = self._lines(text)
        _, entropies = self._marginals().of_sentences(
            lines.codes, lines.offsets, lines.known, self._words
        )
        return float(entropies.sum())

    def nbest(self, text: Text, k: int = 5) -> list[Candidate]:
        """Return the most probable ways to cut a text, best first; the first is :meth:`cut`.

        Parameters
        ----------
        text
            Of several lines too; a way is then one for all of them.
        k
            How many; there may be fewer. With a labelled model, ways may differ in labels alone.

        Raises
        ------
        ValueError
            If k is below 1.
        """
        if k < 1:
            raise ValueError(f"k must be at least 1, got {k}")
        lines, words, tag_set = self._lines(text), self._words, self.model.tag_set
        log_z, _ = self._marginals().of_sentences(lines.codes, lines.offsets, lines.known, words)
        find = partial(nbest.find, self._tagger.decoder, k=k, lexicon=words)
        unit = self._tagger.decoder.unit / self.model.temperature
        ways = best_ways(find, lines, log_z, unit, k)
        plain = text.text if isinstance(text, Marked) else text
        return [candidate(plain, lines, tag_set, way) for way in ways]

    def explain(self, text: Text, place: int) -> Explanation:
        """Say why a word begins at a character, or none does: see :class:`Explanation`.

        Parameters
        ----------
        text
            Of one line or several.
        place
            The index of a character that is not white space.

        Raises
        ------
        MarkupError
            If there is no such character.
        """
        lines = self._lines(text)
        begins = self.marginals(text)[:, self.model.tag_set.begins].sum(axis=1)
        listed = (() if self.lexicon is None else self.lexicon).__contains__
        explainer = Explainer(self.model, self._tagger.decoder, self._words, listed)
        return explainer.explain(self._marked(text)[0], lines, place, begins)

    def cut_many(self, texts: Iterable[Text], *, threads: int = 0) -> Iterator[list[str]]:
        """Cut many texts; lazy, in order, the same as :meth:`cut` of each but faster.

        Parameters
        ----------
        texts
            Any number of them; read as they are needed, some hundreds ahead.
        threads
            How many to use; 0: one a core.
        """
        for cut in in_order(self._cut_batch, _batches(texts), threads):
            yield from cut

    def _cut_batch(self, texts: list[Text]) -> list[list[str]]:
        marked = [self._marked(text) for text in texts]
        return self._tagger.cut_many(
            [text for text, _ in marked], [marks for _, marks in marked], self._words
        )

    def cut_file(
        self,
        source: PathLike,
        target: PathLike,
        *,
        encoding: str = "utf-8",
        threads: int = 0,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        """Cut a file into another: the same lines, words separated by one space.

        With a labelled model each word carries its label: ``word/label``.

        Parameters
        ----------
        source, target
            Read and written in blocks, so that neither the file's size matters nor a line's; the
            target is written beside and renamed when it is whole. It has the encoding of the
            source.
        encoding
            As Python names it.
        threads
            How many to use; 0: one a core.
        progress
            Called with the number of bytes read so far after every block.

        Raises
        ------
        CorpusError
            If the source is not in that encoding.
        OSError
            If a file cannot be read or written.
        """
        encode = encoder(encoding)
        with (
            Path(source).open("rb") as read,
            replacing(target) as beside,
            beside.open("wb") as write,
        ):
            for cut in self.cut_stream(read, os.fspath(source), encoding=encoding, threads=threads):
                write.write(encode(cut))
                if progress:
                    progress(read.tell())

    def cut_stream(
        self, read: BinaryIO, name: str = "<stream>", *, encoding: str = "utf-8", threads: int = 0
    ) -> Iterator[bytes]:
        """Yield the text of an open file cut into words, UTF-8, block after block.

        ``name`` is for messages; see :meth:`cut_file` for the rest. What can be read without
        waiting is cut together, so that a filter answers at once.
        """
        return stream.cut(self._tagger, read, name, encoding, threads, self._words)

    def cut_lines(self, text: str) -> str:
        r"""Return the text with one space between words; its newlines stay where they are.

        With a labelled model each word carries its label: ``word/label``.
        """
        if not isinstance(text, str):
            raise TypeError(f"expected text as str, got {type(text).__name__}")
        cut = self._tagger.cut_utf8(
            text.encode("utf-8", "surrogatepass"), surrogates=True, lexicon=self._words
        )
        return cut.decode("utf-8", "surrogatepass")

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
        if boundaries is None:
            boundaries = np.zeros(len(codes), dtype=np.int8)
        tags, infeasible = self._tagger.decoder.tag(codes, offsets, boundaries, self._words)
        if infeasible >= 0:
            raise InfeasibleError(f"sentence {infeasible + 1}: constraints leave no tag path")
        return tags

    def emissions(self, codes: chars.CodePoints) -> NDArray[np.float64]:
        """Return what the features say of every character of a sentence.

        Parameters
        ----------
        codes
            The T characters.

        Returns
        -------
        emissions
            Log-potentials, shape (T, L).
        """
        decoder = self._tagger.decoder
        return decoder.emissions(codes) * np.float64(decoder.unit)

    def confidences(self, corpus: Corpus, temperature: float | None = None) -> NDArray[np.float64]:
        """Return how probable each word of a corpus is, its segmentation unseen.

        Parameters
        ----------
        corpus
            Segmented in any way: by this model, then it says how sure the model is of each word; by
            hand, then how likely it finds them.
        temperature
            Instead of the model's own.

        Returns
        -------
        confidences
            The probability that the word is one, summed over all ways to segment (and label) the
            rest of its sentence; in [0, 1], shape (W,).
        """
        known = np.zeros(corpus.n_chars, dtype=np.int8)
        starts = corpus.starts.view(np.uint8)
        found = self._marginals(temperature).of_words(
            corpus.codes, corpus.offsets, known, starts, self._words
        )
        return found[corpus.starts]

    @property
    def _words(self) -> Trie | None:
        """The user's words as they are now."""
        return None if self.lexicon is None else self.lexicon.trie(self._reading)

    @cached_property
    def _reading(self) -> Reading:
        return Reading(self.model.alphabet.folding, self.model.tag_set.labels)

    def _marked(self, text: Text) -> tuple[str, NDArray[np.int8] | None]:
        """Return a text and what is known of its characters."""
        return (text.text, text.known) if isinstance(text, Marked) else (text, None)

    def _lines(self, text: Text) -> Lines:
        """Return a text taken apart, with what is known of it."""
        return split_lines(*self._marked(text))

    def _marginals(self, temperature: float | None = None) -> Marginals:
        return marginals_of(self.model, self._tagger.decoder, temperature or self.model.temperature)

    @cached_property
    def _tagger(self) -> Tagger:
        tag_set = self.model.tag_set
        suffixes = [b""] * len(tag_set.names)
        if tag_set.labels:
            of_tag = tag_set.labels_of(np.arange(len(tag_set.names), dtype=np.int16))
            suffixes = [f"/{tag_set.labels[label]}".encode() for label in of_tag]
        return Tagger(decoder_of(self.model), suffixes)


def _batches(texts: Iterable[Text]) -> Iterator[list[Text]]:
    """Yield the texts in lists that are worth a thread's while."""
    batch: list[Text] = []
    n = 0
    for text in texts:
        batch.append(text)
        n += _TEXT + (len(text) if isinstance(text, Text) else 0)  # what is none is reported later
        if n >= _BATCH:
            yield batch
            batch, n = [], 0
    if batch:
        yield batch
