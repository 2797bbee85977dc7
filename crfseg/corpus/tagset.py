"""Tag sets: words to tags, tags to words, and the legal transitions.

A tag is the position of a character in its word, followed by the label of the word (part of
speech, entity type) if the corpus has labels::

    scheme   word of 1  2      3        4          5             6 characters
    BMES     S          B E    B M E    B M M E    B M M M E     B M M M M E
    BMES6    S          B E    B B2 E   B B2 B3 E  B B2 B3 M E   B B2 B3 M M E

    labelled:  B-n E-n  S-v  ...      a character outside every entity: O

Any tag that begins a word may follow any tag that ends one. Inside a word, the position must be a
successor and the label the same. Illegal tag sequences are neither trained on nor predicted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Scheme = Literal["BMES", "BMES6"]
MAX_LABELS: Final = 1000
OUTSIDE: Final = "O"
"""The label of characters outside every entity; its only tag has the same name."""

# Inside a word: position -> its successors. E, S and O end a word.
_INSIDE: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "BMES": {"B": ("M", "E"), "M": ("M", "E")},
    "BMES6": {"B": ("B2", "E"), "B2": ("B3", "E"), "B3": ("M", "E"), "M": ("M", "E")},
}
_POSITIONS: Final[dict[str, tuple[str, ...]]] = {
    "BMES": ("B", "M", "E", "S"),
    "BMES6": ("B", "B2", "B3", "M", "E", "S"),
}
SCHEMES: Final = tuple(_POSITIONS)


class WordTags(NamedTuple):
    """The tags that open, continue and close words.

    >>> TagSet("BMES6").word_tags.inner.tolist()  # B B2 B3 M E S
    [1, 2, 3, 3, -1, -1]
    """

    openers: NDArray[np.int16]
    """The O tags that begin words of two or more characters, shape (O,)."""
    inner: NDArray[np.int16]
    """For each tag, the next tag inside the word, -1 for none; shape (L,)."""
    closing: NDArray[np.int16]
    """For each tag, the next tag that ends the word, -1 for none; shape (L,)."""
    opener_of: NDArray[np.int16]
    """For each tag, the index of its word's opener, -1 for none; shape (L,)."""
    labels: NDArray[np.int32]
    """Label index of each tag, shape (L,)."""


@dataclass(frozen=True)
class TagSet:
    """The tags of a model: a scheme, and the labels of words, if any.

    Parameters
    ----------
    scheme
        ``"BMES"`` or ``"BMES6"``.
    labels
        The labels of words, such as parts of speech; empty for plain segmentation.
    absent
        Tags left out because no training word has them; see :meth:`seen_in`.

    Raises
    ------
    ValueError
        If the scheme is unknown, a label is there twice, or there are more than MAX_LABELS.

    Examples
    --------
    >>> TagSet().names
    ('B', 'M', 'E', 'S')
    >>> TagSet("BMES", ("PER", "O")).names
    ('B-PER', 'M-PER', 'E-PER', 'S-PER', 'O')
    """

    scheme: Scheme = "BMES"
    labels: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.scheme not in _POSITIONS:
            raise ValueError(f"unknown tag scheme {self.scheme!r}; known: {', '.join(SCHEMES)}")
        if len(self.labels) > MAX_LABELS or len(set(self.labels)) < len(self.labels):
            raise ValueError(f"expected at most {MAX_LABELS} labels, none twice")

    @cached_property
    def _pairs(self) -> list[tuple[str, str]]:
        """Position and label of each tag."""
        positions = _POSITIONS[self.scheme]
        pairs = [
            (position, label)
            for label in self.labels or ("",)
            for position in ((OUTSIDE,) if label == OUTSIDE else positions)
        ]
        return [pair for pair in pairs if _tag_name(*pair) not in self.absent]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the L tags."""
        return tuple(_tag_name(position, label) for position, label in self._pairs)

    def seen_in(self, counts: NDArray[np.intp]) -> TagSet:
        """Return the tag set without the labelled tags whose count is 0; ``counts``: shape (L,).

        A tag without training data has no weights, so it would win where all others score below
        zero. Nothing is dropped without labels, or if no tag of one-character words was counted:
        any text must have a legal tag sequence.
        """
        if not self.labels or not counts[self.begins & self.ends].any():
            return self
        absent = [name for name, count in zip(self.names, counts, strict=True) if not count]
        return TagSet(self.scheme, self.labels, tuple(absent))

    @cached_property
    def begins(self) -> NDArray[np.bool_]:
        """Mask of the tags that begin a word, shape (L,), bool."""
        return np.array([position in ("B", "S", OUTSIDE) for position, _ in self._pairs])

    @cached_property
    def ends(self) -> NDArray[np.bool_]:
        """Mask of the tags that end a word, shape (L,), bool."""
        return np.array([position in ("E", "S", OUTSIDE) for position, _ in self._pairs])

    @cached_property
    def legal(self) -> NDArray[np.bool_]:
        """The legal transitions, shape (L, L), bool; row = previous tag."""
        positions, labels = (np.array(names) for names in zip(*self._pairs, strict=True))
        legal = np.outer(self.ends, self.begins)
        for position, following in _INSIDE[self.scheme].items():
            rows, columns = positions == position, np.isin(positions, following)
            legal |= np.outer(rows, columns) & (labels[:, None] == labels)
        return legal

    @cached_property
    def word_tags(self) -> WordTags:
        """The opening, inner and closing tags of words."""
        inside = self.legal & ~self.begins
        openers = np.flatnonzero(self.begins & ~self.ends).astype(np.int16)
        inner, closing = _only(inside & ~self.ends), _only(inside & self.ends)
        opener_of = np.full(len(self.names), -1, dtype=np.int16)
        for rank, opener in enumerate(openers.tolist()):
            tag = opener
            while tag >= 0 and opener_of[tag] < 0:
                opener_of[tag] = rank
                if closing[tag] >= 0:
                    opener_of[closing[tag]] = rank
                tag = int(inner[tag])
        labels = self.labels_of(np.arange(len(self.names), dtype=np.int16))
        return WordTags(openers, inner, closing, opener_of, labels)

    @cached_property
    def has_any_length(self) -> bool:
        """True if there are tags for words of every length."""
        inside = self.legal & ~self.begins
        reached: NDArray[np.bool_] = self.begins
        for _ in _POSITIONS[self.scheme]:  # by then all that can be reached is
            reached = np.any(inside[reached], axis=0)
            if not (reached & self.ends).any():
                return False
        return True

    @cached_property
    def _tag_of(self) -> NDArray[np.int16]:
        """The tag of (label, position); -1 if it does not exist."""
        columns = (*_POSITIONS[self.scheme], OUTSIDE)
        table = np.full((max(1, len(self.labels)), len(columns)), -1, dtype=np.int16)
        rows = {label: row for row, label in enumerate(self.labels or ("",))}
        for tag, (position, label) in enumerate(self._pairs):
            table[rows[label], columns.index(position)] = tag
        return table

    def encode(
        self, starts: NDArray[np.bool_], labels: NDArray[np.int32] | None = None
    ) -> NDArray[np.int16]:
        """Return the tags of words.

        Parameters
        ----------
        starts
            True where a word begins, shape (T,), bool; the first character always begins one.
        labels
            Index of the label of each character's word, shape (T,), int32; None without labels.

        Returns
        -------
        tags
            Indices into :attr:`names`, shape (T,), int16.

        Examples
        --------
        >>> tag_set = TagSet()
        >>> tags = tag_set.encode(np.array([1, 1, 0, 1, 0, 0], dtype=bool))
        >>> " ".join(tag_set.names[tag] for tag in tags)
        'S B E B M E'
        """
        columns = self._positions(starts)
        if labels is None:
            labels = np.zeros(len(starts), dtype=np.int32)
        if OUTSIDE in self.labels:
            outside = labels == self.labels.index(OUTSIDE)
            columns = np.where(outside, len(_POSITIONS[self.scheme]), columns)
        tags: NDArray[np.int16] = self._tag_of[labels, columns]
        return tags

    def _positions(self, starts: NDArray[np.bool_]) -> NDArray[np.intp]:
        """Return the position of each character in its word, an index into the scheme's."""
        names = _POSITIONS[self.scheme]
        begin = np.flatnonzero(starts)
        lengths = np.diff(begin, append=len(starts))
        position = np.arange(len(starts)) - np.repeat(begin, lengths)
        length = np.repeat(lengths, lengths)
        inner = names[: names.index("E")]  # B ... M; the last repeats
        columns = np.minimum(position, len(inner) - 1)
        columns[position == length - 1] = names.index("E")
        columns[length == 1] = names.index("S")
        return columns

    def decode(self, tags: NDArray[np.int16]) -> NDArray[np.bool_]:
        """Return where words begin, shape (T,), bool, of a legal tag sequence."""
        return self.begins[tags]

    def labels_of(self, tags: NDArray[np.int16]) -> NDArray[np.int32]:
        """Return the label index of each tag, shape (T,)."""
        return np.array(self._label_numbers, dtype=np.int32)[tags]

    @cached_property
    def _label_numbers(self) -> list[int]:
        """The label of each tag, as an index into :attr:`labels`; 0 without labels."""
        return [self.labels.index(label) if label else 0 for _, label in self._pairs]

    def label_names(self, tags: NDArray[np.int16]) -> list[str]:
        """Return the label of each tag; empty strings without labels, and for -1."""
        names = [*(self.labels[n] if self.labels else "" for n in self._label_numbers), ""]
        return [names[tag] for tag in tags.tolist()]


def _only(legal: NDArray[np.bool_]) -> NDArray[np.int16]:
    """Return the only legal successor of each tag, -1 if there is none; shape (L,)."""
    successors = np.where(legal.any(axis=1), legal.argmax(axis=1), -1)
    return successors.astype(np.int16)


def _tag_name(position: str, label: str) -> str:
    return f"{position}-{label}" if label and label != OUTSIDE else position


def labels_in(labels: Iterable[str]) -> tuple[str, ...]:
    """Return the distinct labels in a fixed order, the outside label last."""
    distinct = set(labels)
    return (*sorted(distinct - {OUTSIDE}), *(distinct & {OUTSIDE}))


def chunks(tags: Sequence[str]) -> list[tuple[int, int, str]]:
    """Return the chunks of a tag sequence in any common notation.

    These are ``B M E S O`` and ``B I E S O`` with or without ``-label``, IOB2, IOB1 (where I opens
    a chunk and B only separates neighbours), and the ``B2``, ``B3`` of pkuseg and CRF++. A tag
    that cannot continue the chunk before it opens a new one.

    Returns
    -------
    chunks
        (start, end, label), ends exclusive, in order, covering every position. Each position
        outside chunks is a chunk of its own with the label ``O``.

    Examples
    --------
    >>> chunks(["B-PER", "I-PER", "O", "I-LOC"])
    [(0, 2, 'PER'), (2, 3, 'O'), (3, 4, 'LOC')]
    >>> chunks(["B", "E", "S"])
    [(0, 2, ''), (2, 3, '')]
    """
    found: list[tuple[int, int, str]] = []
    open_chunk = False
    for t, tag in enumerate(tags):
        position, _, label = tag.partition("-")
        label = OUTSIDE if position == OUTSIDE else label
        if open_chunk and position not in ("B", "S", OUTSIDE) and label == found[-1][2]:
            found[-1] = (found[-1][0], t + 1, label)
        else:
            found.append((t, t + 1, label))
        open_chunk = position not in ("E", "S", OUTSIDE)
    return found
