"""Character tables over code points: white space, classes and folded forms.

Each function maps T code points to T values, so offsets stay valid. Only features use folded
characters; the text itself is never changed.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

CodePoints = NDArray[np.uint32]
"""Characters as Unicode code points, shape (T,); lone surrogates are code points like others."""

NEWLINE: Final = 0x0A

# The characters of str.isspace(), fixed here so that all versions of Python agree.
WHITE_SPACE: Final = np.array(
    [
        *range(0x09, 0x0E), *range(0x1C, 0x21), 0x85, 0xA0, 0x1680,
        *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000,
    ],
    dtype=np.uint32,
)  # fmt: skip
_IS_SPACE: Final = np.zeros(0x3001, dtype=bool)
_IS_SPACE[WHITE_SPACE] = True
_IS_ALPHANUMERIC: Final = np.array([chr(code).isalnum() for code in range(0x80)])
FULL_WIDTH: Final = np.arange(0xFF01, 0xFF5F, dtype=np.uint32)
"""The full-width forms of U+0021 to U+007E."""

CLASSES: Final = ("other", "han", "kana", "latin", "digit", "numeral", "punctuation")
"""The character classes; arrays hold indices into this tuple."""

_NUMERALS: Final = "〇零一二三四五六七八九十百千万亿萬億两兩壹贰叁肆伍陆柒捌玖拾佰仟廿"

# Code point ranges, ends exclusive, fixed here so that features are the same in all versions of
# Python. All other characters are "other", also those above U+FFFF that are not Han.
_RANGES: Final[dict[str, tuple[tuple[int, int], ...]]] = {
    "punctuation": (
        (0x21, 0x30), (0x3A, 0x41), (0x5B, 0x61), (0x7B, 0x7F), (0xA1, 0xC0), (0xD7, 0xD8),
        (0xF7, 0xF8), (0x2010, 0x2028), (0x2030, 0x205F), (0x20A0, 0x20D0), (0x2100, 0x2150),
        (0x2190, 0x2460), (0x249C, 0x24EA), (0x2500, 0x2776), (0x2794, 0x2E80), (0x3001, 0x3005),
        (0x3008, 0x3021), (0x3030, 0x3031), (0x303D, 0x3040), (0xFE30, 0xFE70), (0xFF5F, 0xFF66),
    ),
    "digit": ((0x30, 0x3A), (0x2150, 0x2190), (0x2460, 0x249C), (0x24EA, 0x2500), (0x2776, 0x2794)),
    "latin": ((0x41, 0x5B), (0x61, 0x7B), (0xC0, 0xD7), (0xD8, 0xF7), (0xF8, 0x250)),
    "kana": ((0x3041, 0x3100), (0x31F0, 0x3200), (0xFF66, 0xFFA0)),
    "han": (
        (0x2E80, 0x2FE0), (0x3005, 0x3008), (0x3021, 0x302A), (0x3038, 0x303C), (0x3400, 0x4DC0),
        (0x4E00, 0xA000), (0xF900, 0xFB00),
    ),
}  # fmt: skip
_HAN_ASTRAL: Final = (0x20000, 0x32000)
N_CLASSIFIED: Final = 0x32000
"""All code points from here on are "other"."""


def code_points(text: str) -> CodePoints:
    """Return the code points of a string, shape (T,), uint32; lone surrogates are kept.

    Raises
    ------
    TypeError
        If it is not a str.

    Examples
    --------
    >>> code_points("a京").tolist()
    [97, 20140]
    """
    if not isinstance(text, str):
        raise TypeError(f"expected text as str, got {type(text).__name__}")
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def to_text(codes: CodePoints) -> str:
    """Return code points as a string, the inverse of :func:`code_points`."""
    return codes.astype("<u4", copy=False).tobytes().decode("utf-32-le", "surrogatepass")


def is_white_space(codes: CodePoints) -> NDArray[np.bool_]:
    """Return a mask of the white space characters, as in :meth:`str.isspace`; shape (T,)."""
    space: NDArray[np.bool_] = _IS_SPACE[np.minimum(codes, 0x2FFF + (codes == 0x3000))]
    return space


def fold_width(codes: CodePoints) -> CodePoints:
    """Map full-width forms to half width, one code point to one; shape (T,).

    The full-width ASCII block U+FF01 to U+FF5E is 0xFEE0 above ASCII.

    >>> to_text(fold_width(code_points("２０ＡＢ％京")))
    '20AB%京'
    """
    full = (codes >= 0xFF01) & (codes <= 0xFF5E)
    return codes - full * np.uint32(0xFEE0)


def fold_letters(codes: CodePoints) -> CodePoints:
    """Map full-width letters and digits to half width, one code point to one; shape (T,).

    >>> to_text(fold_letters(code_points("２０ＡＢ％京")))
    '20AB％京'
    """
    narrow = fold_width(codes)
    return np.where(_IS_ALPHANUMERIC[np.minimum(narrow, 0x7F)], narrow, codes)


def fold_simplified(codes: CodePoints) -> CodePoints:
    """Map as :func:`fold_letters`, and traditional to simplified characters; shape (T,).

    >>> to_text(fold_simplified(code_points("漢語２０％")))
    '汉语20％'
    """
    traditional, simplified = scripts()
    folded = fold_letters(codes)
    at = np.minimum(np.searchsorted(traditional, folded), len(traditional) - 1)
    return np.where(traditional[at] == folded, simplified[at], folded)


@cache
def scripts() -> tuple[CodePoints, CodePoints]:
    """Return the traditional characters, ascending, and the simplified form of each."""
    lines = (Path(__file__).parent / "simplified.txt").read_text("utf-8").splitlines()
    pairs = code_points("".join(line.replace("\t", "") for line in lines if line[0] != "#"))
    return pairs[::2], pairs[1::2]


def classes(codes: CodePoints) -> NDArray[np.uint8]:
    """Return the class of each character as an index into :data:`CLASSES`; shape (T,).

    >>> [CLASSES[i] for i in classes(code_points("京三A5，の😀"))]
    ['han', 'numeral', 'latin', 'digit', 'punctuation', 'kana', 'other']
    """
    han = (codes >= _HAN_ASTRAL[0]) & (codes < _HAN_ASTRAL[1])
    table = _CLASS_OF[np.minimum(codes, 0xFFFF)]
    return np.where(codes < 0x10000, table, han * np.uint8(CLASSES.index("han")))


def _class_table() -> NDArray[np.uint8]:
    """Return the class of every code point below U+10000."""
    table = np.zeros(0x10000, dtype=np.uint8)
    for name, ranges in _RANGES.items():
        for start, stop in ranges:
            table[start:stop] = CLASSES.index(name)
    table[[ord(c) for c in _NUMERALS]] = CLASSES.index("numeral")
    table[0xFF01:0xFF5F] = table[0x21:0x7F]
    return table


_CLASS_OF: Final = _class_table()
