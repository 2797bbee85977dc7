"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any, TypeVar

import click

from crfseg.constraints.ruleset import Ruleset
from crfseg.corpus.readers import FORMATS
from crfseg.corpus.tagset import SCHEMES
from crfseg.errors import RuleError
from crfseg.features.alphabet import FOLDINGS
from crfseg.training.algorithm import ALGORITHMS
from crfseg.training.settings import PROFILES, PROTOCOLS

_Command = TypeVar("_Command", bound=Callable[..., Any])


def _with_packages(_: click.Context, __: click.Parameter, path: str | None) -> str | None:
    """Make sure before any work is done that a report can be written."""
    if path is not None:
        from crfseg.evaluation.report.page import check_installed

        check_installed()
    return path


def _as_rules(_: click.Context, __: click.Parameter, changes: str | None) -> str | None:
    """Make sure before a model is loaded that there are such rules."""
    _checked(lambda: Ruleset().changed(changes or ()))
    return changes


def _as_expressions(
    _: click.Context, __: click.Parameter, expressions: tuple[str, ...]
) -> tuple[str, ...]:
    """Make sure before a model is loaded that these are regular expressions."""
    _checked(lambda: Ruleset(expressions=expressions))
    return expressions


def _checked(choose: Callable[[], Ruleset]) -> None:
    try:
        choose()
    except RuleError as error:
        raise click.BadParameter(str(error)) from None


corpus_files = click.argument("corpora", nargs=-1, required=True, metavar="CORPUS...")
corpus_format = click.option(
    "--format",
    "format",
    type=click.Choice(FORMATS),
    help="How the corpora are written (default: by the file's ending, else words).",
)
report = click.option(
    "--report",
    metavar="FILE",
    callback=_with_packages,
    help="Also write a page for a browser, one HTML file: figures, and every error.",
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
    "simplified: traditional characters as simplified ones too; width: punctuation too; none.",
)
raw = click.option(
    "--raw",
    metavar="FILE",
    multiple=True,
    help="Unsegmented text, for accessor variety and clusters; repeatable.",
)
lexicon = click.option(
    "--lexicon",
    metavar="FILE",
    multiple=True,
    help="A file of words, one per line; training learns their reliability; repeatable.",
)
algorithm = click.option(
    "--algorithm", type=click.Choice(tuple(ALGORITHMS)), default="adagrad", show_default=True
)
seed = click.option("--seed", type=int, help="Of the order of the sentences (default: 0).")
prune = click.option(
    "--prune",
    type=float,
    metavar="WEIGHT",
    help="Leave out patterns whose weights are all smaller.",
)
params = click.option(
    "-p",
    "--param",
    "params",
    multiple=True,
    metavar="NAME=VALUE",
    help="A parameter of the algorithm, such as c1=0.5; may be repeated.",
)
profile = click.option(
    "--profile",
    type=click.Choice(tuple(PROFILES)),
    help="accurate (the default): all features that pay; fast: n-grams alone.",
)
protocol = click.option(
    "--protocol",
    type=click.Choice(PROTOCOLS),
    help="closed (the default); strict: no classes of characters, no folding; with --raw open "
    "(its default), or transductive: that is the text to be tagged.",
)
rules = click.option(
    "--rules",
    metavar="NAME,...",
    callback=_as_rules,
    help="Switch rules on, or off (-NAME), such as numbers,-dates; all; none. They keep numbers, "
    "URLs and the like together, see docs/rules.md (default: what the training corpus keeps).",
)
keep = click.option(
    "--keep",
    multiple=True,
    metavar="REGEX",
    callback=_as_expressions,
    help="What this regular expression matches is a word; may be repeated.",
)
labels = click.option(
    "--labels", is_flag=True, default=None, help="Predict parts of speech or entity types too."
)
jobs = click.option(
    "--jobs",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="Train so many models side by side (default: one a core); the results are the same.",
)
folds = click.option(
    "--folds",
    type=click.IntRange(min=2),
    default=10,
    show_default=True,
    metavar="N",
    help="Into how many parts the corpora are divided.",
)

_TRAINING = (
    *(raw, lexicon, algorithm, seed, prune, params, profile, protocol),
    *(templates, scheme, labels, folding),
)


def training(command: _Command) -> _Command:
    """Add the options that say what is learned, and how; see :func:`chosen`."""
    return reduce(lambda decorated, option: option(decorated), reversed(_TRAINING), command)


def chosen(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of :func:`training` as :func:`crfseg.train` takes them."""
    named = dict(_parsed(param) for param in given["params"])
    others = {key: value for key, value in given.items() if key != "params"}
    return named | {key: value for key, value in others.items() if value not in (None, ())}


def _parsed(param: str) -> tuple[str, str]:
    name, equals, value = param.partition("=")
    if not equals or not name:
        raise click.BadParameter(f"{param!r}; expected NAME=VALUE", param_hint="--param")
    return name, value
