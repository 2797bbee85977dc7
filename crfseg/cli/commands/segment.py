"""``crfseg segment``: text into words, as a filter or from file to file."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import Any, BinaryIO, Final, get_args

import click

from crfseg.cli import options
from crfseg.constraints.user_lexicon import UserLexicon
from crfseg.errors import MarkupError
from crfseg.segmenter.granularity import Granularity
from crfseg.segmenter.loading import load
from crfseg.segmenter.nbest import Candidate
from crfseg.segmenter.segmenter import Segmenter
from crfseg.segmenter.tokens import Token
from crfseg.text.boundaries import ConstrainedText, Text
from crfseg.text.encodings import texts
from crfseg.text.files import writing
from crfseg.text.offsets import UNITS, Unit


@click.command(name="segment")
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option("-m", "--model", help="The model file (default: the bundled model).")
@click.option(
    "-o", "--output", metavar="FILE", help="The file to write, UTF-8 (default: standard output)."
)
@click.option(
    "--format",
    "format",
    type=click.Choice(["words", "tags", "json", "spans"]),
    default="words",
    show_default=True,
    help="The output of each line. words: separated by a space; tags: each character with its tag; "
    "spans: START-END; json: an object with text, words, spans, confidences and entropy.",
)
@click.option(
    "--granularity",
    type=click.Choice(get_args(Granularity)),
    help="The length of words. fine: divided further; coarse: joined; search: words inside words "
    "too.",
)
@click.option(
    "--offsets",
    type=click.Choice(UNITS),
    default="code-points",
    show_default=True,
    help="The unit of spans; Java and JavaScript count in utf-16.",
)
@click.option(
    "--nbest",
    type=click.IntRange(1, 1000),
    metavar="N",
    help="With json: add the N most probable segmentations.",
)
@click.option("--marginals", is_flag=True, help="With json: add the probability of each tag.")
@click.option(
    "--markup",
    is_flag=True,
    help="Read boundary constraints in the text: | before a character that begins a word, - before "
    "one that does not; \\ escapes these.",
)
@click.option(
    "--threads",
    type=click.IntRange(0, 256),
    default=0,
    help="The number of threads (default: one per core).",
)
@options.user_lexicon
@options.rules
@options.keep
@options.encoding
def command(
    files: tuple[str, ...],
    model: str | None,
    output: str | None,
    encoding: str,
    threads: int,
    lexicon: UserLexicon | None,
    rules: str | None,
    keep: tuple[str, ...],
    **wanted: Any,
) -> None:
    """Segment text into words, line by line; without FILE, segment standard input.

    White space in the text separates words; all formats except json drop it.
    """
    form = _Form(**wanted)
    segmenter = load(model, lexicon=lexicon, rules=rules, keep=keep)
    with writing(output) as write:
        for name in files or ("-",):
            with _source(name) as read:
                label = "<stdin>" if name == "-" else name
                for block in _cut(segmenter, read, label, form, encoding, threads):
                    write.write(block)
                    write.flush()


@dataclass(frozen=True)
class _Form:
    """The options that describe the output."""

    format: str
    granularity: Granularity | None
    offsets: Unit
    nbest: int | None
    marginals: bool
    markup: bool

    def __post_init__(self) -> None:
        if self.format != "json" and (self.nbest or self.marginals):
            raise click.UsageError("--nbest and --marginals need --format json")
        if self.format == "tags" and self.granularity:
            raise click.UsageError("--format tags has the tags of the model's own words alone")


def _cut(
    segmenter: Segmenter, read: BinaryIO, name: str, form: _Form, encoding: str, threads: int
) -> Iterator[bytes]:
    """Yield the output in blocks of UTF-8."""
    if form.format == "words" and form.granularity is None and not form.markup:
        yield from segmenter.cut_stream(read, name, encoding=encoding, threads=threads)
        return
    line, n = partial(_LINES[form.format], segmenter, form), 1
    for text in texts(read, name, encoding):
        lines: list[Any] = text.removesuffix("\n").split("\n")
        if form.markup:
            lines = list(_constrained(lines, name, n))
        n += len(lines)
        end = "\n" if text.endswith("\n") or form.format == "json" else ""
        yield ("\n".join(map(line, lines)) + end).encode("utf-8", "surrogatepass")


def _constrained(lines: Iterable[str], name: str, first: int) -> Iterator[ConstrainedText]:
    """Parse lines of markup; ``first`` is the line number of the first one in its file."""
    for n, line in enumerate(lines, first):
        try:
            yield ConstrainedText.parse(line)
        except MarkupError as error:
            raise MarkupError(f"{name}:{n}: {error}") from None


@contextmanager
def _source(name: str) -> Iterator[BinaryIO]:
    if name == "-":
        if sys.stdin is None:
            raise OSError("standard input is closed; name a file to read")
        yield sys.stdin.buffer
        return
    with Path(name).open("rb") as file:
        yield file


def _words(segmenter: Segmenter, form: _Form, text: Text) -> str:
    return " ".join(
        _with_label(token) for token in segmenter.tokens(text, granularity=form.granularity)
    )


def _tags(segmenter: Segmenter, _: _Form, text: Text) -> str:
    pairs = zip("".join(str(text).split()), segmenter.tags(text), strict=True)
    return " ".join(f"{char}/{tag}" for char, tag in pairs)


def _spans(segmenter: Segmenter, form: _Form, text: Text) -> str:
    tokens = segmenter.tokens(text, granularity=form.granularity)
    return " ".join(f"{start}-{end}" for start, end in _offsets(tokens, form.offsets))


def _json(segmenter: Segmenter, form: _Form, text: Text) -> str:
    tokens = segmenter.tokens(text, granularity=form.granularity)
    result: dict[str, Any] = {
        "text": str(text),
        "words": [token.text for token in tokens],
        "spans": _offsets(tokens, form.offsets),
    }
    if segmenter.model.tag_set.labels:
        result["labels"] = [token.label for token in tokens]
    result["confidence"] = segmenter.confidence(text, form.granularity).round(4).tolist()
    result["entropy"] = round(segmenter.entropy(text), 4)
    if form.nbest:
        result["nbest"] = [_candidate(each) for each in segmenter.nbest(text, form.nbest)]
    if form.marginals:
        result["marginals"] = segmenter.marginals(text).round(4).tolist()
    return json.dumps(result, ensure_ascii=False)


def _candidate(found: Candidate) -> dict[str, Any]:
    labels = {"labels": found.labels} if any(found.labels) else {}
    return {"words": found.words, **labels, "log_probability": round(found.log_probability, 4)}


def _with_label(token: Token) -> str:
    return f"{token.text}/{token.label}" if token.label else token.text


def _offsets(tokens: list[Token], unit: Unit) -> list[tuple[int, int]]:
    return list(map(attrgetter(*_FIELDS[unit]), tokens))


_FIELDS: Final[dict[Unit, tuple[str, str]]] = {
    "code-points": ("start", "end"),
    "utf-8": ("byte_start", "byte_end"),
    "utf-16": ("utf16_start", "utf16_end"),
}


_LINES: Final[dict[str, Callable[[Segmenter, _Form, Text], str]]] = {
    "words": _words,
    "tags": _tags,
    "spans": _spans,
    "json": _json,
}
