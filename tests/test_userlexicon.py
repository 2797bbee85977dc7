"""A user's lexicon in the search, held against the enumeration of all tag sequences."""

import itertools
import math
import pickle
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import crfseg
from crfseg import Marked, UserLexicon, crf
from crfseg.chars import code_points
from crfseg.errors import CorpusError, LexiconError
from crfseg.tags import TagSet
from material import SAMPLE, handmade_model

ALPHABET = "甲乙丙"
weights = st.fixed_dictionaries(
    {tag: st.integers(-3, 3).map(float) for tag in TagSet().names}
)
models = st.fixed_dictionaries(dict.fromkeys(ALPHABET, weights)).map(
    lambda of: handmade_model(**of).quantize("int16")
)
texts = st.text(ALPHABET, min_size=1, max_size=6)
lexicons = st.dictionaries(
    st.text(ALPHABET, min_size=1, max_size=5), st.integers(-4, 6).map(float), max_size=6
)


def lexicon_of(strengths):
    lexicon = UserLexicon()
    for word, strength in strengths.items():
        lexicon.add(word, strength=strength)
    return lexicon


def all_ways(segmenter, text, strengths, known=None):
    """Every legal way to tag a text: words, tags and score, lexicon included; as crf.py has it."""
    tag_set = segmenter.model.tag_set
    emissions = crf.constrain(segmenter.emissions(code_points(text)), tag_set, known)
    transitions = crf.mask(segmenter.model.transitions * segmenter.model.scale, tag_set)
    for path in itertools.product(range(len(tag_set.names)), repeat=len(text)):
        score = crf.path_score(emissions, transitions, np.array(path))
        if score > -np.inf:
            begin = [t for t, tag in enumerate(path) if tag_set.begins[tag]]
            words = [text[a:b] for a, b in itertools.pairwise([*begin, len(text)])]
            bonus = sum(strengths.get(word, 0) for word in words) * segmenter.model.temperature
            yield words, path, score + bonus


@given(models, texts, lexicons)
@settings(max_examples=300, deadline=None)
def test_everything_equals_the_enumeration_of_all_ways(model, text, strengths):
    segmenter = crfseg.Segmenter(model, lexicon_of(strengths))
    ways = sorted(all_ways(segmenter, text, strengths), key=lambda way: -way[2])
    scores = np.array([score for _, _, score in ways]) / model.temperature
    log_z = np.logaddexp.reduce(scores)
    probabilities = np.exp(scores - log_z)

    best = segmenter.cut(text)
    assert max(s for words, _, s in ways if words == best) == pytest.approx(ways[0][2], abs=0.02)
    found = segmenter.nbest(text, len(ways) + 1)
    assert len(found) == len(ways)
    assert [way.log_probability for way in found] == pytest.approx(
        (scores - log_z).tolist(), abs=0.02
    )
    assert found[0].words == best
    assert len({tuple(way.words) for way in found}) == len(found)

    tags = np.zeros((len(text), 4))
    for (_, path, _), probability in zip(ways, probabilities, strict=True):
        tags[np.arange(len(text)), path] += probability
    assert segmenter.marginals(text) == pytest.approx(tags, abs=1e-2)
    spans = segmenter.spans(text)
    for (start, end), confidence in zip(spans, segmenter.confidence(text), strict=True):
        holds = [
            (start, end) in itertools.pairwise(np.cumsum([0, *map(len, words)]).tolist())
            for words, _, _ in ways
        ]
        assert confidence == pytest.approx(probabilities[holds].sum(), abs=1e-2)
    entropy = -(probabilities * np.log(np.maximum(probabilities, 1e-300))).sum()
    assert segmenter.entropy(text) == pytest.approx(entropy, abs=3e-2)
