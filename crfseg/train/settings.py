"""What is predicted from what: given by the user, or by the model that training goes on from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from crfseg.errors import TrainingError
from crfseg.model import Model
from crfseg.symbols import FOLDINGS, Folding
from crfseg.tags import SCHEMES, Scheme
from crfseg.templates import DEFAULT, WITH_TRIGRAMS, Templates


@dataclass(frozen=True)
class Settings:
    """The features, and the tags."""

    templates: Templates
    scheme: Scheme
    labels: bool
    folding: Folding

    @classmethod
    def chosen(
        cls,
        algorithm: str,
        init: Model | None,
        templates: Iterable[str] | None,
        scheme: Scheme | None,
        labels: bool | None,
        folding: Folding | None,
    ) -> Settings:
        """Return the model's settings, or what is given, or the defaults.

        Raises
        ------
        TrainingError
            If something is given that is unknown, or that the model has already.
        """
        if init is None:
            check_choice("scheme", scheme or "BMES", SCHEMES)
            check_choice("folding", folding or "width", FOLDINGS)
            default = WITH_TRIGRAMS if algorithm == "adagrad" else DEFAULT
            chosen = default if templates is None else Templates.parse(templates)
            return cls(chosen, scheme or "BMES", bool(labels), folding or "width")
        given = {"templates": templates, "scheme": scheme, "labels": labels, "folding": folding}
        for option, value in given.items():
            if value is not None:
                raise TrainingError(f"{option}: those of init are used; give one of the two")
        tag_set, alphabet = init.tag_set, init.alphabet
        return cls(init.templates, tag_set.scheme, bool(tag_set.labels), alphabet.folding)


def check_choice(option: str, value: Any, known: Iterable[str]) -> None:
    """Raise TrainingError unless the value is one of those known."""
    if value not in known:
        raise TrainingError(f"unknown {option} {value!r}; known: {', '.join(known)}")
