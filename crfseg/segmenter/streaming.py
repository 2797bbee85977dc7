"""Streaming: texts larger than memory, segmented by several threads, in order.

::

    file --pieces--> UTF-8 --jobs--> blocks of whole lines --in_order--> words, a block per thread

A very long line is segmented in parts. Each part ends where the text that follows can no longer
change it.
"""

from __future__ import annotations

import os
import select
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sized
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import BinaryIO, Final, NamedTuple, TypeVar

from crfseg.constraints.ruleset import REACH, Ruleset
from crfseg.decoding.tagger import Tagger
from crfseg.decoding.word_trie import Trie
from crfseg.text.encodings import decode, pieces

LONG_LINE: Final = 1 << 20  # bytes; a longer line is segmented in parts
_CONTINUING: Final = bytes(range(0x80, 0xC0))  # UTF-8 continuation bytes
_BATCH: Final = 16_384  # characters per job; each text counts for _TEXT more
_TEXT: Final = 64
_AHEAD: Final = 2  # jobs in flight per thread

Item = TypeVar("Item")
Result = TypeVar("Result")


def n_cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def batches(texts: Iterable[Item]) -> Iterator[list[Item]]:
    """Yield texts in lists long enough to occupy a thread."""
    batch: list[Item] = []
    n = 0
    for text in texts:
        batch.append(text)
        n += _TEXT + (len(text) if isinstance(text, Sized) else 0)  # wrong types fail later
        if n >= _BATCH:
            yield batch
            batch, n = [], 0
    if batch:
        yield batch


def in_order(
    function: Callable[[Item], Result],
    items: Iterable[Item],
    threads: int,
    is_more: Callable[[], bool] = lambda: True,
) -> Iterator[Result]:
    """Apply a function to items with several threads; yield the results in order.

    The number of items in flight grows from one up to two per thread.

    Parameters
    ----------
    function
        Applied to each item, in any thread.
    items
        Read in this thread.
    threads
        The number of threads; 0: one per core.
    is_more
        Returns False while the next item is not available yet; then results are not held back
        to read it.
    """
    threads = threads or n_cores()
    if threads == 1:
        yield from map(function, items)
        return
    waiting: deque[Future[Result]] = deque()
    ahead = 0
    pool = ThreadPoolExecutor(threads, thread_name_prefix="crfseg")
    try:
        for item in items:
            waiting.append(pool.submit(function, item))
            while len(waiting) > (ahead if is_more() else 0):
                yield waiting.popleft().result()
                ahead = min(ahead + 1, _AHEAD * threads)
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


class Context(NamedTuple):
    """The state at the end of one part of a line, from which the next part goes on."""

    tagged: tuple[bytes, int] = (b"", -1)
    """The last visible characters, and the tag of the very last; see ``Tagger.cut_part``."""
    text: bytes = b""
    """The text before, as far back as rules look."""


class Cutter(NamedTuple):
    """Segments pieces of one text.

    Parameters
    ----------
    tagger
        Segments UTF-8.
    name
        The file's name in messages.
    ruleset
        The rules that are on.
    user_words
        The user's words; None if there are none.
    """

    tagger: Tagger
    name: str
    ruleset: Ruleset = Ruleset()
    user_words: Trie | None = None

    def cut_lines(self, data: bytes, context: Context, line: int) -> bytes:
        """Segment data that begins in a line of the file, after its context.

        Parameters
        ----------
        data
            UTF-8, up to the end of a line or of the file.
        context
            The state at its beginning.
        line
            The number of its first line, from 1, for messages.

        Raises
        ------
        CorpusError
            If the data is not UTF-8.
        """
        with _located(data, self.name, line):
            boundaries = self.ruleset.constraints_of(data, context.text).boundaries
            return self.tagger.cut_utf8(
                data, context.tagged, boundaries=boundaries, user_words=self.user_words
            )

    def cut_part(self, data: bytes, context: Context, line: int) -> tuple[bytes, int, Context]:
        """Segment the beginning of an unfinished line that can no longer change.

        The part ends outside every match of a rule, and far enough from the end of the data for
        the rules to match the rest as before.

        Parameters
        ----------
        data, context, line
            As in :meth:`cut_lines`; the line goes on after the data.

        Returns
        -------
        cut
            The words of the part.
        n
            The number of bytes of the part; 0 if nothing is certain yet.
        context
            The state at its end.

        Raises
        ------
        CorpusError
            If the data is not UTF-8.
        """
        found = self.ruleset.constraints_of(data, context.text)
        n = len(data) - (REACH if self.ruleset else 0)
        while n > 0:
            whole = n - n_incomplete(data[:n])
            boundaries = None if found.boundaries is None else found.boundaries[:whole]
            with _located(data, self.name, line):
                done, n, tagged = self.tagger.cut_part(
                    data[:whole], context.tagged, boundaries, self.user_words
                )
            start = found.start_of(n)
            if start == n:
                return done, n, Context(tagged, _last_characters(context.text + data[:n]))
            n = start
        return b"", 0, context


def cut(
    cutter: Cutter, read: BinaryIO, encoding: str = "utf-8", threads: int = 0
) -> Iterator[bytes]:
    """Yield the segmented text of a file in blocks of UTF-8.

    Parameters
    ----------
    cutter
        Segments the blocks.
    read
        A binary file.
    encoding
        A name that Python knows.
    threads
        The number of threads; 0: one per core.

    Raises
    ------
    CorpusError
        If the text is not in that encoding.
    """
    jobs = _jobs(cutter, pieces(read, cutter.name, encoding))
    return in_order(lambda job: job(), jobs, threads, partial(_is_more, read))


def _jobs(cutter: Cutter, text: Iterable[bytes]) -> Iterator[Callable[[], bytes]]:
    """Yield the jobs of a text, block by block; the parts of a long line are segmented here.

    A line longer than a piece is segmented as far as the text that follows cannot change it. The
    rest of the line waits for more text, with the context of the part that is done.
    """
    rest, context, line, limit = b"", Context(), 1, LONG_LINE
    for piece in text:
        rest += piece
        if end := rest.rfind(b"\n") + 1:
            yield partial(cutter.cut_lines, rest[:end], context, line)
            line += rest.count(b"\n", 0, end)
            rest, context, limit = rest[end:], Context(), LONG_LINE
        if len(rest) >= limit:
            done, n, context = cutter.cut_part(rest, context, line)
            rest = rest[n:]
            limit = LONG_LINE if n else 2 * limit  # nothing was certain: wait for twice as much
            yield partial(bytes, done)
    if rest:
        yield partial(cutter.cut_lines, rest, context, line)


@contextmanager
def _located(data: bytes, name: str, line: int) -> Iterator[None]:
    """Turn a decoding error into a CorpusError with file and line."""
    try:
        yield
    except UnicodeDecodeError:
        decode(data, name, first_line=line)  # raises
        raise


def n_incomplete(data: bytes) -> int:
    """Return the number of bytes at the end that are an incomplete character of UTF-8."""
    for n in range(1, min(4, len(data) + 1)):
        if data[-n] >= 0xC0:  # the first byte of a character of 2, 3 or 4 bytes
            return n if n < 2 + (data[-n] >= 0xE0) + (data[-n] >= 0xF0) else 0
        if data[-n] < 0x80:
            return 0
    return 0


def _last_characters(data: bytes) -> bytes:
    """Return the last whole characters of UTF-8, as far back as rules look."""
    return data[-REACH:].lstrip(_CONTINUING)


def _is_more(read: BinaryIO) -> bool:
    """Return True if reading would not block, as far as the system can tell."""
    try:
        return bool(select.select([read], [], [], 0)[0])
    except (OSError, ValueError):  # not a file descriptor, or one without select
        return read.seekable()
