"""``crfseg explain``: the features that decide one boundary of a text."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Final

import click
import numpy as np

from crfseg.cli import options
from crfseg.constraints.user_lexicon import UserLexicon
from crfseg.segmenter.explanation import Explanation
from crfseg.segmenter.loading import load
from crfseg.segmenter.segmenter import Segmenter

_VIEWS: Final = {
    "C": "C  characters",
    "T": "T  classes of characters: (h)an, (l)atin, (d)igit, (n)umeral, (p)unctuation, (k)ana",
    "G": "G  clusters of similar characters",
    "B": "B  the longest lexicon word that begins there: length.class",
    "E": "E  the longest lexicon word that ends there: length.class",
    "P": "P  the longest lexicon word that crosses the boundary before it: length.class",
    "b": "b e p  the lengths alone",
    "W": "W  the lexicon word that begins there",
    "V": "V  the lexicon word that ends there",
    "A": "A  the accessor variety in raw text of the strings that begin there",
}


@click.command(name="explain")
@click.argument("text")
@click.option("-m", "--model", help="The model file (default: the bundled model).")
@click.option(
    "--at",
    "place",
    type=click.IntRange(min=0),
    metavar="N",
    help="The position: before character N, counted from 0 (default: the least certain position).",
)
@click.option(
    "--top",
    type=click.IntRange(min=1),
    default=12,
    show_default=True,
    metavar="N",
    help="The number of votes to show, those with the largest weights.",
)
@options.user_lexicon
@options.rules
@options.keep
def command(
    text: str,
    model: str | None,
    place: int | None,
    top: int,
    lexicon: UserLexicon | None,
    rules: str | None,
    keep: tuple[str, ...],
) -> None:
    """Explain one boundary decision in TEXT: the votes of the features, and the runner-up.

    The runner-up is the best segmentation with the opposite decision. A vote of w nats makes the
    segmentation exp(w) times as probable, relative to the runner-up.
    """
    segmenter = load(model, lexicon=lexicon, rules=rules, keep=keep)
    if place is None:
        place = _least_certain(segmenter, text)
    for line in _in_words(text, segmenter.explain(text, place), top):
        click.echo(line)


def _least_certain(segmenter: Segmenter, text: str) -> int:
    """Return the index of the character with the least certain decision."""
    begins = segmenter.marginals(text)[:, segmenter.model.tag_set.begins].sum(axis=1)
    visible = [index for index, char in enumerate(text) if not char.isspace()]
    if not visible:
        raise click.UsageError("TEXT has no characters but white space; expected some")
    return visible[int(np.abs(begins - 0.5).argmin())]


def _in_words(text: str, found: Explanation, top: int) -> Iterator[str]:
    before, after = text[: found.place].rstrip()[-1:], text[found.place]
    decision = "a word begins" if found.is_cut else "no word begins"
    where = f"between {before} and {after}" if before else f"at {after}"
    yield " ".join(found.words)
    yield f"{where} (place {found.place}): {decision}, {_percent(found.probability)} sure"
    if found.given or not found.runner_up:
        yield f"because {found.given or 'nothing else is possible'}"
        return
    yield f"runner-up: {' '.join(found.runner_up)}"
    yield f"it is {_times(found.margin)}: {found.margin:+.2f} nats, which are the sum of"
    for vote in found.votes[:top]:
        said_of = f"  said of {vote.character}" if vote.character else ""
        yield f"{vote.weight:+8.2f}  {vote.feature}{said_of}"
    if rest := found.votes[top:]:
        yield f"{sum(vote.weight for vote in rest):+8.2f}  {len(rest)} others"
    yield from _legend({vote.feature for vote in found.votes[:top]})


def _percent(probability: float) -> str:
    """Format a probability; only certainty is written as 100%."""
    return f"{probability:.1%}" if not 0.9995 <= probability < 1 else "over 99.9%"


def _times(margin: float) -> str:
    times = math.exp(min(abs(margin), 300.0))
    number = f"{times:.1f}" if times < 10 else f"{times:,.0f}" if times < 1e6 else f"{times:.0e}"
    return f"{number} times {'less' if margin >= 0 else 'more'} probable"


def _legend(features: Iterable[str]) -> Iterator[str]:
    """Yield the meanings of the letters in features."""
    templates = [feature.partition("=")[0] for feature in features if "=" in feature]
    views = {
        part[-1:].replace("e", "b").replace("p", "b")
        for name in templates
        for part in name.split("[")[:-1]
    }
    if shown := [line for view, line in _VIEWS.items() if view in views]:
        yield ""
        yield from shown
