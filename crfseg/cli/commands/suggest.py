"""``crfseg suggest``: the most informative sentences, as a file to annotate."""

from __future__ import annotations

import click
import numpy as np

from crfseg.annotation.active_learning import SURE, suggest
from crfseg.cli import options
from crfseg.cli.progress_bar import counting
from crfseg.segmenter.loading import load
from crfseg.text.files import writing


@click.command(name="suggest")
@click.argument("raw", nargs=-1, required=True, metavar="RAW...")
@click.option("-m", "--model", help="The model to improve (default: the bundled model).")
@click.option(
    "-n", "--number", type=click.IntRange(min=1), default=100, show_default=True, metavar="N",
    help="The number of sentences.",
)  # fmt: skip
@click.option(
    "-o", "--output", metavar="FILE", help="The file to write, UTF-8 (default: standard output)."
)
@click.option(
    "--sure",
    type=click.FloatRange(0, 1),
    default=SURE,
    show_default=True,
    metavar="P",
    help="The confidence from which words are not asked about.",
)
@options.encoding
def command(
    raw: tuple[str, ...],
    model: str | None,
    number: int,
    output: str | None,
    sure: float,
    encoding: str,
) -> None:
    """Select the most informative sentences of raw text, with the boundaries to annotate.

    RAW has a sentence on each line. In the output, words of low confidence have boundary marks as
    the model segments them: | before a character that begins a word, - before one that does not.
    Correct these marks and remove those you cannot decide. Then train on: crfseg train FILE
    --format partial --init MODEL, or --init bundled. Training learns nothing from positions without
    a mark. Sentences that the model was trained on are skipped.
    """
    segmenter = load(model)
    with writing(output) as write:
        with counting("blocks") as callback:
            found = suggest(segmenter, raw, number, sure=sure, encoding=encoding, callback=callback)
        for text in found:
            write.write(f"{text.markup}\n".encode("utf-8", "surrogatepass"))
    if output not in (None, "-"):
        n_places = sum(int(np.count_nonzero(text.boundaries)) for text in found)
        click.echo(f"{output}: {len(found):,} sentences, {n_places:,} places to decide")
