"""Figures of the official SIGHAN scorer, reproduced exactly.

The scorer of the bakeoffs (Emerson 2005, "The Second International Chinese Word Segmentation
Bakeoff") does not compare spans of characters. It aligns the words of two lines with ``diff -y``
and counts the printed rows. If several alignments are possible, or a word is wider than a column or
equal to one of the signs ``|``, ``<`` and ``>``, the figures depend on the details of GNU diff,
which :mod:`crfseg.evaluation.gnu_diff` reproduces.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from itertools import accumulate, zip_longest
from operator import add, attrgetter

from crfseg.evaluation.gnu_diff import hunks

_BLANKS = " \t\n\r\f\v"  # the white space of a scorer that reads bytes
_BLANK_RUN = re.compile(f"[{_BLANKS}]+")
_BLANK_INSIDE = re.compile(f"[{_BLANKS}\u3000]|[^\x00-\x7f]@")
MARKS = {"|": 0, ">": 1, "<": 2}  # signs of diff, in the order in which the scorer tests them
COLUMN = 61  # the width of either column of diff's 130


@dataclass(frozen=True, slots=True)
class OfficialCounts:
    """The counts of the scorer; ``+`` adds those of two texts.

    Attributes
    ----------
    insertions, deletions, substitutions : int
        Rows of the alignment by kind.
    true_words, test_words : int
        Words of the gold standard and of the prediction.
    missed, wrong : int
        Errors of recall and of precision.
    oov, oov_missed, iv, iv_missed : int
        Gold words outside and inside the known words, and the missed ones among them.
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
        """Return the counts of two texts together."""
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
        """Share of the gold words that are unknown."""
        return _ratio(self.oov, self.true_words)

    @property
    def oov_recall(self) -> float | None:
        """Recall of the unknown words."""
        return 1 - self.oov_missed / self.oov if self.oov else None

    @property
    def iv_recall(self) -> float | None:
        """Recall of the known words."""
        return 1 - self.iv_missed / self.iv if self.iv else None

    def report(self) -> str:
        """Return the thirteen lines of the scorer's summary; ``--`` for undefined figures."""
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

    White space is that of ASCII, U+3000, and the bytes A1 40 (a Big5 space) in any encoding. Only
    ASCII is stripped at the ends: after an initial U+3000 a line has an empty first word.

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
    """Count one sentence as the scorer does in the C locale.

    Words with white space inside are split as in a file. There are two deviations: an empty
    prediction has figures, where the scorer divides by zero; and the control characters NUL and
    backspace are ordinary characters, while diff treats them specially.

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
        # The scorer expects two blanks between a word and a sign; after a full column there is one.
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
    """Return the part of a word that diff prints, and its width; only printable ASCII has width."""
    if len(word) < COLUMN:
        return word, len(word)
    widths = list(accumulate(" " <= char <= "~" for char in word))
    return word[: bisect_right(widths, COLUMN)], min(widths[-1], COLUMN)


def _rows(gold: list[str], predicted: list[str], equal_too: bool) -> Iterator[tuple[str, str, str]]:
    """Yield the rows of the alignment as (left, sign, right): the unequal ones, or all."""
    done = 0
    for x, x_end, y, y_end in [*hunks(gold, predicted), (len(gold),) * 4]:
        if equal_too:
            yield from ((word, "", word) for word in gold[done:x])
            done = x_end
        for left, right in zip_longest(gold[x:x_end], predicted[y:y_end]):
            mark = ">" if left is None else "<" if right is None else "|"
            yield left or "", mark, right or ""
