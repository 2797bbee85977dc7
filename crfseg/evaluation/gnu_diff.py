"""Alignment of two word sequences, exactly as GNU diff computes it.

Words without a likely partner are discarded; an O(ND) search (Myers 1986, "An O(ND) Difference
Algorithm and Its Variations") aligns the others; then the runs of changes slide to their final
positions. Of several equally short alignments, diff's own rules choose one, so this module follows
all of these rules.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import count

FEW = 5  # occurrences; diff never discards a word that occurs no more often
PATIENCE = 4096  # edits after which diff may accept an alignment that is not minimal
_INFINITY = 1 << 62

_Box = tuple[int, int, int, int]  # a[x:x_end] and b[y:y_end], as x, x_end, y, y_end


def hunks(a: list[str], b: list[str]) -> Iterator[_Box]:
    """Yield the changed regions, in order; diff sets aside equal words at both ends first."""
    start, a_end, b_end = 0, len(a), len(b)
    if a == b:
        return
    while start < a_end and start < b_end and a[start] == b[start]:
        start += 1
    while start < a_end and start < b_end and a[a_end - 1] == b[b_end - 1]:
        a_end, b_end = a_end - 1, b_end - 1
    a, b = a[start:a_end], b[start:b_end]
    if set(a).isdisjoint(b):
        yield start, a_end, start, b_end
        return
    a_changed, b_changed = _changes(a, b)
    x = y = 0
    while x < len(a) or y < len(b):
        x_start, y_start = x, y
        x, y = a_changed.index(0, x), b_changed.index(0, y)
        if x > x_start or y > y_start:
            yield start + x_start, start + x, start + y_start, start + y
        x, y = x + 1, y + 1


def _changes(a: list[str], b: list[str]) -> tuple[bytearray, bytearray]:
    """Flag the words without a partner; a final 0 is the sentinel of the loops."""
    a_kept, b_kept = _undiscarded(a, b), _undiscarded(b, a)
    a_found, b_found = set(a_kept), set(b_kept)
    for x, x_end, y, y_end in _differences([a[i] for i in a_kept], [b[i] for i in b_kept]):
        a_found.difference_update(a_kept[x:x_end])
        b_found.difference_update(b_kept[y:y_end])
    a_changed = bytearray([*(x not in a_found for x in range(len(a))), 0])
    b_changed = bytearray([*(y not in b_found for y in range(len(b))), 0])
    _slide(a, a_changed, b_changed)
    _slide(b, b_changed, a_changed)
    return a_changed, b_changed


def _undiscarded(words: list[str], others: list[str]) -> list[int]:
    """Return the indices of the words that may have a partner; diff discards the others.

    Words that the other sequence lacks are discarded. Words that occur there more than about
    5 sqrt(n / 64) times are provisional: they are discarded if their neighbours are.
    """
    counts = Counter(others)
    many = FEW * _rough_root(len(words) // 64)
    if max(counts.values()) <= many:
        return [i for i, word in enumerate(words) if word in counts]
    fates = "".join("." if 0 < counts[w] <= many else "?" if counts[w] else "x" for w in words)
    fates = re.sub(r"x(?:[x?]*x)?", _settled, fates)
    return [i for i, fate in enumerate(fates) if fate != "x"]


def _settled(found: re.Match[str]) -> str:
    """Discard (x) or keep (.) the provisional words (?) of a run between discarded ones."""
    run = found[0]
    if 4 * run.count("?") > len(run):
        return run.replace("?", ".")
    too_many = _rough_root(len(run) // 4) + 1
    run = re.sub(rf"\?{{{too_many},}}", lambda provisional: "." * len(provisional[0]), run)
    for _ in "forwards", "backwards":
        sure = min((i for i in (run.find("xxx"), run.find("x", 8)) if i >= 0), default=len(run))
        run = (run[:sure].replace("?", ".") + run[sure:])[::-1]
    return run.replace("?", "x")


def _rough_root(number: int) -> int:
    """Return the largest power of two not above the square root, at least 1."""
    return 1 << (max(number, 1).bit_length() - 1) // 2


def _differences(a: list[str], b: list[str]) -> Iterator[_Box]:
    """Yield deletions (y == y_end) and insertions (x == x_end) in no particular order."""
    # Indexed by diagonal x - y: Python takes negative ones from the end of the list.
    forward, backward = ([0] * (len(a) + len(b) + 5) for _ in range(2))
    patience = max(PATIENCE, 2 * _rough_root(len(a) + len(b) + 3))
    boxes = [((0, len(a), 0, len(b)), patience)]
    while boxes:
        (x, x_end, y, y_end), patience = boxes.pop()
        while x < x_end and y < y_end and a[x] == b[y]:
            x, y = x + 1, y + 1
        while x < x_end and y < y_end and a[x_end - 1] == b[y_end - 1]:
            x_end, y_end = x_end - 1, y_end - 1
        if x < x_end and y < y_end:
            box = x, x_end, y, y_end
            x_cut, y_cut, before, after = _cut(a, b, box, patience, forward, backward)
            boxes += ((x, x_cut, y, y_cut), before), ((x_cut, x_end, y_cut, y_end), after)
        elif x < x_end or y < y_end:
            yield x, x_end, y, y_end


def _cut(
    a: list[str], b: list[str], box: _Box, patience: int, forward: list[int], backward: list[int]
) -> tuple[int, int, int, int]:
    """Find a point (x, y) of a shortest path, and the patience for the parts before and after.

    From both corners, the furthest paths of n = 1, 2, ... edits are extended on each diagonal d:
    ``x(n, d) = max(x(n - 1, d - 1) + 1, x(n - 1, d + 1))``, then along equal words. The first two
    paths that meet are a shortest path.
    """
    x_start, x_end, y_start, y_end = box
    lowest, highest = x_start - y_end, x_end - y_start
    ahead, back = (range(d, d - 1, -2) for d in (x_start - y_start, x_end - y_end))
    forward[ahead[0]], backward[back[0]] = x_start, x_end
    odd = (ahead[0] - back[0]) % 2
    for edits in count(1):
        ahead = _widened(ahead, lowest, highest, forward, -1)
        for d in ahead:
            x = max(forward[d - 1] + 1, forward[d + 1])
            while x < x_end and x - d < y_end and a[x] == b[x - d]:
                x += 1
            forward[d] = x
            if odd and d in back and backward[d] <= x:
                return x, x - d, _INFINITY, _INFINITY
        back = _widened(back, lowest, highest, backward, _INFINITY)
        for d in back:
            x = min(backward[d - 1], backward[d + 1] - 1)
            while x > x_start and x - d > y_start and a[x - 1] == b[x - d - 1]:
                x -= 1
            backward[d] = x
            if not odd and d in ahead and x <= forward[d]:
                return x, x - d, _INFINITY, _INFINITY
        if edits >= patience:
            break
    # Out of patience: cut at the end of the path that came furthest, which may not be shortest.
    far, f_x = max((2 * x - d, x) for d in ahead for x in [min(forward[d], x_end, y_end + d)])
    near, b_x = min((2 * x - d, -x) for d in back for x in [max(backward[d], x_start, y_start + d)])
    if x_end + y_end - near < far - (x_start + y_start):
        return f_x, far - f_x, _INFINITY, patience
    return -b_x, near + b_x, patience, _INFINITY


def _widened(diagonals: range, lowest: int, highest: int, reached: list[int], no: int) -> range:
    """Open a diagonal on either side, marked as unreached by ``no``, or close one at the box."""
    high, low = diagonals[0], diagonals[-1]
    reached[low - 2] = reached[high + 2] = no
    return range(high + (1 if high < highest else -1), low - (1 if low > lowest else -1) - 1, -2)


def _slide(words: list[str], changed: bytearray, other: bytearray) -> None:
    """Slide runs of changed words to their final positions, given the flags of both sequences.

    A run that could as well begin a word earlier or later absorbs the runs in its reach. Then it
    moves to the last position where the other sequence has a run too, else as late as possible.
    """
    end = len(words)
    if len(set(words)) == end:  # no repeated word: no run can slide
        return
    i = j = 0  # corresponding positions, i at the end of the run
    while True:
        while i < end and not changed[i]:
            i, j = i + 1, other.index(0, j) + 1
        if i == end:
            return
        start, length = i, -1
        i, j = changed.index(0, i), other.index(0, j)
        while length != i - start:
            length = i - start
            while start and words[start - 1] == words[i - 1]:
                start, i, j = start - 1, i - 1, other.rindex(0, 0, j)
                changed[start], changed[i] = 1, 0
                start = changed.rfind(0, 0, start) + 1
            partner = i if other[j - 1] else end
            while i < end and words[start] == words[i]:
                changed[start], changed[i] = 0, 1
                start, i, j = start + 1, changed.index(0, i), j + 1
                if other[j]:
                    partner, j = i, other.index(0, j)
        while partner < i:
            start, i, j = start - 1, i - 1, other.rindex(0, 0, j)
            changed[start], changed[i] = 1, 0
