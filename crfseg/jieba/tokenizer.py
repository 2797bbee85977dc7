"""Replacement for jieba's Tokenizer, with a model and a user's lexicon.

The methods have jieba's signatures; arguments without a meaning here are ignored. Each white-space
character is a token, so that the words joined are the text.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any, Final, Protocol

import crfseg
from crfseg.constraints.user_lexicon import UserLexicon
from crfseg.errors import OptionError
from crfseg.features.lexicon_matcher import MAX_WORD_LENGTH
from crfseg.model import file
from crfseg.segmenter.granularity import Granularity
from crfseg.segmenter.segmenter import Segmenter
from crfseg.segmenter.tokens import Token
from crfseg.text.encodings import decode
from crfseg.text.files import PathLike

_VISIBLE: Final = re.compile(r"\S+")
_SPACE: Final = re.compile(r"\r\n|\s")


class Readable(Protocol):
    """An open file."""

    def read(self) -> str | bytes:
        """Return the content of the file."""


class Tokenizer:
    """Replacement for ``jieba.Tokenizer``: one model and one list of words.

    Parameters
    ----------
    dictionary
        A segmenter, or the file of a model, see :meth:`set_dictionary`. None: the bundled model,
        loaded on first use.

    Examples
    --------
    >>> model = crfseg.train(crfseg.Corpus.from_text("我 爱 北京"))
    >>> tokenizer = Tokenizer(crfseg.Segmenter(model))
    >>> tokenizer.add_word("天安门")
    >>> tokenizer.lcut("我爱 北京天安门")
    ['我', '爱', ' ', '北京', '天安门']
    """

    def __init__(self, dictionary: PathLike | Segmenter | None = None) -> None:
        self.lexicon = UserLexicon()
        if dictionary is not None:
            self.set_dictionary(dictionary)

    @cached_property
    def segmenter(self) -> Segmenter:
        """The segmenter of the model and the words."""
        return crfseg.load(lexicon=self.lexicon)

    def set_dictionary(self, dictionary: PathLike | Segmenter) -> None:
        """Use another model, from a file or a segmenter; words that were added are kept.

        Raises
        ------
        OptionError
            If the file is not a model, such as a word list of jieba.
        """
        if isinstance(dictionary, Segmenter):
            self.segmenter = Segmenter(dictionary.model, self.lexicon)
        elif file.is_model(dictionary):
            self.segmenter = crfseg.load(dictionary, lexicon=self.lexicon)
        else:
            raise OptionError(
                f"{os.fspath(dictionary)}: is no model; expected a .crfseg file. To add words to "
                "the model's, call load_userdict"
            )

    def initialize(self, dictionary: PathLike | None = None) -> None:
        """Load the model now, not on first use."""
        if dictionary is not None:
            self.set_dictionary(dictionary)
        self.segmenter  # noqa: B018

    def cut(
        self,
        sentence: str | bytes,
        cut_all: bool = False,
        HMM: bool = True,  # noqa: ARG002
        use_paddle: bool = False,  # noqa: ARG002
    ) -> Iterator[str]:
        """Yield the words of a text.

        Parameters
        ----------
        sentence
            Text, or UTF-8.
        cut_all
            If True, yield all known words in the text, which may overlap.
        HMM, use_paddle
            Ignored.
        """
        text = decoded(sentence)
        if cut_all:
            yield from (text[start:end] for start, end in self._all_words(text))
        else:
            yield from (word for word, _, _ in self._tokens(text))

    def cut_for_search(self, sentence: str | bytes, HMM: bool = True) -> Iterator[str]:  # noqa: ARG002
        """Yield the words of a text and the words inside them, ordered by start."""
        yield from (word for word, _, _ in self._tokens(decoded(sentence), "search"))

    def lcut(self, *args: Any, **kwargs: Any) -> list[str]:
        """Return the words of :meth:`cut` as a list."""
        return list(self.cut(*args, **kwargs))

    def lcut_for_search(self, *args: Any, **kwargs: Any) -> list[str]:
        """Return the words of :meth:`cut_for_search` as a list."""
        return list(self.cut_for_search(*args, **kwargs))

    def tokenize(
        self,
        unicode_sentence: str,
        mode: str = "default",
        HMM: bool = True,  # noqa: ARG002
    ) -> Iterator[tuple[str, int, int]]:
        """Yield each word with its start and its end.

        Parameters
        ----------
        unicode_sentence
            Any text.
        mode
            ``"default"``, or ``"search"`` for the words inside words too.
        HMM
            Ignored.
        """
        yield from self._tokens(unicode_sentence, None if mode == "default" else "search")

    def load_userdict(self, f: PathLike | Readable | Iterable[str]) -> None:
        """Add the words of a file, given by name or open, or of lines: word, count and tag.

        Words with a larger count have more strength among those of their file. A word with white
        space inside is skipped, since white space always separates words here.

        Raises
        ------
        LexiconError
            If a line is not in that format; the message has its number.
        """
        if isinstance(f, str | os.PathLike):
            self.lexicon.update(UserLexicon.read(f, format="jieba"))
            return
        name = str(getattr(f, "name", "<file>"))
        data = f.read() if hasattr(f, "read") else "\n".join(f)
        text = data if isinstance(data, str) else decode(data, name)
        self.lexicon.update(UserLexicon.parse(text, format="jieba", name=name))

    def add_word(self, word: str, freq: int | None = None, tag: str | None = None) -> None:
        """Add a word, or remove it if its count is 0.

        Parameters
        ----------
        word
            At most ``MAX_WORD_LENGTH`` characters, without white space.
        freq
            0: remove the word. All other counts have the same effect.
        tag
            The part of speech, for models with labels.

        Raises
        ------
        LexiconError
            If it is not a valid word.
        """
        if freq == 0:
            self.del_word(word)
        else:
            self.lexicon.add(word, tag=tag or "")

    def del_word(self, word: str) -> None:
        """Forbid a word, even if the model knows it."""
        self.lexicon.add(word, strength=float("-inf"))

    def suggest_freq(self, segment: str | Iterable[str], tune: bool = False) -> int:
        """Return 1 for a word, 0 for words to separate; with ``tune``, add or forbid the word."""
        if isinstance(segment, str):
            if tune:
                self.add_word(segment)
            return 1
        if tune:
            self.del_word("".join(segment))
        return 0

    def _tokens(
        self, text: str, granularity: Granularity | None = None
    ) -> Iterator[tuple[str, int, int]]:
        """Yield words, and white space character by character."""
        for token in self.segmenter.tokens(text, white_space="keep", granularity=granularity):
            if token.is_space:
                yield from _characters(token)
            else:
                yield token.text, token.start, token.end

    def _all_words(self, text: str) -> list[tuple[int, int]]:
        """Return the spans of all known words, and the model's own words elsewhere."""
        spans = {
            (a, b)
            for visible in _VISIBLE.finditer(text)
            for a in range(*visible.span())
            for b in range(a + 2, min(visible.end(), a + MAX_WORD_LENGTH) + 1)
            if self.segmenter.knows(text[a:b])
        }
        covered = bytearray(len(text))
        for a, b in spans:
            covered[a:b] = b"\1" * (b - a)
        spans.update((a, b) for _, a, b in self._tokens(text) if b - a > 1 or not covered[a])
        return sorted(spans)


def _characters(space: Token) -> Iterator[tuple[str, int, int]]:
    for match in _SPACE.finditer(space.text):
        yield match[0], space.start + match.start(), space.start + match.end()


def decoded(sentence: str | bytes) -> str:
    """Return text as str; bytes are decoded as UTF-8.

    Raises
    ------
    CorpusError
        If the bytes are not UTF-8.
    """
    return decode(sentence, "<bytes>") if isinstance(sentence, bytes) else sentence
