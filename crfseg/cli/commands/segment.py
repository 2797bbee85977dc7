"""``crfseg segment``: cut text into words, as a filter or from file to file."""

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
from crfseg.cli.lexicon_options import user_lexicon
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
    "-o", "--output", metavar="FILE", help="Write here, UTF-8 (default: standard output)."
)
@click.option(
    "--format",
    "format",
    type=click.Choice(["words", "tags", "json", "spans"]),
    default="words",
    show_default=True,
    help="words: separated by a space; tags: each character with its tag; spans: START-END; json: "
    "an object a line with text, words, spans, and how sure the model is of words and line.",
)
@click.option(
    "--granularity",
    type=click.Choice(get_args(Granularity)),
    help="fine, coarse: words divided further, or joined; search: the words inside words too.",
)
@click.option(
    "--offsets",
    type=click.Choice(UNITS),
    default="code-points",
    show_default=True,
    help="What spans count; utf-16 is what Java and JavaScript count.",
)
@click.option(
    "--nbest", type=click.IntRange(1, 1000), help="json: add the N most probable segmentations."
)
@click.option("--marginals", is_flag=True, help="json: add how probable each tag is.")
@click.option(
    "--markup",
    is_flag=True,
    help="The text says where to cut and where not: | and - before a character, \\ before these.",
)
@click.option("--threads", type=click.IntRange(0, 256), default=0, help="Default: one a core.")
@user_lexicon
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
    """Cut text into words, a line for a line; reads standard input if no FILE is given.

    White space in the text separates words and is dropped from all formats but json.
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
    """The options of the output, by name."""

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
    """Yield what is to be written, UTF-8, block after block."""
    if form.format == "words" and form.granularity is None and not form.markup:
        yield from segmenter.cut_stream(read, name, encoding=encoding, threads=threads)
        return
    line, n = partial(_LINES[form.format], segmenter, form), 1
    for text in texts(read, name, encoding):
        lines: list[Any] = text.removesuffix("\n").split("\n")
        if form.markup:
            lines = list(_marked(lines, name, n))
        n += len(lines)
        end = "\n" if text.endswith("\n") or form.format == "json" else ""
        yield ("\n".join(map(line, lines)) + end).encode("utf-8", "surrogatepass")


def _marked(lines: Iterable[str], name: str, first: int) -> Iterator[ConstrainedText]:
    """Read lines of markup, of which the first is one of a file."""
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
    return " ".join(f"{start}-{end}" for start, end in _places(tokens, form.offsets))


def _json(segmenter: Segmenter, form: _Form, text: Text) -> str:
    tokens = segmenter.tokens(text, granularity=form.granularity)
    result: dict[str, Any] = {
        "text": str(text),
        "words": [token.text for token in tokens],
        "spans": _places(tokens, form.offsets),
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


def _candidate(each: Candidate) -> dict[str, Any]:
    labels = {"labels": each.labels} if any(each.labels) else {}
    return {"words": each.words, **labels, "log_probability": round(each.log_probability, 4)}


def _with_label(token: Token) -> str:
    return f"{token.text}/{token.label}" if token.label else token.text


def _places(tokens: list[Token], unit: Unit) -> list[tuple[int, int]]:
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
