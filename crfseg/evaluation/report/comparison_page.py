"""Page of a comparison: two models or outputs, and every disagreement between them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import Final

from crfseg.corpus.corpus import Corpus
from crfseg.evaluation.comparison import RIGHT, Comparison
from crfseg.evaluation.report.items import Facet, Items
from crfseg.evaluation.report.page import Fact, Figure, Page, foot, gold_files, write_page
from crfseg.evaluation.report.wording import Text, share
from crfseg.evaluation.scores import Scores

_RIGHT: Final = {
    "one": Text("A", "A"),
    "other": Text("B", "B"),
    "neither": Text("neither", "都不对"),
}
_NOTE: Final = Text(
    "Gold above A above B. Choose one to see its sentence.",
    "上为标准，中为 A，下为 B。点开可看全句。",
)


def write_comparison(
    path: str | os.PathLike[str],
    found: Comparison,
    *,
    names: tuple[str, str] = ("A", "B"),
    parts: Sequence[Corpus] = (),
) -> None:
    """Write a comparison as one HTML file.

    Parameters
    ----------
    path
        The file; replaced if it exists.
    found
        The result of :func:`crfseg.evaluation.comparison.compare`.
    names
        The names of A and B: models, or the files that were compared.
    parts
        The gold corpora, if several were joined.

    Raises
    ------
    CrfsegError
        If jinja2 or matplotlib is not installed.
    OSError
        If the file cannot be written; an older file of that name is kept.
    """
    parts = parts or (found.one.alignment.gold,)
    short = [PurePath(name).name for name in names]
    page = Page(
        title=f"{short[0]} – {short[1]}",
        figures=list(_figures(found)),
        facts=[Fact("A", names[0]), Fact("B", names[1]), *gold_files(parts)],
        warnings=[],
        sections=[_disagreements(found, parts)],
        foot=foot(),
    )
    write_page(path, page)


def _figures(found: Comparison) -> Iterator[Figure]:
    low, high = (f"{100 * end:+.2f}" for end in found.interval)
    interval = Text(f"95 % interval {low} to {high}", f"95% 区间 {low} 至 {high}")
    yield Figure("F1: B - A", f"{100 * found.difference:+.2f}", interval)
    chance = Text("probability of such a difference by chance", "偶然达到这么大差别的机会")
    yield Figure("p", f"{found.p_value:.3f}", chance)
    yield from (_f1(*each) for each in (("A", found.one), ("B", found.other)))


def _f1(name: str, scores: Scores) -> Figure:
    return Figure(f"F1, {name}", share(scores.f1), " – ".join(map(share, scores.interval)))


def _disagreements(found: Comparison, parts: Sequence[Corpus]) -> Items:
    spans, one, other = found.places, found.one.alignment, found.other.alignment
    names = [_RIGHT[name] for name in RIGHT]
    return Items(
        "places",
        Text("Disagreements", "两者分歧之处"),
        (Text("gold", "标准"), "A", "B"),
        (one.gold, one.predicted, other.predicted),
        spans.sentences,
        spans.starts,
        spans.ends,
        [Facet("right", Text("who is right", "谁对"), names, spans.right)],
        parts=parts,
        note=_NOTE,
    )
