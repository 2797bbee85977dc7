"""Default tokenizer: jieba's module functions, which share it."""

from __future__ import annotations

from crfseg.jieba.tokenizer import Tokenizer

dt = Tokenizer()

add_word = dt.add_word
cut = dt.cut
cut_for_search = dt.cut_for_search
del_word = dt.del_word
initialize = dt.initialize
lcut = dt.lcut
lcut_for_search = dt.lcut_for_search
load_userdict = dt.load_userdict
set_dictionary = dt.set_dictionary
suggest_freq = dt.suggest_freq
tokenize = dt.tokenize


def enable_parallel(processnum: int | None = None) -> None:
    """Do nothing: :meth:`crfseg.Segmenter.cut_many` uses all cores."""


def disable_parallel() -> None:
    """Do nothing."""


def setLogLevel(log_level: int) -> None:
    """Do nothing: there is no log."""
