"""Training algorithms as objects: name, parameters, abilities, and the function that fits.

A new algorithm is a module with a ``fit`` and an entry in :data:`ALGORITHMS`. Nothing else compares
algorithms by name.
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
        As users write it.
    fit
        Trains.
    abilities
        The options that it can use: of ``init`` (a warm start), ``checkpoint``, ``scratch``,
        ``profile``, ``raw text``, ``lexicon``, ``partial`` (a partly annotated corpus).
    needs_patterns
        Whether it needs the patterns of the dataset, not only its tags.
    temperature
        Of models without a dev set; None: it depends on the features, see settings.py.
    """

    name: str
    fit: Callable[[Task], Outcome]
    abilities: frozenset[str] = frozenset()
    needs_patterns: bool = False
    temperature: float | None = None

    def has(self, parameter: str) -> bool:
        """Return whether it has a parameter, such as ``seed`` or ``threads``."""
        return parameter in parameters_of(self.name)

    def params(
        self, given: Mapping[str, Any], *, labels: bool = False, profile: str = "fast"
    ) -> dict[str, Any]:
        """Return all parameters, checked, with the defaults of those that are not given."""
        return checked_params(self.name, given, labels, profile)

    def refuse(self, options: Mapping[str, Any]) -> None:
        """Raise a TrainingError if an option is given, that is not None, that it cannot use."""
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
# AP, PA and AROW make weights of other sizes, so that their models need other temperatures.
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
    """Return an algorithm by its name; None: the default one.

    Raises
    ------
    TrainingError
        If there is no such algorithm.
    """
    name = DEFAULT if name is None else name
    if not isinstance(name, str) or name not in ALGORITHMS:
        raise TrainingError(f"unknown algorithm {name!r}; known: {', '.join(ALGORITHMS)}")
    return ALGORITHMS[name]
