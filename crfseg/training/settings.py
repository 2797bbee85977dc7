"""What is predicted from what: given by the user, or by the model that training goes on from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Literal

from crfseg.corpus.tagset import SCHEMES, Scheme
from crfseg.errors import TrainingError
from crfseg.features.alphabet import FOLDINGS, Folding
from crfseg.features.ngrams import OF_CHARACTERS, OF_WORDS
from crfseg.features.templates import (
    ACCURATE,
    OF_RAW_TEXT,
    WITH_TRIGRAMS,
    Templates,
    of_characters,
)
from crfseg.model.model import Model

Profile = Literal["fast", "accurate"]
PROFILES: Final = {"fast": WITH_TRIGRAMS, "accurate": ACCURATE}
Protocol = Literal["strict", "closed", "transductive", "open"]
# The best of twelve dev sets, their means; by profile, and whether labels are trained.
_TEMPERATURES: Final[dict[tuple[Profile, bool], float]] = {
    ("fast", False): 1.2, ("fast", True): 1.15, ("accurate", False): 2.4, ("accurate", True): 1.75,
}  # fmt: skip
_OF_ALGORITHMS: Final = {"ap": 8.0, "pa": 0.2, "arow": 0.25}  # weights of other sizes
PROTOCOLS: Final = ("strict", "closed", "transductive", "open")
"""``strict`` knows nothing but the training text, ``closed`` also classes of characters and their
widths, ``transductive`` the text that is to be tagged too, without its words; ``open`` is all else:
other text, word lists, or a model to go on from."""


@dataclass(frozen=True)
class Settings:
    """The features, and the tags."""

    templates: Templates
    scheme: Scheme
    labels: bool
    folding: Folding
    profile: Profile
    protocol: Protocol

    def temperature(self, algorithm: str) -> float:
        """Return that of a model without a dev set to learn it from."""
        return _OF_ALGORITHMS.get(algorithm, _TEMPERATURES[self.profile, self.labels])

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
        raw: bool = False,
        lexicon: bool = False,
    ) -> Settings:
        """Return the model's settings, or what is given, or the defaults.

        ``raw`` and ``lexicon`` say whether there is any.

        Raises
        ------
        TrainingError
            If something is given that is unknown, or that the model has already.
        """
        given = {"templates": templates, "scheme": scheme, "labels": labels, "folding": folding}
        if init is not None:
            outside = {"raw": raw or None, "lexicon": lexicon or None}
            others: dict[str, Any] = {"profile": profile, "protocol": protocol} | outside
            for option, value in (given | others).items():
                if value is not None:
                    raise TrainingError(f"{option}: those of init are used; give one of the two")
            return cls._of(
                init.templates, init.tag_set.scheme, bool(init.tag_set.labels),
                init.alphabet.folding, "open",
            )  # fmt: skip
        check_choice("scheme", scheme or "BMES", SCHEMES)
        check_choice("folding", folding or "letters", FOLDINGS)
        check_choice("protocol", protocol or "closed", PROTOCOLS)
        chosen = _templates(algorithm, profile, templates, raw, lexicon)
        if protocol == "strict":
            chosen, folding = _strict(chosen, templates is not None), folding or "none"
        folding = folding or "letters"
        protocol = _protocol(protocol, chosen, folding, raw=raw, lexicon=lexicon)
        return cls._of(chosen, scheme or "BMES", bool(labels), folding, protocol)

    @classmethod
    def _of(
        cls, templates: Templates, scheme: Scheme, labels: bool, folding: Folding,
        protocol: Protocol,
    ) -> Settings:  # fmt: skip
        """Return settings with the profile whose parameters suit the templates."""
        profile: Profile = "fast" if templates.views <= OF_CHARACTERS else "accurate"
        return cls(templates, scheme, labels, folding, profile, protocol)


def _strict(templates: Templates, given: bool) -> Templates:
    """Return templates without classes of characters; those that were given are left alone."""
    if given:
        return templates
    return Templates(tuple(t for t in templates.templates if "T" not in t.views))


def _protocol(
    asked: Protocol | None, templates: Templates, folding: Folding, *, raw: bool, lexicon: bool
) -> Protocol:
    """Return what is known besides the training text, and make sure it is no more than asked."""
    if lexicon and asked not in (None, "open"):
        raise TrainingError(f"{asked}: expected no lexicon; or the protocol open")
    if raw and asked in ("strict", "closed"):
        raise TrainingError(f"{asked}: expected no raw text; or the protocol open or transductive")
    if asked == "transductive" and not raw:
        raise TrainingError("transductive: expected the text that is to be tagged as raw text")
    if raw or lexicon or asked == "open":
        return asked or "open"
    is_strict = folding == "none" and "T" not in templates.views
    if asked == "strict" and not is_strict:
        raise TrainingError("strict: expected no templates with T and no folding")
    return "strict" if is_strict else "closed"


def _templates(
    algorithm: str, profile: Profile | None, names: Iterable[str] | None, raw: bool, lexicon: bool
) -> Templates:
    """Return the templates given, or those of a profile."""
    if algorithm != "adagrad":
        resources = {"raw text": raw or None, "lexicon": lexicon or None}
        for option, value in {"profile": profile, **resources}.items():
            if value is not None:
                raise TrainingError(f"{algorithm} has no {option}; expected none, or adagrad")
        return of_characters(names)
    profile = profile or "accurate"
    check_choice("profile", profile, PROFILES)
    if names is not None:
        given = Templates.parse(names)
        if raw and not given.views & {"A", "G"}:
            raise TrainingError("raw text: expected a template that takes A or G, or no raw text")
    else:
        given = Templates.parse([*PROFILES[profile].names, *(OF_RAW_TEXT if raw else ())])
    if lexicon and not given.views & OF_WORDS:
        raise TrainingError("lexicon: expected a template that looks words up (B E P), or none")
    return given


def check_choice(option: str, value: Any, known: Iterable[str]) -> None:
    """Raise TrainingError unless the value is one of those known."""
    if value not in known:
        raise TrainingError(f"unknown {option} {value!r}; known: {', '.join(known)}")
