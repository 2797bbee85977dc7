"""The settings of a training: given by the user, by the model to go on from, or by default."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
from crfseg.model.weights import PRECISIONS, Precision
from crfseg.training.algorithm import Algorithm, algorithm_of

Profile = Literal["fast", "accurate"]
PROFILES: Final = {"fast": WITH_TRIGRAMS, "accurate": ACCURATE}
Protocol = Literal["strict", "closed", "transductive", "open"]
# The best of twelve dev sets, their means; by profile, and whether labels are trained.
_TEMPERATURES: Final[dict[tuple[Profile, bool], float]] = {
    ("fast", False): 1.2, ("fast", True): 1.15, ("accurate", False): 2.4, ("accurate", True): 1.75,
}  # fmt: skip
PROTOCOLS: Final = ("strict", "closed", "transductive", "open")
"""``strict`` knows nothing but the training text, ``closed`` also classes of characters and their
widths, ``transductive`` the text that is to be tagged too, without its words; ``open`` is all else:
other text, word lists, or a model to go on from."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of a training, checked: algorithm, features, tags and precision.

    The training record, the memory forecast, checkpoints and the command line all read them here.
    """

    algorithm: Algorithm
    params: Mapping[str, Any]
    """All parameters of the algorithm."""
    templates: Templates
    scheme: Scheme
    labels: bool
    folding: Folding
    profile: Profile
    """The profile whose parameters suit the templates."""
    protocol: Protocol
    precision: Precision

    @property
    def temperature(self) -> float:
        """The temperature of a model without a dev set to learn it from."""
        return self.algorithm.temperature or _TEMPERATURES[self.profile, self.labels]

    @classmethod
    def chosen(
        cls,
        *,
        algorithm: str | None = None,
        init: Model | None = None,
        templates: Iterable[str] | None = None,
        scheme: Scheme | None = None,
        labels: bool | None = None,
        folding: Folding | None = None,
        profile: Profile | None = None,
        protocol: Protocol | None = None,
        precision: Precision = "int8",
        raw: bool = False,
        lexicon: bool = False,
        params: Mapping[str, Any] | None = None,
    ) -> Settings:
        """Return the settings of ``init``, or those given, or the defaults.

        Parameters
        ----------
        algorithm, init, templates, scheme, labels, folding, profile, protocol, precision
            See :func:`crfseg.train`; None takes the default.
        raw, lexicon
            Whether there is unsegmented text, and whether there are word lists.
        params
            Parameters of the algorithm; those that are left out have their defaults.

        Raises
        ------
        TrainingError
            If something is given that is unknown, or that ``init`` has already.
        """
        chosen = algorithm_of(algorithm)
        check_choice("precision", precision, PRECISIONS)
        features: dict[str, Any] = {
            "templates": templates, "scheme": scheme, "labels": labels, "folding": folding,
            "profile": profile, "protocol": protocol, "raw": raw or None,
            "lexicon": lexicon or None,
        }  # fmt: skip
        found = _of_init(init, features) if init else _of_options(chosen, **features)
        kind: Profile = "fast" if found["templates"].views <= OF_CHARACTERS else "accurate"
        checked = chosen.params(params or {}, labels=found["labels"], profile=kind)
        return cls(algorithm=chosen, params=checked, profile=kind, precision=precision, **found)


def _of_init(init: Model, features: Mapping[str, Any]) -> dict[str, Any]:
    """Return the features and tags of a model to go on from; nothing else may be given."""
    for option, value in features.items():
        if value is not None:
            raise TrainingError(f"{option}: those of init are used; give one of the two")
    return {
        "templates": init.templates,
        "scheme": init.tag_set.scheme,
        "labels": bool(init.tag_set.labels),
        "folding": init.alphabet.folding,
        "protocol": "open",
    }


def _of_options(
    algorithm: Algorithm,
    *,
    templates: Iterable[str] | None,
    scheme: Scheme | None,
    labels: bool | None,
    folding: Folding | None,
    profile: Profile | None,
    protocol: Protocol | None,
    raw: bool | None,
    lexicon: bool | None,
) -> dict[str, Any]:
    """Return the features and tags that are given, or the defaults."""
    check_choice("scheme", scheme or "BMES", SCHEMES)
    check_choice("folding", folding or "letters", FOLDINGS)
    check_choice("protocol", protocol or "closed", PROTOCOLS)
    chosen = _templates(algorithm, profile, templates, raw, lexicon)
    if protocol == "strict":
        chosen, folding = _strict(chosen, templates is not None), folding or "none"
    folding = folding or "letters"
    return {
        "templates": chosen,
        "scheme": scheme or "BMES",
        "labels": bool(labels),
        "folding": folding,
        "protocol": _protocol(protocol, chosen, folding, raw=bool(raw), lexicon=bool(lexicon)),
    }


def _strict(templates: Templates, given: bool) -> Templates:
    """Return templates without classes of characters; those that were given are left alone."""
    if given:
        return templates
    return Templates(tuple(t for t in templates.templates if "T" not in t.views))


def _protocol(
    asked: Protocol | None, templates: Templates, folding: Folding, *, raw: bool, lexicon: bool
) -> Protocol:
    """Return the options of the features beside the templates, and check them."""
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
    algorithm: Algorithm,
    profile: Profile | None,
    names: Iterable[str] | None,
    raw: bool | None,
    lexicon: bool | None,
) -> Templates:
    """Return the templates given, or those of a profile."""
    algorithm.refuse({"profile": profile, "raw text": raw, "lexicon": lexicon})
    if "profile" not in algorithm.abilities:
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
