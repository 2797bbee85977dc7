"""Items: spans where two or three segmentations differ, as data for the script of a page.

All lists of this kind use it: the errors of a segmenter (gold above predicted), the label errors of
a gold corpus (gold above suggestion), the disagreements of two models (gold above both).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from crfseg.corpus.corpus import Corpus, place
from crfseg.evaluation.report.wording import Wording, shown


@dataclass(frozen=True, slots=True)
class Facet:
    """A property by which items are filtered.

    Parameters
    ----------
    name
        An identifier.
    heading
        The name of the property as shown.
    choices
        Its values as shown.
    of_item
        The value of each of the D items, indices into ``choices``, shape (D,).
    """

    name: str
    heading: Wording
    choices: Sequence[Wording]
    of_item: NDArray[np.integer]

    def counted(self) -> list[tuple[int, Wording, int]]:
        """Return the values that some item has: index, name, number of items."""
        counts = Counter(self.of_item.tolist())
        return [(i, name, counts[i]) for i, name in enumerate(self.choices) if counts[i]]


@dataclass(frozen=True, slots=True)
class Measure:
    """A share by which items are sorted.

    Parameters
    ----------
    name
        An identifier.
    highest, lowest
        The names of the descending and the ascending order.
    of_item
        The share of each of the D items, in [0, 1], shape (D,).
    """

    name: str
    highest: Wording
    lowest: Wording
    of_item: NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Items:
    """A section: a list of spans where segmentations differ.

    Parameters
    ----------
    id, heading, note
        As in every section.
    rows
        Names of the segmentations, two or three; the first is the reference.
    corpora
        The segmentations of the same text.
    sentences
        The sentence of each of the D items, shape (D,).
    starts, ends
        The span of each item, in characters of the corpora; all segmentations have a boundary at
        both ends. Shape (D,). None: each item is a whole sentence.
    facets, measures
        The properties by which items can be filtered and sorted.
    parts
        The files that the corpora were joined from, in order. If there are several, their names
        are shown, without folders, beside the lines.
    order
        The initial order: "position", "same" (the most frequent first), or the name of a measure
        and ":-1" (the highest first).
    """

    kind: ClassVar[str] = "items"
    id: str
    heading: Wording
    rows: Sequence[Wording]
    corpora: Sequence[Corpus]
    sentences: NDArray[np.integer]
    starts: NDArray[np.integer] | None = None
    ends: NDArray[np.integer] | None = None
    facets: Sequence[Facet] = ()
    measures: Sequence[Measure] = ()
    parts: Sequence[Corpus] = ()
    note: Wording = ""
    order: str = "position"

    def __len__(self) -> int:
        return len(self.sentences)

    def data(self) -> dict[str, Any]:
        """Return the data of the script for JSON: each sentence once, items as columns.

        A sentence is its file and line, then its words in each segmentation, separated by spaces.
        """
        used, of_item = np.unique(self.sentences, return_inverse=True)
        data: dict[str, Any] = {
            "sentences": [self._sentence(n) for n in used.tolist()],
            "sentence": of_item.tolist(),
            "facets": {facet.name: facet.of_item.tolist() for facet in self.facets},
            "measures": {each.name: each.of_item.round(4).tolist() for each in self.measures},
        }
        if self.starts is not None and self.ends is not None:
            first = self.corpora[0].offsets[self.sentences]
            data |= {
                "start": (self.starts - first).tolist(),
                "end": (self.ends - first).tolist(),
            }
        return data

    def _sentence(self, n: int) -> list[str]:
        return [
            self._file_and_line(n),
            *(shown(" ".join(corpus[n].words)) for corpus in self.corpora),
        ]

    def _file_and_line(self, n: int) -> str:
        if len(self.parts) < 2:
            return str(self.corpora[0].lines[n])
        name, line = place(self.parts, n)
        return shown(f"{PurePath(name).name}:{line}")
