"""Streaming: text longer than memory is cut by several threads, in order.

::

    file --pieces--> UTF-8 --jobs--> blocks of whole lines --in_order--> words, a block a thread

A line that does not end is cut in parts, each as far as what follows cannot change it.
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

LONG_LINE: Final = 1 << 20  # bytes of a line that is not waited for
_CONTINUING: Final = bytes(range(0x80, 0xC0))  # no character begins with one
_BATCH: Final = 16_384  # characters that are cut together, each text counting for _TEXT more
_TEXT: Final = 64
_AHEAD: Final = 2  # pieces of work under way for each thread

Item = TypeVar("Item")
Result = TypeVar("Result")


def n_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def batches(texts: Iterable[Item]) -> Iterator[list[Item]]:
    """Yield texts in lists that are worth a thread's while."""
    batch: list[Item] = []
    n = 0
    for text in texts:
        batch.append(text)
        n += _TEXT + (len(text) if isinstance(text, Sized) else 0)  # what is none is reported later
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

    A few items are taken ahead of the results: none at first, then ever more, up to two a thread;
    none while ``is_more`` says that the next one is not there yet.
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
    """The state behind a part of a line, from which its next part is cut."""

    tagged: tuple[bytes, int] = (b"", -1)
    """The visible characters before, and the tag of the last; see ``cut_part``."""
    text: bytes = b""
    """What stands before, as far as rules look."""


class Cutter(NamedTuple):
    """Cuts pieces of one text, and says where it stands in the file called ``name``."""

    tagger: Tagger
    name: str
    ruleset: Ruleset = Ruleset()
    user_words: Trie | None = None

    def cut_lines(self, data: bytes, context: Context, line: int) -> bytes:
        """Cut what begins in a line of the file, behind its context."""
        with _located(data, self.name, line):
            boundaries = self.ruleset.constraints_of(data, context.text).boundaries
            return self.tagger.cut_utf8(
                data, context.tagged, boundaries=boundaries, user_words=self.user_words
            )

    def cut_part(self, data: bytes, context: Context, line: int) -> tuple[bytes, int, Context]:
        """Cut what of a line that goes on cannot change any more.

        It ends in no match of a rule, and so far from the end of the data that the rules find the
        same in what is left.
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
    """Yield the text of a file cut into words, UTF-8, block after block.

    Parameters
    ----------
    cutter
        It finds the words.
    read, encoding
        The text.
    threads
        How many to use; 0: one a core.

    Raises
    ------
    CorpusError
        If the text is not in that encoding.
    """
    jobs = _jobs(cutter, pieces(read, cutter.name, encoding))
    return in_order(lambda job: job(), jobs, threads, partial(_is_more, read))


def _jobs(cutter: Cutter, text: Iterable[bytes]) -> Iterator[Callable[[], bytes]]:
    """Yield the work on a text, block by block; the parts of a long line are done at once.

    A line longer than a piece is cut as far as what follows cannot change it. The rest of it waits
    for what follows, together with what must be known of the part that is done: its context.
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
            limit = LONG_LINE if n else 2 * limit  # nothing was sure: try again with twice as much
            yield partial(bytes, done)
    if rest:
        yield partial(cutter.cut_lines, rest, context, line)


@contextmanager
def _located(data: bytes, name: str, line: int) -> Iterator[None]:
    """Let an error say in which line of the file the data is not UTF-8."""
    try:
        yield
    except UnicodeDecodeError:
        decode(data, name, first_line=line)  # raises
        raise


def n_incomplete(data: bytes) -> int:
    """Return how many bytes at the end are the beginning of a character in UTF-8."""
    for n in range(1, min(4, len(data) + 1)):
        if data[-n] >= 0xC0:  # a first byte, of a character of 2, 3 or 4
            return n if n < 2 + (data[-n] >= 0xE0) + (data[-n] >= 0xF0) else 0
        if data[-n] < 0x80:
            return 0
    return 0


def _last_characters(data: bytes) -> bytes:
    """Return the end of UTF-8 as far as rules look, whole characters."""
    return data[-REACH:].lstrip(_CONTINUING)


def _is_more(read: BinaryIO) -> bool:
    """Tell whether reading on would not have to wait, as far as the system says."""
    try:
        return bool(select.select([read], [], [], 0)[0])
    except (OSError, ValueError):  # not a file descriptor, or one that cannot be waited for
        return read.seekable()
