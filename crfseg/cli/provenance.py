"""Provenance of scores: the digests of the gold, the criterion and the protocol of the model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from crfseg.corpus.corpus import Corpus
from crfseg.evaluation.scores import Scores
from crfseg.model.model import Model
from crfseg.segmenter.segmenter import Segmenter
from crfseg.training.settings import Settings


def of_model(model: Model) -> dict[str, str | None]:
    """Return a model's criterion and protocol; None for what is not stated."""
    stated = {key: model.info.get(key) for key in ("criterion", "protocol")}
    return {key: str(value) if value else None for key, value in stated.items()}


def of_predicted(predicted: Segmenter | Corpus) -> dict[str, str | None]:
    """Return criterion and protocol of a model; a file has neither."""
    if isinstance(predicted, Segmenter):
        return of_model(predicted.model)
    return {"criterion": None, "protocol": None}


def in_words(terms: Mapping[str, str | None]) -> str:
    """Write criterion and protocol."""
    return ", ".join(f"{key} {value or 'not stated'}" for key, value in terms.items())


def protocol_of(options: Mapping[str, Any]) -> str:
    """Return the protocol of models that are trained with these options of crfseg.train."""
    names = ("algorithm", "templates", "scheme", "labels", "folding", "profile", "protocol")
    given: dict[str, Any] = {name: options.get(name) for name in names}
    raw, lexicon = (options.get(name) is not None for name in ("raw", "lexicon"))
    return Settings.chosen(**given, raw=raw, lexicon=lexicon).protocol


def of_gold(parts: Iterable[Corpus]) -> list[dict[str, str]]:
    """Return the gold files: their names and their digests."""
    return [{"name": part.name, "sha256": part.sha256} for part in parts]


def gold_lines(parts: Iterable[Corpus]) -> Iterator[str]:
    """Yield a line for each gold file: its name and its digest."""
    yield from (f"{part.name}: SHA-256 {part.sha256}" for part in parts)


def seen_lines(scores: Scores, whose: str = "the training text") -> Iterator[str]:
    """Yield a warning if sentences of the gold stand in the training text."""
    if scores.seen.any():
        yield (
            f"warning: {scores.seen.sum():,} of {len(scores.seen):,} sentences, "
            f"{scores.seen_share:.1%} of the text, stand in {whose} too"
        )
