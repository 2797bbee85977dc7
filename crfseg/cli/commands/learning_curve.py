"""``crfseg learning-curve``: scores by the size of the training text, with a forecast."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import click

from crfseg.cli import options, provenance
from crfseg.cli.progress_bar import counting
from crfseg.corpus.readers import Format
from crfseg.errors import TrainingError
from crfseg.model_selection.learning_curve import SIZES, Curve, learning_curve
from crfseg.text.files import replacing

_PLOTS: Final = ("svg", "png", "pdf")


def _shares(_: click.Context, param: click.Parameter, given: str) -> tuple[Fraction, ...]:
    """Parse shares, separated by commas: ``1/4,1/2,1`` or ``0.25,0.5,1``."""
    try:
        sizes = tuple(Fraction(size) for size in given.split(","))
    except (ValueError, ZeroDivisionError):
        sizes = ()
    if not sizes or not all(0 < size <= 1 for size in sizes):
        raise click.BadParameter(
            f"{given!r}; expected shares above 0 and at most 1, such as 1/4,1/2,1", param=param
        )
    return sizes


@click.command(name="learning-curve")
@options.corpus_files
@click.option(
    "--dev", metavar="FILE", multiple=True, required=True,
    help="A corpus that is scored, and not trained on; repeatable.",
)  # fmt: skip
@click.option(
    "--sizes",
    callback=_shares,
    default=",".join(map(str, SIZES)),
    show_default=True,
    metavar="SHARES",
    help="The shares of the words to train on, above 0 and at most 1.",
)
@click.option(
    "--repeats",
    type=click.IntRange(min=1),
    default=3,
    show_default=True,
    metavar="N",
    help="The number of models of each size, each from another part of the corpora.",
)
@options.jobs
@click.option(
    "--csv", "csv_file", metavar="FILE", help="A CSV file to write, a row for each model."
)
@click.option("--plot", metavar="FILE", help="A file for a plot of the curve: .svg, .png or .pdf.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@options.training
@options.corpus_format
@options.encoding
def command(
    corpora: tuple[str, ...],
    dev: tuple[str, ...],
    sizes: tuple[Fraction, ...],
    repeats: int,
    jobs: int,
    csv_file: str | None,
    plot: str | None,
    as_json: bool,
    format: Format | None,
    encoding: str,
    **settings: Any,
) -> None:
    """Score models by training size, and forecast the gain of more text.

    Models are trained on growing parts of the corpora and scored on dev. The error is fitted to a
    power of the size and extrapolated to twice the text. The forecast is an estimate for text of
    the same kind.
    """
    chosen = options.chosen(settings)
    with ExitStack() as stack:
        draw = None if plot is None else stack.enter_context(_plot(plot))
        table = None if csv_file is None else stack.enter_context(replacing(csv_file))
        with counting("models", len(sizes) * repeats) as callback:
            curve = learning_curve(
                corpora, dev=dev, sizes=sizes, repeats=repeats, jobs=jobs, callback=callback,
                format=format, encoding=encoding, **chosen,
            )  # fmt: skip
        if table is not None:
            _write(table, curve)
        if draw is not None:
            draw(curve)
    protocol = provenance.protocol_of(chosen)
    click.echo(_json(curve, protocol) if as_json else "\n".join(_table(curve, protocol)))


def _table(curve: Curve, protocol: str) -> Iterator[str]:
    """Yield a row for each size, with means over the repeats, then the forecast."""
    yield f"protocol {protocol}"
    yield f"{'share':<8}{'words':>11}{'F1':>9}{'sd':>7}{'OOV R':>9}{'OOV':>8}"
    for share in curve.shares:
        f1, spread, oov_recall, oov = (
            curve.mean(share, "f1"), curve.deviation(share, "f1"),
            curve.mean(share, "oov_recall"), curve.mean(share, "oov_rate"),
        )  # fmt: skip
        yield (
            f"{share!s:<8}{curve.words(share):>11,}{_shown(f1):>9}{_shown(spread):>7}"
            f"{_shown(oov_recall):>9}{_shown(oov):>8}"
        )
    yield from _forecast(curve)


def _forecast(curve: Curve) -> Iterator[str]:
    found = curve.forecast()
    if found is None:
        yield "no estimate of what more text would bring: that takes three sizes, and errors"
        return
    yield (
        f"estimate: twice the text, {found.words:,} words, would change F1 by "
        f"{100 * found.gain:+.2f} to about {100 * found.f1:.2f}"
    )
    yield (
        f"(95 % interval of the change {100 * found.low:+.2f} to {100 * found.high:+.2f}; "
        f"error ~ words^-{found.exponent:.3f}, fitted to the largest three sizes)"
    )


def _shown(figure: float | None) -> str:
    return "--" if figure is None else f"{100 * figure:.2f}"


def _records(curve: Curve) -> list[dict[str, Any]]:
    return [
        {
            "share": str(point.share),
            "repeat": point.repeat,
            "sentences": point.sentences,
            "words": point.words,
            **point.scores.as_dict(),
            "seconds": round(point.seconds, 3),
        }
        for point in curve.points
    ]


def _json(curve: Curve, protocol: str) -> str:
    found = curve.forecast()
    forecast = None if found is None else asdict(found)
    record = {"protocol": protocol, "points": _records(curve), "twice": forecast}
    return json.dumps(record, ensure_ascii=False)


def _write(path: Path, curve: Curve) -> None:
    """Write a row for each model."""
    records = _records(curve)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(records[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(records)


@contextmanager
def _plot(path: str) -> Iterator[Callable[[Curve], None]]:
    """Yield a function that draws a curve to a file; it is checked before any training."""
    kind = Path(path).suffix.lower().removeprefix(".")
    if kind not in _PLOTS:
        raise click.BadParameter(
            f"{path!r}; expected a name that ends in .{', .'.join(_PLOTS)}", param_hint="--plot"
        )
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise TrainingError(
            "--plot needs matplotlib; install it with: pip install matplotlib"
        ) from None

    def draw(curve: Curve) -> None:
        figure = Figure(figsize=(6.4, 4.0), layout="constrained")
        _draw(figure.subplots(), curve)
        figure.savefig(beside, format=kind, metadata={"Date": None} if kind == "svg" else None)

    with replacing(path) as beside:
        yield draw


def _draw(axes: Any, curve: Curve) -> None:
    """Draw F1 of every model, the means, and the forecast for twice the text."""
    axes.plot(
        [point.words for point in curve.points],
        [100 * (point.scores.f1 or 0) for point in curve.points],
        ".", color="0.6", label="each model",
    )  # fmt: skip
    words = [curve.words(share) for share in curve.shares]
    means = [100 * (curve.mean(share, "f1") or 0) for share in curve.shares]
    axes.plot(words, means, "o-", label="mean")
    if (found := curve.forecast()) is not None:
        fitted = found.f1 - found.gain
        ends = [100 * fitted, 100 * found.f1]
        axes.plot([found.words / 2, found.words], ends, "--", color="C1", label="estimate")
        reach = [[100 * (found.gain - found.low)], [100 * (found.high - found.gain)]]
        axes.errorbar([found.words], [ends[1]], reach, fmt="o", color="C1", capsize=4)
    axes.set_xscale("log", base=2)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.set(xlabel="words trained on", ylabel="F1 on dev, %")
    axes.grid(alpha=0.3)
    axes.legend(loc="lower right")
