"""Options that several verbs share."""

from __future__ import annotations

import click

from crfseg.formats import FORMATS
from crfseg.symbols import FOLDINGS
from crfseg.tags import SCHEMES

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
templates = click.option(
    "-t",
    "--template",
    "templates",
    multiple=True,
    help="A feature template, such as C[-1]C[0]; may be repeated (default: those of "
    "docs/templates.md).",
)
scheme = click.option("--scheme", type=click.Choice(SCHEMES), help="The tags (default: BMES).")
folding = click.option(
    "--folding",
    type=click.Choice(FOLDINGS),
    help="letters (the default): features read full-width letters and digits as half-width ones; "
    "width: punctuation too; none.",
)
