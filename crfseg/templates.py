"""Feature templates: the only definition of the features, for training, tagging and export.

A template is a view of the text and offsets: ``C[-1]C[0]`` takes the character before the current
one and the current one. Two views exist: ``C``, the characters themselves (folded as the model
says), and ``T``, their classes. A feature is a template with what it found: ``C[-1]C[0]=北京``.

Templates that look at the same n-gram from different places share its *pattern kind*; the n-gram
itself, wherever it stands, is a *pattern*. Its features lie side by side in one block of weights::

    kind CC    templates C[-2]C[-1]  C[-1]C[0]  C[0]C[1]  C[1]C[2]

    text       我   爱   北   京   天   安   门
    pattern              北   京                          first character at i = 2
    speaks to       t=1  t=2  t=3  t=4                    t = i - offset, offsets 1, 0, -1, -2

so that scoring costs one look-up and one short vector addition per n-gram of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from crfseg.errors import TemplateError
from crfseg.symbols import BEGIN, END, VIEWS

MAX_SYMBOLS: Final = 3  # 16 bits each in one 64-bit key
MAX_OFFSET: Final = 8

_PART = re.compile(r"([A-Z])\[([+-]?[0-9]{1,2})\]")
_SYMBOL = re.compile(r"</?s>|<U\+([0-9A-F]{4,6})>|[^<]", re.DOTALL)


@dataclass(frozen=True, order=True)
class Template:
    """A view and the offsets it is read at, ascending, relative to the current character.

    >>> Template.parse("C[-1]C[1]")
    Template(view='C', offsets=(-1, 1))
    """

    view: str
    offsets: tuple[int, ...]

    @classmethod
    def parse(cls, name: str) -> Template:
        """Read a template such as ``C[-1]C[0]``.

        Raises
        ------
        TemplateError
            If the name is malformed; the message says what is expected.
        """
        parts = _PART.findall(name)
        views = {view for view, _ in parts}
        offsets = tuple(int(offset) for _, offset in parts)
        if (
            _PART.sub("", name)
            or len(views) != 1
            or not views <= set(VIEWS)
            or list(offsets) != sorted(set(offsets))
            or len(offsets) > MAX_SYMBOLS
            or max(map(abs, offsets)) > MAX_OFFSET
        ):
            raise TemplateError(
                f"template {name!r} is not understood; expected 1 to {MAX_SYMBOLS} parts of one "
                f"view ({' or '.join(VIEWS)}) with ascending offsets within ±{MAX_OFFSET}, "
                "such as C[0] or C[-1]C[0]"
            )
        return cls(views.pop(), offsets)

    def __str__(self) -> str:
        return "".join(f"{self.view}[{offset}]" for offset in self.offsets)


@dataclass(frozen=True)
class PatternKind:
    """All templates of one view and shape; ``firsts`` are the offsets of their first symbol."""

    view: str
    shape: tuple[int, ...]
    firsts: tuple[int, ...]

    @property
    def name(self) -> str:
        """The shape as one reads it: ``C``, ``CC``, ``C_C``, ``TTT``."""
        return "".join(self.view if k in self.shape else "_" for k in range(self.shape[-1] + 1))

    @property
    def width(self) -> int:
        """How many neighbouring positions a pattern's block speaks to."""
        return max(self.firsts) - min(self.firsts) + 1

    @property
    def reach(self) -> int:
        """A pattern whose first symbol stands at i speaks to i - reach and the width after."""
        return max(self.firsts)

    def row(self, template: Template) -> int:
        """Return the row of the template in a pattern's block."""
        return self.reach - template.offsets[0]

    def template(self, row: int) -> Template:
        """Return the template of a row, the inverse of :meth:`row`."""
        first = self.reach - row
        return Template(self.view, tuple(first + k for k in self.shape))


@dataclass(frozen=True)
class Templates:
    """The templates of a model, in the order given.

    >>> [kind.name for kind in Templates.parse(["C[0]", "C[-1]C[0]", "C[-1]C[1]"]).kinds]
    ['C', 'CC', 'C_C']
    """

    templates: tuple[Template, ...]

    @classmethod
    def parse(cls, names: Iterable[str]) -> Templates:
        """Read templates by name; at least one, none twice."""
        templates = tuple(Template.parse(name) for name in names)
        if not templates or len(set(templates)) < len(templates):
            raise TemplateError("templates: expected at least one and none twice")
        return cls(templates)

    @property
    def names(self) -> list[str]:
        """The templates as text."""
        return [str(template) for template in self.templates]

    @cached_property
    def kinds(self) -> tuple[PatternKind, ...]:
        """The pattern kinds, in order of first use."""
        firsts: dict[tuple[str, tuple[int, ...]], list[int]] = {}
        for template in self.templates:
            first = template.offsets[0]
            shape = tuple(offset - first for offset in template.offsets)
            firsts.setdefault((template.view, shape), []).append(first)
        return tuple(PatternKind(view, shape, tuple(at)) for (view, shape), at in firsts.items())

    @cached_property
    def window(self) -> int:
        """How far the templates look to either side."""
        return max(abs(offset) for template in self.templates for offset in template.offsets)

    def kind_index(self, template: Template) -> int:
        """Return the index in :attr:`kinds` of a template's pattern kind."""
        shape = tuple(offset - template.offsets[0] for offset in template.offsets)
        return next(
            k
            for k, kind in enumerate(self.kinds)
            if (kind.view, kind.shape) == (template.view, shape)
        )

    def feature_names(self, views: dict[str, Sequence[str]]) -> list[list[str]]:
        """Return the names of the features that fire at each character of a sentence.

        Parameters
        ----------
        views
            For each view the printed symbols of the sentence (see
            :meth:`crfseg.symbols.Alphabet.print`), T each.

        Returns
        -------
        names
            T lists, one name a template: ``["C[0]=北", "C[-1]C[0]=<s>北", ...]``.
        """
        pad = self.window
        columns = []
        for template in self.templates:
            symbols = views[template.view]
            padded = [*[BEGIN] * pad, *symbols, *[END] * pad]
            shifted = [padded[pad + o : pad + o + len(symbols)] for o in template.offsets]
            prefix = f"{template}="
            columns.append([prefix + "".join(parts) for parts in zip(*shifted, strict=True)])
        return [list(row) for row in zip(*columns, strict=True)]

    @cached_property
    def _by_name(self) -> dict[str, Template]:
        return dict(zip(self.names, self.templates, strict=True))

    def parse_feature(self, name: str) -> tuple[Template, list[str]]:
        """Split a feature's name into its template and printed symbols.

        Raises
        ------
        TemplateError
            If none of these templates makes that name.

        Examples
        --------
        >>> Templates.parse(["C[-1]C[0]"]).parse_feature("C[-1]C[0]=<s>京")
        (Template(view='C', offsets=(-1, 0)), ['<s>', '京'])
        """
        head, _, tail = name.partition("=")
        template = self._by_name.get(head)
        symbols = [match[0] for match in _SYMBOL.finditer(tail)] if "<" in tail else list(tail)
        if template is None or len(symbols) != len(template.offsets):
            raise TemplateError(f"feature {name!r} is made by none of {', '.join(self.names)}")
        return template, symbols


DEFAULT: Final = Templates.parse(
    [
        *(f"C[{i}]" for i in range(-2, 3)),
        *(f"C[{i}]C[{i + 1}]" for i in range(-2, 2)),
        *(f"C[{i}]C[{i + 2}]" for i in range(-2, 1)),
        *(f"T[{i}]T[{i + 1}]T[{i + 2}]" for i in (-1,)),
    ]
)
"""What CRFsuite is given unless told otherwise."""

WITH_TRIGRAMS: Final = Templates.parse(
    [*DEFAULT.names, *(f"C[{i}]C[{i + 1}]C[{i + 2}]" for i in range(-2, 1))]
)
"""What the built-in trainer uses unless told otherwise."""
