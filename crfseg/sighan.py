"""The figures of the official SIGHAN bakeoff scorer, reproduced exactly.

The scorer of the word segmentation bakeoffs (Emerson 2005, "The Second International Chinese
Word Segmentation Bakeoff") does not compare character spans: it aligns the words of the two
lines with ``diff -y`` and counts the rows that it prints.  Where the alignment is ambiguous,
where words are longer than a column, or where a word is itself ``|``, ``<`` or ``>``, the
published figures therefore depend on what GNU diff does, so its algorithm is repeated here: an
O(ND) search (Myers 1986, "An O(ND) Difference Algorithm and Its Variations") over the words
that are not beyond hope of a match, followed by its placement of the changes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, MutableSequence, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from itertools import count, zip_longest
from operator import add, attrgetter

__all__ = ["OfficialCounts", "count_line", "count_lines", "read_words"]

_BLANKS = " \t\n\r\f\v"  # what the scorer, which reads bytes, takes for white space
_BLANK_RUN = re.compile(f"[{_BLANKS}]+")
_BLANK_INSIDE = re.compile(f"[{_BLANKS}\u3000]|[^\x00-\x7f]@")
_BEFORE_AT_SIGN = re.compile("[^\x00-\x7f]@")
_RANK = {"|": 0, ">": 1, "<": 2}  # the marks in the order in which the scorer looks for them
_COLUMN_WIDTH = 61  # of either half of diff's 130 columns
_PATIENCE = 4096  # edits after which diff may settle for an alignment that is not minimal
_INFINITY = 1 << 62

_Hunk = tuple[int, int, int, int]  # gold[i:j] became predicted[k:l]


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _shown(figure: float | None) -> str:
    return "--" if figure is None else f"{figure:2.3f}"


@dataclass(frozen=True, slots=True)
class OfficialCounts:
    """What the scorer counted; the counts of two texts add up with ``+``.

    Attributes
    ----------
    insertions, deletions, substitutions : int
        Rows of the alignment of each kind.
    true_words, test_words : int
        Words of the gold standard and of the prediction.
    missed, wrong : int
        Errors against recall and against precision.
    oov, oov_missed, iv, iv_missed : int
        Gold words outside and inside the known words, and how many of them were missed.
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
        """Count both texts as one."""
        return OfficialCounts(*map(add, _values(self), _values(other)))

    @property
    def nchange(self) -> int:
        """Rows of the alignment that are not equal."""
        return self.insertions + self.deletions + self.substitutions

    @property
    def recall(self) -> float | None:
        """Share of the gold words that were found, or None without gold words."""
        return _ratio(self.true_words - self.missed, self.true_words)

    @property
    def precision(self) -> float | None:
        """Share of the predicted words that are right, or None without predicted words."""
        return _ratio(self.test_words - self.wrong, self.test_words)

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall, or None where that is undefined."""
        precision, recall = self.precision, self.recall
        if precision is None or recall is None:
            return None
        return _ratio(2 * precision * recall, precision + recall)

    @property
    def oov_rate(self) -> float | None:
        """Share of the gold words that are not known, or None without gold words."""
        return _ratio(self.oov, self.true_words)

    @property
    def oov_recall(self) -> float | None:
        """Recall of the words that are not known, or None without such words."""
        return 1 - self.oov_missed / self.oov if self.oov else None

    @property
    def iv_recall(self) -> float | None:
        """Recall of the known words, or None without such words."""
        return 1 - self.iv_missed / self.iv if self.iv else None

    def report(self) -> str:
        """Return the summary that the scorer prints, ``--`` for what is undefined.

        Returns
        -------
        str
            Thirteen lines that begin with ``===``.
        """
        rows = [
            ("SUMMARY:", ""),
            ("TOTAL INSERTIONS:", f"\t{self.insertions}"),
            ("TOTAL DELETIONS:", f"\t{self.deletions}"),
            ("TOTAL SUBSTITUTIONS:", f"\t{self.substitutions}"),
            ("TOTAL NCHANGE:", f"\t{self.nchange}"),
            ("TOTAL TRUE WORD COUNT:", f"\t{self.true_words}"),
            ("TOTAL TEST WORD COUNT:", f"\t{self.test_words}"),
            ("TOTAL TRUE WORDS RECALL:", f"\t{_shown(self.recall)}"),
            ("TOTAL TEST WORDS PRECISION:", f"\t{_shown(self.precision)}"),
            ("F MEASURE:", f"\t{_shown(self.f1)}"),
            ("OOV Rate:", f"\t{_shown(self.oov_rate)}"),
            ("OOV Recall Rate:", f"\t{_shown(self.oov_recall)}"),
            ("IV Recall Rate:", f"\t{_shown(self.iv_recall)}"),
        ]
        return "".join(f"=== {name}{figure}\n" for name, figure in rows)


_values = attrgetter(*(field.name for field in fields(OfficialCounts)))


# ---------------------------------------------------------------- counting the rows


def read_words(line: str) -> list[str]:
    r"""Split a line of a segmented text as the scorer does.

    Only ASCII white space and U+3000 separate words, and so do, since the scorer replaces the
    Big5 space in any encoding, the bytes A1 40.  A line that begins with U+3000 has an empty
    first word.

    Parameters
    ----------
    line : str
        A line of text, with or without its line end.

    Returns
    -------
    list of str
        Its words.

    Examples
    --------
    >>> read_words("共同  创造\u3000美好\n")
    ['共同', '创造', '美好']
    """
    line = line.strip(_BLANKS).replace("\u3000", " ")
    if "@" in line:
        line = _BEFORE_AT_SIGN.sub(_without_big5_space, line)
    words = _BLANK_RUN.split(line.rstrip(_BLANKS))
    return words if words != [""] else []


def _without_big5_space(found: re.Match[str]) -> str:
    code = found[0][0].encode("utf-8", "surrogatepass")
    if code[-1] != 0xA1:
        return found[0]
    return code[:-1].decode("utf-8", "surrogateescape") + " "


def count_lines(
    pairs: Iterable[tuple[Sequence[str], Sequence[str]]], known_words: Container[str]
) -> OfficialCounts:
    """Score a text.

    Parameters
    ----------
    pairs : iterable of (gold, predicted)
        The words of each sentence.
    known_words : container of str
        The words of the training text.

    Returns
    -------
    OfficialCounts
        The sum of the counts of all sentences.
    """
    each = (count_line(gold, predicted, known_words) for gold, predicted in pairs)
    return sum(each, start=OfficialCounts())


def count_line(
    gold: Sequence[str], predicted: Sequence[str], known_words: Container[str]
) -> OfficialCounts:
    """Score one sentence.

    The figures are those of the scorer in the C locale.  Two inputs on which it fails have
    figures here: a prediction without words, which makes the scorer divide by zero, counts as
    deletions only; NUL characters, which make diff refuse the line, are like any other.

    Parameters
    ----------
    gold, predicted : sequence of str
        The words of the sentence.  If there is white space inside of a word, the words are those
        that the scorer would read if they were written on a line.
    known_words : container of str
        The words of the training text.

    Returns
    -------
    OfficialCounts
        The counts; all zero if there is no gold word, as the scorer skips the sentence.
    """
    gold, predicted = _as_read(gold), _as_read(predicted)
    if not gold:
        return OfficialCounts()
    lefts = [text for text, _ in map(_half_row, gold) if text]
    iv = sum(map(known_words.__contains__, lefts))
    errors = dict.fromkeys([*_RANK, ""], 0)
    missed = wrong = oov_missed = 0
    for left, mark, right in _rows(gold, predicted, equal_too=not _RANK.keys().isdisjoint(lefts)):
        left_text, left_width = _half_row(left)
        right_text, _ = _half_row(right)
        like_a_mark = right_text in _RANK
        kind = min(mark or right_text, right_text, key=_RANK.__getitem__) if like_a_mark else mark
        errors[kind] += 1
        # Before the blank before the mark the scorer wants another one: a full column has none.
        if kind and left_text and (like_a_mark or left_width < _COLUMN_WIDTH):
            missed += 1
            oov_missed += left_text not in known_words
        wrong += bool(mark and right_text)
    return OfficialCounts(
        insertions=errors[">"],
        deletions=errors["<"],
        substitutions=errors["|"],
        true_words=len(gold),
        test_words=len(predicted),
        missed=missed,
        wrong=wrong,
        oov=len(lefts) - iv,
        oov_missed=oov_missed,
        iv=iv,
        iv_missed=missed - oov_missed,
    )


def _as_read(words: Sequence[str]) -> list[str]:
    if _BLANK_INSIDE.search("|".join(words)):
        return read_words(" ".join(words))
    return list(words)


@lru_cache(maxsize=1 << 16)
def _half_row(word: str) -> tuple[str, int]:
    """Return what diff prints of a word, and how wide diff believes that to be.

    In the C locale only printable ASCII characters have a width; the others are printed as long
    as the column is not overrun, and a backspace at its beginning is dropped.
    """
    if len(word) < _COLUMN_WIDTH and "\b" not in word:
        return word, len(word)
    column, kept = 0, []
    for char in word:
        before = column
        if char == "\b":
            column = max(column - 1, 0)
            fits = column < min(before, _COLUMN_WIDTH)
        else:
            column += " " <= char <= "~"
            fits = column <= _COLUMN_WIDTH
        if fits:
            kept.append(char)
    return "".join(kept), min(column, _COLUMN_WIDTH)


def _rows(gold: list[str], predicted: list[str], equal_too: bool) -> Iterator[tuple[str, str, str]]:
    """Yield the (left, mark, right) rows of the alignment that are not equal, or all."""
    done = 0
    for i, j, k, l in [*_hunks(gold, predicted), (len(gold),) * 4]:
        if equal_too:
            yield from ((word, "", word) for word in gold[done:i])
            done = j
        for left, right in zip_longest(gold[i:j], predicted[k:l]):
            if left is None:
                yield "", ">", right
            elif right is None:
                yield left, "<", ""
            else:
                yield left, "|", right


# ---------------------------------------------------------------- the alignment of GNU diff


def _hunks(a: list[str], b: list[str]) -> Iterator[_Hunk]:
    """Yield the changed parts of two sequences as GNU diff finds them."""
    if a == b:
        return
    start, a_end, b_end = 0, len(a), len(b)
    shorter = min(a_end, b_end)
    while start < shorter and a[start] == b[start]:
        start += 1
    while start < a_end and start < b_end and a[a_end - 1] == b[b_end - 1]:
        a_end, b_end = a_end - 1, b_end - 1
    if start in (a_end, b_end):
        yield start, a_end, start, b_end
        return
    a, b = a[start:a_end], b[start:b_end]
    if set(a).isdisjoint(b):
        yield start, a_end, start, b_end
        return
    a_changed, b_changed = _changes(a, b)
    i = j = 0
    while i < len(a) or j < len(b):
        first_i, first_j = i, j
        while a_changed[i]:
            i += 1
        while b_changed[j]:
            j += 1
        if i > first_i or j > first_j:
            yield start + first_i, start + i, start + first_j, start + j
        else:
            i, j = i + 1, j + 1


def _changes(a: list[str], b: list[str]) -> tuple[bytearray, bytearray]:
    """Flag the words without a partner; a last flag, never set, ends the loops at either end."""
    a_kept, b_kept = _hopeful(a, b), _hopeful(b, a)
    a_changed, b_changed = _all_changed_but(a_kept, len(a)), _all_changed_but(b_kept, len(b))
    a_words, b_words = [a[i] for i in a_kept], [b[j] for j in b_kept]
    if a_words != b_words:
        for x, x_end, y, y_end in _differences(a_words, b_words):
            for i in a_kept[x:x_end]:
                a_changed[i] = 1
            for j in b_kept[y:y_end]:
                b_changed[j] = 1
    _slide(a, a_changed, b_changed)
    _slide(b, b_changed, a_changed)
    return a_changed, b_changed


def _all_changed_but(kept: list[int], length: int) -> bytearray:
    changed = bytearray(b"\1" * length + b"\0")
    for i in kept:
        changed[i] = 0
    return changed


def _hopeful(words: list[str], others: list[str]) -> list[int]:
    """Return the indices of the words that take part in the search.

    A word that the other sequence has not is left out.  So is a word that it has too often, about
    5 sqrt(n / 64) times, if it stands among many of the former.
    """
    partners = set(others)
    many = 5 * _rough_root(len(words) // 64)
    if len(others) - len(partners) < many:  # there cannot be too many of any word
        return [i for i, word in enumerate(words) if word in partners]
    counts = Counter(others)
    fates = "".join("." if 0 < counts[w] <= many else "?" if counts[w] else "x" for w in words)
    fates = re.sub(r"x(?:[x?]*x)?", _settled, fates)
    return [i for i, fate in enumerate(fates) if fate != "x"]


def _settled(found: re.Match[str]) -> str:
    """Decide on the doubtful words (?) between hopeless ones (x): they are kept (.) or not (x)."""
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
    """Return the power of two at or below the square root (1 for 0)."""
    return 1 << (max(number, 1).bit_length() - 1) // 2


def _differences(a: list[str], b: list[str]) -> Iterator[_Hunk]:
    """Yield the words to delete and to insert, one kind at a time, in no particular order."""
    # Diagonal d = x - y has index d; the negative ones are counted from the end of the list.
    forward, backward = ([0] * (len(a) + len(b) + 3) for _ in range(2))
    patience = max(_PATIENCE, 2 * _rough_root(len(a) + len(b) + 3))
    boxes = [(0, len(a), 0, len(b), patience)]
    while boxes:
        x, x_end, y, y_end, patience = boxes.pop()
        while x < x_end and y < y_end and a[x] == b[y]:
            x, y = x + 1, y + 1
        while x < x_end and y < y_end and a[x_end - 1] == b[y_end - 1]:
            x_end, y_end = x_end - 1, y_end - 1
        if x == x_end or y == y_end:
            yield x, x_end, y, y_end
            continue
        box = x, x_end, y, y_end
        x_mid, y_mid, before, after = _middle(a, b, box, forward, backward, patience)
        boxes.append((x, x_mid, y, y_mid, before))
        boxes.append((x_mid, x_end, y_mid, y_end, after))


def _middle(
    a: list[str], b: list[str], box: _Hunk, forward: list[int], backward: list[int], patience: int
) -> tuple[int, int, int, int]:
    """Find a point on a shortest path through the box, and the patience for both of its sides.

    From both corners, paths of cost 1, 2, ... are followed as far as they go on each diagonal:
    ``x(c, d) = max(x(c-1, d-1) + 1, x(c-1, d+1))``, then on along equal words.  The first
    forward path that meets a backward one is half of a shortest one.
    """
    x_start, x_end, y_start, y_end = box
    lowest, highest = x_start - y_end, x_end - y_start
    f_low = f_high = x_start - y_start
    b_low = b_high = x_end - y_end
    odd = (f_low - b_low) % 2
    forward[f_low], backward[b_low] = x_start, x_end
    for cost in count(1):
        f_low, f_high = _widened(forward, f_low, f_high, lowest, highest, -1)
        for d in range(f_high, f_low - 1, -2):
            x = max(forward[d - 1] + 1, forward[d + 1])
            while x < x_end and x - d < y_end and a[x] == b[x - d]:
                x += 1
            forward[d] = x
            if odd and b_low <= d <= b_high and backward[d] <= x:
                return x, x - d, _INFINITY, _INFINITY
        b_low, b_high = _widened(backward, b_low, b_high, lowest, highest, _INFINITY)
        for d in range(b_high, b_low - 1, -2):
            x = min(backward[d - 1], backward[d + 1] - 1)
            while x > x_start and x - d > y_start and a[x - 1] == b[x - d - 1]:
                x -= 1
            backward[d] = x
            if not odd and f_low <= d <= f_high and x <= forward[d]:
                return x, x - d, _INFINITY, _INFINITY
        if cost >= patience:
            f_diagonals = range(f_high, f_low - 1, -2)
            b_diagonals = range(b_high, b_low - 1, -2)
            return _compromise(box, forward, f_diagonals, backward, b_diagonals, patience)
    raise AssertionError("the paths always meet")


def _widened(
    reached: list[int], low: int, high: int, lowest: int, highest: int, nowhere: int
) -> tuple[int, int]:
    """Open a diagonal on both sides, or where the box ends leave one off."""
    if low > lowest:
        reached[low - 2] = nowhere
        low -= 1
    else:
        low += 1
    if high < highest:
        reached[high + 2] = nowhere
        high += 1
    else:
        high -= 1
    return low, high


def _compromise(
    box: _Hunk,
    forward: list[int],
    f_diagonals: range,
    backward: list[int],
    b_diagonals: range,
    patience: int,
) -> tuple[int, int, int, int]:
    """Settle for the end of the path that came farthest; the side behind it is then minimal."""
    x_start, x_end, y_start, y_end = box
    ends = [(min(forward[d], x_end, y_end + d), d) for d in f_diagonals]
    f_x, f_d = max(ends, key=lambda end: 2 * end[0] - end[1])
    ends = [(max(backward[d], x_start, y_start + d), d) for d in b_diagonals]
    b_x, b_d = min(ends, key=lambda end: 2 * end[0] - end[1])
    if x_end + y_end - (2 * b_x - b_d) < 2 * f_x - f_d - (x_start + y_start):
        return f_x, f_x - f_d, _INFINITY, patience
    return b_x, b_x - b_d, patience, _INFINITY


def _slide(words: list[str], changed: bytearray, other_changed: bytearray) -> None:
    """Move the runs of changes to where GNU diff likes to see them.

    A run that could as well stand one word earlier or later is joined with the runs that it can
    reach, then goes to the last place where the other sequence has changes too, or else as late
    as possible.
    """
    end = len(words)
    if len(set(words)) == end:  # only equal words can take each other's place
        return
    i = j = 0  # corresponding places of both sequences, at unchanged words or ends of runs
    while True:
        while i < end and not changed[i]:
            while other_changed[j]:
                j += 1
            i, j = i + 1, j + 1
        if i == end:
            return
        start = i
        while changed[i]:
            i += 1
        while other_changed[j]:
            j += 1
        length = -1
        while length != i - start:
            length = i - start
            while start and words[start - 1] == words[i - 1]:
                start, i, j = start - 1, i - 1, j - 1
                changed[start], changed[i] = 1, 0
                while changed[start - 1]:
                    start -= 1
                while other_changed[j]:
                    j -= 1
            partner = i if other_changed[j - 1] else end
            while i < end and words[start] == words[i]:
                changed[start], changed[i] = 0, 1
                start, i, j = start + 1, i + 1, j + 1
                while changed[i]:
                    i += 1
                while other_changed[j]:
                    j += 1
                    partner = i
        while partner < i:
            start, i, j = start - 1, i - 1, j - 1
            changed[start], changed[i] = 1, 0
            while other_changed[j]:
                j -= 1
