"""The built-in trainer: its gradient, its objective, its promises."""

import signal

import numpy as np
import pytest

import crfseg
from crfseg import crf
from crfseg.corpus import Corpus
from crfseg.dataset import Dataset
from crfseg.errors import TrainingError
from crfseg.segmenter import Segmenter
from crfseg.tables import PRECISIONS
from crfseg.tags import TagSet
from crfseg.templates import ACCURATE, Templates
from crfseg.train.adagrad import word_f1
from crfseg.train.parameters import checked_params
from crfseg.train.trainer import Trainer
from crfseg.train.weights import Weights
from material import SAMPLE, first_step, steps_taken_once

TRAIN, DEV = SAMPLE / "train.txt", SAMPLE / "dev.txt"
TEMPLATES = Templates.parse(["C[-1]", "C[0]", "C[1]", "C[-1]C[0]", "C[0]C[1]"])


def loss_of(model: crfseg.Model, corpus: Corpus, margin: float = 0.0) -> float:
    """Return the negative log-likelihood of a corpus, by the readable reference.

    Every tag but the gold one scores ``margin`` more than the model says.
    """
    segmenter, tag_set = Segmenter(model), model.tag_set
    gold = tag_set.encode(corpus.starts, corpus.labels)
    transitions = crf.mask(model.transitions.astype(float), tag_set)
    total = 0.0
    for n in range(len(corpus)):
        begin, end = corpus.offsets[n], corpus.offsets[n + 1]
        wrong = np.arange(len(tag_set.names)) != gold[begin:end, None]
        emissions = segmenter.emissions(corpus.codes[begin:end]) + margin * wrong
        rows = crf.constrain(emissions, tag_set)
        total += crf.log_partition(rows, transitions)
        total -= crf.path_score(rows, transitions, gold[begin:end])
    return total


def norm_of(model: crfseg.Model, power: int) -> float:
    arrays = (model.transitions, *(table.weights for table in model.tables))
    return float(sum((np.abs(array.astype(float)) ** power).sum() for array in arrays))


def raw_model(weights: Weights) -> crfseg.Model:
    """The model of the weights as they are, not of their average."""
    for block in (weights.transitions[None], *weights.blocks):
        block[:, 2] = 0
    return weights.model()


@pytest.mark.parametrize(("scheme", "margin"), [("BMES", 0.0), ("BMES", 2.5), ("BMES6", 1.0)])
def test_one_step_follows_the_gradient_of_the_reference(scheme, margin):
    """The kernel's first step is rate * g / sqrt(1 + g^2); g by finite differences of crf.py."""
    corpus = Corpus.from_text("我 爱 北京 天安门广场\n他 来 了")
    dataset = Dataset.encode(corpus, TEMPLATES, scheme=scheme)
    given = {"rate": 0.5, "c2": 1e-30, "threads": 1, "margin": margin}
    params = checked_params("adagrad", given)
    weights = Weights(dataset)
    loss = Trainer(weights, params).run()
    zero = Weights(dataset)
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
    sentences = [
        crfseg.Sentence(("我", "爱", "北京", "天安门广场"), ("r", "v", "ns", "ns")),
        crfseg.Sentence(("他", "来", "了", "电影院"), ("r", "v", "O", "n")),
    ]
    dataset = Dataset.encode(Corpus.from_sentences(sentences), TEMPLATES, scheme=scheme)
    corpus = Corpus.from_sentences(sentences)
    weights, start = Weights(dataset), Weights(dataset)
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
    weights = Weights(dataset)
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
        weights = Weights(dataset)
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
    weights = Weights(dataset)
    Trainer(weights, checked_params("adagrad", {"c1": 100.0})).run()
    assert not any(block[:, 0].any() for block in weights.blocks)


def test_later_weights_count_more_in_the_average():
    """After n batches those of batch k count (k + 1) (k + 2) / 2, and all together 1."""
    weights = Weights(Dataset.encode(crfseg.read_corpus(DEV), TEMPLATES))
    trainer = Trainer(weights, checked_params("adagrad", {"batch_size": 1000}))
    passes = [weights.blocks[0][:, 0].copy()]  # all sentences are one batch
    for _ in range(4):
        trainer.run()
        passes.append(weights.blocks[0][:, 0].copy())
    average = np.average(passes, axis=0, weights=[1, 3, 6, 10, 15])
    table = weights.model().tables[0]
    assert len(table.keys) == len(average)
    assert table.weights.reshape(average.shape) == pytest.approx(average, abs=1e-6)


def test_what_was_learned_from_the_text_is_trusted_less_in_the_model():
    dataset = Dataset.encode(crfseg.read_corpus(DEV), ACCURATE)
    weights = Weights(dataset)
    for block in weights.blocks:
        block[:, 0] = 1
    for table in weights.model().tables:
        expected = np.float32(0.75 if table.kind.learned_from else 1)
        assert (table.weights == expected).all()


@pytest.mark.parametrize("labels", [False, True])
def test_the_number_of_threads_changes_nothing(tmp_path, labels):
    corpus = crfseg.read_corpus(DEV)
    if labels:
        sentences = [crfseg.Sentence(s.words, tuple(f"l{len(w)}" for w in s.words)) for s in corpus]
        corpus = Corpus.from_sentences(sentences)
    for threads in (1, 2, 3):
        model = crfseg.train(corpus, labels=labels, max_iterations=2, threads=threads)
        model.save(tmp_path / str(threads))
    files = {path.read_bytes() for path in tmp_path.iterdir()}
    assert len(files) == 1


@pytest.mark.parametrize(("drawn", "hidden"), [(0.1, "words"), (0.4, "groups"), (0.6, None)])
def test_sentences_are_hidden_from_what_is_learned_of_the_text(drawn, hidden):
    class Fixed:
        permutation = staticmethod(np.arange)

        def random(self, n):
            return np.full(n, drawn)

    weights = Weights(Dataset.encode(Corpus.from_text("我 爱 北京\n" * 3), ACCURATE))
    params = {"hide_words": 0.2, "hide_groups": 0.3}
    trainer = Trainer(weights, checked_params("adagrad", params))
    trainer.rng = Fixed()
    trainer.run()
    moved = [block[:, 0].any() for block in weights.blocks]
    assert moved == [kind.learned_from != hidden for kind in ACCURATE.kinds]


def test_hiding_changes_what_is_learned_from_the_text_alone():
    def arrays(**options):
        model = crfseg.train(DEV, max_iterations=2, **options)
        return [model.transitions.tobytes(), *(table.weights.tobytes() for table in model.tables)]

    hidden, shown = {"hide_words": 0.3, "hide_groups": 0.3}, {"hide_words": 0, "hide_groups": 0}
    some = [arrays(**options) for options in ({}, hidden, shown)]
    assert all(some[k] != some[k - 1] for k in range(3))
    assert arrays(profile="fast", **hidden) == arrays(profile="fast", **shown)


def test_the_seed_changes_the_model_and_repeats_it(tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        crfseg.train(DEV, seed=seed, max_iterations=2).save(tmp_path / name)
    a, b, c = ((tmp_path / name).read_bytes() for name in "abc")
    assert a == b
    assert a != c


@pytest.mark.parametrize("precision", PRECISIONS)
def test_the_best_pass_on_dev_is_kept_and_training_stops(precision):
    seen = []
    model = crfseg.train(
        TRAIN,
        dev=DEV,
        profile="fast",
        max_iterations=40,
        patience=2,
        precision=precision,
        callback=seen.append,
    )
    scores = [progress.dev_f1 for progress in seen]
    best = scores.index(max(scores)) + 1
    assert model.info["stop"] == f"no better dev F1 for 2 passes; kept pass {best}"
    assert len(scores) == best + 2
    plain = Segmenter(model, rules="none")  # as passes are compared
    assert word_f1(plain, crfseg.read_corpus(DEV)) == max(scores)
    assert 0.78 < max(scores) < 0.85


def test_word_f1_is_the_share_of_equal_spans():
    gold = Corpus.from_text("我 爱 北京 天安门\n他 来 了")

    class Fixed:
        def tag_corpus(self, _):
            return Corpus.from_text("我 爱 北京 天 安门\n他 来了")

    assert word_f1(Fixed(), gold) == pytest.approx(2 * 4 / (7 + 7))


def test_with_labels_a_word_is_right_if_its_label_is():
    def corpus(*words):
        pairs = [
            tuple(zip(*(word.split("/") for word in line.split()), strict=True)) for line in words
        ]
        return Corpus.from_sentences(crfseg.Sentence(*pair) for pair in pairs)

    gold = corpus("我/O 在/O 北京/LOC 李/PER", "他/O 去/O 上海/LOC")

    class Fixed:
        def tag_corpus(self, _):
            return corpus("我/O 在/O 北京/LOC 李/LOC", "他/PER 去/O 上海/LOC")

    # gold 3, predicted 4 (他 too), right 2; what is outside every entity does not count
    assert word_f1(Fixed(), gold) == pytest.approx(2 * 2 / (3 + 4))
    scores = crfseg.evaluate(Fixed().tag_corpus(gold), gold)
    assert scores.labelled.f1 == pytest.approx(word_f1(Fixed(), gold))


def test_a_time_budget_ends_training():
    model = crfseg.train(TRAIN, profile="fast", max_iterations=100_000, time_budget=0.5)
    assert model.info["stop"].startswith("time budget of 0.5 s; kept pass ")


def test_ctrl_c_keeps_the_best_pass():
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        model = crfseg.train(
            TRAIN,
            profile="fast",
            callback=lambda at: at.iteration == 2 and signal.raise_signal(signal.SIGINT),
        )
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)
    assert model.info["stop"] == "interrupted; kept pass 2"
    assert Segmenter(model).cut("我们") == ["我们"]


def test_a_loss_that_is_no_number_is_reported(monkeypatch):
    monkeypatch.setattr(Trainer, "run", lambda self: float("nan"))
    with pytest.raises(TrainingError, match="adagrad diverged in pass 1; lower its rate"):
        crfseg.train(TRAIN, profile="fast")


def test_pruning_drops_the_lightest_patterns():
    sizes = [crfseg.train(DEV, profile="fast", prune=prune).n_patterns for prune in (0.0, 0.1, 0.3)]
    assert sizes[0] > sizes[1] > sizes[2] > 0


def test_a_corpus_of_one_sentence_is_learned():
    model = crfseg.train(Corpus.from_text("我 爱 北京"), max_iterations=50)
    assert Segmenter(model).cut("我爱北京") == ["我", "爱", "北京"]


def test_tags_that_no_word_has_are_no_obstacle():
    assert TagSet().names == ("B", "M", "E", "S")
    assert Segmenter(crfseg.train(Corpus.from_text("我 爱\n他 爱"))).cut("我爱") == ["我", "爱"]
