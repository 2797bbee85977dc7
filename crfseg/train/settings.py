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
Protocol = Literal["strict", "closed", "open"]
PROTOCOLS: Final = ("strict", "closed")
"""What may be asked for. ``strict`` knows nothing but the training text, ``closed`` also classes of
characters and their widths; with a model to go on from it is ``open``: that saw other texts."""


@dataclass(frozen=True)
class Settings:
    """The features, and the tags."""

    templates: Templates
    scheme: Scheme
    labels: bool
    folding: Folding
    profile: Profile

    @property
    def protocol(self) -> Protocol:
        """What is known besides the training text."""
        return "strict" if self.folding == "none" and "T" not in self.templates.views else "closed"

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
        protocol: Protocol | None = None,
    ) -> Settings:
        """Return the model's settings, or what is given, or the defaults.

        Raises
        ------
        TrainingError
            If something is given that is unknown, or that the model has already.
        """
        given = {"templates": templates, "scheme": scheme, "labels": labels, "folding": folding}
        if init is not None:
            for option, value in (given | {"profile": profile, "protocol": protocol}).items():
                if value is not None:
                    raise TrainingError(f"{option}: those of init are used; give one of the two")
            return cls._of(
                init.templates, init.tag_set.scheme, bool(init.tag_set.labels),
                init.alphabet.folding,
            )  # fmt: skip
        check_choice("scheme", scheme or "BMES", SCHEMES)
        check_choice("folding", folding or "width", FOLDINGS)
        check_choice("protocol", protocol or "closed", PROTOCOLS)
        chosen = _templates(algorithm, bool(labels), profile, templates)
        if protocol == "strict":
            chosen, folding = _strict(chosen, templates is not None), folding or "none"
        settings = cls._of(chosen, scheme or "BMES", bool(labels), folding or "width")
        if protocol == "strict" and settings.protocol != "strict":
            raise TrainingError("strict: expected no templates with T and no folding")
        return settings

    @classmethod
    def _of(cls, templates: Templates, scheme: Scheme, labels: bool, folding: Folding) -> Settings:
        """Return settings with the profile whose parameters suit the templates."""
        profile: Profile = "fast" if templates.views <= OF_CHARACTERS else "accurate"
        return cls(templates, scheme, labels, folding, profile)


def _strict(templates: Templates, given: bool) -> Templates:
    """Return templates without classes of characters; those that were given are left alone."""
    if given:
        return templates
    return Templates(tuple(t for t in templates.templates if "T" not in t.views))


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
