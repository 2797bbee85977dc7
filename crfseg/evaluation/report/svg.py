"""SVG drawings by matplotlib, with the font, language and colours of the page around them.

matplotlib never sees a text. It draws a placeholder, which the text in both languages replaces
when the drawing is SVG. So the fonts of the machine do not matter, and no text can break the
drawing. Colours are placeholders too, for variables of the page's style.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any, Final

from crfseg.evaluation.report.wording import Text, Wording, columns_of, shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, SOFT, GRID, MAIN, SECOND, THIRD = (f"#01020{n}" for n in range(6))
"""Placeholder colours: text, secondary text, grid lines, and three for data."""
_VARIABLES: Final = dict(
    zip((INK, SOFT, GRID, MAIN, SECOND, THIRD),
        ("ink", "soft", "grid", "main", "second", "third"), strict=True)
)  # fmt: skip
INCH: Final = 72  # points, which are pixels of the page
WIDTH: Final = 400  # pixels: the width of drawings
_FONT: Final = re.compile(r"font: ([\d.]+px) [^;\"]*|font-family: [^;\"]*; *")
_PLACEHOLDER: Final = re.compile(r"~(\d+)~")
_STYLE: Final[dict[Any, Any]] = {  # matplotlib's stubs accept only literal keys
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
    """A drawing in progress.

    Parameters
    ----------
    figure
        The figure of matplotlib.
    svg
        The finished drawing; empty before :meth:`finish`.
    """

    figure: Figure
    _texts: list[Wording] = field(default_factory=list)
    svg: str = ""

    def label(self, text: Wording) -> str:
        """Return the placeholder that matplotlib draws in place of a text."""
        self._texts.append(text)
        return f"~{len(self._texts) - 1}~"

    def axes(self, left: float, bottom: float, width: float, height: float) -> Axes:
        """Add axes to the drawing.

        Parameters
        ----------
        left, bottom, width, height
            In pixels, from the lower left corner of the drawing.
        """
        full, high = self.figure.get_size_inches() * INCH
        return self.figure.add_axes((left / full, bottom / high, width / full, height / high))

    def finish(self, name: str) -> None:
        """Convert the figure to SVG; the name is unique on the page."""
        import matplotlib as mpl

        file = io.StringIO()
        none: dict[str, None] = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        with mpl.rc_context({"svg.hashsalt": name}):  # unique, reproducible ids
            self.figure.savefig(file, format="svg", metadata=none)
        code = file.getvalue()
        code = re.sub(r"<(metadata|style)\b.*?</\1>|<!--.*?-->", "", code, flags=re.DOTALL)
        code = re.sub(r' xmlns(?::\w+)?="[^"]*"', "", code[code.index("<svg") :])
        code = re.sub(r'(<svg[^>]*?) width="([\d.]+)pt" height="[\d.]+pt"', r'\1 width="\2"', code)
        code = code.replace("xlink:href", "href")
        code = _FONT.sub(lambda match: f"font-size: {match[1]}" if match[1] else "", code)
        for colour, variable in _VARIABLES.items():
            code = code.replace(colour, f"var(--{variable})")
        self.svg = _PLACEHOLDER.sub(lambda match: _spans(self._texts[int(match[1])]), code)


@contextmanager
def drawing(name: str, height: float, width: float = WIDTH) -> Iterator[Drawing]:
    """Yield an empty drawing; its ``svg`` is complete when the block ends.

    Parameters
    ----------
    name
        The name of the drawing, unique on its page.
    height, width
        In pixels.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(_STYLE):
        canvas = Drawing(Figure(figsize=(width / INCH, height / INCH)))
        yield canvas
        canvas.finish(name)


def cut(text: str, columns: int) -> str:
    """Shorten a text to a width in columns, with an ellipsis."""
    if columns_of(text) <= columns:
        return text
    while columns_of(text) > columns - 1:
        text = text[:-1]
    return f"{text}…"


def _spans(text: Wording) -> str:
    """Return a text as SVG, in both languages; the style of the page hides one."""
    if isinstance(text, Text):
        return "".join(
            f'<tspan class="{language}">{escape(shown(words))}</tspan>'
            for language, words in zip(text._fields, text, strict=True)
        )
    return escape(shown(text))
