"""How probable words are: against the readable reference, and against all tag sequences."""

import dataclasses
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import crfseg
from crfseg import Corpus
from crfseg.decoding import reference
from crfseg.features.templates import WITH_TRIGRAMS
from crfseg.model.weights import PRECISIONS
from support.corpora import SAMPLE
from support.models import TAG_SETS, random_model, random_segmenter, seeds
from support.oracles import all_segmentations, potentials
from support.texts import any_text

LETTERS = list("abcdefgh?京")


def random_corpus(rng, n_sentences, longest):
    """Words of one to five characters; sentences of one character too."""
    lengths = [1, *rng.integers(1, longest + 1, n_sentences - 1)]
    text = "".join(
        letter + rng.choice(["", " "])
        for n in lengths
        for letter in [*rng.choice(LETTERS, n), "\n"]
    )
    return Corpus.from_text(text)


def sentences_of(corpus):
    """Yield the characters of each sentence, and its words' places in it."""
    for n, sentence in enumerate(corpus):
        begin, end = corpus.offsets[n : n + 2].tolist()
        yield corpus.codes[begin:end], sentence.spans


def probabilities_of(spans, emissions, transitions, tag_set):
    """Sum over the tags of each word, between what leads to it and what leads on from it."""
    alpha, beta = (
        reference.forward(emissions, transitions),
        reference.backward(emissions, transitions),
    )
    log_z = reference.log_partition(emissions, transitions)
    found = []
    for start, end in spans:
        here = np.where(tag_set.begins, alpha[start], -np.inf)
        for t in range(start + 1, end):
            arriving = np.logaddexp.reduce(here[:, None] + transitions, axis=0)
            here = np.where(tag_set.begins, -np.inf, arriving + emissions[t])
        total = np.logaddexp.reduce(np.where(tag_set.ends, here + beta[end - 1], -np.inf))
        found.append(np.exp(total - log_z))
    return found


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("tags", TAG_SETS)
@settings(deadline=None, max_examples=8)  # the first example makes the model
@given(seed=seeds, temperature=st.sampled_from([0.5, 1.0, 2.1, 30.0]))
def test_words_are_as_probable_as_the_reference_says(tags, precision, seed, temperature):
    segmenter = random_segmenter(seed % 4, tags, precision)
    corpus = random_corpus(np.random.default_rng(seed), 3, 300)  # what is cut in parts too
    expected = []
    for codes, spans in sentences_of(corpus):
        lattice = potentials(segmenter, codes, temperature)
        expected += probabilities_of(spans, *lattice, segmenter.model.tag_set)
    found = segmenter.decoder.confidences(corpus, temperature)
    assert found == pytest.approx(np.array(expected), rel=1e-6, abs=1e-12)


@pytest.mark.parametrize(
    ("tags", "n"), [("BMES", 1), ("BMES", 6), ("BMES6", 5), ("labels", 3), ("absent", 4)]
)
def test_words_are_as_probable_as_all_tag_sequences_say(tags, n):
    """Every segmentation of a sentence has the probabilities of all its words."""
    segmenter = random_segmenter(1, tags)
    text = "abcab京"[:n]
    corpus = Corpus.from_text(text)
    emissions, transitions = potentials(segmenter, corpus.codes, 1.5)
    every = all_segmentations(emissions, transitions, segmenter.model.tag_set)
    of_word = {}
    for starts, probability in every.items():
        cuts = [k for k, is_start in enumerate([*starts, True]) if is_start]
        for span in pairwise(cuts):
            of_word[span] = of_word.get(span, 0.0) + probability
    assert sum((b - a) * p for (a, b), p in of_word.items()) == pytest.approx(n)
    for starts in every:
        corpus = dataclasses.replace(corpus, starts=np.array(starts))
        found = segmenter.decoder.confidences(corpus, 1.5)
        assert found == pytest.approx([of_word[tuple(span)] for span in corpus[0].spans], rel=1e-7)


def test_one_character_is_surely_a_word():
    found = random_segmenter(0, "BMES6").decoder.confidences(Corpus.from_text("a\nb\n京"))
    assert found == pytest.approx([1, 1, 1])


@settings(deadline=None)
@given(text=any_text)
def test_any_text_has_probabilities(text):
    corpus = Corpus.from_text(text)
    found = random_segmenter(1, "BMES", "int8").decoder.confidences(corpus)
    assert found.shape == (corpus.n_words,)
    assert ((found >= 0) & (found <= 1)).all()


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("temperature", [0.02, 1.0, 50.0])
@pytest.mark.parametrize("factor", [1, 100, 10_000])
def test_models_of_huge_weights_have_probabilities_too(factor, temperature, precision):
    """Averaged perceptrons have; the sums then are beyond what numbers hold."""
    model = random_model(1, TAG_SETS["labels"], WITH_TRIGRAMS, coarse=False)
    larger = [dataclasses.replace(each, weights=each.weights * factor) for each in model.tables]
    model = dataclasses.replace(model, tables=tuple(larger), transitions=model.transitions * factor)
    segmenter = crfseg.Segmenter(model.quantize(precision))
    corpus = random_corpus(np.random.default_rng(0), 5, 300)
    for each in (corpus, segmenter.tag_corpus(corpus)):
        found = segmenter.decoder.confidences(each, temperature)
        assert ((found >= 0) & (found <= 1)).all()


def test_the_model_s_temperature_is_taken_and_changes_no_tag():
    segmenter = random_segmenter(0, "BMES")
    corpus = random_corpus(np.random.default_rng(1), 10, 40)
    warm = crfseg.Segmenter(dataclasses.replace(segmenter.model, temperature=4.0))
    assert np.array_equal(
        warm.decoder.confidences(corpus), segmenter.decoder.confidences(corpus, 4.0)
    )
    assert not np.allclose(warm.decoder.confidences(corpus), segmenter.decoder.confidences(corpus))
    assert np.array_equal(warm.tag_corpus(corpus).starts, segmenter.tag_corpus(corpus).starts)


def test_the_words_of_a_segmenter_are_likelier_than_others(segmenter):
    gold = crfseg.read_corpus(SAMPLE / "dev.txt")
    characters = dataclasses.replace(gold, starts=np.ones_like(gold.starts))
    own, others = map(segmenter.decoder.confidences, (segmenter.tag_corpus(gold), characters))
    assert own.mean() > 0.7 > others.mean()
