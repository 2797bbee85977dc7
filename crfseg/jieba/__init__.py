"""jieba's functions with a model of crfseg behind them: change one import, keep the program.

>>> import crfseg.jieba as jieba  # instead of: import jieba

The words are those of the model, so they differ from jieba's; docs/jieba.md says what else does.
"""

from __future__ import annotations

from crfseg.jieba import posseg
from crfseg.jieba.default import (
    add_word,
    cut,
    cut_for_search,
    del_word,
    disable_parallel,
    dt,
    enable_parallel,
    initialize,
    lcut,
    lcut_for_search,
    load_userdict,
    set_dictionary,
    setLogLevel,
    suggest_freq,
    tokenize,
)
from crfseg.jieba.tokenizer import Tokenizer

__all__ = [
    "Tokenizer",
    "add_word",
    "cut",
    "cut_for_search",
    "del_word",
    "disable_parallel",
    "dt",
    "enable_parallel",
    "initialize",
    "lcut",
    "lcut_for_search",
    "load_userdict",
    "posseg",
    "setLogLevel",
    "set_dictionary",
    "suggest_freq",
    "tokenize",
]
