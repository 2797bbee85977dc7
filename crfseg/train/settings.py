"""What is predicted from what: given by the user, or by the model that training goes on from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Literal

from crfseg.errors import TrainingError
from crfseg.model import Model
from crfseg.symbols import FOLDINGS, OF_CHARACTERS, Folding
from crfseg.tags import SCHEMES, Scheme
from crfseg.templates import ACCURATE, WITH_TRIGRAMS, Templates, of_characters

Profile = Literal["fast", "accurate"]
PROFILES: Final = {"fast": WITH_TRIGRAMS, "accurate": ACCURATE}


@dataclass(frozen=True)
class Settings:
    """The features, and the tags."""

    templates: Templates
    scheme: Scheme
    labels: bool
    folding: Folding
    profile: Profile

    @classmethod
    def chosen(
        cls,
        algorithm: str,
        init: Model | None,
        templates: Iterable[str] | None,
        scheme: Scheme | None,
        labels: bool | None,
        folding: Folding | None,
        profile: Profile | None = None,
    ) -> Settings:
        """Return the model's settings, or what is given, or the defaults.

        Raises
        ------
        TrainingError
            If something is given that is unknown, or that the model has already.
        """
        given = {"templates": templates, "scheme": scheme, "labels": labels, "folding": folding}
        if init is not None:
            for option, value in (given | {"profile": profile}).items():
                if value is not None:
                    raise TrainingError(f"{option}: those of init are used; give one of the two")
            return cls._of(
                init.templates, init.tag_set.scheme, bool(init.tag_set.labels),
                init.alphabet.folding,
            )  # fmt: skip
        check_choice("scheme", scheme or "BMES", SCHEMES)
        check_choice("folding", folding or "width", FOLDINGS)
        chosen = _templates(algorithm, bool(labels), profile, templates)
        return cls._of(chosen, scheme or "BMES", bool(labels), folding or "width")

    @classmethod
    def _of(cls, templates: Templates, scheme: Scheme, labels: bool, folding: Folding) -> Settings:
        """Return settings with the profile whose parameters suit the templates."""
        profile: Profile = "fast" if templates.views <= OF_CHARACTERS else "accurate"
        return cls(templates, scheme, labels, folding, profile)


def _templates(
    algorithm: str, labels: bool, profile: Profile | None, names: Iterable[str] | None
) -> Templates:
    """Return the templates given, or those of a profile: with labels the fast one by default."""
    if algorithm != "adagrad":
        if profile is not None:
            raise TrainingError(f"{algorithm} has no profile; expected none, or adagrad")
        return of_characters(names)
    profile = profile or ("fast" if labels else "accurate")
    check_choice("profile", profile, PROFILES)
    return PROFILES[profile] if names is None else Templates.parse(names)


def check_choice(option: str, value: Any, known: Iterable[str]) -> None:
    """Raise TrainingError unless the value is one of those known."""
    if value not in known:
        raise TrainingError(f"unknown {option} {value!r}; known: {', '.join(known)}")
