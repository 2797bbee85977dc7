"""Offsets of characters in code points, in bytes of UTF-8 and in units of UTF-16.

::

    text          我   爱       𠀀
    code points   0    1    2   3    4
    UTF-8         0    3    6   7    11     bytes
    UTF-16        0    1    2   3    5      units of two bytes, as Java and JavaScript count

A lone surrogate is one unit of UTF-16 and three bytes, as in Python's ``surrogatepass``.
"""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from crfseg.errors import OptionError
from crfseg.text import chars

Offsets = NDArray[np.int64]

Unit = Literal["code-points", "utf-8", "utf-16"]
UNITS: Final = ("code-points", "utf-8", "utf-16")


def offsets(text: str, unit: Unit) -> Offsets:
    """Return the offset of each code point of a text, and that of its end.

    Parameters
    ----------
    text
        T code points.
    unit
        ``"code-points"``, ``"utf-8"`` (bytes) or ``"utf-16"`` (units of two bytes).

    Returns
    -------
    offsets
        Shape (T + 1,), int64.

    Raises
    ------
    OptionError
        If the unit is unknown.

    Examples
    --------
    >>> offsets("a京😀", "utf-8").tolist(), offsets("a京😀", "utf-16").tolist()
    ([0, 1, 4, 8], [0, 1, 2, 4])
    """
    return offsets_of(chars.code_points(text), unit)


def offsets_of(codes: chars.CodePoints, unit: Unit) -> Offsets:
    """Return the :func:`offsets` of a text given as T code points; shape (T + 1,).

    Raises
    ------
    OptionError
        If the unit is unknown.
    """
    if unit not in UNITS:
        raise OptionError(f"unknown unit {unit!r}; expected one of {', '.join(UNITS)}")
    sizes = np.ones(len(codes), dtype=np.int64)
    if unit != "code-points":
        sizes += codes >= 0x10000
    if unit == "utf-8":
        sizes += codes >= 0x80
        sizes += codes >= 0x800
    return np.append(0, np.cumsum(sizes))
