"""The user's lexicon: words that take part in the search, as evidence or as a constraint.

A word's strength is added to every segmentation that has it as a word: one that has it becomes
exp(strength) times as probable as it was. Where words overlap, the search finds what is best for
the whole line.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable, Iterator, Mapping
from operator import itemgetter
from pathlib import Path
from typing import Final, Literal, NamedTuple, get_args

import numpy as np

from crfseg.constraints.lexicon_files import (
    PLAIN,
    READERS,
    Entry,
    LexiconFormat,
    checked_strength,
)
from crfseg.decoding.word_trie import MAX_WORD_LENGTH, Trie
from crfseg.errors import LexiconError
from crfseg.features.alphabet import Folding, fold
from crfseg.text import chars
from crfseg.text.encodings import decode
from crfseg.text.files import PathLike

Mode = Literal["prefer", "force"]
STRENGTH: Final = 10.0
"""The default strength of a word, in nats."""
_MANY: Final = 1000  # words that have come in, or a quarter of all, are joined with the rest
_CODES: Final = np.arange(0x10000, dtype=np.uint32)  # those that folding may change


class WordEncoding(NamedTuple):
    """The encoding of words in a model: folding of characters, labels of tags."""

    folding: Folding
    labels: tuple[str, ...]


_GONE: Final = Entry(0.0, "")


class UserLexicon:
    """Words that a segmenter takes into its search; may change at any time, from any thread.

    A call that has begun keeps the words of its start.

    Parameters
    ----------
    words
        To begin with; see :meth:`add`.
    mode
        ``"prefer"``: a word adds ``strength`` to the score. ``"force"``: it is always a word; of
        forced words that overlap, those that cover most, then the most probable.
    strength
        In nats, of the words that are preferred.

    Raises
    ------
    LexiconError
        If a word or a number is not valid; the message says which.

    Examples
    --------
    >>> lexicon = UserLexicon(["慢阻肺"])
    >>> lexicon.add("云计算", strength=6)
    >>> "云计算" in lexicon, len(lexicon), list(lexicon)
    (True, 2, ['慢阻肺', '云计算'])
    """

    def __init__(
        self, words: Iterable[str] = (), *, mode: Mode = "prefer", strength: float = STRENGTH
    ) -> None:
        if mode not in get_args(Mode):
            raise LexiconError(f"unknown mode {mode!r}; expected prefer or force")
        self.strength = math.inf if mode == "force" else checked_strength(strength)
        self._lock = threading.Lock()
        self._words: dict[str, Entry] = {}
        self._recent: dict[str, Entry] = {}  # changes since the large tries were made
        self._large: dict[WordEncoding, Trie] = {}
        self._tries: dict[WordEncoding, Trie | None] = {}
        self._enter(dict.fromkeys(words, PLAIN))

    @classmethod
    def read(
        cls,
        path: PathLike,
        *,
        format: LexiconFormat = "crfseg",
        encoding: str = "utf-8",
        mode: Mode = "prefer",
        strength: float = STRENGTH,
    ) -> UserLexicon:
        """Read a file of words, one a line.

        Parameters
        ----------
        path
            Of the file.
        format
            ``"crfseg"``: word, strength in nats, tag; the last two may be left out; ``#`` begins a
            comment. ``"jieba"``: word, count, tag; the larger the count, the more of the strength.
            ``"pkuseg"``: word, a tab, tag. ``"thulac"``: a word.
        encoding
            As Python names it.
        mode, strength
            As for the class.

        Raises
        ------
        LexiconError
            If a line is not in that format; the message has file and line.
        CorpusError
            If the file is not in that encoding.
        OSError
            If the file cannot be read.
        """
        text = decode(Path(path).read_bytes(), str(path), encoding)
        return cls.parse(text, format=format, mode=mode, strength=strength, name=str(path))

    @classmethod
    def parse(
        cls,
        text: str,
        *,
        format: LexiconFormat = "crfseg",
        mode: Mode = "prefer",
        strength: float = STRENGTH,
        name: str = "<text>",
    ) -> UserLexicon:
        """Read words from the text of a file, see :meth:`read`; ``name`` is for messages."""
        if format not in READERS:
            raise LexiconError(f"unknown format {format!r}; expected {', '.join(READERS)}")
        lexicon = cls(mode=mode, strength=strength)
        try:
            lexicon._enter(READERS[format](text.removeprefix("\ufeff"), lexicon.strength))
        except LexiconError as error:
            raise LexiconError(f"{name}: {error}") from None
        return lexicon

    def add(self, *words: str, strength: float | None = None, tag: str = "") -> None:
        """Add words, or change their strengths.

        Parameters
        ----------
        words
            Of 1 to 255 characters, none of them white space.
        strength
            In nats; ``math.inf``: always a word, ``-math.inf``: never one; None: the lexicon's.
        tag
            The label that is meant, where the model has labels; it has no say otherwise.
        """
        entry = Entry(None if strength is None else checked_strength(strength), tag)
        self._enter(dict.fromkeys(words, entry))

    def remove(self, *words: str) -> None:
        """Take words away; those that are not there are passed over."""
        with self._lock:
            gone = [word for word in words if self._words.pop(word, None) is not None]
            self._change(dict.fromkeys(gone, _GONE))

    def update(self, other: UserLexicon) -> None:
        """Add the words of another lexicon, with their strengths there."""
        with other._lock:
            items = list(other._words.items())
        self._enter(
            {
                word: Entry(_strength_of(word, entry, other.strength), entry.tag)
                for word, entry in items
            }
        )

    def strength_of(self, word: str) -> float | None:
        """Return the strength of a word, in nats; None if it is not in the lexicon."""
        entry = self._words.get(word)
        return None if entry is None else _strength_of(word, entry, self.strength)

    def trie(self, encoding: WordEncoding) -> Trie | None:
        """Return the words as arrays for the search; None if there are none.

        Made at the first call after a change: all words anew, or, where few have changed, those in
        a small trie above the large one.
        """
        tries = self._tries
        if encoding not in tries:
            with self._lock:
                tries = self._tries
                if encoding not in tries:  # another thread may have been first
                    tries[encoding] = self._compiled(encoding) if self._words else None
        return tries[encoding]

    def _compiled(self, encoding: WordEncoding) -> Trie:
        if encoding not in self._large:
            self._large[encoding] = _compiled(self._words, self.strength, encoding)
        if not self._recent:
            return self._large[encoding]
        return _compiled(self._recent, self.strength, encoding, self._large[encoding])

    def _enter(self, entries: Mapping[str, Entry]) -> None:
        _check(list(entries))
        with self._lock:
            if self._words:
                self._words.update(entries)
            else:
                self._words = dict(entries)
            self._change(entries)

    def _change(self, entries: Mapping[str, Entry]) -> None:
        if self._large:
            self._recent.update(entries)
        if len(self._recent) > max(_MANY, len(self._words) // 4):
            self._recent, self._large = {}, {}
        self._tries = {}

    def __len__(self) -> int:
        return len(self._words)

    def __contains__(self, word: object) -> bool:
        return word in self._words

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._words))

    def __repr__(self) -> str:
        return f"UserLexicon({len(self):,} words, strength {self.strength:g})"

    def __getstate__(self) -> tuple[float, dict[str, Entry]]:
        with self._lock:
            return self.strength, dict(self._words)

    def __setstate__(self, state: tuple[float, dict[str, Entry]]) -> None:
        UserLexicon.__init__(self)
        self.strength = state[0]
        self._enter(state[1])


def _strength_of(word: str, entry: Entry, strength: float) -> float:
    """Return the strength of a word in a lexicon of that strength.

    A single character has none by default: any two would outweigh a word of two.
    """
    if entry.strength is not None:
        return entry.strength
    return 0.0 if len(word) == 1 and math.isfinite(strength) else strength


def _check(words: list[str]) -> None:
    """Raise a LexiconError if one of them is no word."""
    try:
        text = "".join(words)
    except TypeError as error:
        raise LexiconError(f"expected words as str ({error})") from None
    lengths = np.fromiter(map(len, words), dtype=np.int64, count=len(words))
    bad = (lengths < 1) | (lengths > MAX_WORD_LENGTH)
    if text and text.split(maxsplit=1) != [text]:  # white space somewhere, so look where
        space = np.flatnonzero(chars.is_white_space(chars.code_points(text)))
        bad[np.searchsorted(np.cumsum(lengths), space, side="right")] = True
    if bad.any():
        raise LexiconError(
            f"{words[int(bad.argmax())][:20]!r} is no word; expected 1 to {MAX_WORD_LENGTH} "
            "characters, none of them white space"
        )


def _compiled(
    entries: Mapping[str, Entry],
    strength: float,
    encoding: WordEncoding,
    below: Trie | None = None,
) -> Trie:
    """Return the trie of some words, above another one if there is one."""
    lengths = np.fromiter(map(len, entries), dtype=np.int64, count=len(entries))
    strengths = np.array([*map(itemgetter(0), entries.values())], dtype=np.float32)
    default = np.where((lengths == 1) & math.isfinite(strength), 0, strength)
    strengths = np.where(np.isnan(strengths), default, strengths).astype(np.float32)
    numbers = {label: n for n, label in enumerate(encoding.labels)}
    of_word = (numbers.get(tag, -1) for tag in map(itemgetter(1), entries.values()))
    return Trie(
        fold(chars.code_points("".join(entries)), encoding.folding).astype(np.uint32),
        np.append(0, np.cumsum(lengths)),
        strengths,
        np.fromiter(of_word, dtype=np.int16, count=len(entries))
        if encoding.labels
        else np.full(len(entries), -1, dtype=np.int16),
        fold(_CODES, encoding.folding).astype(np.uint32),
        below,
    )
