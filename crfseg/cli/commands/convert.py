"""``crfseg convert``: segmented corpora as training data for other tools."""

from __future__ import annotations

from typing import Any

import click

from crfseg.cli import options
from crfseg.corpus.readers import Format
from crfseg.corpus.tagset import Scheme
from crfseg.corpus.writers import write
from crfseg.features.alphabet import Folding
from crfseg.features.export import TARGETS, Target, convert, crfpp_template
from crfseg.text.files import writing


@click.command(name="convert")
@options.corpus_files
@click.option(
    "--to",
    required=True,
    type=click.Choice(TARGETS),
    help="The format to write. bmes: 我/S 北/B 京/E; conll: a character and its tag on each line; "
    "crfpp: CRF++ columns; crfsuite: CRFsuite's text format, tag and features; words; pos: "
    "word/POS; text: raw text, for other segmenters.",
)
@click.option(
    "-o", "--output", metavar="FILE", help="The file to write, UTF-8 (default: standard output)."
)
@click.option(
    "--labels/--no-labels",
    default=False,
    help="Add the labels of words to the tags, such as B-n (default: no; pos always has them).",
)
@options.scheme
@options.templates
@click.option(
    "--template-file",
    metavar="FILE",
    help="With --to crfpp: the CRF++ template file to write for these columns.",
)
@options.folding
@options.corpus_format
@options.encoding
def command(
    corpora: tuple[str, ...],
    to: Target,
    output: str | None,
    templates: tuple[str, ...],
    template_file: str | None,
    scheme: Scheme | None,
    folding: Folding | None,
    format: Format | None,
    encoding: str,
    **settings: Any,
) -> None:
    """Write corpora as tagged training data for other tools.

    The outputs conll, crfpp, words and pos are corpora with the same words; --format columns,
    columns, words and pos reads them.
    """
    if template_file is not None and to != "crfpp":
        raise click.UsageError("--template-file goes with --to crfpp")
    names, folding = templates or None, folding or "letters"
    text = convert(
        corpora, to, templates=names, folding=folding, scheme=scheme or "BMES",
        format=format, encoding=encoding, **settings,
    )  # fmt: skip
    if template_file is not None:
        with writing(template_file) as file:
            write(file, [crfpp_template(names, folding)])
    with writing(output) as file:
        write(file, text)
