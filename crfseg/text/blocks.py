"""Slices of long arrays, processed one at a time so that temporary arrays stay small.

No result depends on the size; tests set it to small numbers.
"""

from __future__ import annotations

from collections.abc import Iterator

SIZE = 1 << 17
"""Elements of a block: characters or positions."""


def blocks(n: int, begin: int = 0) -> Iterator[slice]:
    """Yield slices that cover the elements from ``begin`` to n, in order.

    >>> list(blocks(3))
    [slice(0, 3, None)]
    """
    for first in range(begin, n, SIZE):
        yield slice(first, min(n, first + SIZE))
