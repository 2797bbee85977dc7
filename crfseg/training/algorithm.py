"""Training algorithms as objects: name, parameters, abilities, fit function.

A new algorithm is a module with a ``fit`` and an entry in :data:`ALGORITHMS`. No other module
compares algorithms by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from crfseg.errors import TrainingError
from crfseg.training.parameters import checked_params, parameters_of

if TYPE_CHECKING:
    from crfseg.training.task import Outcome, Task


@dataclass(frozen=True)
class Algorithm:
    """A training algorithm.

    Parameters
    ----------
    name
        The name that users write.
    fit
        Function that fits a model to a task.
    abilities
        Options that it supports, of ``init`` (a warm start), ``checkpoint``, ``scratch``,
        ``profile``, ``raw text``, ``lexicon``, ``partial`` (a partly annotated corpus).
    needs_patterns
        True if it needs the dataset's patterns, not only its tags.
    temperature
        Temperature of models without a dev set; None: it depends on the features, see settings.py.
    """

    name: str
    fit: Callable[[Task], Outcome]
    abilities: frozenset[str] = frozenset()
    needs_patterns: bool = False
    temperature: float | None = None

    def has(self, parameter: str) -> bool:
        """Return True if it has a parameter, such as ``seed`` or ``threads``."""
        return parameter in parameters_of(self.name)

    def params(
        self, given: Mapping[str, Any], *, labels: bool = False, profile: str = "fast"
    ) -> dict[str, Any]:
        """Return all parameters, checked, with defaults for those not given.

        See :func:`crfseg.training.parameters.checked_params` for parameters and errors.
        """
        return checked_params(self.name, given, labels, profile)

    def refuse(self, options: Mapping[str, Any]) -> None:
        """Raise a TrainingError if an option that is not None is not supported."""
        for option, value in options.items():
            if value is not None and option not in self.abilities:
                raise TrainingError(f"{self.name} has no {option}; expected none, or {DEFAULT}")


def _adagrad(task: Task) -> Outcome:
    from crfseg.training.adagrad.fit import fit  # late: the command line needs the names alone

    return fit(task)


def _crfsuite(name: str, task: Task) -> Outcome:
    from crfseg.training.crfsuite import fit

    return fit(name, task)


_ALL: Final = frozenset(
    {"init", "checkpoint", "scratch", "profile", "raw text", "lexicon", "partial"}
)
# AP, PA and AROW yield weights of other magnitudes, so their models need other temperatures.
_OF_CRFSUITE: Final = {"lbfgs": None, "l2sgd": None, "ap": 8.0, "pa": 0.2, "arow": 0.25}

DEFAULT: Final = "adagrad"
ALGORITHMS: Final[dict[str, Algorithm]] = {
    DEFAULT: Algorithm(DEFAULT, _adagrad, _ALL, needs_patterns=True),
    **{
        name: Algorithm(name, partial(_crfsuite, name), temperature=temperature)
        for name, temperature in _OF_CRFSUITE.items()
    },
}


def algorithm_of(name: str | None) -> Algorithm:
    """Return an algorithm by name; None: the default.

    Raises
    ------
    TrainingError
        If the algorithm does not exist.
    """
    name = DEFAULT if name is None else name
    if not isinstance(name, str) or name not in ALGORITHMS:
        raise TrainingError(f"unknown algorithm {name!r}; known: {', '.join(ALGORITHMS)}")
    return ALGORITHMS[name]
