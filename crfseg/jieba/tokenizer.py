"""The methods of jieba's Tokenizer, with a model and a user's lexicon behind them.

They take what jieba's take. White space comes out as tokens, each character one, so that the words
end to end are the text. Arguments that mean nothing here are accepted.
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
        """Return what is in it."""


class Tokenizer:
    """The class ``jieba.Tokenizer``, for one model and one user's lexicon.

    Parameters
    ----------
    dictionary
        A segmenter, or the file of a model, see :meth:`set_dictionary`. None: the bundled model,
        which is loaded when it is first needed.

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
        """The segmenter behind the functions."""
        return crfseg.load(lexicon=self.lexicon)

    def set_dictionary(self, dictionary: PathLike | Segmenter) -> None:
        """Take another model: a file, or a segmenter. What words were added stay.

        Raises
        ------
        OptionError
            If it is a list of words; a model has learned its own.
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
        """Load the model now, not when it is first needed."""
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
        """Yield the words of a text; with ``cut_all`` all words in it that are known."""
        text = decoded(sentence)
        if cut_all:
            yield from (text[start:end] for start, end in self._every(text))
        else:
            yield from (word for word, _, _ in self._tokens(text))

    def cut_for_search(self, sentence: str | bytes, HMM: bool = True) -> Iterator[str]:  # noqa: ARG002
        """Yield the words of a text, and those inside of them, in order of their starts."""
        yield from (word for word, _, _ in self._tokens(decoded(sentence), "search"))

    def lcut(self, *args: Any, **kwargs: Any) -> list[str]:
        """Return what :meth:`cut` yields."""
        return list(self.cut(*args, **kwargs))

    def lcut_for_search(self, *args: Any, **kwargs: Any) -> list[str]:
        """Return what :meth:`cut_for_search` yields."""
        return list(self.cut_for_search(*args, **kwargs))

    def tokenize(
        self,
        unicode_sentence: str,
        mode: str = "default",
        HMM: bool = True,  # noqa: ARG002
    ) -> Iterator[tuple[str, int, int]]:
        """Yield words and where they start and end; ``mode="search"``: those inside words too."""
        yield from self._tokens(unicode_sentence, None if mode == "default" else "search")

    def load_userdict(self, f: PathLike | Readable | Iterable[str]) -> None:
        """Add the words of a file, by name or open, or of lines: a word, its count, its tag.

        The larger the count, the stronger a word is beside the others of its file. A word with
        white space inside is passed over, for white space always separates words here.

        Raises
        ------
        LexiconError
            If a line is not in that format; the message names it.
        """
        if isinstance(f, str | os.PathLike):
            self.lexicon.update(UserLexicon.read(f, format="jieba"))
            return
        name = str(getattr(f, "name", "<file>"))
        data = f.read() if hasattr(f, "read") else "\n".join(f)
        text = data if isinstance(data, str) else decode(data, name)
        self.lexicon.update(UserLexicon.parse(text, format="jieba", name=name))

    def add_word(self, word: str, freq: int | None = None, tag: str | None = None) -> None:
        """Add a word; 0 takes it away, any other count does not matter."""
        if freq == 0:
            self.del_word(word)
        else:
            self.lexicon.add(word, tag=tag or "")

    def del_word(self, word: str) -> None:
        """Let a string be no word, whoever knew it."""
        self.lexicon.add(word, strength=float("-inf"))

    def suggest_freq(self, segment: str | Iterable[str], tune: bool = False) -> int:
        """Return a number for a word, 0 for one to be split; ``tune`` adds it to the lexicon."""
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

    def _every(self, text: str) -> list[tuple[int, int]]:
        """Return the spans of words: known ones, and the model's own elsewhere."""
        found = {
            (a, b)
            for visible in _VISIBLE.finditer(text)
            for a in range(*visible.span())
            for b in range(a + 2, min(visible.end(), a + MAX_WORD_LENGTH) + 1)
            if self.segmenter.knows(text[a:b])
        }
        covered = bytearray(len(text))
        for a, b in found:
            covered[a:b] = b"\1" * (b - a)
        found.update((a, b) for _, a, b in self._tokens(text) if b - a > 1 or not covered[a])
        return sorted(found)


def _characters(space: Token) -> Iterator[tuple[str, int, int]]:
    for found in _SPACE.finditer(space.text):
        yield found[0], space.start + found.start(), space.start + found.end()


def decoded(sentence: str | bytes) -> str:
    """Return text as str; bytes are UTF-8, others are never guessed."""
    return decode(sentence, "<bytes>") if isinstance(sentence, bytes) else sentence
