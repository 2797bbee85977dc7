"""README.md and the plots, from the CSV files alone: page.md with its tables filled in."""

import math
import re
from collections.abc import Callable, Iterable

import matplotlib as mpl
import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator
from measure import HERE, read_rows

Row = dict[str, str]

# The colours of Okabe and Ito, which people with any colour vision can tell apart.
BLUE, ORANGE, GREEN, GREY = "#0072b2", "#d55e00", "#009e73", "#999999"
COLOURS = (BLUE, ORANGE, GREEN)
BESIDE = {"textcoords": "offset points", "va": "center", "fontsize": 9}
KEY = "green: trained on the same corpus; grey: its own model"
STYLE = {
    "figure.constrained_layout.use": True,
    "savefig.facecolor": "white",
    "font.size": 10,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e6e6e6",
    "legend.frameon": False,
    "svg.hashsalt": "crfseg",  # the same figures, the same bytes
}


def rows_of(name: str, what: str) -> list[Row]:
    return [row for row in read_rows(HERE / f"{name}.csv") if row["what"] == what]


def by_who(name: str, what: str) -> dict[str, Row]:
    return {row["who"]: row for row in rows_of(name, what)}


def number(value: float) -> str:
    """Write three significant digits, without exponents.

    >>> [number(value) for value in (0.01234, 1.5, 123.4, 10000)]
    ['0.0123', '1.50', '123', '10,000']
    """
    digits = max(0, 2 - math.floor(math.log10(value))) if value > 0 else 0
    return f"{value:,.{digits}f}"


def spread(row: Row | None) -> str:
    """Write a figure as median, and smallest and largest if there were several runs."""
    if row is None:
        return ""
    median, low, high = (number(float(row[name])) for name in ("median", "min", "max"))
    return f"{median} [{low}, {high}]" if int(row["runs"]) > 1 else median


def table(head: list[str], rows: Iterable[list[str]]) -> str:
    marks = ["---", *["--:"] * (len(head) - 1)]
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, marks, *rows])


# Tables


def peers_table() -> str:
    speed, ratio = (by_who("peers", f"words of lines{end}") for end in ("", ": crfseg is faster"))
    files, f1 = by_who("peers", "file to file"), by_who("peers", "dev F1")
    load, memory = by_who("peers", "time to load"), by_who("peers", "peak memory")
    head = ["", "M characters a CPU second", "crfseg is faster, times", "file to file, M a second"]
    return table(
        [*head, "loads in, s", "memory, MB", "dev F1", "model", "package"],
        (
            [
                *(who, *(spread(part.get(who)) for part in (speed, ratio, files, load, memory))),
                *(f"{float(f1[who]['median']):.2f}", row["note"], row["version"]),
            ]
            for who, row in by_speed(speed)
        ),
    )


def by_speed(speed: dict[str, Row]) -> list[tuple[str, Row]]:
    return sorted(speed.items(), key=lambda item: -float(item[1]["median"]))


def left_out(name: str) -> str:
    found = rows_of(name, "left out")
    return "\n".join(f"- {row['who']}: {row['note']}." for row in found) or "- nobody."


def training_table() -> str:
    times, ratio = (
        by_who("training", "training time"),
        by_who("training", "times as long as crfseg"),
    )
    memory, size = by_who("training", "peak memory"), by_who("training", "model size")
    f1 = by_who("training", "dev F1")
    return table(
        ["", "seconds", "times crfseg's", "peak MB", "model MB", "dev F1", "runs", "settings"],
        (
            [
                *(who, spread(row), spread(ratio.get(who))),
                *(spread(memory.get(who)), spread(size.get(who))),
                *(f"{float(f1[who]['median']):.2f}", row["runs"], row["note"]),
            ]
            for who, row in sorted(times.items(), key=lambda item: float(item[1]["median"]))
        ),
    )


def scaling_table(part: str, side: str, title: str = "") -> str:
    """Lay the figures of a part out, a row for each ``side`` ("who" or "at")."""
    cells: dict[str, dict[str, str]] = {}
    for row in read_rows(HERE / "scaling.csv"):
        if row["what"].startswith(f"{part}: "):
            column = f"{row['what'].removeprefix(f'{part}: ')}, {row['unit']}"
            column = f"{row['who']}: {column}" if side == "at" else column
            name = f"{int(row['at']):,}" if side == "at" else row["who"]
            cells.setdefault(name, {})[column] = spread(row)
    columns = list(dict.fromkeys(column for row in cells.values() for column in row))
    rows = ([name, *(row.get(column, "") for column in columns)] for name, row in cells.items())
    return table([title, *columns], rows)


def crfsuite_table() -> str:
    return table(
        ["", "median [min, max]", "unit"],
        ([row["what"], spread(row), row["unit"]] for row in read_rows(HERE / "crfsuite.csv")),
    )


def machines() -> str:
    names = ("peers", "training", "scaling", "crfsuite")
    found = {row["machine"] for name in names for row in read_rows(HERE / f"{name}.csv")}
    return "; ".join(sorted(found))


# Plots


def lines(axes: Axes, rows: list[Row]) -> None:
    """Draw a line for each entrant, its runs' range as a band around it."""
    names = list(dict.fromkeys(row["who"] for row in rows))
    for colour, marker, who in zip(COLOURS, "os^", names, strict=False):
        mine = sorted((row for row in rows if row["who"] == who), key=lambda row: float(row["at"]))
        at, median, low, high = (
            [float(row[key]) for row in mine] for key in ("at", "median", "min", "max")
        )
        axes.plot(at, median, color=colour, marker=marker, markersize=4, label=who)
        axes.fill_between(at, low, high, color=colour, alpha=0.15, linewidth=0)
    axes.set_ylim(bottom=0 if axes.get_yscale() == "linear" else None)
    axes.legend()


def decades(axes: Axes, which: str) -> None:
    """Make an axis logarithmic, with plain numbers."""
    getattr(axes, f"set_{which}scale")("log")
    axis = getattr(axes, f"{which}axis")
    axis.set_major_locator(LogLocator(10, subs=(1,) if which == "x" else (1, 2, 5)))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(tick))


def tick(value: float, _: int) -> str:
    return f"{value:,.0f}" if value >= 1 else f"{value:g}"


def plot_sizes() -> None:
    figure, panels = plt.subplots(1, 2, figsize=(8.5, 3.4))
    titles = {"size: time": "Seconds", "size: peak memory": "Peak memory, MB"}
    for axes, (what, title) in zip(panels, titles.items(), strict=True):
        decades(axes, "x"), decades(axes, "y")
        lines(axes, rows_of("scaling", what))
        axes.set(title=title, xlabel="characters in the corpus")
    save(figure, "sizes")


def plot_lengths() -> None:
    figure, axes = plt.subplots(figsize=(6.5, 3.6))
    decades(axes, "x")
    lines(axes, rows_of("scaling", "line: speed"))
    axes.set(title="Million characters a second", xlabel="characters in a line")
    save(figure, "lengths")


def plot_threads() -> None:
    figure, panels = plt.subplots(1, 2, figsize=(8.5, 3))
    titles = {
        "threads: speed": "Tagging a file: million characters a second",
        "threads: time": "Training on CTB6: seconds",
    }
    for axes, (what, title) in zip(panels, titles.items(), strict=True):
        rows = rows_of("scaling", what)
        median, ends = whiskers(rows)
        axes.bar([row["at"] for row in rows], median, width=0.5, color=BLUE, yerr=ends, capsize=3)
        axes.set(title=title, xlabel="threads", xlim=(-0.7, max(2, len(rows)) - 0.3))
        axes.grid(visible=False, axis="x")
    save(figure, "threads")


def whiskers(rows: list[Row]) -> tuple[list[float], list[list[float]]]:
    """Return the medians, and how far the smallest and the largest are from them."""
    median, low, high = ([float(row[key]) for row in rows] for key in ("median", "min", "max"))
    below = [m - a for m, a in zip(median, low, strict=True)]
    above = [b - m for m, b in zip(median, high, strict=True)]
    return median, [below, above]


def plot_dots(name: str, what: str, title: str, best: Callable) -> None:
    """Draw a dot for each entrant, the best one on top."""
    rows = sorted(rows_of(name, what), key=lambda row: float(row["median"]))
    if not rows:
        return
    rows = rows if best is max else rows[::-1]
    figure, axes = plt.subplots(figsize=(7.5, 0.27 * len(rows) + 1.2))
    decades(axes, "x")
    for place, row in enumerate(rows):
        (median,), ends = whiskers([row])
        axes.errorbar(median, place, xerr=ends, fmt="o", capsize=3, color=colour_of(row))
        label = f"{number(median)}"
        axes.annotate(label, (float(row["max"]), place), (8, 0), **BESIDE)
    axes.set_yticks(range(len(rows)), [row["who"] for row in rows])
    axes.margins(x=0.12, y=0.5 / len(rows))
    axes.set(title=title)
    if any(colour_of(row) == GREY for row in rows):
        axes.text(1, 0.02, KEY, transform=axes.transAxes, ha="right", va="bottom", color="#555555")
    save(figure, name)


def colour_of(row: Row) -> str:
    if row["who"].startswith("crfseg"):
        return BLUE
    return GREY if row["note"] == "its own model" else GREEN


def save(figure: plt.Figure, name: str) -> None:
    figure.savefig(HERE / "plots" / f"{name}.svg", metadata={"Date": None})
    plt.close(figure)


def text() -> str:
    tables = {
        "peers": peers_table,
        "peers left out": lambda: left_out("peers"),
        "training": training_table,
        "training left out": lambda: left_out("training"),
        "sizes": lambda: scaling_table("size", "at", "characters"),
        "lengths": lambda: scaling_table("line", "at", "characters a line"),
        "threads": lambda: scaling_table("threads", "at", "threads"),
        "start": lambda: scaling_table("start", "who"),
        "lexicon": lambda: scaling_table("lexicon", "at", "words"),
        "crfsuite": crfsuite_table,
        "machines": machines,
    }
    page = (HERE / "page.md").read_text("utf-8")
    return re.sub(r"\{(.+?)\}", lambda found: tables[found[1]](), page)


def main() -> None:
    (HERE / "plots").mkdir(exist_ok=True)
    with mpl.rc_context(STYLE):
        plot_dots("peers", "words of lines", "Million characters a processor second", max)
        plot_dots("training", "training time", "Training on CTB6: seconds", min)
        plot_sizes(), plot_lengths(), plot_threads()
    (HERE / "README.md").write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
