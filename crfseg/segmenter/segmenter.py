"""Segmenter: words, spans, tags and tokens of a text.

White space always separates words and is part of none; a newline ends a sentence. Between white
space the CRF decides. The text is never changed, and all methods agree on its words.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from functools import cached_property, partial
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from crfseg.constraints.rule_defaults import Choice, ruleset_of
from crfseg.constraints.ruleset import Ruleset
from crfseg.constraints.user_lexicon import UserLexicon
from crfseg.corpus.corpus import Corpus, Span
from crfseg.errors import OptionError
from crfseg.model.model import Model
from crfseg.segmenter import confidence, nbest, streaming
from crfseg.segmenter.constrained import ConstrainedDecoder
from crfseg.segmenter.explanation import Explainer, Explanation
from crfseg.segmenter.granularity import Granularity
from crfseg.segmenter.nbest import Candidate
from crfseg.segmenter.streaming import batches, in_order
from crfseg.segmenter.tokens import Token, WhiteSpace, tokens_of
from crfseg.segmenter.word_spans import WordSpans
from crfseg.text.boundaries import Text, plain
from crfseg.text.encodings import encoder
from crfseg.text.files import PathLike, replacing
from crfseg.text.whitespace import Lines

_new_span: Final = partial(tuple.__new__, Span)  # half the time of Span(start, end)
_MAX_K: Final = 100_000  # candidates: all of them are kept at every character


@dataclass(frozen=True, eq=False)
class Segmenter:
    """Segments text into words with a model.

    Immutable: one segmenter serves any number of threads. ``Segmenter(model)`` takes a few
    milliseconds to build its look-up tables.

    Parameters
    ----------
    model
        A trained model; see :func:`crfseg.train` and :func:`crfseg.load`.
    lexicon
        The user's words; it may change while the segmenter is in use. None: no words.
    rules
        The rules that are on: names, ``-`` before those that are off, ``"all"``, ``"none"``; one
        string with commas, or several strings. None: those that the training corpus follows.
    keep
        Regular expressions; each match is one word.

    Raises
    ------
    RuleError
        If a rule is unknown, or an expression is not valid.
    """

    model: Model
    lexicon: UserLexicon | None = None
    rules: Choice = None
    keep: Iterable[str] = ()

    def __post_init__(self) -> None:
        self.decoder.compiled  # noqa: B018  # builds the tables now, not in the first call

    def __reduce__(self) -> tuple[Callable[..., Segmenter], tuple[()]]:
        options = {each.name: getattr(self, each.name) for each in fields(self)}
        options |= {"rules": self.ruleset, "keep": ()}
        return partial(Segmenter, **options), ()  # the tables are rebuilt, not pickled

    @cached_property
    def ruleset(self) -> Ruleset:
        """The rules that are on."""
        return ruleset_of(self.model, self.rules, self.keep)

    @cached_property
    def decoder(self) -> ConstrainedDecoder:
        """The decoder behind all methods; it returns tag codes, emissions and confidences."""
        return ConstrainedDecoder(self.model, self.lexicon, self.ruleset)

    def __repr__(self) -> str:
        return repr(self.model).replace("Model", "Segmenter", 1)

    def cut(self, text: Text, granularity: Granularity | None = None) -> list[str]:
        """Return the words of a text, in order, without the white space between them.

        Parameters
        ----------
        text
            Any text.
        granularity
            ``"fine"``: words are divided further where that is plausible. ``"coarse"``: words are
            joined. ``"search"``: words overlap, see :meth:`cut_for_search`. None: the model's own
            words. It has the same meaning in all methods.

        Raises
        ------
        OptionError
            If the granularity is unknown.
        InfeasibleError
            If the constraints leave a line no legal segmentation.
        """
        if granularity is None:
            decoder = self.decoder
            return decoder.compiled.tagger.cut(*decoder.constrained(text), decoder.user_words)
        string = plain(text)
        return [string[start:end] for start, end in self.spans(text, granularity)]

    def cut_for_search(self, text: Text) -> list[str]:
        """Return the words of a text and the words inside them, as a search engine indexes them.

        Ordered by start, then end. The words inside a word of three characters or more are the
        words of two or more that the model or the user's lexicon knows, and the finer words.
        """
        return self.cut(text, "search")

    def spans(self, text: Text, granularity: Granularity | None = None) -> list[Span]:
        """Return the spans of the words in the text as given.

        Returns
        -------
        spans
            Half-open, in code points, ascending, disjoint except for ``"search"``. Together they
            cover every character that is not white space.
        """
        starts, ends, _ = self.decoder.spans(text, granularity)
        return list(map(_new_span, zip(starts.tolist(), ends.tolist(), strict=True)))

    def tokens(
        self,
        text: Text,
        *,
        white_space: WhiteSpace = "drop",
        granularity: Granularity | None = None,
        confidence: bool = False,
    ) -> list[Token]:
        """Return the words with their offsets in code points, bytes of UTF-8 and units of UTF-16.

        Parameters
        ----------
        text
            Any text.
        white_space
            ``"drop"``: left out. ``"keep"``: tokens of its own. ``"attach"``: part of the word
            before it, at the beginning of the first word. Unless it is dropped, the tokens'
            texts joined are the text.
        granularity
            As in :meth:`cut`.
        confidence
            If True, compute the probability of each word too, see :meth:`confidence`.

        Raises
        ------
        OptionError
            If an argument is not one of its values.
        """
        if not confidence:
            starts, ends, tags = self.decoder.spans(text, granularity)
            probabilities = None
        else:
            lines = self.decoder.lines(text)
            spans = self.decoder.word_spans(lines, granularity)
            starts, ends = spans.in_text(lines)
            tags, probabilities = spans.tags, self._probabilities(lines, spans).tolist()
        labels = self.model.tag_set.label_names(tags)
        return tokens_of(plain(text), starts, ends, labels, white_space, probabilities)

    def tags(self, text: Text) -> list[str]:
        """Return the tag of every character that is not white space."""
        lines = self.decoder.lines(text)
        names = self.model.tag_set.names
        tags = self.decoder.tag_codes(lines.codes, lines.offsets, lines.boundaries)
        return [names[tag] for tag in tags.tolist()]

    def labelled(self, text: Text) -> list[tuple[Span, str]]:
        """Return the spans and labels of the words, for a model that predicts labels."""
        starts, ends, tags = self.decoder.spans(text)
        spans = map(_new_span, zip(starts.tolist(), ends.tolist(), strict=True))
        return list(zip(spans, self.model.tag_set.label_names(tags), strict=True))

    def marginals(self, text: Text) -> NDArray[np.float64]:
        """Return the probability of each tag at each character that is not white space.

        Returns
        -------
        marginals
            In [0, 1], shape (T, L), columns as ``model.tag_set.names``. Each row sums to 1.
        """
        lines = self.decoder.lines(text)
        return self.decoder.marginals().of_tags(
            lines.codes, lines.offsets, lines.boundaries, self.decoder.user_words
        )

    def confidence(self, text: Text, granularity: Granularity | None = None) -> NDArray[np.float64]:
        """Return the probability of each word of :meth:`cut`, in [0, 1], shape (W,).

        It is exact, summed over all segmentations (and labels) of the rest of the line. It depends
        on the model's temperature, which training with a dev corpus fits, not on the granularity.
        """
        lines = self.decoder.lines(text)
        return self._probabilities(lines, self.decoder.word_spans(lines, granularity))

    def _probabilities(self, lines: Lines, spans: WordSpans) -> NDArray[np.float64]:
        return confidence.of_words(self.decoder.marginals(), lines, spans, self.decoder.user_words)

    def entropy(self, text: Text) -> float:
        """Return the entropy of the tag sequences of a text, in nats, at least 0.

        0 if there is only one sequence; log n if n sequences are equally probable.
        """
        lines = self.decoder.lines(text)
        _, entropies = self.decoder.marginals().of_sentences(
            lines.codes, lines.offsets, lines.boundaries, self.decoder.user_words
        )
        return float(entropies.sum())

    def nbest(self, text: Text, k: int = 5) -> list[Candidate]:
        """Return the most probable segmentations of a text, best first; the first is :meth:`cut`.

        Parameters
        ----------
        text
            Any text; a candidate covers all its lines.
        k
            The number of candidates, 1 to 100,000; there may be fewer. Candidates of a labelled
            model may differ in labels only.

        Raises
        ------
        OptionError
            If k is not from 1 to 100,000.
        """
        if not 1 <= k <= _MAX_K:
            raise OptionError(f"k must be from 1 to {_MAX_K:,}, got {k:,}")
        lines = self.decoder.lines(text)
        paths = nbest.best_paths(self.decoder, lines, k)
        return [nbest.candidate(plain(text), lines, self.model.tag_set, path) for path in paths]

    def explain(self, text: Text, place: int) -> Explanation:
        """Explain the decision whether a word begins at a character, see :class:`Explanation`.

        Parameters
        ----------
        text
            Any text.
        place
            The index of a character that is not white space.

        Raises
        ------
        MarkupError
            If there is no such character.
        """
        return Explainer(self.decoder).explain(plain(text), self.decoder.lines(text), place)

    def cut_many(
        self, texts: Iterable[Text], *, threads: int = 0, granularity: Granularity | None = None
    ) -> Iterator[list[str]]:
        """Yield the words of each of many texts, in order; faster than :meth:`cut` of each.

        Parameters
        ----------
        texts
            Any number of texts; read lazily, some hundreds ahead.
        threads
            The number of threads; 0: one per core.
        granularity
            As in :meth:`cut`.
        """
        for words in in_order(partial(self._cut_batch, granularity), batches(texts), threads):
            yield from words

    def _cut_batch(self, granularity: Granularity | None, texts: list[Text]) -> list[list[str]]:
        if granularity is not None:
            return [self.cut(text, granularity) for text in texts]
        decoder = self.decoder
        strings, boundaries = zip(*map(decoder.constrained, texts), strict=True)
        tagger = decoder.compiled.tagger
        return tagger.cut_many([*strings], [*boundaries], decoder.user_words)

    def cut_file(
        self,
        source: PathLike,
        target: PathLike,
        *,
        encoding: str = "utf-8",
        threads: int = 0,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        """Segment a file into another: the same lines, words separated by one space.

        With a labelled model each word carries its label: ``word/label``.

        Parameters
        ----------
        source, target
            Processed in blocks, so that neither long files nor long lines need much memory. The
            target has the encoding of the source; it replaces an older file only when complete.
        encoding
            A name that Python knows.
        threads
            The number of threads; 0: one per core.
        progress
            Called after every block with the number of bytes read so far.

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
        """Yield the segmented text of an open file in blocks of UTF-8.

        A block has what can be read without waiting, so that a filter answers at once.

        Parameters
        ----------
        read
            A binary file.
        name
            Its name in messages.
        encoding, threads
            As in :meth:`cut_file`.

        Raises
        ------
        CorpusError
            If the file is not in that encoding.
        """
        tagger, words = self.decoder.compiled.tagger, self.decoder.user_words
        cutter = streaming.Cutter(tagger, name, self.ruleset, words)
        return streaming.cut(cutter, read, encoding, threads)

    def cut_lines(self, text: str) -> str:
        r"""Return the text with one space between words; newlines are kept.

        With a labelled model each word carries its label: ``word/label``.
        """
        if not isinstance(text, str):
            raise TypeError(f"expected text as str, got {type(text).__name__}")
        data = text.encode("utf-8", "surrogatepass")
        boundaries = self.ruleset.constraints_of(data, surrogates=True).boundaries
        tagger, words = self.decoder.compiled.tagger, self.decoder.user_words
        cut = tagger.cut_utf8(data, surrogates=True, boundaries=boundaries, user_words=words)
        return cut.decode("utf-8", "surrogatepass")

    def tag_corpus(self, corpus: Corpus) -> Corpus:
        """Return the corpus segmented by the model; its own segmentation is ignored."""
        return self.decoder.tag_corpus(corpus)

    def knows(self, word: str) -> bool:
        """Return True if a word is in the training vocabulary or in the user's lexicon."""
        return self.decoder.knows(word)
