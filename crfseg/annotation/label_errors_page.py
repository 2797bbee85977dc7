"""Page of the label errors of a gold corpus, the most probable first."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import Final

import numpy as np
from numpy.typing import NDArray

from crfseg.annotation.label_errors import Suspect
from crfseg.corpus.corpus import Corpus
from crfseg.evaluation.report.items import Items, Measure
from crfseg.evaluation.report.page import Figure, Page, foot, gold_files, write_page
from crfseg.evaluation.report.wording import Text

_NOTE: Final = Text(
    "The gold above, the suggestion below; the percentage is the score. A person must decide: "
    "models err too.",
    "上为语料原样，下为可能更好的切法；百分数为可疑程度。请由人来判断：模型也会出错。",
)


def write_audit(
    path: str | os.PathLike[str], suspects: Sequence[Suspect], parts: Sequence[Corpus]
) -> None:
    """Write label errors as one HTML file.

    Parameters
    ----------
    path
        The file; replaced if it exists.
    suspects
        The result of :func:`crfseg.annotation.label_errors.audit`.
    parts
        The corpora that were audited, in order.

    Raises
    ------
    CrfsegError
        If jinja2 or matplotlib is not installed.
    OSError
        If the file cannot be written; an older file of that name is kept.
    """
    page = Page(
        title=", ".join(PurePath(part.name).name for part in parts),
        figures=[Figure(Text("suspicious places", "可疑之处"), f"{len(suspects):,}")],
        facts=list(gold_files(parts)),
        warnings=[],
        sections=[_items(suspects, parts)],
        foot=foot(),
    )
    write_page(path, page)


def _items(suspects: Sequence[Suspect], parts: Sequence[Corpus]) -> Items:
    gold = Corpus.join(parts)
    sentence_at = {position: n for n, position in enumerate(_sentences(parts))}
    ordered = sorted(suspects, key=lambda each: (sentence_at[each.file, each.line], each.start))
    sentences = np.array([sentence_at[each.file, each.line] for each in ordered], dtype=np.intp)
    first = gold.offsets[sentences]
    starts, ends = (
        first + np.array([getattr(each, end) for each in ordered], dtype=np.intp)
        for end in ("start", "end")
    )
    return Items(
        "suspects",
        Text("Where the gold is probably wrong", "语料可能有误之处"),
        (Text("gold", "语料"), Text("suggestion", "建议")),
        (gold, _corrected(gold, ordered, starts)),
        sentences,
        starts,
        ends,
        measures=[
            Measure(
                "score",
                Text("likeliest first", "最可疑的在前"),
                Text("least likely first", "最不可疑的在前"),
                np.array([each.score for each in ordered]),
            )
        ],
        parts=parts,
        note=_NOTE,
        order="score:-1",
    )


def _sentences(parts: Sequence[Corpus]) -> list[tuple[str, int]]:
    """Return the file and the line of each sentence of the joined corpora."""
    return [(part.name, line) for part in parts for line in part.lines.tolist()]


def _corrected(gold: Corpus, suspects: Sequence[Suspect], starts: NDArray[np.intp]) -> Corpus:
    """Return the gold with all suggestions applied; they do not overlap."""
    begins = gold.starts.copy()
    for suspect, start in zip(suspects, starts.tolist(), strict=True):
        begins[start : start + suspect.end - suspect.start] = False
        lengths = [len(word) for word in suspect.suggestion.split(" ")]
        begins[start + np.cumsum([0, *lengths[:-1]])] = True
    return replace(gold, starts=begins, labels=None, label_names=())
