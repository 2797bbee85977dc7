"""The segmenter: what users hold. Text in; words, spans or tags out; the text itself untouched.

White space always separates words and belongs to none; a newline ends a sentence. Between white
space the CRF decides. Every method says the same about the same text.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields, replace
from functools import cached_property, partial
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from crfseg.constraints.rule_defaults import Choice, ruleset_of
from crfseg.constraints.ruleset import Ruleset
from crfseg.constraints.user_lexicon import UserLexicon
from crfseg.corpus.corpus import Corpus, Span
from crfseg.decoding import nbest_viterbi
from crfseg.decoding.compile import best_tags, compiled
from crfseg.decoding.tagger import Tagger
from crfseg.errors import OptionError
from crfseg.model.model import Model
from crfseg.segmenter import confidence, streaming
from crfseg.segmenter.constrained import Finder
from crfseg.segmenter.explanation import Explainer, Explanation
from crfseg.segmenter.granularity import Granularity
from crfseg.segmenter.nbest import Candidate, best_ways, candidate
from crfseg.segmenter.streaming import batches, in_order
from crfseg.segmenter.tokens import Token, WhiteSpace, tokens_of
from crfseg.text import chars
from crfseg.text.boundaries import Text, plain
from crfseg.text.encodings import encoder
from crfseg.text.files import PathLike, replacing

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
    rules
        Which rules are on: names, ``-`` before those that are off, ``"all"``, ``"none"``; one
        string with commas, or several. None: those that the training corpus follows.
    keep
        Regular expressions: what they match is a word.

    Raises
    ------
    RuleError
        If there is no such rule, or an expression is none.
    """

    model: Model
    lexicon: UserLexicon | None = None
    rules: Choice = None
    keep: Iterable[str] = ()

    def __post_init__(self) -> None:
        self._tagger, self.ruleset  # noqa: B018  # built now, not by the first call

    def __reduce__(self) -> tuple[Callable[..., Segmenter], tuple[()]]:
        options = {each.name: getattr(self, each.name) for each in fields(self)}
        options |= {"rules": self.ruleset, "keep": ()}
        return partial(Segmenter, **options), ()  # what is built of them is built there

    @cached_property
    def ruleset(self) -> Ruleset:
        """The rules that are on."""
        return ruleset_of(self.model, self.rules, self.keep)

    def __repr__(self) -> str:
        return repr(self.model).replace("Model", "Segmenter", 1)

    def cut(self, text: Text, granularity: Granularity | None = None) -> list[str]:
        """Return the words of a text, in order, without the white space between them.

        With a granularity, ``"fine"`` ones are divided further where that is plausible,
        ``"coarse"`` ones joined, ``"search"`` ones overlap, see :meth:`cut_for_search`. Other
        methods that take one mean the same words.
        """
        if granularity is None:
            return self._tagger.cut(*self._finder.marked(text), self._finder.words)
        string = plain(text)
        return [string[start:end] for start, end in self.spans(text, granularity)]

    def cut_for_search(self, text: Text) -> list[str]:
        """Return the words of a text and the words inside of them, as a search engine indexes them.

        Ordered by where they start, then end. In words of three characters and more these are the
        words of two and more that the model or the user's lexicon knows, and the finer parts.
        """
        return self.cut(text, "search")

    def spans(self, text: Text, granularity: Granularity | None = None) -> list[Span]:
        """Return the words' places in the text as given.

        Returns
        -------
        spans
            Half-open, in code points, ascending, disjoint but for ``"search"``; they cover every
            character that is not white space, whatever the text holds.
        """
        starts, ends, _ = self._finder.found(text, granularity)
        return list(map(_new_span, zip(starts.tolist(), ends.tolist(), strict=True)))

    def tokens(
        self,
        text: Text,
        *,
        white_space: WhiteSpace = "drop",
        granularity: Granularity | None = None,
    ) -> list[Token]:
        """Return the words with their places in code points, bytes of UTF-8 and units of UTF-16.

        White space is dropped, kept as tokens of its own, or attached to the word before it, at the
        beginning to the first. Unless it is dropped, the tokens' texts end to end are the text.
        """
        starts, ends, tags = self._finder.found(text, granularity)
        labels = self.model.tag_set.label_names(tags)
        return tokens_of(plain(text), starts, ends, labels, white_space)

    def tags(self, text: Text) -> list[str]:
        """Return the tag of every character that is not white space."""
        lines = self._finder.lines(text)
        names = self.model.tag_set.names
        tags = self.tag_codes(lines.codes, lines.offsets, lines.boundaries)
        return [names[tag] for tag in tags.tolist()]

    def labelled(self, text: Text) -> list[tuple[Span, str]]:
        """Return the words' places and labels, for a model whose tags carry labels."""
        starts, ends, tags = self._finder.found(text)
        spans = map(_new_span, zip(starts.tolist(), ends.tolist(), strict=True))
        return list(zip(spans, self.model.tag_set.label_names(tags), strict=True))

    def marginals(self, text: Text) -> NDArray[np.float64]:
        """Return how probable each tag is at each character that is not white space.

        Returns
        -------
        marginals
            Columns as ``model.tag_set.names``, in [0, 1], rows sum to 1; shape (T, L).
        """
        lines = self._finder.lines(text)
        return self._finder.marginals().of_tags(
            lines.codes, lines.offsets, lines.boundaries, self._finder.words
        )

    def confidence(self, text: Text, granularity: Granularity | None = None) -> NDArray[np.float64]:
        """Return how probable each word of :meth:`cut` is, in [0, 1], shape (W,).

        The exact probability that it is a word, summed over all ways to segment (and label) the
        rest of its line. It depends on the model's temperature, which ``--dev`` learns, and on no
        granularity.
        """
        lines = self._finder.lines(text)
        parts = self._finder.parts(lines, granularity)
        return confidence.of_words(self._finder.marginals(), lines, parts, self._finder.words)

    def entropy(self, text: Text) -> float:
        """Return how undecided the model is about the tags of a text, in nats, 0 or more.

        0 if there is only one possibility; log n if n tag sequences are equally probable.
        """
        lines = self._finder.lines(text)
        _, entropies = self._finder.marginals().of_sentences(
            lines.codes, lines.offsets, lines.boundaries, self._finder.words
        )
        return float(entropies.sum())

    def nbest(self, text: Text, k: int = 5) -> list[Candidate]:
        """Return the most probable ways to cut a text, best first; the first is :meth:`cut`.

        Parameters
        ----------
        text
            Of several lines too; a way is then one for all of them.
        k
            At most so many, up to 100,000. With a labelled model, ways may differ in labels alone.

        Raises
        ------
        OptionError
            If k is not from 1 to 100,000.
        """
        if not 1 <= k <= 100_000:  # all ways are kept at every character
            raise OptionError(f"k must be from 1 to 100,000, got {k:,}")
        lines, words, tag_set = self._finder.lines(text), self._finder.words, self.model.tag_set
        log_z, _ = self._finder.marginals().of_sentences(
            lines.codes, lines.offsets, lines.boundaries, words
        )
        find = partial(nbest_viterbi.find, self._tagger.decoder, k=k, lexicon=words)
        unit = self._tagger.decoder.unit / self.model.temperature
        ways = best_ways(find, lines, log_z, unit, k)
        return [candidate(plain(text), lines, tag_set, way) for way in ways]

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
        lines = self._finder.lines(text)
        begins = self.marginals(text)[:, self.model.tag_set.begins].sum(axis=1)
        listed = (() if self.lexicon is None else self.lexicon).__contains__
        explainer = Explainer(self.model, self._tagger.decoder, self._finder.words, listed)
        return explainer.explain(plain(text), lines, place, begins)

    def cut_many(
        self, texts: Iterable[Text], *, threads: int = 0, granularity: Granularity | None = None
    ) -> Iterator[list[str]]:
        """Cut many texts; lazy, in order, the same as :meth:`cut` of each but faster.

        Parameters
        ----------
        texts
            Any number of them; read as they are needed, some hundreds ahead.
        threads
            How many to use; 0: one a core.
        """
        for words in in_order(partial(self._cut_batch, granularity), batches(texts), threads):
            yield from words

    def _cut_batch(self, granularity: Granularity | None, texts: list[Text]) -> list[list[str]]:
        if granularity is not None:
            return [self.cut(text, granularity) for text in texts]
        strings, boundaries = zip(*map(self._finder.marked, texts), strict=True)
        return self._tagger.cut_many([*strings], [*boundaries], self._finder.words)

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
        cutter = streaming.Cutter(self._tagger, name, self.ruleset, self._finder.words)
        return streaming.cut(cutter, read, encoding, threads)

    def cut_lines(self, text: str) -> str:
        r"""Return the text with one space between words; its newlines stay where they are.

        With a labelled model each word carries its label: ``word/label``.
        """
        if not isinstance(text, str):
            raise TypeError(f"expected text as str, got {type(text).__name__}")
        data = text.encode("utf-8", "surrogatepass")
        boundaries = self.ruleset.constraints_of(data, surrogates=True).boundaries
        cut = self._tagger.cut_utf8(
            data, surrogates=True, boundaries=boundaries, lexicon=self._finder.words
        )
        return cut.decode("utf-8", "surrogatepass")

    def knows(self, word: str) -> bool:
        """Tell whether a word is one of the training text or of the user's lexicon."""
        return self._finder.knows(word)

    def tag_corpus(self, corpus: Corpus) -> Corpus:
        """Segment the text of a corpus anew, its own segmentation unseen."""
        tags = self.tag_codes(corpus.codes, corpus.offsets, self.ruleset.corpus_boundaries(corpus))
        tag_set = self.model.tag_set
        labels = tag_set.labels_of(tags) if tag_set.labels else None
        starts = tag_set.decode(tags)
        found = replace(corpus, starts=starts, labels=labels, label_names=tag_set.labels)
        return replace(found, sha256="", n_blank=0)  # it stands in no file

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
        boundaries = np.zeros(len(codes), dtype=np.int8) if boundaries is None else boundaries
        return best_tags(self._tagger.decoder, codes, offsets, boundaries, self._finder.words)

    def emissions(self, codes: chars.CodePoints) -> NDArray[np.float64]:
        """Return what the features say of each of the T characters of a sentence.

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
        boundaries, starts = self.ruleset.corpus_boundaries(corpus), corpus.starts.view(np.uint8)
        finder, marginals = self._finder, self._finder.marginals(temperature)
        found = marginals.of_words(corpus.codes, corpus.offsets, boundaries, starts, finder.words)
        return found[corpus.starts]

    @cached_property
    def _finder(self) -> Finder:
        return Finder(self.model, self.lexicon, self.ruleset)

    @cached_property
    def _tagger(self) -> Tagger:
        return compiled(self.model).tagger
