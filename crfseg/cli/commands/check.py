"""``crfseg check``: suspicious lines of corpora as file:line, and their sizes."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterator
from itertools import groupby

import click

from crfseg.annotation.corpus_checks import KINDS, Finding, Report, Summary, check
from crfseg.cli import options
from crfseg.corpus.readers import Format

_SHORT = {" ": "space", "\t": "tab", "\r": "carriage return"}


@click.command(name="check")
@options.corpus_files
@click.option(
    "--test",
    multiple=True,
    metavar="FILE",
    help="A test set, whose sentences should not be in the corpora; repeatable.",
)
@click.option(
    "--max",
    "most",
    type=click.IntRange(min=0),
    default=20,
    show_default=True,
    metavar="N",
    help="The number of findings of each kind to list; 0: all.",
)
@click.option(
    "--strict", is_flag=True, help="Exit with code 1 if there are findings (default: code 0)."
)
@options.corpus_format
@options.encoding
def command(
    corpora: tuple[str, ...],
    test: tuple[str, ...],
    most: int,
    strict: bool,
    format: Format | None,
    encoding: str,
) -> None:
    """List suspicious characters, words and sentences in corpora, then their sizes.

    The findings are: bytes that are not in the encoding; control, invisible and private-use
    characters; files or lines in another format; words as long as sentences or with punctuation
    inside; strings with two segmentations, the most uneven counts first; sentences of 10 characters
    or more that occur twice, or in a test set too. The exit code is 0 unless --strict is given.
    """
    report = check(corpora, test=test, format=format, encoding=encoding)
    lines = [*_listed(report.findings, most), *_table(report), *_tally(report.findings)]
    sys.stdout.buffer.write("".join(f"{line}\n" for line in lines).encode())
    sys.stdout.flush()
    if strict and report.findings:
        raise SystemExit(1)


def _listed(findings: list[Finding], most: int) -> Iterator[str]:
    """Yield the findings, at most ``most`` of each kind."""
    for kind, group in groupby(findings, key=lambda finding: finding.kind):
        found = list(group)
        yield from map(str, found[: most or None])
        if most and len(found) > most:
            yield f"... {len(found) - most:,} more: {KINDS[kind]}"
    if findings:
        yield ""


def _table(report: Report) -> Iterator[str]:
    """Yield the sizes: a row for each figure; columns for the corpora and the test sets."""
    summaries = [("corpora", report.corpora)]
    if report.test is not None:
        summaries.append(("test", report.test))
    columns = [{"": name, **_figures(summary)} for name, summary in summaries]
    width = max(len(figure) for figure in columns[0].values()) + 2
    for row in columns[0]:
        first, *second = (column[row] for column in columns)
        yield f"{row:<20}{first:<{width}}{''.join(second)}".rstrip()


def _figures(summary: Summary) -> dict[str, str]:
    separators = (f"{_name(char)} {count:,}" for char, count in summary.separators.items())
    word = summary.longest_word
    return {
        "sentences": f"{summary.sentences:,}",
        "words": f"{summary.words:,}",
        "characters": f"{summary.characters:,}",
        "distinct words": f"{summary.distinct_words:,}",
        "blank lines": f"{summary.blank_lines:,}",
        "words a sentence": f"{summary.words / max(1, summary.sentences):.1f}",
        "longest word": f"{len(word)} characters, {summary.longest_word_at}" if word else "none",
        "separators": ", ".join(separators) or "none",
    }


def _name(char: str) -> str:
    """Return the name of a separator: ``space``, ``U+3000 ideographic space``."""
    return _SHORT.get(char) or f"U+{ord(char):04X} {unicodedata.name(char, '').lower()}".rstrip()


def _tally(findings: list[Finding]) -> Iterator[str]:
    """Yield the number of findings of each kind."""
    yield ""
    if not findings:
        yield "nothing suspicious"
    for kind, group in groupby(findings, key=lambda finding: finding.kind):
        yield f"{len(list(group)):>8,}  {KINDS[kind]}"
