"""Replacement for ``jieba.posseg``: words with parts of speech, from a labelled model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from crfseg.errors import OptionError
from crfseg.jieba.default import dt
from crfseg.jieba.tokenizer import Tokenizer, decoded


class pair(NamedTuple):
    """A word and its part of speech."""

    word: str
    flag: str


class POSTokenizer:
    """Replacement for ``jieba.posseg.POSTokenizer``.

    Parameters
    ----------
    tokenizer
        The tokenizer with the model and the words. None: the shared one.
    """

    def __init__(self, tokenizer: Tokenizer | None = None) -> None:
        self.tokenizer = tokenizer or dt

    def cut(self, sentence: str | bytes, HMM: bool = True) -> Iterator[pair]:  # noqa: ARG002
        """Yield the words of a text with their labels; white space has the label ``x``.

        Parameters
        ----------
        sentence
            Text, or UTF-8.
        HMM
            Ignored.

        Raises
        ------
        OptionError
            If the model has no labels.
        """
        segmenter = self.tokenizer.segmenter
        if not segmenter.model.tag_set.labels:
            raise OptionError(
                "the model has no labels; expected one that was trained with them. Train it with "
                "--labels and choose it with set_dictionary"
            )
        for token in segmenter.tokens(decoded(sentence), white_space="keep"):
            yield pair(token.text, token.label or "x")

    def lcut(self, sentence: str | bytes, HMM: bool = True) -> list[pair]:
        """Return the pairs of :meth:`cut` as a list."""
        return list(self.cut(sentence, HMM))


_default = POSTokenizer()
cut = _default.cut
lcut = _default.lcut
