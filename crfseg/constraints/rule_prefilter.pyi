"""Types of rule_prefilter.pyx."""

import re
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

MAX_MATCH_LENGTH: int

class Prefilter:
    def __init__(self, kinds: NDArray[np.uint8]) -> None: ...
    def signs_of(self, string: str) -> int: ...
    def find(self, string: str, at: int, mask: int) -> int: ...
    def matches(
        self,
        string: str,
        at: int,
        mask: int,
        match_at: Callable[[str, int], re.Match[str] | None],
    ) -> list[tuple[int, int, int]]: ...
    def lines(self, data: bytes, surrogates: bool = False) -> tuple[str, NDArray[np.int64]]: ...

def boundaries_of(
    n: int,
    matches: list[tuple[int, int, int]],
    given: NDArray[np.int8] | None,
    positions: NDArray[np.int64] | None = None,
) -> NDArray[np.int8]: ...
