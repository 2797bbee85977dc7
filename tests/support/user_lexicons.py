"""Users' lexicons drawn at random, and segmenters of random models with them."""

import math
from functools import cache

from hypothesis import strategies as st

import crfseg
from crfseg import UserLexicon
from crfseg.features.templates import WITH_TRIGRAMS
from support.models import TAG_SETS, random_model

USER_SCHEMES = ("BMES", "BMES6", "labels", "few")
schemes = st.sampled_from(USER_SCHEMES)
entries = st.tuples(st.integers(-4, 6).map(float), st.sampled_from(["", "", "n", "v"]))
lexicons = st.dictionaries(st.text("abc", min_size=1, max_size=5), entries, max_size=6)


@cache
def random_model_of(scheme, seed):
    return random_model(seed, TAG_SETS[scheme], WITH_TRIGRAMS, coarse=False)


def lexicon_of(entries):
    lexicon = UserLexicon()
    for word, (strength, tag) in entries.items():
        lexicon.add(word, strength=strength, tag=tag)
    return lexicon


def segmenter_of(scheme, entries, seed=0):
    return crfseg.Segmenter(random_model_of(scheme, seed), lexicon_of(entries))


strengths = st.sampled_from([0.7, 3.33, 10.0, -2.6, math.inf, -math.inf])
any_entries = st.tuples(strengths, st.sampled_from(["", "", "n", "v"]))
any_lexicons = st.dictionaries(st.text("abc", min_size=1, max_size=4), any_entries, max_size=6)
