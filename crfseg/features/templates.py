"""Feature templates: the only definition of the features, for training, tagging and export.

A template is a sequence of views with offsets: ``C[-1]C[0]`` is the previous character and the
current one. The views are defined in :mod:`crfseg.features.ngrams`: ``C``, the characters
themselves, ``T``, their classes, and others. A feature is a template with the symbols at its
offsets: ``C[-1]C[0]=北京``.

Templates that read the same n-gram from different positions are one *pattern kind*; the n-gram
itself, at any position, is a *pattern*. Its features are the rows of one block of weights::

    kind CC    templates C[-2]C[-1]  C[-1]C[0]  C[0]C[1]  C[1]C[2]

    text       我   爱   北   京   天   安   门
    pattern              北   京                          first character at i = 2
    adds to         t=1  t=2  t=3  t=4                    t = i - offset, offsets 1, 0, -1, -2

so that scoring takes one look-up and one short vector addition for each n-gram of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

from crfseg.errors import TemplateError
from crfseg.features.ngrams import BEGIN, END, OF_CHARACTERS, OF_STRINGS, OF_WORDS, VIEWS

MAX_SYMBOLS: Final = 8
_MAX_BITS: Final = 64  # of a pattern's key
MAX_OFFSET: Final = 8

_PART = re.compile(r"([A-Za-z])\[([+-]?[0-9]{1,2})\]")
_SYMBOL = re.compile(r"</?s>|<U\+([0-9A-F]{4,6})>|[^<]", re.DOTALL)


@dataclass(frozen=True, order=True)
class Template:
    """Views and their offsets from the current character, ascending.

    >>> Template.parse("C[-1]C[1]")
    Template(views='CC', offsets=(-1, 1))
    """

    views: str
    offsets: tuple[int, ...]

    @classmethod
    def parse(cls, name: str) -> Template:
        """Parse a template such as ``C[-1]C[0]``.

        Raises
        ------
        TemplateError
            If the name is malformed; the message says what is expected.
        """
        parts = [(view, int(offset)) for view, offset in _PART.findall(name)]
        views, offsets = "".join(view for view, _ in parts), tuple(offset for _, offset in parts)
        if (
            _PART.sub("", name)
            or not parts
            or not set(views) <= set(VIEWS)
            or len(set(parts)) < len(parts)
            or list(offsets) != sorted(offsets)
            or len(parts) > MAX_SYMBOLS
            or sum(VIEWS[view].bits for view in views) > _MAX_BITS
            or max(map(abs, offsets)) > MAX_OFFSET
        ):
            raise TemplateError(
                f"template {name!r} is not understood; expected a few views ({' '.join(VIEWS)}) "
                f"with ascending offsets within ±{MAX_OFFSET}, such as C[0] or C[-1]C[0]; at most "
                f"4 of C, W and V, or {MAX_SYMBOLS} of the others"
            )
        return cls(views, offsets)

    def __str__(self) -> str:
        parts = zip(self.views, self.offsets, strict=True)
        return "".join(f"{view}[{offset}]" for view, offset in parts)


@dataclass(frozen=True)
class PatternKind:
    """All templates with the same views and the same shape.

    Parameters
    ----------
    views
        The view of each symbol.
    shape
        The offset of each symbol from the first, ascending from 0.
    firsts
        For each template the offset of its first symbol from the current character.
    """

    views: str
    shape: tuple[int, ...]
    firsts: tuple[int, ...]

    @property
    def name(self) -> str:
        """The printed shape: ``C``, ``CC``, ``C_C``, ``TTT``; with several views ``C0G1``."""
        if len(set(self.views)) > 1:
            return "".join(f"{view}{k}" for view, k in zip(self.views, self.shape, strict=True))
        view = self.views[0]
        return "".join(view if k in self.shape else "_" for k in range(self.shape[-1] + 1))

    @property
    def width(self) -> int:
        """The number of rows of a pattern's block: the positions that it adds to."""
        return max(self.firsts) - min(self.firsts) + 1

    @property
    def learned_from(self) -> Literal["", "lexicon", "cluster"]:
        """The fitted part that its symbols come from, if any; accessor variety is lexicon."""
        if set(self.views) & (OF_WORDS | OF_STRINGS):
            return "lexicon"
        return "cluster" if "G" in self.views else ""

    @property
    def is_sparse(self) -> bool:
        """True if most of its patterns occur only once: long n-grams, pairs of words."""
        return self.views.count("C") > 2 or set("VW") <= set(self.views)

    @property
    def reach(self) -> int:
        """The largest offset of a first symbol.

        Row r of a block adds to position i - reach + r, i being the pattern's first position.
        """
        return max(self.firsts)

    def row(self, template: Template) -> int:
        """Return the row of the template in a pattern's block."""
        return self.reach - template.offsets[0]

    def template(self, row: int) -> Template:
        """Return the template of a row, the inverse of :meth:`row`."""
        first = self.reach - row
        return Template(self.views, tuple(first + k for k in self.shape))


@dataclass(frozen=True)
class Templates:
    """The templates of a model, in the order given.

    >>> [kind.name for kind in Templates.parse(["C[0]", "C[-1]C[0]", "C[-1]C[1]"]).kinds]
    ['C', 'CC', 'C_C']
    """

    templates: tuple[Template, ...]

    @classmethod
    def parse(cls, names: Iterable[str]) -> Templates:
        """Parse templates.

        Raises
        ------
        TemplateError
            If there are none, one is there twice, or a name is malformed.
        """
        templates = tuple(Template.parse(name) for name in names)
        if not templates or len(set(templates)) < len(templates):
            raise TemplateError("templates: expected at least one and none twice")
        return cls(templates)

    @property
    def names(self) -> list[str]:
        """The names of the templates."""
        return [str(template) for template in self.templates]

    @cached_property
    def kinds(self) -> tuple[PatternKind, ...]:
        """The pattern kinds, in order of first use."""
        firsts: dict[tuple[str, tuple[int, ...]], list[int]] = {}
        for template in self.templates:
            first = template.offsets[0]
            shape = tuple(offset - first for offset in template.offsets)
            firsts.setdefault((template.views, shape), []).append(first)
        return tuple(PatternKind(*views_shape, tuple(at)) for views_shape, at in firsts.items())

    @cached_property
    def window(self) -> int:
        """The largest distance of an offset, at least 1 with fitted views: they need the edges."""
        least = int(not self.views <= OF_CHARACTERS)
        return max(
            least, *(abs(offset) for template in self.templates for offset in template.offsets)
        )

    @cached_property
    def views(self) -> frozenset[str]:
        """All views of the templates."""
        return frozenset(view for template in self.templates for view in template.views)

    def kind_index(self, template: Template) -> int:
        """Return the index of a template's pattern kind in :attr:`kinds`."""
        shape = tuple(offset - template.offsets[0] for offset in template.offsets)
        return next(
            k
            for k, kind in enumerate(self.kinds)
            if (kind.views, kind.shape) == (template.views, shape)
        )

    def feature_names(self, views: dict[str, Sequence[str]]) -> list[list[str]]:
        """Return the names of the features of each character of a sentence.

        Parameters
        ----------
        views
            For each view the T printed symbols of the sentence, see
            :meth:`crfseg.features.alphabet.Alphabet.print`.

        Returns
        -------
        names
            T lists with one name for each template: ``["C[0]=北", "C[-1]C[0]=<s>北", ...]``.
        """
        pad = self.window
        padded = {view: [*[BEGIN] * pad, *views[view], *[END] * pad] for view in sorted(self.views)}
        n_chars = len(next(iter(views.values())))
        columns = []
        for template in self.templates:
            shifted = [
                padded[view][pad + offset : pad + offset + n_chars]
                for view, offset in zip(template.views, template.offsets, strict=True)
            ]
            prefix = f"{template}="
            columns.append([prefix + "".join(parts) for parts in zip(*shifted, strict=True)])
        return [list(row) for row in zip(*columns, strict=True)]

    @cached_property
    def _by_name(self) -> dict[str, Template]:
        return dict(zip(self.names, self.templates, strict=True))

    def parse_feature(self, name: str) -> tuple[Template, list[str]]:
        """Return the template and the printed symbols of a feature name.

        Raises
        ------
        TemplateError
            If none of these templates has a feature of that name.

        Examples
        --------
        >>> Templates.parse(["C[-1]C[0]"]).parse_feature("C[-1]C[0]=<s>京")
        (Template(views='CC', offsets=(-1, 0)), ['<s>', '京'])
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
"""The default templates for CRFsuite's algorithms and :func:`crfseg.convert`."""


def of_characters(names: Iterable[str] | None) -> Templates:
    """Return these templates, or the default ones, for tools that have views C and T only.

    Raises
    ------
    TemplateError
        If a template is malformed, or takes other views.
    """
    chosen = DEFAULT if names is None else Templates.parse(names)
    if not chosen.views <= OF_CHARACTERS:
        others = ", ".join(sorted(chosen.views - OF_CHARACTERS))
        raise TemplateError(f"templates take {others}, which only adagrad knows; expected C and T")
    return chosen


WITH_TRIGRAMS: Final = Templates.parse(
    [*DEFAULT.names, *(f"C[{i}]C[{i + 1}]C[{i + 2}]" for i in range(-2, 1))]
)
"""The fast profile of the built-in trainer: n-grams of characters and classes alone."""

ACCURATE: Final = Templates.parse(
    [
        *(f"C[{i}]" for i in range(-2, 3)),
        *(f"C[{i}]C[{i + 1}]" for i in range(-2, 2)),
        *(f"C[{i}]C[{i + 2}]" for i in range(-3, 2)),
        *(f"T[{i}]T[{i + 1}]T[{i + 2}]" for i in range(-2, 1)),
        *(f"G[{i}]G[{i + 1}]" for i in range(-2, 2)),
        *(f"C[{i}]G[{i + 1}]" for i in (-1, 0)),
        *(f"G[{i}]C[{i + 1}]" for i in (-1, 0)),
        *("B[0]", "B[1]", "E[-1]", "E[0]", "P[0]", "P[1]"),
        *(f"e[{i}]P[{i + 1}]b[{i + 1}]" for i in (-1, 0)),
        *("W[0]", "V[0]", "V[-1]W[0]", "V[0]W[1]"),
    ]
)
"""The accurate profile, the default of the built-in trainer."""

OF_RAW_TEXT: Final = ("A[-1]", "A[0]", "A[1]")
"""Templates added to either profile if there is raw text."""
