"""Parameters of the training algorithms: names, types, defaults, ranges.

CRFsuite's have sklearn-crfsuite's names.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from crfseg.errors import TrainingError

_CRFSUITE: Final = {
    "min_freq": float, "all_possible_states": bool, "all_possible_transitions": bool,
}  # fmt: skip
_TYPES: Final[dict[str, dict[str, type]]] = {
    "adagrad": {
        "max_iterations": int, "rate": float, "batch_size": int, "c1": float, "c2": float,
        "min_count": int, "prune": float, "patience": int, "time_budget": float, "seed": int,
        "threads": int, "lexicon_dropout": float, "cluster_dropout": float, "margin": float,
    },
    "lbfgs": _CRFSUITE | {
        "c1": float, "c2": float, "max_iterations": int, "num_memories": int, "epsilon": float,
        "period": int, "delta": float, "linesearch": str, "max_linesearch": int,
    },
    "l2sgd": _CRFSUITE | {
        "c2": float, "max_iterations": int, "period": int, "delta": float,
        "calibration_eta": float, "calibration_rate": float, "calibration_samples": int,
        "calibration_candidates": int, "calibration_max_trials": int,
    },
    "ap": _CRFSUITE | {"max_iterations": int, "epsilon": float},
    "pa": _CRFSUITE | {
        "pa_type": int, "c": float, "error_sensitive": bool, "averaging": bool,
        "max_iterations": int, "epsilon": float,
    },
    "arow": _CRFSUITE | {
        "variance": float, "gamma": float, "max_iterations": int, "epsilon": float,
    },
}  # fmt: skip

# Weights of unseen transitions too: so CRFsuite's own tagger avoids the illegal ones.
_MASKED: Final = {"all_possible_transitions": True}
_DEFAULTS: Final[dict[str, dict[str, Any]]] = {
    "adagrad": {
        "max_iterations": 5, "rate": 0.25, "batch_size": 16, "c1": 0.0, "c2": 0.0,
        "min_count": 1, "prune": 0.05, "patience": 2, "time_budget": 0.0, "seed": 0, "threads": 0,
        "lexicon_dropout": 0.4, "cluster_dropout": 0.15, "margin": 0.0,
    },
    "lbfgs": _MASKED | {"c1": 0.1, "c2": 0.1, "max_iterations": 100},
    "l2sgd": _MASKED | {"c2": 0.1, "max_iterations": 30},
    "ap": _MASKED | {"max_iterations": 20},
    "pa": _MASKED | {"max_iterations": 20},
    "arow": _MASKED | {"max_iterations": 20},
}  # fmt: skip
# By algorithm, profile, and whether labels are trained. Labels need more passes than boundaries;
# features that many positions share, such as a word's class, need a smaller rate. A margin makes
# all weights larger, so that more can be pruned; with n-grams alone it lowers recall of new words.
_STEPS: Final[dict[tuple[str, str, bool], dict[str, Any]]] = {
    ("adagrad", "fast", True): {"max_iterations": 8, "rate": 0.1},
    ("adagrad", "accurate", False): {
        "max_iterations": 8,
        "rate": 0.06,
        "margin": 3.0,
        "prune": 0.07,
    },
    ("adagrad", "accurate", True): {
        "max_iterations": 12,
        "rate": 0.08,
        "margin": 1.0,
        "prune": 0.1,
    },
}
_CHOICES: Final = {
    "linesearch": ("MoreThuente", "Backtracking", "StrongBacktracking"),
    "pa_type": (0, 1, 2),
}
_AT_LEAST_ONE: Final = (
    "max_iterations", "num_memories", "max_linesearch", "period", "batch_size", "min_count",
    "patience",
)  # fmt: skip
_HIGHEST: Final = {
    "num_memories": 1000,
    "threads": 256,
    "lexicon_dropout": 0.5,
    "cluster_dropout": 0.5,
}
_TRUTH: Final = {"true": True, "1": True, "false": False, "0": False}


def parameters_of(algorithm: str) -> Collection[str]:
    """Return the names of an algorithm's parameters."""
    return _TYPES[algorithm]


def checked_params(
    algorithm: str, params: Mapping[str, Any], labels: bool = False, profile: str = "fast"
) -> dict[str, Any]:
    """Return all parameters of an algorithm, defaults included, each of the right type.

    Parameters
    ----------
    algorithm
        Its name.
    params
        Parameters by name. Numbers and truth values may be str, as on a command line.
    labels, profile
        True if labels are trained, and ``"fast"`` or ``"accurate"``; some defaults depend on them.

    Raises
    ------
    TrainingError
        If the algorithm has no such parameter, or a value is not valid.

    Examples
    --------
    >>> checked_params("ap", {"max_iterations": "5"})
    {'all_possible_transitions': True, 'max_iterations': 5}
    """
    types = _TYPES[algorithm]
    for key in params:
        if key not in types:
            known = ", ".join(sorted(types))
            raise TrainingError(f"{algorithm} has no parameter {key!r}; it has: {known}")
    given = {key: _checked(key, value, types[key]) for key, value in params.items()}
    steps = _STEPS.get((algorithm, profile, labels), {})
    return _DEFAULTS[algorithm] | steps | given


def _checked(key: str, value: Any, kind: type) -> Any:
    choices = (True, False) if kind is bool else _CHOICES.get(key)
    try:
        value = _TRUTH.get(str(value).lower(), value) if kind is bool else kind(value)
    except (TypeError, ValueError, OverflowError):
        raise TrainingError(f"{key} must be a number, got {value!r}") from None
    if choices is not None:
        if value not in choices:
            raise TrainingError(f"{key} must be one of {', '.join(map(str, choices))}, got {value}")
        return value
    lowest, highest = int(key in _AT_LEAST_ONE), _HIGHEST.get(key, 10**9)
    if not lowest <= value <= highest:
        raise TrainingError(f"{key} must be from {lowest} to {highest:,}, got {value!r}")
    return value
