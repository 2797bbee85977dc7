"""Decodes and encodes text files of any encoding, piece by piece.

The encoding is UTF-8 unless another is named; it is never guessed. A byte order mark is accepted.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import BinaryIO, Final

from crfseg.errors import CorpusError

CHUNK: Final = 1 << 18  # bytes read at a time; their decoded form still fits the cache


def decode(data: bytes, name: str, encoding: str = "utf-8", first_line: int = 1) -> str:
    """Decode bytes to text.

    Parameters
    ----------
    data
        Encoded text.
    name
        The file, for messages.
    encoding
        Name of the encoding.
    first_line
        1-based line number of the first byte, for messages.

    Raises
    ------
    CorpusError
        If the encoding is unknown, or the bytes are not valid in it; the message has the line.
    """
    try:
        return data.decode(codec(encoding))
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(codec(encoding), "ignore")
        line = before.count("\n") + first_line
        raise CorpusError(
            f"{name}:{line}: byte 0x{data[error.start]:02X} is not {encoding}; expected {encoding} "
            "text. Name the encoding (such as gb18030, big5hkscs, utf-16) or convert the file"
        ) from None
    except UnicodeError as error:  # some codecs give no position
        raise CorpusError(f"{name}: not {encoding} ({error}); name another encoding") from None


def codec(encoding: str) -> str:
    """Return the name of the codec of an encoding.

    Raises
    ------
    CorpusError
        If the encoding is unknown.
    """
    try:
        name = codecs.lookup(encoding).name
        # Codecs such as hex do not encode text, and idna cannot skip an invalid byte.
        if "\n".encode(name).decode(name, "ignore") == "\n":
            return name
        raise LookupError(name)
    except (LookupError, ValueError):
        raise CorpusError(
            f"unknown encoding {encoding!r}; expected a name such as utf-8, gb18030, big5hkscs"
        ) from None


def encoder(encoding: str) -> Callable[[bytes], bytes]:
    """Return a function that converts pieces of UTF-8 to an encoding.

    Raises
    ------
    CorpusError
        If the encoding is unknown.
    """
    if codec(encoding) == "utf-8":
        return bytes
    incremental = codecs.getincrementalencoder(codec(encoding))()
    return lambda data: incremental.encode(data.decode("utf-8", "surrogatepass"))


def pieces(read: BinaryIO, name: str, encoding: str = "utf-8") -> Iterator[bytes]:
    """Yield the text of a file as pieces of UTF-8, without a byte order mark.

    Parameters
    ----------
    read
        The file. Pieces end where a read ended, within lines or characters too.
    name
        The file, for messages.
    encoding
        Name of the encoding. UTF-8 is passed on unchecked.

    Raises
    ------
    CorpusError
        If the encoding is unknown, or is not UTF-8 and the bytes are not valid in it.
    """
    encoding = codec(encoding)
    utf8 = _pieces(read)
    if encoding != "utf-8":
        utf8 = _recoded(utf8, name, encoding)
    for first in islice(utf8, 1):
        yield first.removeprefix(codecs.BOM_UTF8)
    yield from utf8


def _pieces(read: BinaryIO) -> Iterator[bytes]:
    """Yield bytes as soon as there are any, so that a filter answers line by line."""
    while piece := read.read1(CHUNK):  # type: ignore[attr-defined]  # buffered files have it
        yield piece


def _recoded(pieces: Iterator[bytes], name: str, encoding: str) -> Iterator[bytes]:
    """Convert text of another encoding to UTF-8."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    for piece in chain(pieces, [b""]):
        try:
            text = decoder.decode(piece, final=not piece)
        except UnicodeDecodeError as error:
            decode(error.object, name, encoding, line)  # raises, with the line
            raise
        line += text.count("\n")
        yield text.encode("utf-8", "surrogatepass")


def texts(read: BinaryIO, name: str, encoding: str = "utf-8") -> Iterator[str]:
    """Yield the text of a file in blocks of whole lines.

    Parameters
    ----------
    read
        The file.
    name
        The file, for messages.
    encoding
        Name of the encoding.

    Raises
    ------
    CorpusError
        If the encoding is unknown, or the bytes are not valid in it; the message has the line.
    """
    line = 1
    for data in _whole_lines(pieces(read, name, encoding)):
        yield decode(data, name, first_line=line)
        line += data.count(b"\n")


def _whole_lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    rest: list[bytes] = []  # of a line that has not ended yet
    for piece in pieces:
        end = piece.rfind(b"\n") + 1
        if end:
            yield b"".join([*rest, piece[:end]])
            rest = []
        rest.append(piece[end:])
    if any(rest):
        yield b"".join(rest)
