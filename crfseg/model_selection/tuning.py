"""Tuning: a search for the settings of the built-in trainer that suit a corpus.

The defaults come first, so that the search never ends below them on its own measure; then settings
that a tree-structured Parzen estimator proposes (Bergstra, Bardenet, Bengio and Kegl 2011,
Algorithms for hyper-parameter optimization), until the time is up.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crfseg.corpus.corpus import Corpus
from crfseg.corpus.readers import Format, read_corpora
from crfseg.corpus.tagset import SCHEMES
from crfseg.errors import TrainingError
from crfseg.evaluation.scores import Scores
from crfseg.evaluation.significance import Counts, interval_of_difference
from crfseg.model.model import Model
from crfseg.model_selection.cross_validation import fold_numbers, pooled
from crfseg.model_selection.selection_bias import reality_check, remaining_gain
from crfseg.model_selection.trials import Trial, n_workers, run, trained
from crfseg.text.files import PathLike
from crfseg.training.algorithm import DEFAULT, algorithm_of
from crfseg.training.settings import Settings

if TYPE_CHECKING:
    import optuna

# What to choose from: (lowest, highest), of integers or numbers; rates by their logarithms. Around
# the defaults, as far as F1 on any of the corpora in experiments/ gained. What makes models
# smaller (prune, c1) is not in it: every value trades size for F1, and the trade is the user's.
_SPACE: Final[dict[str, dict[str, tuple[Any, ...]]]] = {
    "accurate": {
        "rate": (0.015, 0.15),
        "max_iterations": (4, 16),
        "margin": (0.0, 5.0),
        "lexicon_dropout": (0.1, 0.5),
        "cluster_dropout": (0.0, 0.4),
        "min_count": (1, 3),
        "scheme": SCHEMES,
    },
    "fast": {
        "rate": (0.05, 0.5),
        "max_iterations": (2, 12),
        "margin": (0.0, 2.0),
        "min_count": (1, 3),
        "scheme": SCHEMES,
    },
}
_RANDOM: Final = 6  # settings drawn at random before the estimator has enough to go by


@dataclass(frozen=True, eq=False)
class Attempt:
    """Settings that were tried.

    Parameters
    ----------
    number
        0 for the defaults.
    params
        Those that are searched for.
    f1, oov_recall
        What they gave, in [0, 1]; of labelled words where labels are predicted.
    counts
        Of each sentence scored: gold words, predicted ones, missed, wrong; shape (N, 4).
    seconds
        How long it took.
    """

    number: int
    params: Mapping[str, Any]
    f1: float
    oov_recall: float | None
    counts: Counts
    seconds: float


@dataclass(frozen=True, eq=False)
class Tuning:
    """The result of :func:`tune`.

    Parameters
    ----------
    attempts
        In order; the first has the defaults.
    model
        Trained on all corpora with the best settings.
    by_labels
        Whether F1 is that of labelled words.
    """

    attempts: tuple[Attempt, ...]
    model: Model
    by_labels: bool = False

    @property
    def defaults(self) -> Attempt:
        """The first attempt."""
        return self.attempts[0]

    @property
    def best(self) -> Attempt:
        """The attempt with the highest F1; of equal ones the first."""
        return max(self.attempts, key=lambda attempt: attempt.f1)

    @property
    def changed(self) -> dict[str, tuple[Any, Any]]:
        """The parameters that the best settings change: (default, best) by name."""
        default, best = self.defaults.params, self.best.params
        return {name: (default[name], best[name]) for name in best if default[name] != best[name]}

    def interval(self) -> tuple[float, float]:
        """Return the 95 % interval of F1(best) - F1(defaults) of words, by bootstrap.

        It does not know that the best was chosen: see :meth:`p_value`.
        """
        return interval_of_difference(self.defaults.counts, self.best.counts)

    def p_value(self) -> float:
        """Return the chance that the best of so many equal settings is as much better."""
        return reality_check([attempt.counts for attempt in self.attempts])

    def remaining_gain(self) -> float:
        """Return what would be left of the gain on sentences that took no part in choosing."""
        return remaining_gain([attempt.counts for attempt in self.attempts])


def tune(
    corpora: PathLike | Corpus | Iterable[PathLike | Corpus],
    *,
    dev: PathLike | Corpus | Iterable[PathLike | Corpus] | None = None,
    folds: int | None = None,
    budget: float,
    trials: int | None = None,
    jobs: int = 0,
    callback: Callable[[Attempt], None] | None = None,
    format: Format | None = None,
    encoding: str = "utf-8",
    seed: int = 0,
    **options: Any,
) -> Tuning:
    """Search for the settings of ``adagrad`` with the best F1, and train with them.

    Parameters
    ----------
    corpora
        Segmented corpora.
    dev
        Segmented corpora to score on, which no model is trained on; or:
    folds
        Score by cross-validation, with so many folds.
    budget
        Seconds, for the search and the last training. The defaults are tried whatever it is;
        other settings if they are likely to be done in time.
    trials
        How many settings to try at most, the defaults included; None: as many as there is time for.
    jobs
        How many processes, or threads where one model is trained; 0: one a core. The settings
        proposed do not depend on it; how many there is time for does.
    callback
        Called with each :class:`Attempt`.
    format, encoding
        How to read the files; see :func:`crfseg.read_corpus`.
    seed
        Of the search and of every training.
    **options
        As :func:`crfseg.train` takes them. Parameters that are given are not searched for.

    Raises
    ------
    CorpusError
        If a corpus cannot be read, or has fewer sentences than there are folds.
    TrainingError
        If an option is out of range, or optuna is not installed.
    """
    if (dev is None) == (folds is None):
        raise TrainingError("expected either a dev corpus or a number of folds to score by")
    if not budget > 0:
        raise TrainingError(f"budget must be above 0 seconds, got {budget:g}")
    if trials is not None and trials < 1:
        raise TrainingError(f"trials must be at least 1, got {trials}")
    begin = time.perf_counter()
    parts = read_corpora(corpora, format=format, encoding=encoding)
    devs = None if dev is None else read_corpora(dev, format=format, encoding=encoding)
    options = {**options, "seed": seed}
    space, defaults = _searched(options)
    arena = _Arena(parts, devs, folds, options, jobs)
    study = _study(seed, defaults)
    attempts: list[Attempt] = []
    while len(attempts) != trials:
        proposed = study.ask()
        params = {name: _suggested(proposed, name, space[name]) for name in space}
        spent = time.perf_counter() - begin
        if attempts and spent + arena.forecast(params, attempts) > budget:
            break
        attempts.append(arena.attempt(len(attempts), params))
        study.tell(proposed, attempts[-1].f1)
        if callback:
            callback(attempts[-1])
    best = max(attempts, key=lambda attempt: attempt.f1)
    model = trained(parts, options | dict(best.params) | {"threads": n_workers(jobs)})
    return Tuning(tuple(attempts), model, bool(options.get("labels")))


class _Arena:
    """Scores settings on dev, or by folds."""

    def __init__(
        self,
        parts: Sequence[Corpus],
        devs: Sequence[Corpus] | None,
        folds: int | None,
        options: Mapping[str, Any],
        jobs: int,
    ) -> None:
        self.options, self.jobs = options, jobs
        self.corpus = Corpus.join([*parts, *(devs or ())])
        if devs is not None:
            n_train = sum(map(len, parts))
            self.masks = [np.arange(len(self.corpus)) >= n_train]
        else:
            assert folds is not None
            numbers = fold_numbers(parts, folds)
            self.masks = [numbers == k for k in range(folds)]
        # Seconds by pass: of the last attempts, and of their slowest model had it all text. The
        # first one is soon forgotten, as it is slow: it loads what all need.
        self.per_pass: deque[float] = deque(maxlen=3)
        self.per_pass_of_one: deque[float] = deque(maxlen=3)

    def attempt(self, number: int, params: Mapping[str, Any]) -> Attempt:
        """Try settings."""
        begin = time.perf_counter()
        options = {**self.options, **params}
        trials = [Trial(~mask, mask, options) for mask in self.masks]
        outcomes = list(run(self.corpus, trials, self.jobs))
        scores = pooled([outcome.scores for outcome in outcomes])
        seconds = time.perf_counter() - begin
        passes = params.get("max_iterations", 1)
        whole = len(outcomes) / max(1, len(outcomes) - 1)  # a fold's model lacks a fold
        slowest = max(outcome.seconds for outcome in outcomes) * whole
        self.per_pass.append(seconds / passes)
        self.per_pass_of_one.append(slowest / passes)
        f1, oov_recall = _measured(scores)
        return Attempt(number, params, f1, oov_recall, scores.sentence_counts, seconds)

    def forecast(self, params: Mapping[str, Any], attempts: Sequence[Attempt]) -> float:
        """Return the seconds that settings would take, and then the last training."""
        passes = params.get("max_iterations", 1)
        best = max(attempts, key=lambda attempt: attempt.f1).params.get("max_iterations", 1)
        return float(max(self.per_pass) * passes + max(self.per_pass_of_one) * max(passes, best))


def _measured(scores: Scores) -> tuple[float, float | None]:
    f1 = scores.f1 if scores.labelled is None else scores.labelled.f1
    return f1 or 0.0, scores.oov_recall


def _searched(options: Mapping[str, Any]) -> tuple[dict[str, tuple[Any, ...]], dict[str, Any]]:
    """Return what is searched for, and the defaults of that; what is given is not searched for."""
    names = ("templates", "scheme", "labels", "folding", "profile", "protocol")
    algorithm = options.get("algorithm")
    if "profile" not in algorithm_of(algorithm).abilities:
        raise TrainingError(f"{algorithm}: only {DEFAULT} is tuned; leave out the algorithm")
    given: dict[str, Any] = {name: options.get(name) for name in names}
    raw, lexicon = (bool(options.get(name)) for name in ("raw", "lexicon"))
    params = {key: value for key, value in options.items() if key not in {*names, *_NO_PARAMS}}
    settings = Settings.chosen(**given, raw=raw, lexicon=lexicon, params=params)
    defaults = {**settings.params, "scheme": settings.scheme}
    space = {
        name: bounds
        for name, bounds in _SPACE[settings.profile].items()
        if options.get(name) is None
    }
    if not space:
        raise TrainingError(
            "all parameters are given, none is left to search for; expected some to be left out"
        )
    return space, {name: defaults[name] for name in space}


_NO_PARAMS: Final = ("algorithm", "raw", "lexicon", "precision", "name", "criterion", "licence")


def _study(seed: int, defaults: Mapping[str, Any]) -> optuna.Study:
    """Return a study that proposes the defaults first."""
    try:
        import optuna
    except ImportError:
        raise TrainingError("tuning needs optuna; install it with: pip install optuna") from None
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    sampler = optuna.samplers.TPESampler(seed=seed, n_startup_trials=_RANDOM)
    study = optuna.create_study(direction="maximize", sampler=sampler)
    study.enqueue_trial(dict(defaults))
    return study


def _suggested(proposed: optuna.Trial, name: str, bounds: tuple[Any, ...]) -> Any:
    """Return what the study proposes for a parameter; numbers of three digits, to be written."""
    if isinstance(bounds[0], str):
        return proposed.suggest_categorical(name, bounds)
    if isinstance(bounds[0], int):
        return proposed.suggest_int(name, *bounds)
    value = proposed.suggest_float(name, *bounds, log=name == "rate")
    return float(f"{value:.3g}")
