"""Checks of segmented corpora: findings with file:line; nothing is changed.

::

    findings.py  one file     bytes, characters, format
    here         all files    words that look wrong
                              strings and sentences with two segmentations
                              sentences that stand twice, or in the test set too

Time and memory are linear in the corpora.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, islice
from operator import add
from typing import Final

import numpy as np
from numpy.typing import NDArray

from crfseg.annotation.file_checks import KINDS, LONGEST_WORD, CheckedFile, Finding, visible
from crfseg.corpus.corpus import Corpus
from crfseg.corpus.readers import Format
from crfseg.text.files import PathLike

__all__ = ["KINDS", "Finding", "Report", "Summary", "check"]

MIN_SENTENCE: Final = 10  # characters; shorter sentences repeat by nature: （完）
MAX_PARTS: Final = 4  # words that are looked up as one word
_EXCERPT: Final = 30  # characters of a sentence in a message

_HAN: Final = "[\u3400-\u9fff\U00020000-\U000323af]"
_GLUED: Final = re.compile(  # not a list inside a name or number: 三、四十
    f"{_HAN}[。，；：！？]|[。，；：！？]{_HAN}|^、{_HAN}|{_HAN}、$"
)


@dataclass(frozen=True)
class Summary:
    """The size of one or several corpora."""

    sentences: int
    words: int
    characters: int
    distinct_words: int
    blank_lines: int
    longest_word: str
    longest_word_at: str
    separators: dict[str, int]


@dataclass(frozen=True)
class Report:
    """The findings of :func:`check`, and the sizes of the corpora."""

    findings: list[Finding]
    corpora: Summary
    test: Summary | None


def check(
    paths: Iterable[PathLike],
    *,
    test: Iterable[PathLike] = (),
    format: Format | None = None,
    encoding: str = "utf-8",
) -> Report:
    """List what is suspicious in segmented corpora.

    Parameters
    ----------
    paths
        The corpora, counted as one text.
    test
        Test sets, whose sentences should not be in the corpora.
    format, encoding
        How to read the files; see :func:`crfseg.read_corpus`.

    Returns
    -------
    report
        Its findings are in the order of :data:`KINDS`. Those that compare sentences or words have
        the gravest first, all others follow the files.

    Raises
    ------
    CorpusError
        If the format or the encoding is unknown.
    OSError
        If a file cannot be read.
    """
    corpora = _Texts([CheckedFile.read(path, format, encoding) for path in paths])
    tests = _Texts([CheckedFile.read(path, format, encoding) for path in test])
    findings = [found for file in (*corpora.files, *tests.files) for found in file.findings]
    findings += [*_odd_words(corpora.segmented()), *_odd_words(tests.segmented())]
    findings += [*_two_ways(corpora.segmented()), *_ambiguous(corpora.segmented())]
    findings += [*_duplicates(corpora), *_overlaps(corpora, tests)]
    order = {kind: n for n, kind in enumerate(KINDS)}
    findings.sort(key=lambda finding: order[finding.kind])
    return Report(findings, corpora.summary(), tests.summary() if tests.files else None)


@dataclass(frozen=True)
class _Texts:
    """The sentences of several files as one corpus, each known by its number."""

    files: list[CheckedFile]

    def segmented(self) -> _Texts:
        """Return the files of which the words are known."""
        kept = [file for file in self.files if file.is_segmented]
        return self if len(kept) == len(self.files) else _Texts(kept)

    @cached_property
    def corpus(self) -> Corpus:
        """All sentences."""
        return Corpus.join([file.corpus for file in self.files] or [Corpus.from_text("")])

    @cached_property
    def words(self) -> list[str]:
        """All words."""
        return self.corpus.words()

    @cached_property
    def first_words(self) -> NDArray[np.intp]:
        """The index of each sentence's first word, shape (N,)."""
        return (np.cumsum(self.corpus.starts) - 1)[self.corpus.offsets[:-1]]

    @cached_property
    def repeated(self) -> list[tuple[str, list[int]]]:
        """The texts that are several sentences', and of which; those with most text first."""
        where: dict[str, list[int]] = {}
        for n, text in enumerate(self.corpus.texts()):
            where.setdefault(text, []).append(n)
        repeated = [(text, numbers) for text, numbers in where.items() if len(numbers) > 1]
        return sorted(repeated, key=lambda item: -len(item[0]) * (len(item[1]) - 1))

    @cached_property
    def _first_sentences(self) -> NDArray[np.intp]:
        return np.cumsum([0, *(len(file.corpus) for file in self.files)])

    def place(self, sentence: int) -> tuple[str, int]:
        """Return a sentence's file and line."""
        file = int(np.searchsorted(self._first_sentences, sentence, "right")) - 1
        return self.files[file].corpus.name, int(self.corpus.lines[sentence])

    def spot(self, sentence: int, seen_from: str = "") -> str:
        """Return a sentence's position as ``file:line``, or ``line N`` within the same file."""
        path, line = self.place(sentence)
        return f"line {line}" if path == seen_from else f"{visible(path)}:{line}"

    def sentence_of(self, word: int) -> int:
        """Return the sentence in which a word stands."""
        return int(np.searchsorted(self.first_words, word, "right")) - 1

    def summary(self) -> Summary:
        """Return the size of all files."""
        longest = max(range(len(self.words)), key=lambda i: len(self.words[i]), default=None)
        separators = sum((file.separators for file in self.files), Counter[str]())
        return Summary(
            sentences=len(self.corpus),
            words=len(self.words),
            characters=self.corpus.n_chars,
            distinct_words=len(set(self.words)),
            blank_lines=sum(file.n_blank for file in self.files),
            longest_word="" if longest is None else self.words[longest],
            longest_word_at="" if longest is None else self.spot(self.sentence_of(longest)),
            separators=dict(separators.most_common()),
        )


def _odd_words(texts: _Texts) -> Iterator[Finding]:
    """Find words as long as sentences, and words with punctuation in them."""
    odd = {word: message for word in set(texts.words) if (message := _odd_word(word))}
    if odd:
        for i, word in enumerate(texts.words):
            if word in odd:
                yield Finding(*texts.place(texts.sentence_of(i)), "word", odd[word])


def _odd_word(word: str) -> str:
    if len(word) > LONGEST_WORD and len(re.findall(_HAN, word)) > LONGEST_WORD:
        return f"long word, {len(word)} characters: {_excerpt(word)}"
    if len(word) > 1 and _GLUED.search(word):
        return f"punctuation inside a word: {_excerpt(word)}"
    return ""


def _two_ways(texts: _Texts) -> Iterator[Finding]:
    """Find sentences that stand twice and are not segmented alike."""
    offsets, starts = texts.corpus.offsets.tolist(), texts.corpus.starts
    for _, (first, *others) in texts.repeated:
        before = starts[offsets[first] : offsets[first + 1]]
        for n in others:
            if not np.array_equal(starts[offsets[n] : offsets[n + 1]], before):
                here, there = _difference(texts.corpus[n].words, texts.corpus[first].words)
                path, line = texts.place(n)
                message = f"{here}; the same sentence in {texts.spot(first, path)} has {there}"
                yield Finding(path, line, "sentence", message)


def _difference(a: Sequence[str], b: Sequence[str]) -> tuple[str, str]:
    """Return the first span of a text in which two segmentations differ.

    >>> _difference(["我", "爱", "北京"], ["我", "爱", "北", "京"])
    ('北京', '北 京')
    """
    same = next(i for i, (left, right) in enumerate(zip(a, b, strict=False)) if left != right)
    ends_a = list(accumulate(map(len, a[same:])))
    ends_b = list(accumulate(map(len, b[same:])))
    end = min({*ends_a} & {*ends_b})
    words_a = a[same : same + ends_a.index(end) + 1]
    words_b = b[same : same + ends_b.index(end) + 1]
    return visible(" ".join(words_a)), visible(" ".join(words_b))


def _ambiguous(texts: _Texts) -> Iterator[Finding]:
    """Find strings that are one word here and several there; report the rarer.

    The more lopsided the counts, the likelier the rarer segmentation is an error.
    """
    words = np.insert(np.array(texts.words, dtype=object), texts.first_words, "\n").tolist()
    begins = texts.first_words + np.arange(len(texts.first_words))  # of sentences, newline first
    n_whole = Counter(word for word in words if len(word) > 1)
    n_split, split_at = _split_words(words, n_whole)
    whole_at: dict[str, int] = {}
    for i, word in enumerate(words):
        if word in split_at:
            whole_at.setdefault(word, i)
    for word, (at, n_parts) in sorted(
        split_at.items(), key=lambda item: _evenness(n_whole[item[0]], n_split[item[0]])
    ):
        forms = [(n_whole[word], whole_at[word], word)]
        forms.append((n_split[word], at, " ".join(words[at : at + n_parts])))
        (rare, place, here), (often, _, there) = sorted(forms)
        sentence = int(np.searchsorted(begins, place, "right")) - 1
        message = f"{visible(here)} ({_times(rare)}), elsewhere {visible(there)} ({_times(often)})"
        yield Finding(*texts.place(sentence), "segmentation", message)


def _evenness(a: int, b: int) -> tuple[float, int]:
    """Return how close two counts are: 1 if equal; of equally lopsided ones the frequent first."""
    return min(a, b) / max(a, b), -max(a, b)


def _split_words(
    words: list[str], whole: Counter[str]
) -> tuple[Counter[str], dict[str, tuple[int, int]]]:
    """Find runs of words that are a word themselves.

    Returns
    -------
    counts
        How often each such word is split.
    first
        The first occurrence of each, and its number of words.
    """
    counts: Counter[str] = Counter()
    first: dict[str, tuple[int, int]] = {}
    for n_parts in range(2, MAX_PARTS + 1):
        for i, run in enumerate(runs(words, n_parts)):
            if run in whole:
                counts[run] += 1
                first.setdefault(run, (i, n_parts))
    return counts, first


def runs(words: list[str], length: int) -> Iterator[str]:
    """Yield every run of so many words as one string; over a sentence's end, with a newline."""
    runs = iter(words)
    for k in range(1, length):
        runs = map(add, runs, islice(words, k, None))
    return runs


def _duplicates(texts: _Texts) -> Iterator[Finding]:
    """Find sentences that stand twice or more."""
    for text, (first, second, *more) in texts.repeated:
        if len(text) >= MIN_SENTENCE:
            times = f", {_times(len(more) + 2)} in all" if more else ""
            path, line = texts.place(second)
            message = f"stands in {texts.spot(first, path)} too{times}: {_excerpt(text)}"
            yield Finding(path, line, "duplicate", message)


def _overlaps(texts: _Texts, tests: _Texts) -> Iterator[Finding]:
    """Find sentences of the test sets that stand in the corpora, the longest first."""
    first = {text: n for n, text in reversed(list(enumerate(texts.corpus.texts())))}
    found = [(text, n) for n, text in enumerate(tests.corpus.texts()) if text in first]
    for text, n in sorted(found, key=lambda item: -len(item[0])):
        if len(text) >= MIN_SENTENCE:
            message = f"stands in {texts.spot(first[text])} too: {_excerpt(text)}"
            yield Finding(*tests.place(n), "overlap", message)


def _excerpt(text: str) -> str:
    return visible(text[:_EXCERPT]) + ("…" if len(text) > _EXCERPT else "")


def _times(count: int) -> str:
    return f"{count:,} time{'' if count == 1 else 's'}"
