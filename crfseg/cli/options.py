"""Options that several commands share, and their conversion to arguments.

::

    corpus_format, encoding, ...   options, used as decorators
    training, chosen               all options of a training, and their values for crfseg.train
    user_lexicon                   --lexicon, --force and --lexicon-format as one UserLexicon
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import reduce, wraps
from typing import Any, Final, TypeVar, get_args

import click

from crfseg.constraints.lexicon_files import LexiconFormat
from crfseg.constraints.ruleset import Ruleset
from crfseg.constraints.user_lexicon import Mode, UserLexicon
from crfseg.corpus.readers import FORMATS
from crfseg.corpus.tagset import SCHEMES
from crfseg.errors import RuleError
from crfseg.features.alphabet import FOLDINGS
from crfseg.training.algorithm import ALGORITHMS
from crfseg.training.settings import PROFILES, PROTOCOLS

_Command = TypeVar("_Command", bound=Callable[..., Any])


def _with_packages(_: click.Context, __: click.Parameter, path: str | None) -> str | None:
    """Check that a report can be written, before any work is done."""
    if path is not None:
        from crfseg.evaluation.report.page import check_installed

        check_installed()
    return path


def _as_rules(_: click.Context, __: click.Parameter, changes: str | None) -> str | None:
    """Check that the rules exist, before a model is loaded."""
    _check(lambda: Ruleset().changed(changes or ()))
    return changes


def _as_expressions(
    _: click.Context, __: click.Parameter, expressions: tuple[str, ...]
) -> tuple[str, ...]:
    """Check that the regular expressions are valid, before a model is loaded."""
    _check(lambda: Ruleset(expressions=expressions))
    return expressions


def _check(choose: Callable[[], Ruleset]) -> None:
    try:
        choose()
    except RuleError as error:
        raise click.BadParameter(str(error)) from None


corpus_files = click.argument("corpora", nargs=-1, required=True, metavar="CORPUS...")
corpus_format = click.option(
    "--format",
    "format",
    type=click.Choice(FORMATS),
    help="The format of the corpora (default: by the ending of the file name, else words).",
)
report = click.option(
    "--report",
    metavar="FILE",
    callback=_with_packages,
    help="Also write an HTML page here, one file: figures, and every difference.",
)
encoding = click.option(
    "--encoding",
    default="utf-8",
    show_default=True,
    help="The encoding of all text that is read, such as gb18030, big5hkscs, utf-16. It is never "
    "guessed.",
)
templates = click.option(
    "-t",
    "--template",
    "templates",
    multiple=True,
    help="A feature template, such as C[-1]C[0]; repeatable (default: the templates of the "
    "profile, see docs/templates.md).",
)
scheme = click.option(
    "--scheme", type=click.Choice(SCHEMES), help="The tag scheme (default: BMES)."
)
folding = click.option(
    "--folding",
    type=click.Choice(FOLDINGS),
    help="The folding of characters in features. letters (the default): full-width letters and "
    "digits are read as half-width; simplified: also traditional characters as simplified ones; "
    "width: also full-width punctuation as half-width; none.",
)
raw = click.option(
    "--raw",
    metavar="FILE",
    multiple=True,
    help="A file of raw text. Training learns accessor variety and clusters from it; repeatable.",
)
_WORD_FILE: Final = "A file of words, one at the beginning of each line"
lexicon = click.option(
    "--lexicon",
    metavar="FILE",
    multiple=True,
    help=f"{_WORD_FILE}. Training learns how reliable they are; repeatable.",
)
algorithm = click.option(
    "--algorithm",
    type=click.Choice(tuple(ALGORITHMS)),
    default="adagrad",
    show_default=True,
    help="The training algorithm.",
)
seed = click.option(
    "--seed", type=int, help="The seed of the random order of sentences (default: 0)."
)
prune = click.option(
    "--prune",
    type=float,
    metavar="WEIGHT",
    help="Remove patterns whose weights are all smaller than this.",
)
params = click.option(
    "-p",
    "--param",
    "params",
    multiple=True,
    metavar="NAME=VALUE",
    help="A parameter of the algorithm, such as c1=0.5; repeatable.",
)
profile = click.option(
    "--profile",
    type=click.Choice(tuple(PROFILES)),
    help="The feature set. accurate (the default): all features; fast: n-grams only.",
)
protocol = click.option(
    "--protocol",
    type=click.Choice(PROTOCOLS),
    help="The resources that training may use. closed (the default): the corpora and character "
    "classes; strict: no character classes and no folding; transductive: --raw is the text to be "
    "segmented; open (the default with --raw or --lexicon): any.",
)
rules = click.option(
    "--rules",
    metavar="NAME,...",
    callback=_as_rules,
    help="Rules to switch on, or off (-NAME), such as numbers,-dates; all; none. Rules keep "
    "numbers, URLs and the like together, see docs/rules.md (default: the rules that the training "
    "corpus follows).",
)
keep = click.option(
    "--keep",
    multiple=True,
    metavar="REGEX",
    callback=_as_expressions,
    help="A regular expression; each match is one word; repeatable.",
)
labels = click.option(
    "--labels",
    is_flag=True,
    default=None,
    help="Also train the labels of words: parts of speech or entity types.",
)
jobs = click.option(
    "--jobs",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="The number of models trained at a time (default: one per core). The results do not "
    "depend on it.",
)
folds = click.option(
    "--folds",
    type=click.IntRange(min=2),
    default=10,
    show_default=True,
    metavar="N",
    help="The number of parts into which the corpora are divided.",
)

_TRAINING = (
    *(raw, lexicon, algorithm, seed, prune, params, profile, protocol),
    *(templates, scheme, labels, folding),
)


def training(command: _Command) -> _Command:
    """Add the options of a training to a command; see :func:`chosen`."""
    return _with_options(command, _TRAINING)


def _with_options(command: _Command, added: Sequence[Callable[[_Command], _Command]]) -> _Command:
    return reduce(lambda decorated, option: option(decorated), reversed(added), command)


def chosen(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of :func:`training` as keyword arguments of :func:`crfseg.train`."""
    named = dict(_parsed(param) for param in given["params"])
    others = {key: value for key, value in given.items() if key != "params"}
    return named | {key: value for key, value in others.items() if value not in (None, ())}


def _parsed(param: str) -> tuple[str, str]:
    name, equals, value = param.partition("=")
    if not equals or not name:
        raise click.BadParameter(f"{param!r}; expected NAME=VALUE", param_hint="--param")
    return name, value


_USER_LEXICON: Final = (
    click.option(
        "--lexicon",
        metavar="FILE",
        multiple=True,
        help=f"{_WORD_FILE}. Segmentation prefers them by their strength; repeatable.",
    ),
    click.option(
        "--force",
        metavar="FILE",
        multiple=True,
        help=f"{_WORD_FILE}. These are always words; repeatable.",
    ),
    click.option(
        "--lexicon-format",
        type=click.Choice(get_args(LexiconFormat)),
        default="crfseg",
        show_default=True,
        help="The format of the files of --lexicon and --force.",
    ),
)


def user_lexicon(command: _Command) -> Any:
    """Add the options of a user's words; the command gets them as ``lexicon``, None if none."""

    @wraps(command)
    def with_lexicon(
        *,
        lexicon: tuple[str, ...],
        force: tuple[str, ...],
        lexicon_format: LexiconFormat,
        **rest: Any,
    ) -> Any:
        files: list[tuple[str, Mode]] = [(file, "prefer") for file in lexicon]
        files += [(file, "force") for file in force]
        return command(lexicon=_read(files, lexicon_format), **rest)

    return _with_options(with_lexicon, _USER_LEXICON)


def _read(files: Iterable[tuple[str, Mode]], format: LexiconFormat) -> UserLexicon | None:
    words: UserLexicon | None = None
    for file, mode in files:
        read = UserLexicon.read(file, format=format, mode=mode)
        if words is None:
            words = read
        else:
            words.update(read)
    return words
