"""``crfseg explain``: why a text is cut where it is."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Final

import click
import numpy as np

from crfseg.cli import options
from crfseg.cli.lexicon_options import user_lexicon
from crfseg.constraints.user_lexicon import UserLexicon
from crfseg.segmenter.explanation import Explanation
from crfseg.segmenter.loading import load
from crfseg.segmenter.segmenter import Segmenter

_VIEWS: Final = {
    "C": "C  characters",
    "T": "T  classes of characters: (h)an, (l)atin, (d)igit, (n)umeral, (p)unctuation, (k)ana",
    "G": "G  groups of characters that behave alike",
    "B": "B  the longest known word that begins there: length.class",
    "E": "E  the longest known word that ends there: length.class",
    "P": "P  the longest known word that passes over the boundary before it: length.class",
    "b": "b e p  the lengths alone",
    "W": "W  which word it is that begins there",
    "V": "V  which word it is that ends there",
    "A": "A  accessor variety of the strings from there on, in raw text",
}


@click.command(name="explain")
@click.argument("text")
@click.option("-m", "--model", help="The model file (default: the bundled model).")
@click.option(
    "--at",
    "place",
    type=click.IntRange(min=0),
    metavar="N",
    help="The place before the N-th character, counted from 0 (default: the least certain one).",
)
@click.option(
    "--top",
    type=click.IntRange(min=1),
    default=12,
    show_default=True,
    metavar="N",
    help="Show the N weightiest votes.",
)
@user_lexicon
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
    """Explain why TEXT is cut at a position or not: the features that vote, and the runner-up.

    Weights are in nats: what makes the text as it is cut e to that power times as probable as the
    runner-up, the best segmentation with the opposite decision.
    """
    segmenter = load(model, lexicon=lexicon, rules=rules, keep=keep)
    if place is None:
        place = _least_certain(segmenter, text)
    for line in _in_words(text, segmenter.explain(text, place), top):
        click.echo(line)


def _least_certain(segmenter: Segmenter, text: str) -> int:
    """Return the index of the character of which it is least certain whether it begins a word."""
    begins = segmenter.marginals(text)[:, segmenter.model.tag_set.begins].sum(axis=1)
    places = [place for place, char in enumerate(text) if not char.isspace()]
    if not places:
        raise click.UsageError("TEXT has no characters but white space; expected some")
    return places[int(np.abs(begins - 0.5).argmin())]


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
    """Write a probability; what is not certain is not called so."""
    return f"{probability:.1%}" if not 0.9995 <= probability < 1 else "over 99.9%"


def _times(margin: float) -> str:
    times = math.exp(min(abs(margin), 300.0))
    number = f"{times:.1f}" if times < 10 else f"{times:,.0f}" if times < 1e6 else f"{times:.0e}"
    return f"{number} times {'less' if margin >= 0 else 'more'} probable"


def _legend(features: Iterable[str]) -> Iterator[str]:
    """Yield what the letters of features mean."""
    templates = [feature.partition("=")[0] for feature in features if "=" in feature]
    views = {
        part[-1:].replace("e", "b").replace("p", "b")
        for name in templates
        for part in name.split("[")[:-1]
    }
    if shown := [line for view, line in _VIEWS.items() if view in views]:
        yield ""
        yield from shown
