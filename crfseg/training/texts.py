"""Texts of a training: corpora, raw text and word lists, read, checked and joined."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from crfseg.corpus.corpus import Corpus
from crfseg.corpus.readers import Format, read_corpora
from crfseg.corpus.tagset import MAX_LABELS
from crfseg.errors import TrainingError
from crfseg.features.lexicon import MAX_LISTS, first_words
from crfseg.text.files import PathLike
from crfseg.text.scratch import Storage
from crfseg.training.settings import Settings

Corpora = PathLike | Corpus | Iterable[PathLike | Corpus]


@dataclass(frozen=True, eq=False)
class Texts:
    """Texts of a training.

    Parameters
    ----------
    corpus
        All training corpora, joined.
    corpora
        Record of each of them.
    name
        Name of the first of them.
    devs, raws, lists
        Dev corpora, unsegmented text, word lists.
    """

    corpus: Corpus
    corpora: list[dict[str, Any]]
    name: str
    devs: Sequence[Corpus] = ()
    raws: Sequence[Corpus] = ()
    lists: Sequence[Corpus] = ()

    @property
    def all(self) -> list[Corpus]:
        """All texts on which the model depends."""
        return [self.corpus, *self.raws, *self.lists, *self.devs]

    @classmethod
    def read(
        cls,
        corpora: Corpora,
        dev: Corpora | None,
        raw: Corpora | None,
        lexicon: Corpora | None,
        settings: Settings,
        format: Format | None,
        encoding: str,
        scratch: PathLike | None,
    ) -> Texts:
        """Read the texts; see :func:`crfseg.train` for parameters and errors."""
        parts = read_corpora(
            corpora, format=format, encoding=encoding, scratch=scratch, partial=True
        )
        if not parts:
            raise TrainingError("no corpus given; expected at least one")
        devs = [] if dev is None else read_corpora(dev, format=format, encoding=encoding)
        raws = [] if raw is None else _unsegmented(raw, encoding, scratch)
        lists = [] if lexicon is None else _word_lists(lexicon, encoding)
        _check_partial(parts, settings)
        joined = parts[0] if len(parts) == 1 else Corpus.join(parts, Storage(scratch))
        entries = [of_corpus(part) for part in parts]
        corpus = _checked(joined, settings.labels)
        return cls(corpus, entries, Path(parts[0].name).stem, devs, raws, lists)


def of_corpus(corpus: Corpus) -> dict[str, Any]:
    """Return the record of a corpus: name, digest, size; boundaries known if it is partial."""
    entry = {
        "name": Path(corpus.name).name,
        "sha256": corpus.sha256,
        "sentences": len(corpus),
        "words": corpus.n_words,
        "characters": corpus.n_chars,
    }
    if corpus.boundaries is not None:
        entry["known"] = int(np.count_nonzero(corpus.boundaries)) - len(corpus)
    return entry


def _unsegmented(raw: Corpora, encoding: str, scratch: PathLike | None) -> list[Corpus]:
    """Read unsegmented text."""
    found = read_corpora(raw, format="words", encoding=encoding, scratch=scratch)
    if not any(corpus.n_chars for corpus in found):
        raise TrainingError("raw text: no character in it; expected at least one, or no raw text")
    return found


def _word_lists(lexicon: Corpora, encoding: str) -> list[Corpus]:
    """Read word lists: for each a corpus with one word a line."""
    lists = [
        first_words(lines) for lines in read_corpora(lexicon, format="words", encoding=encoding)
    ]
    if not 0 < len(lists) <= MAX_LISTS or not any(map(len, lists)):
        raise TrainingError(
            f"lexicon: {sum(map(len, lists))} words in {len(lists)} lists; expected at least one "
            f"word and at most {MAX_LISTS} lists, or no lexicon"
        )
    return lists


def _check_partial(parts: Iterable[Corpus], settings: Settings) -> None:
    """Refuse partly annotated corpora where the training cannot use them."""
    usable = "partial" in settings.algorithm.abilities and not settings.labels
    for corpus in parts:
        if corpus.boundaries is not None and not usable:
            raise TrainingError(
                f"{corpus.name}: only a part of its words is known; expected adagrad, no labels"
            )


def _checked(corpus: Corpus, labels: bool) -> Corpus:
    """Return the corpus with its labels, or without them; raise a TrainingError if it has none."""
    if not len(corpus):
        raise TrainingError(f"{corpus.name}: nothing to train on; expected at least one sentence")
    if not labels:
        return replace(corpus, labels=None, label_names=())
    if corpus.labels is None:
        raise TrainingError(
            f"{corpus.name}: no labels to predict; name the format that has them (pos, columns, "
            "conllu) or train without labels"
        )
    if len(corpus.label_names) > MAX_LABELS:
        raise TrainingError(
            f"{corpus.name}: {len(corpus.label_names):,} labels; expected at most {MAX_LABELS:,}"
        )
    return corpus
