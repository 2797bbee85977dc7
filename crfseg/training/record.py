"""The record of a training in its model: texts, settings, scores."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from crfseg.constraints.rule_defaults import count_rules, counts_in
from crfseg.corpus.corpus import Corpus
from crfseg.evaluation.evaluate import evaluate
from crfseg.model import file
from crfseg.model.fields import arrays_of, header_of
from crfseg.model.model import Model
from crfseg.segmenter.segmenter import Segmenter
from crfseg.training.settings import Settings
from crfseg.training.texts import Texts, of_corpus
from crfseg.version import __version__

_PASSING: Final = ("threads", "time_budget")  # what the result does not depend on
_LASTING: Final = ("max_iterations", "patience")  # what only says when training ends


def of_text(corpus: Corpus, init: Model | None) -> dict[str, Any]:
    """Return the model's fields that say which words and sentences it has seen."""
    counts, hashes = corpus.vocabulary(), corpus.hashes()
    if init is not None:
        counts.update({word: max(1, 1 << k >> 1) for word, k in init.frequency_of.items()})
        hashes = np.append(hashes, init.sentences)
    words = tuple(sorted(counts))
    frequencies = np.array([counts[word].bit_length() for word in words], dtype=np.uint8)
    return {"vocabulary": words, "frequencies": frequencies, "sentences": np.unique(hashes)}


def of_init(init: Model | None) -> dict[str, Any]:
    """Return the entry about the model that training went on from: its name and all its texts."""
    if init is None:
        return {}
    before = init.info.get("init", {})
    of_all = {
        key: [*before.get(key, []), *init.info.get(key, [])]
        for key in ("corpora", "raw", "lexicon")
    }
    seen = {key: entries for key, entries in of_all.items() if entries or key == "corpora"}
    return {"init": {"name": init.info.get("name", "unnamed"), **seen}}


def of_habits(corpus: Corpus, init: Model | None) -> dict[str, Any]:
    """Return the entry about what is kept together in the text, and in that of ``init``."""
    return {"habits": count_rules(corpus, None if init is None else counts_in(init.info))}


def of_training(texts: Texts, settings: Settings, init: Model | None) -> dict[str, Any]:
    """Return the record of a training: its texts, its settings, and the version of crfseg."""
    return {
        "crfseg": __version__,
        "corpora": texts.corpora,
        **of_init(init),
        **of_raw(texts.raws),
        **of_lists(texts.lists),
        **of_habits(texts.corpus, init),
        "protocol": settings.protocol,
        "training": {"algorithm": settings.algorithm.name, **of_params(settings.params)},
    }


def of_raw(raws: Sequence[Corpus]) -> dict[str, Any]:
    """Return the entry about raw text, if there is any; it has no words to count."""
    entries = [of_corpus(corpus) for corpus in raws]
    for entry in entries:
        del entry["words"]
    return {"raw": entries} if entries else {}


def of_lists(lists: Sequence[Corpus]) -> dict[str, Any]:
    """Return the entry about word lists, if there are any."""
    entries = [of_corpus(words) for words in lists]
    kept = ("name", "sha256", "words")
    return {"lexicon": [{key: entry[key] for key in kept} for entry in entries]} if entries else {}


def of_params(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters that the result depends on, so that equal models have equal bytes."""
    return {key: value for key, value in params.items() if key not in _PASSING}


def of_dev(model: Model, devs: Sequence[Corpus], init: Model | None) -> list[dict[str, Any]]:
    """Return for each dev corpus which it was, and its scores; ``before`` has those of ``init``."""
    records = []
    for corpus in devs:
        scores = evaluate(corpus, Segmenter(model)).as_dict()
        entry = {**of_corpus(corpus), **scores}
        if init is not None:
            entry["before"] = evaluate(corpus, Segmenter(init)).as_dict()
        records.append(entry)
    return records


def configuration(texts: Texts, settings: Settings, init: Model | None) -> dict[str, Any]:
    """Return the settings that the passes of a training depend on."""
    return {
        "crfseg": __version__,
        "templates": settings.templates.names,
        "scheme": settings.scheme,
        "labels": settings.labels,
        "folding": settings.folding,
        "protocol": settings.protocol,
        "params": {k: v for k, v in of_params(settings.params).items() if k not in _LASTING},
        "init": None if init is None else _digest(init),
        "scored": settings.precision if texts.devs else None,
        "n_raw": len(texts.raws),
        "n_lists": len(texts.lists),
    }


def _digest(model: Model) -> str:
    fields = model.fields()
    header = header_of(fields) | {"info": None}
    return file.digest_of(json.dumps(header, sort_keys=True), arrays_of(fields))
