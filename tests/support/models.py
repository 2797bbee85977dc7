"""What several tests use: where the corpora are, and a model small enough to be read."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import crfseg
from crfseg.chars import code_points
from crfseg.symbols import Alphabet, pattern_keys
from crfseg.tables import PatternTable
from crfseg.tags import TagSet
from crfseg.templates import Templates

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "corpora" / "sample"
SHARED = ROOT.parent / "shared" / "corpora"


def steps_taken_once(weights, start):
    """Return, of patterns that occur once, where each weight is and how far it has moved.

    ``weights`` have taken the first steps, ``start`` none; others take several in one batch.
    """
    return [
        (before[row, 0], place, after[row, 0, place] - before[row, 0, place])
        for patterns, before, after in zip(
            start.dataset.patterns, start.blocks, weights.blocks, strict=True
        )
        for row in np.flatnonzero(patterns.counts == 1)
        for place in range(before.shape[2])
    ]


def first_step(array, at, loss):
    """Return AdaGrad's first step on a weight at rate 0.5, its gradient by finite differences."""
    before, losses = array[at], []
    for shift in (1e-2, -1e-2):
        array[at] = before + shift
        losses.append(loss())
    array[at] = before
    gradient = (losses[0] - losses[1]) / 2e-2
    return -0.5 * gradient / np.sqrt(1 + gradient**2)


def handmade_model(**weights: dict[str, float]) -> crfseg.Model:
    """A model of characters at the current position, small enough to be read.

    ``handmade_model(京={"E": 2.0})`` says that 京 likes to end words.
    """
    tag_set = TagSet()
    templates = Templates.parse(["C[0]"])
    alphabet = Alphabet(code_points("".join(weights)))
    keys = pattern_keys([alphabet.entries_of(alphabet.characters)], "C", (0,))
    blocks = np.zeros((len(keys), 1, 4))
    for row, of_tag in enumerate(weights.values()):
        for tag, weight in of_tag.items():
            blocks[row, 0, tag_set.names.index(tag)] = weight
    table = PatternTable(templates.kinds[0], keys, blocks)
    return crfseg.Model(tag_set, templates, alphabet, (table,), np.zeros((4, 4)))
