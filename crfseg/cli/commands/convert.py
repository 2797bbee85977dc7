"""``crfseg convert``: segmented corpora as tagged training data, as other tools read it."""

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
    help="bmes: 我/S 北/B 京/E; conll: a character and its tag a line; crfpp: CRF++ columns; "
    "crfsuite: tag and features as CRFsuite's text format; words; pos: word/POS; text: without the "
    "segmentation, for another segmenter to cut.",
)
@click.option(
    "-o", "--output", metavar="FILE", help="Write here, UTF-8 (default: standard output)."
)
@click.option(
    "--labels/--no-labels",
    default=False,
    help="Put parts of speech or entity types into the tags, B-n (default: no; pos always does).",
)
@options.scheme
@options.templates
@click.option(
    "--template-file",
    metavar="FILE",
    help="With --to crfpp: write the CRF++ template file for these columns here.",
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
    """Write corpora as tagged training data, as other tools read it.

    What is written as conll, crfpp, words and pos is a corpus again, with the same words: read it
    with --format columns, columns, words and pos.
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
