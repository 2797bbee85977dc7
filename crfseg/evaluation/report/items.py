"""Items of a page: places where segmentations differ, as data for the page's script.

One component serves every list of this kind: the errors of a segmenter (gold above predicted), what
is suspicious in a gold corpus (gold above proposed), where two models differ (gold above both).
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
        What is asked.
    choices
        The answers.
    of_item
        Which of them each of the D items has, shape (D,).
    """

    name: str
    heading: Wording
    choices: Sequence[Wording]
    of_item: NDArray[np.integer]

    def counted(self) -> list[tuple[int, Wording, int]]:
        """Return the choices that some item has: number, name, how many items."""
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
        What the two orders are called.
    of_item
        Of each of the D items, in [0, 1], shape (D,).
    """

    name: str
    highest: Wording
    lowest: Wording
    of_item: NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Items:
    """A section: a list of places to look at.

    Parameters
    ----------
    id, heading, note
        As of every section.
    rows
        Names of the segmentations, two or three; the first is that which the others are held to.
    corpora
        The segmentations: the same text.
    starts, ends
        Of each of the D items, its stretch of text in characters of the corpora; on its bounds all
        segmentations agree. Shape (D,). None: each item is the whole of a sentence.
    sentences
        Of each item its sentence, shape (D,).
    facets, measures
        What items can be filtered and sorted by.
    order
        That in which they are at first: "position", "same" for the most frequent first, or the
        name of a measure and ":-1", the highest first.
    parts
        The files that the corpora were joined from, in order; their names, without folders,
        are shown beside the lines if there are several.
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
        """Return what the script needs, JSON-like: sentences once, items as columns.

        A sentence is where it stands, then its words in each segmentation, with spaces between.
        """
        used, of_item = np.unique(self.sentences, return_inverse=True)
        found: dict[str, Any] = {
            "sentences": [self._sentence(n) for n in used.tolist()],
            "sentence": of_item.tolist(),
            "facets": {facet.name: facet.of_item.tolist() for facet in self.facets},
            "measures": {each.name: each.of_item.round(4).tolist() for each in self.measures},
        }
        if self.starts is not None and self.ends is not None:
            first = self.corpora[0].offsets[self.sentences]
            found |= {
                "start": (self.starts - first).tolist(),
                "end": (self.ends - first).tolist(),
            }
        return found

    def _sentence(self, n: int) -> list[str]:
        return [self._place(n), *(shown(" ".join(corpus[n].words)) for corpus in self.corpora)]

    def _place(self, n: int) -> str:
        if len(self.parts) < 2:
            return str(self.corpora[0].lines[n])
        name, line = place(self.parts, n)
        return shown(f"{PurePath(name).name}:{line}")
