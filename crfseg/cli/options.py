"""Options that several verbs share."""

from __future__ import annotations

import click

from crfseg.formats import FORMATS

corpus_files = click.argument("corpora", nargs=-1, required=True, metavar="CORPUS...")
corpus_format = click.option(
    "--format",
    "format",
    type=click.Choice(FORMATS),
    help="How the corpora are written (default: by the file's ending, else words).",
)
encoding = click.option(
    "--encoding",
    default="utf-8",
    show_default=True,
    help="Encoding of the text read, such as gb18030, big5hkscs, utf-16. Never guessed.",
)
