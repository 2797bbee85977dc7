"""Text that is longer than memory, through several threads, in order.

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
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO, Final, TypeVar

from crfseg.tagger import Tagger
from crfseg.textfile import decode, pieces
from crfseg.trie import Trie

_LONG_LINE: Final = 1 << 20  # bytes of a line that is not waited for
_BATCH: Final = 16_384  # characters that are cut together, each text counting for _TEXT more
_TEXT: Final = 64
_AHEAD: Final = 2  # pieces of work under way for each thread

Past = tuple[bytes, int]
"""The visible characters before a part of a line, and the tag of the last; see ``cut_part``."""
_NO_PAST: Final[Past] = (b"", -1)

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


@dataclass(frozen=True)
class _Cutter:
    """Cuts pieces of one text, and says where it stands in the file called ``name``."""

    tagger: Tagger
    lexicon: Trie | None
    name: str

    def cut_lines(self, data: bytes, past: Past, line: int) -> bytes:
        """Cut what begins in a line of the file, behind its past."""
        with _located(data, self.name, line):
            return self.tagger.cut_utf8(data, past, lexicon=self.lexicon)

    def cut_part(self, data: bytes, past: Past, line: int) -> tuple[bytes, int, Past]:
        """Cut what of a line that goes on cannot change any more."""
        whole = len(data) - _n_incomplete(data)
        with _located(data, self.name, line):
            return self.tagger.cut_part(data[:whole], past, lexicon=self.lexicon)


def cut(
    tagger: Tagger,
    read: BinaryIO,
    name: str,
    encoding: str = "utf-8",
    threads: int = 0,
    lexicon: Trie | None = None,
) -> Iterator[bytes]:
    """Yield the text of a file cut into words, UTF-8, block after block.

    Parameters
    ----------
    read, name, encoding
        The text; ``name`` is for messages.
    threads
        How many to use; 0: one a core.
    lexicon
        A user's words.

    Raises
    ------
    CorpusError
        If the text is not in that encoding.
    """
    jobs = _jobs(_Cutter(tagger, lexicon, name), pieces(read, name, encoding))
    return in_order(lambda job: job(), jobs, threads, partial(_is_more, read))


def _jobs(cutter: _Cutter, text: Iterable[bytes]) -> Iterator[Callable[[], bytes]]:
    """Yield the work on a text, block by block; the parts of a long line are done at once.

    A line longer than a piece is cut as far as what follows cannot change it. The rest of it waits
    for what follows, together with what must be known of the part that is done: its past.
    """
    rest, past, line, limit = b"", _NO_PAST, 1, _LONG_LINE
    for piece in text:
        rest += piece
        if end := rest.rfind(b"\n") + 1:
            yield partial(cutter.cut_lines, rest[:end], past, line)
            line += rest.count(b"\n", 0, end)
            rest, past, limit = rest[end:], _NO_PAST, _LONG_LINE
        if len(rest) >= limit:
            done, n, past = cutter.cut_part(rest, past, line)
            rest = rest[n:]
            limit = _LONG_LINE if n else 2 * limit  # nothing was sure: try again with twice as much
            yield partial(bytes, done)
    if rest:
        yield partial(cutter.cut_lines, rest, past, line)


@contextmanager
def _located(data: bytes, name: str, line: int) -> Iterator[None]:
    """Let an error say in which line of the file the data is not UTF-8."""
    try:
        yield
    except UnicodeDecodeError:
        decode(data, name, first_line=line)  # raises
        raise


def _n_incomplete(data: bytes) -> int:
    """Return how many bytes at the end are the beginning of a character in UTF-8."""
    for n in range(1, min(4, len(data) + 1)):
        if data[-n] >= 0xC0:  # a first byte, of a character of 2, 3 or 4
            return n if n < 2 + (data[-n] >= 0xE0) + (data[-n] >= 0xF0) else 0
        if data[-n] < 0x80:
            return 0
    return 0


def _is_more(read: BinaryIO) -> bool:
    """Tell whether reading on would not have to wait, as far as the system says."""
    try:
        return bool(select.select([read], [], [], 0)[0])
    except (OSError, ValueError):  # not a file descriptor, or one that cannot be waited for
        return read.seekable()
