"""Learning from corpora of which only a part is known."""

import dataclasses

import numpy as np
import pytest

import crfseg
from crfseg import ConstrainedText, Corpus, Segmenter
from crfseg.decoding import reference
from crfseg.errors import CorpusError, TrainingError
from crfseg.features.dataset import Dataset
from crfseg.features.templates import Templates
from crfseg.training.adagrad.passes import Trainer
from crfseg.training.adagrad.state import TrainingState
from crfseg.training.parameters import checked_params
from support.corpora import SAMPLE, SMALL
from support.oracles import first_step, steps_taken_once

TEMPLATES = Templates.parse(["C[-1]", "C[0]", "C[1]", "C[-1]C[0]", "C[0]C[1]"])
PARTIAL = ConstrainedText.parse("我|爱-北京 天安|门广-场\n他来|了\n他们")


def loss_of(model, corpus, margin):
    """Return the loss of a corpus by the readable reference."""
    segmenter, total = Segmenter(model), 0.0
    for n in range(len(corpus)):
        at = slice(corpus.offsets[n], corpus.offsets[n + 1])
        total += reference.partial_loss(
            segmenter.decoder.emissions(corpus.codes[at]), model.transitions.astype(float),
            model.tag_set, corpus.boundaries[at], margin,
        )  # fmt: skip
    return total


@pytest.mark.parametrize(("scheme", "margin"), [("BMES", 0.0), ("BMES", 2.5), ("BMES6", 1.0)])
def test_one_step_follows_the_gradient_of_the_reference(scheme, margin):
    """The first step is rate * g / sqrt(1 + g^2); g by finite differences of the reference."""
    corpus = Corpus.from_constrained(PARTIAL)
    dataset = Dataset.encode(corpus, TEMPLATES, scheme=scheme)
    weights, start = TrainingState(dataset), TrainingState(dataset)
    rng = np.random.default_rng(0)
    for some in (weights, start):  # not from zero, where all tags are alike
        some.transitions[0] = np.linspace(-1, 1, some.transitions.shape[1])
    given = {"rate": 0.5, "c2": 1e-30, "threads": 1, "margin": margin}
    loss = Trainer(weights, checked_params("adagrad", given)).run()
    assert loss == pytest.approx(loss_of(start.model(), corpus, margin), rel=1e-5)
    moved = weights.transitions[0] - start.transitions[0]
    places = [(start.transitions[0], k, moved[k]) for k in np.flatnonzero(dataset.tag_set.legal)]
    places += steps_taken_once(weights, start)
    for n in rng.choice(len(places), 40, replace=False):
        array, place, step = places[n]
        expected = first_step(array, place, lambda: loss_of(start.model(), corpus, margin))
        assert step == pytest.approx(expected, abs=3e-4)


def test_the_words_of_a_model_are_those_that_are_known_whole():
    model = crfseg.train(
        Corpus.from_constrained(ConstrainedText.parse("我|是-北京|人-民\n他们|人-民|来了"))
    )
    assert set(model.vocabulary) == {"我", "人民"} == set(model.lexicon.words)


def test_a_string_counts_where_it_is_known_to_be_a_word_or_none():
    model = crfseg.train(
        Corpus.from_constrained(ConstrainedText.parse("|人-民|\n人|民\n人民\n-人-民-们"))
    )
    classes = dict(zip(model.lexicon.words, model.lexicon.classes.tolist(), strict=True))
    # Once a word, once cut, once part of a longer one, once not known: a third of three.
    assert classes["人民"] == 1 + 4 * 1 + 0


def test_a_corpus_that_is_known_all_over_is_learned_as_ever():
    text = "\n".join(" ".join(sentence.words) for sentence in SMALL)
    every = [crfseg.train(Corpus.from_text(text, "a")), None]
    marked = ConstrainedText.parse(
        text.replace("京", "-京").replace("安", "-安").replace("门", "-门")
    )
    every[1] = crfseg.train(Corpus.from_constrained(marked, "a"))
    one, other = (
        [model.transitions.tobytes(), *(table.weights.tobytes() for table in model.tables)]
        for model in every
    )
    assert one == other
    assert every[0].vocabulary == every[1].vocabulary


def test_the_number_of_threads_changes_nothing(tmp_path, full, partial):
    for threads in (1, 2, 3):
        model = crfseg.train([full, partial], max_iterations=2, threads=threads)
        model.save(tmp_path / str(threads))
    assert len({path.read_bytes() for path in tmp_path.iterdir()}) == 1


def half_known(corpus):
    """Return a corpus of which every second character is not known."""
    known = np.where(corpus.starts, 1, -1).astype(np.int8)
    known[::2] = 0
    known[corpus.offsets[:-1]] = 1
    return dataclasses.replace(corpus, starts=known > 0, boundaries=known)


@pytest.fixture(scope="module")
def full():
    corpus = crfseg.read_corpus(SAMPLE / "dev.txt")
    return Corpus.from_sentences([corpus[n] for n in range(30)])


@pytest.fixture(scope="module")
def partial():
    corpus = crfseg.read_corpus(SAMPLE / "dev.txt")
    return half_known(Corpus.from_sentences([corpus[n] for n in range(30, 60)]))


def test_what_is_known_is_learned_and_helps():
    train, dev = (crfseg.read_corpus(SAMPLE / f"{part}.txt") for part in ("train", "dev"))
    first = Corpus.from_sentences([train[n] for n in range(60)])
    rest = half_known(Corpus.from_sentences([train[n] for n in range(60, len(train))]))
    init = crfseg.train(first)
    scores = [crfseg.evaluate(dev, Segmenter(model)).f1 for model in (
        init, crfseg.train(rest, init=init), crfseg.train([first, rest]),
    )]  # fmt: skip
    assert min(scores[1:]) > scores[0] + 0.03
    learned = Segmenter(crfseg.train(rest, init=init, max_iterations=30))
    starts, said = learned.tag_corpus(rest).starts, rest.boundaries != 0
    assert np.mean(starts[said] == (rest.boundaries[said] > 0)) > 0.99


@pytest.mark.parametrize("options", [{"labels": True}, {"algorithm": "ap"}])
def test_what_cannot_learn_from_a_part_says_so(partial, options):
    with pytest.raises(TrainingError, match="only a part of its words is known; expected adagrad"):
        crfseg.train(partial, **options)


def test_nothing_but_training_takes_a_part(tmp_path, full, partial, segmenter):
    file = tmp_path / "answers.partial"
    file.write_text("我|爱-北京\n", "utf-8")
    told = "only a part of its words is known; expected all"
    with pytest.raises(CorpusError, match=told):
        crfseg.train(full, dev=partial, max_iterations=1)
    for gold in (file, crfseg.read_corpus(file)):
        with pytest.raises(CorpusError, match=told):
            crfseg.evaluate(gold, segmenter)
        with pytest.raises(CorpusError, match=told):
            crfseg.evaluate(full, gold)


def test_a_checkpoint_is_of_what_is_known(tmp_path, partial):
    state = tmp_path / "state"
    crfseg.train(partial, max_iterations=1, checkpoint=state)
    other = dataclasses.replace(partial, boundaries=np.abs(partial.boundaries))
    with pytest.raises(TrainingError, match="is of another corpus or configuration"):
        crfseg.train(other, max_iterations=1, checkpoint=state)
