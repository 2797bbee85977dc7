"""Drop-in replacement for jieba: its functions, with a model of crfseg.

>>> import crfseg.jieba as jieba  # instead of: import jieba

The words are those of the model, so they differ from jieba's; docs/jieba.md lists all differences.

::

    tokenizer  Tokenizer: jieba's methods on a model and a lexicon
    default    the shared tokenizer, and its methods as functions
    posseg     words with parts of speech, from a labelled model
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
