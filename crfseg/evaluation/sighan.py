"""The figures of the official SIGHAN scorer, exactly.

The scorer of the bakeoffs (Emerson 2005, "The Second International Chinese Word Segmentation
Bakeoff") does not compare spans of characters: it lets ``diff -y`` align the words of two lines
and counts the rows that this prints.  Where several alignments are possible, where a word is
wider than a column or looks like one of the marks ``|``, ``<`` and ``>``, the figures depend on
what GNU diff does.  So this module does the same: an O(ND) search (Myers 1986, "An O(ND)
Difference Algorithm and Its Variations") among the words that have a chance of a partner, after
which the runs of changes slide to their final places.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from itertools import accumulate, count, zip_longest
from operator import add, attrgetter

__all__ = ["COLUMN", "FEW", "MARKS", "OfficialCounts", "count_line", "split_words", "values"]

_BLANKS = " \t\n\r\f\v"  # the white space of a scorer that reads bytes
_BLANK_RUN = re.compile(f"[{_BLANKS}]+")
_BLANK_INSIDE = re.compile(f"[{_BLANKS}\u3000]|[^\x00-\x7f]@")
MARKS = {"|": 0, ">": 1, "<": 2}  # in the order in which the scorer looks for them
COLUMN = 61  # the width of either column of diff's 130
FEW = 5  # a word that is there no more often is never given up by diff
_PATIENCE = 4096  # the edits after which diff may settle for an alignment that is not minimal
_INFINITY = 1 << 62

_Box = tuple[int, int, int, int]  # a[x:x_end] and b[y:y_end], as x, x_end, y, y_end


@dataclass(frozen=True, slots=True)
class OfficialCounts:
    """What the scorer counts; ``+`` joins the counts of two texts.

    Attributes
    ----------
    insertions, deletions, substitutions : int
        Rows of the alignment by kind.
    true_words, test_words : int
        Words of the gold standard and of the prediction.
    missed, wrong : int
        Errors of recall and of precision.
    oov, oov_missed, iv, iv_missed : int
        Gold words outside and inside of the known words, and the missed ones among them.
    """

    insertions: int = 0
    deletions: int = 0
    substitutions: int = 0
    true_words: int = 0
    test_words: int = 0
    missed: int = 0
    wrong: int = 0
    oov: int = 0
    oov_missed: int = 0
    iv: int = 0
    iv_missed: int = 0

    def __add__(self, other: OfficialCounts) -> OfficialCounts:
        """Count two texts as one."""
        return OfficialCounts(*map(add, values(self), values(other)))

    @property
    def nchange(self) -> int:
        """Rows of the alignment that are not equal."""
        return self.insertions + self.deletions + self.substitutions

    @property
    def recall(self) -> float | None:
        """Share of the gold words that were found."""
        return _ratio(self.true_words - self.missed, self.true_words)

    @property
    def precision(self) -> float | None:
        """Share of the predicted words that are right."""
        return _ratio(self.test_words - self.wrong, self.test_words)

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall."""
        p, r = self.precision, self.recall
        return None if p is None or r is None else _ratio(2 * p * r, p + r)

    @property
    def oov_rate(self) -> float | None:
        """Share of the gold words that are not known."""
        return _ratio(self.oov, self.true_words)

    @property
    def oov_recall(self) -> float | None:
        """Recall of the words that are not known."""
        return 1 - self.oov_missed / self.oov if self.oov else None

    @property
    def iv_recall(self) -> float | None:
        """Recall of the known words."""
        return 1 - self.iv_missed / self.iv if self.iv else None

    def report(self) -> str:
        """Return the thirteen lines of the scorer's summary, ``--`` for what is undefined."""
        return (
            "=== SUMMARY:\n"
            f"=== TOTAL INSERTIONS:\t{self.insertions}\n"
            f"=== TOTAL DELETIONS:\t{self.deletions}\n"
            f"=== TOTAL SUBSTITUTIONS:\t{self.substitutions}\n"
            f"=== TOTAL NCHANGE:\t{self.nchange}\n"
            f"=== TOTAL TRUE WORD COUNT:\t{self.true_words}\n"
            f"=== TOTAL TEST WORD COUNT:\t{self.test_words}\n"
            f"=== TOTAL TRUE WORDS RECALL:\t{_rounded(self.recall)}\n"
            f"=== TOTAL TEST WORDS PRECISION:\t{_rounded(self.precision)}\n"
            f"=== F MEASURE:\t{_rounded(self.f1)}\n"
            f"=== OOV Rate:\t{_rounded(self.oov_rate)}\n"
            f"=== OOV Recall Rate:\t{_rounded(self.oov_recall)}\n"
            f"=== IV Recall Rate:\t{_rounded(self.iv_recall)}\n"
        )


values = attrgetter(*(field.name for field in fields(OfficialCounts)))


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _rounded(figure: float | None) -> str:
    return "--" if figure is None else f"{figure:.3f}"


def split_words(line: str) -> list[str]:
    """Split a line of segmented text as the scorer does.

    White space is ASCII, U+3000, and a Big5 space whatever the encoding, the bytes A1 40.  Only
    the first is trimmed: behind a U+3000 at its beginning a line has an empty first word.

    Parameters
    ----------
    line : str
        A line of text, with or without its end.

    Returns
    -------
    list of str
        The words.
    """
    line = line.strip(_BLANKS).replace("\u3000", " ")
    if "@" in line:
        code = line.encode("utf-8", "surrogatepass").replace(b"\xa1@", b" ")
        line = code.decode("utf-8", "surrogateescape")
    line = line.rstrip(_BLANKS)
    return _BLANK_RUN.split(line) if line else []


def count_line(
    gold: Sequence[str], predicted: Sequence[str], known_words: Container[str]
) -> OfficialCounts:
    """Score one sentence, as the scorer would in the C locale.

    Words with white space inside are read again as from a file.  Unlike the scorer, which divides
    by zero, this has figures for an empty prediction; the control characters NUL and backspace,
    to which diff pays attention, are like others here.

    Parameters
    ----------
    gold, predicted : sequence of str
        The words of the sentence.
    known_words : container of str
        The words of the training text.

    Returns
    -------
    OfficialCounts
        The counts; all are zero if there are no gold words, as the scorer skips the sentence.
    """
    gold, predicted = _as_read(gold), _as_read(predicted)
    if not gold:
        return OfficialCounts()
    lefts = [text for text, _ in map(_half_row, gold) if text]
    iv = sum(map(known_words.__contains__, lefts))
    errors = dict.fromkeys([*MARKS, ""], 0)
    missed = wrong = oov_missed = 0
    for left, mark, right in _rows(gold, predicted, equal_too=not MARKS.keys().isdisjoint(lefts)):
        left_text, left_width = _half_row(left)
        right_text, _ = _half_row(right)
        like_mark = right_text in MARKS
        kind = min(mark or right_text, right_text, key=MARKS.__getitem__) if like_mark else mark
        errors[kind] += 1
        # The scorer wants two blanks between a word and a mark; after a full column there is one.
        if kind and left_text and (like_mark or left_width < COLUMN):
            missed += 1
            oov_missed += left_text not in known_words
        wrong += bool(mark and right_text)
    changes = errors[">"], errors["<"], errors["|"]
    by_known = len(lefts) - iv, oov_missed, iv, missed - oov_missed
    return OfficialCounts(*changes, len(gold), len(predicted), missed, wrong, *by_known)


def _as_read(words: Sequence[str]) -> list[str]:
    doubtful = _BLANK_INSIDE.search("|".join(words))
    return split_words(" ".join(words)) if doubtful else list(words)


@lru_cache(maxsize=1 << 16)
def _half_row(word: str) -> tuple[str, int]:
    """Return what diff prints of a word and its width, to which only printable ASCII adds."""
    if len(word) < COLUMN:
        return word, len(word)
    widths = list(accumulate(" " <= char <= "~" for char in word))
    return word[: bisect_right(widths, COLUMN)], min(widths[-1], COLUMN)


def _rows(gold: list[str], predicted: list[str], equal_too: bool) -> Iterator[tuple[str, str, str]]:
    """Yield the alignment as (left, mark, right): the rows that are not equal, or all."""
    done = 0
    for x, x_end, y, y_end in [*_hunks(gold, predicted), (len(gold),) * 4]:
        if equal_too:
            yield from ((word, "", word) for word in gold[done:x])
            done = x_end
        for left, right in zip_longest(gold[x:x_end], predicted[y:y_end]):
            mark = ">" if left is None else "<" if right is None else "|"
            yield left or "", mark, right or ""


def _hunks(a: list[str], b: list[str]) -> Iterator[_Box]:
    """Yield what changed, in order; diff never looks again at equal words at either end."""
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
    """Flag the words without a partner; a 0 after the last flag ends the loops at both ends."""
    a_kept, b_kept = _hopeful(a, b), _hopeful(b, a)
    a_found, b_found = set(a_kept), set(b_kept)
    for x, x_end, y, y_end in _differences([a[i] for i in a_kept], [b[i] for i in b_kept]):
        a_found.difference_update(a_kept[x:x_end])
        b_found.difference_update(b_kept[y:y_end])
    a_changed = bytearray([*(x not in a_found for x in range(len(a))), 0])
    b_changed = bytearray([*(y not in b_found for y in range(len(b))), 0])
    _slide(a, a_changed, b_changed)
    _slide(b, b_changed, a_changed)
    return a_changed, b_changed


def _hopeful(words: list[str], others: list[str]) -> list[int]:
    """Return the indices of the words for which a partner is sought.

    Words that the others do not have are hopeless.  Words that they have very often, more than
    about 5 sqrt(n / 64) times, are doubtful, and are given up if they stand among hopeless ones.
    """
    counts = Counter(others)
    many = FEW * _rough_root(len(words) // 64)
    if max(counts.values()) <= many:
        return [i for i, word in enumerate(words) if word in counts]
    fates = "".join("." if 0 < counts[w] <= many else "?" if counts[w] else "x" for w in words)
    fates = re.sub(r"x(?:[x?]*x)?", _settled, fates)
    return [i for i, fate in enumerate(fates) if fate != "x"]


def _settled(found: re.Match[str]) -> str:
    """Decide which doubtful words (?) of a run are as hopeless (x) as its ends, or not (.)."""
    run = found[0]
    if 4 * run.count("?") > len(run):
        return run.replace("?", ".")
    too_many = _rough_root(len(run) // 4) + 1
    run = re.sub(rf"\?{{{too_many},}}", lambda doubtful: "." * len(doubtful[0]), run)
    for _ in "forwards", "backwards":
        sure = min((i for i in (run.find("xxx"), run.find("x", 8)) if i >= 0), default=len(run))
        run = (run[:sure].replace("?", ".") + run[sure:])[::-1]
    return run.replace("?", "x")


def _rough_root(number: int) -> int:
    """Return the largest power of two that is no larger than the square root, at least 1."""
    return 1 << (max(number, 1).bit_length() - 1) // 2


def _differences(a: list[str], b: list[str]) -> Iterator[_Box]:
    """Yield deletions (y == y_end) and insertions (x == x_end) in no particular order."""
    # By diagonal x - y: what was reached on the negative ones is found from the end of the list.
    forward, backward = ([0] * (len(a) + len(b) + 5) for _ in range(2))
    patience = max(_PATIENCE, 2 * _rough_root(len(a) + len(b) + 3))
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

    From both corners, paths of n = 1, 2, ... edits are followed as far as they lead on diagonal d:
    ``x(n, d) = max(x(n - 1, d - 1) + 1, x(n - 1, d + 1))``, then on along equal words.  The first
    two that meet are a shortest path.
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
    # Out of patience: cut at the end of the path that came farthest, if not at the shortest.
    far, f_x = max((2 * x - d, x) for d in ahead for x in [min(forward[d], x_end, y_end + d)])
    near, b_x = min((2 * x - d, -x) for d in back for x in [max(backward[d], x_start, y_start + d)])
    if x_end + y_end - near < far - (x_start + y_start):
        return f_x, far - f_x, _INFINITY, patience
    return -b_x, near + b_x, patience, _INFINITY


def _widened(diagonals: range, lowest: int, highest: int, reached: list[int], no: int) -> range:
    """Open a diagonal on either side, which ``no`` path has reached, or close one at the box."""
    high, low = diagonals[0], diagonals[-1]
    reached[low - 2] = reached[high + 2] = no
    return range(high + (1 if high < highest else -1), low - (1 if low > lowest else -1) - 1, -2)


def _slide(words: list[str], changed: bytearray, other: bytearray) -> None:
    """Move runs of changed words to where diff shows them, given the flags of both sequences.

    A run that could as well begin a word earlier or later swallows the runs in its reach, then
    goes to the last place where the other sequence has a run too, or else as late as possible.
    """
    end = len(words)
    if len(set(words)) == end:  # no word could take the place of another
        return
    i = j = 0  # corresponding places, i at the end of the run
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
