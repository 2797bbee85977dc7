"""Steps of the built-in trainer: its gradient and its objective."""

import numpy as np
import pytest

import crfseg
from crfseg.corpus.corpus import Corpus
from crfseg.decoding import reference
from crfseg.features.dataset import Dataset
from crfseg.features.templates import Templates
from crfseg.segmenter.segmenter import Segmenter
from crfseg.training.adagrad.passes import Trainer
from crfseg.training.adagrad.state import TrainingState
from crfseg.training.parameters import checked_params
from support.corpora import TRAIN, labelled
from support.oracles import first_step, steps_taken_once

TEMPLATES = Templates.parse(["C[-1]", "C[0]", "C[1]", "C[-1]C[0]", "C[0]C[1]"])


def loss_of(model: crfseg.Model, corpus: Corpus, margin: float = 0.0) -> float:
    """Return the negative log-likelihood of a corpus, by the readable reference.

    Every tag but the gold one scores ``margin`` more than the model says.
    """
    segmenter, tag_set = Segmenter(model), model.tag_set
    gold = tag_set.encode(corpus.starts, corpus.labels)
    transitions = reference.mask(model.transitions.astype(float), tag_set)
    total = 0.0
    for n in range(len(corpus)):
        begin, end = corpus.offsets[n], corpus.offsets[n + 1]
        wrong = np.arange(len(tag_set.names)) != gold[begin:end, None]
        emissions = segmenter.decoder.emissions(corpus.codes[begin:end]) + margin * wrong
        rows = reference.constrain(emissions, tag_set)
        total += reference.log_partition(rows, transitions)
        total -= reference.path_score(rows, transitions, gold[begin:end])
    return total


def norm_of(model: crfseg.Model, power: int) -> float:
    arrays = (model.transitions, *(table.weights for table in model.tables))
    return float(sum((np.abs(array.astype(float)) ** power).sum() for array in arrays))


def raw_model(weights: TrainingState) -> crfseg.Model:
    """The model of the weights as they are, not of their average."""
    for block in (weights.transitions[None], *weights.blocks):
        block[:, 2] = 0
    return weights.model()


@pytest.mark.parametrize(("scheme", "margin"), [("BMES", 0.0), ("BMES", 2.5), ("BMES6", 1.0)])
def test_one_step_follows_the_gradient_of_the_reference(scheme, margin):
    """The first step is rate * g / sqrt(1 + g^2); g by finite differences of the reference."""
    corpus = Corpus.from_text("我 爱 北京 天安门广场\n他 来 了")
    dataset = Dataset.encode(corpus, TEMPLATES, scheme=scheme)
    given = {"rate": 0.5, "c2": 1e-30, "threads": 1, "margin": margin}
    params = checked_params("adagrad", given)
    weights = TrainingState(dataset)
    loss = Trainer(weights, params).run()
    zero = TrainingState(dataset)
    start = zero.model()
    assert loss == pytest.approx(loss_of(start, corpus, margin), rel=1e-5)
    rng = np.random.default_rng(0)
    for kind, block in enumerate(zero.blocks):
        once = np.flatnonzero(dataset.patterns[kind].counts == 1)  # others take several steps
        for row in rng.choice(once, 3):
            for place in range(block.shape[2]):
                at = (row, 0, place)
                step = first_step(block, at, lambda: loss_of(zero.model(), corpus, margin))
                assert weights.blocks[kind][row, 0, place] == pytest.approx(step, abs=2e-4)


@pytest.mark.parametrize(("scheme", "margin"), [("BMES", 0.0), ("BMES", 2.5), ("BMES6", 1.0)])
def test_with_labels_one_step_follows_the_gradient_too(scheme, margin):
    """Many tags go another way through the kernel."""
    corpus = labelled("我/r 爱/v 北京/ns 天安门广场/ns", "他/r 来/v 了/O 电影院/n")
    dataset = Dataset.encode(corpus, TEMPLATES, scheme=scheme)
    weights, start = TrainingState(dataset), TrainingState(dataset)
    rng = np.random.default_rng(0)
    for some in (weights, start):  # not from zero, where all tags are alike
        some.transitions[0] = np.linspace(-1, 1, some.transitions.shape[1])
    params = checked_params("adagrad", {"rate": 0.5, "c2": 1e-30, "margin": margin})
    loss = Trainer(weights, params).run()
    assert loss == pytest.approx(loss_of(start.model(), corpus, margin), rel=1e-5)
    n_tags = len(dataset.tag_set.names)
    columns = start.transitions[0].reshape(n_tags, n_tags)
    moved = weights.transitions[0].reshape(n_tags, n_tags) - columns
    legal = dataset.tag_set.legal[weights.tag_order][:, weights.tag_order]
    assert not moved[~legal].any()
    gradients = [(columns, place, moved[tuple(place)]) for place in np.argwhere(legal)]
    gradients += steps_taken_once(weights, start)
    for n in rng.choice(len(gradients), 60, replace=False):
        array, place, step = gradients[n]
        at = tuple(np.atleast_1d(place))
        expected = first_step(array, at, lambda: loss_of(start.model(), corpus, margin))
        assert step == pytest.approx(expected, abs=3e-4)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("penalty", "error"), [({"c1": 0.0, "c2": 1.0}, 1e-4), ({"c1": 0.5, "c2": 0.0}, 1e-3)]
)
def test_the_objective_of_crfsuite_is_reached(penalty, error):
    """Same features, same penalty. CRFsuite has no mask, so here ours is lifted too."""
    full = crfseg.read_corpus(TRAIN)
    corpus = Corpus.from_sentences([full[n] for n in range(60)])
    theirs = crfseg.train(
        corpus, algorithm="lbfgs", templates=TEMPLATES.names, precision="float64",
        all_possible_states=True, max_iterations=1000, epsilon=1e-6, **penalty,
    )  # fmt: skip
    dataset = Dataset.encode(corpus, TEMPLATES)
    unmasked = dataset.tag_set
    for name, everything in (("legal", (4, 4)), ("begins", 4), ("ends", 4)):
        unmasked.__dict__[name] = np.ones(everything, dtype=bool)
    weights = TrainingState(dataset)
    for rate in (2.0, 2.0, 0.5, 0.1, 0.01):
        trainer = Trainer(weights, checked_params("adagrad", {"rate": rate, **penalty}))
        for _ in range(800):
            trainer.run()
    model = raw_model(weights)
    objective = loss_of(model, corpus) + penalty["c2"] * norm_of(model, 2)
    objective += penalty["c1"] * norm_of(model, 1)
    assert objective == pytest.approx(theirs.info["history"][-1]["loss"], rel=error)


def test_l1_makes_most_weights_exactly_zero():
    dataset = Dataset.encode(crfseg.read_corpus(TRAIN), TEMPLATES)
    shares = []
    for c1 in (0.0, 1.0):
        weights = TrainingState(dataset)
        trainer = Trainer(weights, checked_params("adagrad", {"c1": c1}))
        for _ in range(3):
            trainer.run()
        zero = [np.count_nonzero(block[:, 0] == 0) for block in weights.blocks]
        shares.append(sum(zero) / dataset.n_weights)
    assert shares[0] < 0.1
    assert shares[1] > 0.5


def test_a_penalty_never_carries_a_weight_over_zero():
    """One sentence, a penalty larger than any gradient."""
    dataset = Dataset.encode(Corpus.from_text("我 爱 北京"), TEMPLATES)
    weights = TrainingState(dataset)
    Trainer(weights, checked_params("adagrad", {"c1": 100.0})).run()
    assert not any(block[:, 0].any() for block in weights.blocks)
