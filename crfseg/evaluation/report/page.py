"""Page: a head of figures and facts, then sections; written as one HTML file.

::

    Page ── Figure, Fact, warnings
         └─ sections: Plots      drawings, side by side
                      Table      figures by row and column
                      Words      words, with the times each was found
                      Items      spans where segmentations differ

A page is self-contained: style, script and data are in the file. Its Content Security Policy
forbids all requests, and all scripts except its own.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any, ClassVar, Final

from crfseg.corpus.corpus import Corpus
from crfseg.errors import CrfsegError
from crfseg.evaluation.report.items import Items
from crfseg.evaluation.report.wording import Text, Wording, shown
from crfseg.text.files import writing
from crfseg.version import __version__

if TYPE_CHECKING:
    from jinja2 import Environment

_NEEDED: Final = ("jinja2", "matplotlib")


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the head: its name, its value as written, and a note."""

    name: Wording
    value: str
    note: Wording = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of the head: the name of a fact, and the fact."""

    name: Wording
    value: Wording


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawing as SVG, and its caption."""

    heading: Wording
    svg: str
    note: Wording = ""


@dataclass(frozen=True, slots=True)
class Plots:
    """A section of drawings."""

    kind: ClassVar[str] = "plots"
    id: str
    heading: Wording
    plots: Sequence[Plot]
    note: Wording = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A section of figures; the first column names the row.

    ``shades``, in [0, 1], colour the cells after the first column.
    """

    kind: ClassVar[str] = "table"
    id: str
    heading: Wording
    head: Sequence[Wording]
    rows: Sequence[Sequence[Wording]]
    note: Wording = ""
    shades: Sequence[Sequence[float]] | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """A section of words in the order given: each with its count, and the times it was found.

    A click searches for the word in the section named ``items``.
    """

    kind: ClassVar[str] = "words"
    id: str
    heading: Wording
    words: Sequence[tuple[str, int, int]]
    items: str
    note: Wording = ""


Section = Plots | Table | Words | Items


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its head, its sections and its foot."""

    title: str
    figures: Sequence[Figure]
    facts: Sequence[Fact]
    warnings: Sequence[Wording]
    sections: Sequence[Section]
    foot: Wording = ""


def gold_files(parts: Sequence[Corpus]) -> Iterator[Fact]:
    """Yield a line of the head for each corpus: its name, and its digest if it is a file."""
    for part in parts:
        digest = f"SHA-256 {part.sha256}" if part.sha256 else ""
        yield Fact(Text("gold", "标准答案"), f"{part.name}  {digest}".strip())


def foot() -> str:
    """Return the foot of every page."""
    return f"crfseg {__version__}"


def check_installed() -> None:
    """Check that the packages for reports are installed.

    Raises
    ------
    CrfsegError
        If one is missing; the message names it.
    """
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise CrfsegError(
            f"a report needs {' and '.join(_NEEDED)}; "
            f"not installed: {', '.join(missing)}; install with pip"
        )


def write_page(path: str | os.PathLike[str], page: Page) -> None:
    """Write a page as one HTML file, UTF-8.

    Raises
    ------
    CrfsegError
        If jinja2 or matplotlib is not installed.
    OSError
        If the file cannot be written; an older file of that name is kept.
    """
    check_installed()
    code = render(page).encode("utf-8")
    with writing(path) as file:
        file.write(code)


def render(page: Page) -> str:
    """Return the HTML of a page."""
    script = _part("page.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    template = _environment().from_string(_part("page.html.j2"))
    code = template.render(page=page, style=_part("page.css"), script=script, digest=digest)
    return code.lstrip()  # the doctype comes first


def _part(name: str) -> str:
    return files(__package__).joinpath("assets", name).read_text("utf-8")


def _environment() -> Environment:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True,
        finalize=_finalized,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":")}
    environment.globals["bilingual"] = Text
    environment.tests["bilingual"] = lambda value: isinstance(value, Text)
    return environment


def _finalized(value: Any) -> Any:
    """Make control characters of plain strings visible; markup is returned as it is."""
    return shown(value) if type(value) is str else value
