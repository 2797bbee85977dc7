"""SVG by matplotlib that takes its font, its language and its colours from the page around it.

matplotlib never sees a text. It gets a mark in its place, which becomes the text, in both
languages, once the drawing is SVG. So no font of this machine matters, and no text can break the
drawing. Colours are marks as well, for variables of the page's style.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any, Final
from unicodedata import east_asian_width

from crfseg.evaluation.report.wording import Text, Wording, shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, SOFT, GRID, MAIN, SECOND, THIRD = (f"#01020{n}" for n in range(6))
"""Colours, by what they are for: text, lesser text, lines behind, data."""
_VARIABLES: Final = dict(
    zip((INK, SOFT, GRID, MAIN, SECOND, THIRD),
        ("ink", "soft", "grid", "main", "second", "third"), strict=True)
)  # fmt: skip
INCH: Final = 72  # points of a drawing, which are pixels of the page
WIDTH: Final = 400  # of drawings, pixels
_FONT: Final = re.compile(r"font: ([\d.]+px) [^;\"]*|font-family: [^;\"]*; *")
_MARK: Final = re.compile(r"~(\d+)~")
_STYLE: Final[dict[Any, Any]] = {  # matplotlib's stubs know every key, and want no other
    "svg.fonttype": "none",
    "font.size": 12,
    "text.parse_math": False,
    "text.color": INK,
    "axes.edgecolor": GRID,
    "axes.labelcolor": SOFT,
    "axes.labelsize": 12,
    "axes.facecolor": "none",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "figure.facecolor": "none",
    "savefig.facecolor": "none",
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "xtick.color": GRID,
    "ytick.color": GRID,
    "xtick.labelcolor": SOFT,
    "ytick.labelcolor": SOFT,
    "lines.solid_capstyle": "round",
}


@dataclass
class Drawing:
    """A figure that is being drawn.

    Parameters
    ----------
    figure
        The figure of matplotlib.
    """

    figure: Figure
    _texts: list[Wording] = field(default_factory=list)
    svg: str = ""

    def mark(self, text: Wording) -> str:
        """Return what to give to matplotlib in place of a text."""
        self._texts.append(text)
        return f"~{len(self._texts) - 1}~"

    def axes(self, left: float, bottom: float, width: float, height: float) -> Axes:
        """Return new axes at a place given in pixels."""
        full, high = self.figure.get_size_inches() * INCH
        return self.figure.add_axes((left / full, bottom / high, width / full, height / high))

    def finish(self, name: str) -> None:
        """Turn the figure into SVG; the names of drawings of a page differ."""
        import matplotlib as mpl

        file = io.StringIO()
        none: dict[str, None] = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        with mpl.rc_context({"svg.hashsalt": name}):  # ids of its own, the same every time
            self.figure.savefig(file, format="svg", metadata=none)
        code = file.getvalue()
        code = re.sub(r"<(metadata|style)\b.*?</\1>|<!--.*?-->", "", code, flags=re.DOTALL)
        code = re.sub(r' xmlns(?::\w+)?="[^"]*"', "", code[code.index("<svg") :])
        code = re.sub(r'(<svg[^>]*?) width="([\d.]+)pt" height="[\d.]+pt"', r'\1 width="\2"', code)
        code = code.replace("xlink:href", "href")
        code = _FONT.sub(lambda found: f"font-size: {found[1]}" if found[1] else "", code)
        for colour, variable in _VARIABLES.items():
            code = code.replace(colour, f"var(--{variable})")
        self.svg = _MARK.sub(lambda found: _spans(self._texts[int(found[1])]), code)


@contextmanager
def drawing(name: str, height: float, width: float = WIDTH) -> Iterator[Drawing]:
    """Give a drawing of a size in pixels, to be drawn on; then its ``svg`` is there."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(_STYLE):
        drawn = Drawing(Figure(figsize=(width / INCH, height / INCH)))
        yield drawn
        drawn.finish(name)


def cut(text: str, columns: int) -> str:
    """Shorten a text to so many columns, of which wide characters take two."""
    if columns_of(text) <= columns:
        return text
    while columns_of(text) > columns - 1:
        text = text[:-1]
    return f"{text}…"


def columns_of(text: str) -> int:
    """Return how wide a text is, in digits."""
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


def _spans(text: Wording) -> str:
    """Return a text as SVG, of both languages that which the page shows."""
    if isinstance(text, Text):
        return "".join(
            f'<tspan class="{language}">{escape(shown(words))}</tspan>'
            for language, words in zip(text._fields, text, strict=True)
        )
    return escape(shown(text))
