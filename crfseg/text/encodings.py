"""Encodings: text files in any encoding, read piece by piece.

The encoding is UTF-8 unless another is named; it is never guessed. A byte order mark is accepted.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import BinaryIO, Final

from crfseg.errors import CorpusError

CHUNK: Final = 1 << 18  # bytes read at a time, so that what becomes of them stays in the cache


def decode(data: bytes, name: str, encoding: str = "utf-8", first_line: int = 1) -> str:
    """Decode bytes; an error names the file, the line, the byte and the remedy."""
    try:
        return data.decode(codec(encoding))
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(codec(encoding), "ignore")
        line = before.count("\n") + first_line
        raise CorpusError(
            f"{name}:{line}: byte 0x{data[error.start]:02X} is not {encoding}; expected {encoding} "
            "text. Name the encoding (such as gb18030, big5hkscs, utf-16) or convert the file"
        ) from None
    except UnicodeError as error:  # of codecs that do not say where
        raise CorpusError(f"{name}: not {encoding} ({error}); name another encoding") from None


def codec(encoding: str) -> str:
    """Return the name of an encoding's codec."""
    try:
        name = codecs.lookup(encoding).name
        # Codecs such as hex are not for text, and idna cannot skip a wrong byte.
        if "\n".encode(name).decode(name, "ignore") == "\n":
            return name
        raise LookupError(name)
    except (LookupError, ValueError):
        raise CorpusError(
            f"unknown encoding {encoding!r}; expected a name such as utf-8, gb18030, big5hkscs"
        ) from None


def encoder(encoding: str) -> Callable[[bytes], bytes]:
    """Return what turns UTF-8 into an encoding, piece by piece."""
    if codec(encoding) == "utf-8":
        return bytes
    incremental = codecs.getincrementalencoder(codec(encoding))()
    return lambda data: incremental.encode(data.decode("utf-8", "surrogatepass"))


def pieces(read: BinaryIO, name: str, encoding: str = "utf-8") -> Iterator[bytes]:
    """Yield a file's text as UTF-8 in pieces, without a byte order mark.

    UTF-8 is passed on unchecked; other encodings are checked while they are decoded.
    """
    encoding = codec(encoding)
    found = _pieces(read)
    if encoding != "utf-8":
        found = _recoded(found, name, encoding)
    for first in islice(found, 1):
        yield first.removeprefix(codecs.BOM_UTF8)
    yield from found


def _pieces(read: BinaryIO) -> Iterator[bytes]:
    """Yield what can be read without waiting, so that a filter answers line by line."""
    while piece := read.read1(CHUNK):  # type: ignore[attr-defined]  # buffered files have it
        yield piece


def _recoded(pieces: Iterator[bytes], name: str, encoding: str) -> Iterator[bytes]:
    """Turn text of another encoding into UTF-8."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    for piece in chain(pieces, [b""]):
        try:
            text = decoder.decode(piece, final=not piece)
        except UnicodeDecodeError as error:
            decode(error.object, name, encoding, line)  # raises, saying where
            raise
        line += text.count("\n")
        yield text.encode("utf-8", "surrogatepass")


def texts(read: BinaryIO, name: str, encoding: str = "utf-8") -> Iterator[str]:
    """Yield a file's text in blocks of whole lines."""
    line = 1
    for data in _whole_lines(pieces(read, name, encoding)):
        yield decode(data, name, first_line=line)
        line += data.count(b"\n")


def _whole_lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    begun: list[bytes] = []  # a line whose end has not come yet
    for piece in pieces:
        end = piece.rfind(b"\n") + 1
        if end:
            yield b"".join([*begun, piece[:end]])
            begun = []
        begun.append(piece[end:])
    if any(begun):
        yield b"".join(begun)
