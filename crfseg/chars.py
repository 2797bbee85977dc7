"""What single characters are: white space, classes, and their folded form. Tables, no state.

Everything maps an array of code points to an array of the same length, so that offsets never
move. Folding serves the features only; the user's text is never changed.
"""

from __future__ import annotations

import unicodedata
from typing import Final

import numpy as np
from numpy.typing import NDArray

CodePoints = NDArray[np.uint32]
"""Characters as Unicode code points, shape (T,); lone surrogates are code points like others."""

NEWLINE: Final = 0x0A

# What str.isspace() says, fixed here so that every Python separates words alike.
_WHITE_SPACE: Final = np.array(
    [
        *range(0x09, 0x0E), *range(0x1C, 0x21), 0x85, 0xA0, 0x1680,
        *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000,
    ],
    dtype=np.uint32,
)  # fmt: skip
_IS_SPACE: Final = np.zeros(0x3001, dtype=bool)
_IS_SPACE[_WHITE_SPACE] = True

CLASSES: Final = ("other", "han", "kana", "latin", "digit", "numeral", "punctuation")
"""The character classes; a class is known by its index here."""

_NUMERALS: Final = "〇零一二三四五六七八九十百千万亿萬億两兩壹贰叁肆伍陆柒捌玖拾佰仟廿"
_HAN: Final = ((0x2E80, 0x2FE0), (0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00))
_HAN_ASTRAL: Final = (0x20000, 0x32000)
_KANA: Final = ((0x3041, 0x3100), (0x31F0, 0x3200), (0xFF66, 0xFFA0))


def code_points(text: str) -> CodePoints:
    """Return the code points of a string, shape (T,); any string, lone surrogates included.

    >>> code_points("a京").tolist()
    [97, 20140]
    """
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def to_text(codes: CodePoints) -> str:
    """Return the string of code points, the inverse of :func:`code_points`."""
    return codes.astype("<u4", copy=False).tobytes().decode("utf-32-le", "surrogatepass")


def is_white_space(codes: CodePoints) -> NDArray[np.bool_]:
    """Tell which characters are white space, as :meth:`str.isspace` does; shape (T,)."""
    space: NDArray[np.bool_] = _IS_SPACE[np.minimum(codes, 0x2FFF + (codes == 0x3000))]
    return space


def fold_width(codes: CodePoints) -> CodePoints:
    """Map full-width forms to half width, one code point to one; shape (T,).

    The full-width ASCII block U+FF01 to U+FF5E lies 0xFEE0 above ASCII.

    >>> to_text(fold_width(code_points("２０ＡＢ％京")))
    '20AB%京'
    """
    full = (codes >= 0xFF01) & (codes <= 0xFF5E)
    return codes - full * np.uint32(0xFEE0)


def classes(codes: CodePoints) -> NDArray[np.uint8]:
    """Return the class of each character as an index into :data:`CLASSES`; shape (T,).

    >>> [CLASSES[i] for i in classes(code_points("京三A5，の😀"))]
    ['han', 'numeral', 'latin', 'digit', 'punctuation', 'kana', 'other']
    """
    han = (codes >= _HAN_ASTRAL[0]) & (codes < _HAN_ASTRAL[1])
    table = _CLASS_OF[np.minimum(codes, 0xFFFF)]
    return np.where(codes < 0x10000, table, han * np.uint8(CLASSES.index("han")))


def _class_table() -> NDArray[np.uint8]:
    """Build the class of every code point below U+10000; the more special class wins."""
    table = np.zeros(0x10000, dtype=np.uint8)
    by_category = {"L": "latin", "N": "digit", "P": "punctuation", "S": "punctuation"}
    # Latin and the signs of Latin text stand below U+0250, other signs around U+2000 and U+3000.
    for code in (*range(0x250), *range(0x2000, 0x2E80), *range(0x3000, 0x3041)):
        category = unicodedata.category(chr(code))[0]
        table[code] = CLASSES.index(by_category.get(category, "other"))
    for name, ranges in (("han", _HAN), ("kana", _KANA)):
        for start, stop in ranges:
            table[start:stop] = CLASSES.index(name)
    table[[ord(c) for c in _NUMERALS]] = CLASSES.index("numeral")
    table[0xFF01:0xFF5F] = table[0x21:0x7F]
    return table


_CLASS_OF: Final = _class_table()
