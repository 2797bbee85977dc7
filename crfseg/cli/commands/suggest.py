"""``crfseg suggest``: the most informative sentences to annotate, as a file to be corrected."""

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
@click.option("-m", "--model", help="The model, which is to learn (default: the bundled one).")
@click.option(
    "-n", "--number", type=click.IntRange(min=1), default=100, show_default=True, metavar="N",
    help="Of sentences.",
)  # fmt: skip
@click.option(
    "-o", "--output", metavar="FILE", help="Write here, UTF-8 (default: standard output)."
)
@click.option(
    "--sure",
    type=click.FloatRange(0, 1),
    default=SURE,
    show_default=True,
    metavar="P",
    help="Do not ask about words that are at least so probable.",
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
    """Choose the most informative sentences of raw text, and mark the decisions to make.

    RAW has a sentence a line. In what is written, words that the model is not sure of are marked as
    it would cut them: | before a character that begins a word, - before one that does not. Correct
    these marks, leave out those you cannot decide, and train on: crfseg train FILE --format partial
    --init MODEL, or --init bundled. Positions without a mark are not asked about, and nothing is
    learned from them. Sentences that the model was trained on are passed over.
    """
    segmenter = load(model)
    with writing(output) as write:
        with counting("blocks") as callback:
            found = suggest(segmenter, raw, number, sure=sure, encoding=encoding, callback=callback)
        for marked in found:
            write.write(f"{marked.markup}\n".encode("utf-8", "surrogatepass"))
    if output not in (None, "-"):
        n_places = sum(int(np.count_nonzero(marked.boundaries)) for marked in found)
        click.echo(f"{output}: {len(found):,} sentences, {n_places:,} places to decide")
