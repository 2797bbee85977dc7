"""``crfseg segment``: cut text into words, as a filter or from file to file."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

import click

from crfseg.bundled import load
from crfseg.cli import options
from crfseg.cli.words import user_lexicon
from crfseg.files import writing
from crfseg.segmenter import Segmenter
from crfseg.textfile import texts
from crfseg.userlexicon import UserLexicon


@click.command(name="segment")
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option("-m", "--model", help="The model file (default: the bundled model).")
@click.option(
    "-o", "--output", metavar="FILE", help="Write here, UTF-8 (default: standard output)."
)
@click.option(
    "--format",
    "format",
    type=click.Choice(["words", "tags", "json", "spans"]),
    default="words",
    show_default=True,
    help="words: separated by a space; tags: each character with its tag; spans: START-END in code "
    "points; json: an object a line with text, words and spans.",
)
@click.option("--threads", type=click.IntRange(0, 256), default=0, help="Default: one a core.")
@user_lexicon
@options.encoding
def command(
    files: tuple[str, ...],
    model: str | None,
    output: str | None,
    format: str,
    encoding: str,
    threads: int,
    lexicon: UserLexicon | None,
) -> None:
    """Cut text into words, a line for a line; reads standard input if no FILE is given.

    White space in the text separates words and is dropped from all formats but json.
    """
    segmenter = load(model, lexicon=lexicon)
    with writing(output) as write:
        for name in files or ("-",):
            with _source(name) as read:
                label = "<stdin>" if name == "-" else name
                for block in _cut(segmenter, read, label, format, encoding, threads):
                    write.write(block)
                    write.flush()


def _cut(
    segmenter: Segmenter, read: BinaryIO, name: str, format: str, encoding: str, threads: int
) -> Iterator[bytes]:
    """Yield what is to be written, UTF-8, block after block."""
    if format == "words":
        yield from segmenter.cut_stream(read, name, encoding=encoding, threads=threads)
        return
    for text in texts(read, name, encoding):
        yield _FORMATS[format](segmenter, text).encode("utf-8", "surrogatepass")


@contextmanager
def _source(name: str) -> Iterator[BinaryIO]:
    if name == "-":
        if sys.stdin is None:
            raise OSError("standard input is closed; name a file to read")
        yield sys.stdin.buffer
        return
    with Path(name).open("rb") as file:
        yield file


def _by_line(text: str, line: Callable[[str], str]) -> str:
    """Apply a function to every line; the newlines stay as they are."""
    return "\n".join(line(part) for part in text.split("\n"))


def _tags(segmenter: Segmenter, text: str) -> str:
    def line(part: str) -> str:
        visible = "".join(part.split())
        pairs = zip(visible, segmenter.tags(part), strict=True)
        return " ".join(f"{char}/{tag}" for char, tag in pairs)

    return _by_line(text, line)


def _spans(segmenter: Segmenter, text: str) -> str:
    return _by_line(
        text, lambda part: " ".join(f"{start}-{end}" for start, end in segmenter.spans(part))
    )


def _json(segmenter: Segmenter, text: str) -> str:
    def line(part: str) -> str:
        found = segmenter.labelled(part)
        result = {
            "text": part,
            "words": [part[start:end] for (start, end), _ in found],
            "spans": [span for span, _ in found],
        }
        if segmenter.model.tag_set.labels:
            result["labels"] = [label for _, label in found]
        return json.dumps(result, ensure_ascii=False)

    return "".join(line(part) + "\n" for part in text.removesuffix("\n").split("\n"))


_FORMATS: Final[dict[str, Callable[[Segmenter, str], str]]] = {
    "tags": _tags,
    "json": _json,
    "spans": _spans,
}
