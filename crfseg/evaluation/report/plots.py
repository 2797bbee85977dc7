"""Plots of a report: small drawings with the figures written beside the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crfseg.evaluation.breakdown import Slice
from crfseg.evaluation.calibration import Calibration
from crfseg.evaluation.report.svg import (
    GRID,
    INK,
    MAIN,
    SECOND,
    SOFT,
    THIRD,
    Drawing,
    cut,
    drawing,
)
from crfseg.evaluation.report.wording import Text, Wording

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ROW: Final = 22  # pixels: the height of a row in a plot of slices
_LEFT: Final = 100  # pixels: the width of the names
_AXIS: Final = 150  # pixels: the width of the axes, the same for all so that they compare
_COLUMNS: Final = (222, 282)  # pixels from the left of the axes: right ends of the figures
_FEW: Final = 30  # words; slices with no more do not set the scale of an axis
COLOURS: Final = {"merge": MAIN, "split": SECOND, "cross": THIRD}
"""The colours of the kinds of differences; the style of the page has the same."""


def scale_of(tables: Sequence[Sequence[Slice]]) -> float:
    """Return the start of the recall axis, the same for all tables so that they compare."""
    worst = [each.recall for slices in tables for each in slices if each.words > _FEW]
    return min(0.9, int(10 * min(worst, default=0.0)) / 10)


def recall(name: str, slices: Sequence[Slice], names: Mapping[str, Wording], low: float) -> str:
    """Draw the recall of slices with its 95 % interval, one row for each slice.

    Parameters
    ----------
    name
        The name of the drawing, unique on its page.
    slices
        The rows.
    names
        The names of slices as shown, where they differ from the slices' own.
    low
        The start of the axis, in [0, 1).

    Returns
    -------
    svg
        The drawing.
    """
    height = _ROW * len(slices)
    with drawing(name, height + 66) as canvas:
        axes = canvas.axes(_LEFT, 40, _AXIS, height)
        for y, each in enumerate(slices):
            _recall_row(canvas, axes, y, each, low)
        rows = [names.get(each.name, cut(each.name, 13)) for each in slices]
        axes.set_yticks(range(len(rows)), [canvas.label(row) for row in rows], color=INK)
        axes.set_ylim(len(slices) - 0.5, -0.5)
        axes.tick_params(length=0)
        axes.spines[["left", "bottom"]].set_visible(False)
        _per_cent(canvas, axes, low)
        axes.set_xlabel(canvas.label(Text("recall, 95 % interval", "召回率及其 95% 区间")))
        for x, text in zip(
            _COLUMNS, (Text("recall", "召回率"), Text("words", "词数")), strict=True
        ):
            _beside(axes, x, -0.95, canvas.label(text), SOFT)
    return canvas.svg


def _recall_row(canvas: Drawing, axes: Axes, y: int, each: Slice, low: float) -> None:
    interval = _interval(each.found, each.words)
    axes.plot(np.maximum(low, interval), [y, y], color=MAIN, alpha=0.5)
    if each.recall >= low:
        axes.plot(each.recall, y, "o", color=MAIN, markersize=5, clip_on=False)
    _beside(axes, _COLUMNS[0], y, canvas.label(f"{100 * each.recall:.1f} %"), INK)
    _beside(axes, _COLUMNS[1], y, canvas.label(f"{each.words:,}"), SOFT)


def _beside(axes: Axes, x: float, y: float, text: str, colour: str) -> None:
    """Write flush right beside the axes; x in pixels from their left, y in data."""
    axes.text(
        *(x / _AXIS, y, text),
        color=colour,
        transform=axes.get_yaxis_transform(),
        ha="right",
        va="center",
    )


def calibration(name: str, found: Calibration) -> str:
    """Draw precision against confidence, and the number of words by confidence."""
    with drawing(name, 330) as canvas:
        axes, below = canvas.axes(66, 130, 300, 190), canvas.axes(66, 44, 300, 60)
        axes.plot([0, 1], [0, 1], color=GRID, linewidth=1)
        for at in np.flatnonzero(found.words):
            x, y, n = found.confidence[at], found.precision[at], int(found.words[at])
            axes.plot([x, x], _interval(round(y * n), n), color=MAIN, alpha=0.5)
            axes.plot(x, y, "o", color=MAIN, markersize=5, clip_on=False)
        overconfident = found.words @ np.nan_to_num(found.confidence - found.precision) > 0
        x, y, side = (
            (0.55, 0.62, "right") if overconfident else (0.64, 0.5, "left")
        )  # no data there
        label = canvas.label(Text("calibrated", "正确率与把握相等"))
        axes.text(x, y, label, color=SOFT, ha=side)
        ticks = [0, 0.5, 1]
        axes.set(xlim=(0, 1), ylim=(0, 1), xticks=[])
        axes.set_yticks(ticks, [canvas.label(f"{100 * tick:g} %") for tick in ticks])
        axes.set_ylabel(canvas.label(Text("precision, 95 % interval", "精确率及其 95% 区间")))
        axes.yaxis.set_label_coords(-0.16, 0.5)
        _bin_sizes(canvas, below, found)
    return canvas.svg


def _interval(found: int, words: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval of the share found / words."""
    from scipy.stats import binomtest

    low, high = binomtest(found, words).proportion_ci(method="wilson")
    return low, high


def _bin_sizes(canvas: Drawing, axes: Axes, found: Calibration) -> None:
    n_bins = len(found.words)
    axes.bar((np.arange(n_bins) + 0.5) / n_bins, found.words, 0.85 / n_bins, color=MAIN, alpha=0.5)
    axes.set_yscale("log")
    top = max(10, found.words.max(initial=1))
    axes.set_ylim(0.8, top)
    axes.set_yticks([1, top], [canvas.label("1"), canvas.label(f"{top:,}")])
    axes.minorticks_off()
    axes.set_ylabel(canvas.label(Text("words", "词数")))
    axes.yaxis.set_label_coords(-0.16, 0.5)
    _per_cent(canvas, axes, 0.0)
    axes.set_xlabel(canvas.label(Text("confidence", "模型的把握")))


def _per_cent(canvas: Drawing, axes: Axes, low: float) -> None:
    """Scale the x axis in per cent, from low to 1."""
    ticks = np.linspace(low, 1, 3)
    axes.set_xlim(low, 1)
    axes.set_xticks(ticks, [canvas.label(f"{100 * tick:g} %") for tick in ticks])
    axes.grid(axis="x")


def kinds(name: str, counts: Mapping[str, int], names: Mapping[str, Text]) -> str:
    """Draw the number of differences of each kind as bars.

    Parameters
    ----------
    name
        The name of the drawing, unique on its page.
    counts
        The number of differences by kind.
    names
        The kinds as shown.
    """
    total = max(1, sum(counts.values()))
    with drawing(name, 26 * len(counts) + 12) as canvas:
        axes = canvas.axes(60, 6, 220, 26 * len(counts))
        for y, (kind, n) in enumerate(counts.items()):
            axes.barh(y, n, 0.6, color=COLOURS[kind])
            label = canvas.label(f"{n:,}  ({n / total:.0%})")
            axes.annotate(label, (n, y), (6, 0), textcoords="offset points", va="center")
        axes.set(ylim=(len(counts) - 0.5, -0.5), xlim=(0, max(1, *counts.values())), xticks=[])
        axes.set_yticks(range(len(counts)), [canvas.label(names[kind]) for kind in counts])
        axes.tick_params(length=0, labelcolor=INK)
        axes.spines[["left", "bottom"]].set_visible(False)
    return canvas.svg


def history(name: str, passes: Sequence[Mapping[str, Any]], key: str, what: Wording) -> str:
    """Draw a figure of the passes of a training.

    Parameters
    ----------
    name
        The name of the drawing, unique on its page.
    passes
        The passes of :attr:`crfseg.Model.info`, under ``history``.
    key
        The figure: ``loss``, on a log scale, or ``dev_f1``.
    what
        Its name as shown.
    """
    known = [each for each in passes if each.get(key) is not None]
    x, y = [each["iteration"] for each in known], [each[key] for each in known]
    return _line(name, x, y, (Text("pass", "遍"), what), share=key == "dev_f1")


def learning_curve(name: str, points: Sequence[tuple[float, float]]) -> str:
    """Draw F1, in [0, 1], by the size of the training text in words."""
    x, y = zip(*sorted(points), strict=True)
    labels = Text("training words, log scale", "训练词数（对数刻度）"), "F1"
    return _line(name, x, y, labels, share=True, log_x=True)


def _line(
    name: str,
    x: Sequence[float],
    y: Sequence[float],
    labels: tuple[Wording, Wording],
    *,
    share: bool,
    log_x: bool = False,
) -> str:
    """Draw a line, with the values of its first, last and best point."""
    with drawing(name, 230) as canvas:
        axes = canvas.axes(56, 44, 300, 170)
        axes.plot(x, y, "o-", color=MAIN, markersize=4, clip_on=False)
        axes.set_xscale("log" if log_x else "linear")
        axes.set_yscale("linear" if share else "log")
        axes.margins(0.06, 0.15)
        axes.minorticks_off()
        best = max(y) if share else min(y)
        for at in sorted({0, len(y) - 1, y.index(best)}):
            written = f"{100 * y[at]:.2f} %" if share else f"{y[at]:,.0f}"
            below = y[at] < y[-1]  # the line rises from here
            axes.annotate(
                canvas.label(written), (x[at], y[at]), (0, -17 if below else 7),
                textcoords="offset points",
                ha="center", color=INK if y[at] == best else SOFT,
            )  # fmt: skip
        ends = sorted({x[0], x[-1], x[y.index(best)]})
        axes.set_xticks(ends, [canvas.label(f"{tick:,}") for tick in ends])
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.set_xlabel(canvas.label(labels[0]))
        axes.set_ylabel(canvas.label(labels[1]))
    return canvas.svg
