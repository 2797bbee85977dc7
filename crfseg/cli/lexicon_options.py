"""Options of the user's lexicon: files of words, one at the beginning of each line."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, reduce, wraps
from typing import Any, Final, TypeVar, get_args

import click

from crfseg.constraints.lexicon_files import LexiconFormat
from crfseg.constraints.user_lexicon import Mode, UserLexicon

_Command = TypeVar("_Command", bound=Callable[..., Any])

_OPTIONS: Final = (
    click.option(
        "--lexicon",
        metavar="FILE",
        multiple=True,
        help="Words to prefer, one a line, with a strength in nats if you like; repeatable.",
    ),
    click.option(
        "--force",
        metavar="FILE",
        multiple=True,
        help="Words that always are words, likewise.",
    ),
    click.option(
        "--lexicon-format",
        type=click.Choice(get_args(LexiconFormat)),
        default="crfseg",
        show_default=True,
        help="How these files are written.",
    ),
)


def user_lexicon(command: _Command) -> Any:
    """Add the options; the command receives the words as ``lexicon``, None if there are none."""

    @wraps(command)
    def with_lexicon(
        *,
        lexicon: tuple[str, ...],
        force: tuple[str, ...],
        lexicon_format: LexiconFormat,
        **rest: Any,
    ) -> Any:
        read: list[tuple[str, Mode]] = [(file, "prefer") for file in lexicon]
        read += [(file, "force") for file in force]
        words = reduce(partial(_joined, lexicon_format), read, None)
        return command(lexicon=words, **rest)

    return reduce(lambda decorated, option: option(decorated), reversed(_OPTIONS), with_lexicon)


def _joined(
    format: LexiconFormat, before: UserLexicon | None, read: tuple[str, Mode]
) -> UserLexicon:
    file, mode = read
    words = UserLexicon.read(file, format=format, mode=mode)
    if before is None:
        return words
    before.update(words)
    return before
