"""Summary of scores: lines for a terminal, and a dictionary for JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, Final

from crfseg.evaluation.breakdown import Slice
from crfseg.evaluation.report.wording import columns_of
from crfseg.evaluation.scores import Scores

_TITLES: Final = {
    "length": "characters of the word",
    "frequency": "times in training",
    "class": "characters are",
    "label": "label",
}
_MOST: Final = 10  # lines of a long table


def lines_of(scores: Scores) -> Iterator[str]:
    """Yield the official summary, then intervals, breakdowns and the confusion matrix."""
    yield scores.report()
    if scores.labelled is not None and scores.labelled.f1 is not None:
        yield f"=== LABELLED F MEASURE:\t{scores.labelled.f1:.3f}"
    if not scores.counts.true_words:
        return
    low, high = scores.interval
    yield f"\nF measure, 95 % interval  {low:.4f} to {high:.4f}"
    if scores.boundary_f1 is not None:
        yield f"F measure of boundaries   {scores.boundary_f1:.4f}"
    yield f"sentences without error   {scores.sentence_accuracy:.4f} of {len(scores.rows):,}"
    if scores.calibration is not None:
        yield f"calibration error         {scores.calibration.error:.4f}"
    total = sum(scores.differences.values())
    shares = (f"{kind} {n:,} ({n / total:.0%})" for kind, n in scores.differences.items() if total)
    yield f"differences               {', '.join(shares) or 'none'}"
    for name, slices in scores.breakdown.items():
        most = _MOST if name == "label" else len(slices)
        yield from _table(f"recall, {_TITLES[name]}", slices, most)
    missed = [each for each in scores.oov_words if each.found < each.words]
    yield from _table("unknown words missed", missed, _MOST)
    yield from _confusion(scores)


def _table(title: str, slices: list[Slice], most: int) -> Iterator[str]:
    """Yield a table of slices: the first ones, then the sum of all others."""
    if slices:
        yield f"\n{title:<26}{'words':>9}{'found':>9}{'recall':>9}"
    for each in slices[:most]:
        yield f"  {_padded(each.name, 24)}{each.words:>9,}{each.found:>9,}{each.recall:>9.4f}"
    if len(slices) > most:
        rest = slices[most:]
        words, found = (sum(getattr(each, key) for each in rest) for key in ("words", "found"))
        name = f"{len(rest):,} more"
        yield f"  {name:<24}{words:>9,}{found:>9,}{found / words:>9.4f}"


def _confusion(scores: Scores) -> Iterator[str]:
    names, counts = scores.confusion
    heads = "".join(f"{name:>9}" for name in names)
    yield f"\n{'tags, gold by output':<26}{heads}"
    for name, row in zip(names, counts.tolist(), strict=True):
        yield f"  {name:<24}" + "".join(f"{n:>9,}" for n in row)


def _padded(name: str, width: int) -> str:
    """Pad a name with spaces to a width in columns of a terminal."""
    return name + " " * (width - columns_of(name))


def as_dict(scores: Scores) -> dict[str, Any]:
    """Return all figures for JSON, unrounded; None if undefined."""
    calibration = scores.calibration
    names, counts = scores.confusion
    return {
        **scores.as_dict(),
        "f1_interval": list(scores.interval),
        "boundary_f1": scores.boundary_f1,
        "sentence_accuracy": scores.sentence_accuracy,
        "calibration_error": None if calibration is None else calibration.error,
        "sentences": len(scores.rows),
        "seen_sentences": int(scores.seen.sum()),
        "counts": asdict(scores.counts),
        "differences": scores.differences,
        "breakdown": {name: _figures(slices) for name, slices in scores.breakdown.items()},
        "oov_words": _figures(scores.oov_words),
        "confusion": {"tags": list(names), "counts": counts.tolist()},
    }


def _figures(slices: list[Slice]) -> list[dict[str, Any]]:
    return [{**asdict(each), "recall": each.recall} for each in slices]
