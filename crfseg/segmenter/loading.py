"""Loading of segmenters: the bundled model, and models from files."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

from crfseg.constraints.rule_defaults import Choice, ruleset_of
from crfseg.constraints.user_lexicon import UserLexicon
from crfseg.errors import ModelFileError
from crfseg.model.model import Model
from crfseg.segmenter.granularity import Granularity
from crfseg.segmenter.segmenter import Segmenter
from crfseg.text.boundaries import Text

BUNDLED: Final = Path(__file__).parents[1] / "model" / "bundled.crfseg"
"""The file of the bundled model."""
_LOCK: Final = threading.Lock()


def load(
    path: str | os.PathLike[str] | None = None,
    *,
    lexicon: UserLexicon | None = None,
    rules: Choice = None,
    keep: Iterable[str] = (),
) -> Segmenter:
    """Load a model for segmenting.

    Parameters
    ----------
    path
        The model's file. None: the bundled model, see docs/models.md; it is loaded once and
        shared.
    lexicon
        The user's words, see :class:`crfseg.UserLexicon`.
    rules, keep
        Rules and regular expressions that keep text together, see :class:`crfseg.Segmenter`.

    Returns
    -------
    segmenter
        Ready for use by any number of threads.

    Raises
    ------
    RuleError
        If a rule is unknown, or an expression is not valid.
    ModelFileError
        If the file is not a model, is damaged, or has a newer format.
    OSError
        If the file cannot be read.

    Examples
    --------
    >>> load().model.info["criterion"]
    'everyday, PKU-like'
    """
    if path is not None:
        return loaded_from(path, lexicon, rules, keep)
    with _LOCK:  # other threads wait until it is loaded
        bundled = bundled_segmenter()
    if lexicon is None and rules is None and not keep:
        return bundled
    return Segmenter(bundled.model, lexicon, rules, keep)


def cut(text: Text, granularity: Granularity | None = None) -> list[str]:
    """Return the words of a text, as the bundled model segments it.

    Short for ``load().cut(text, granularity)``. The first call loads the model; docs/models.md
    describes it.

    Examples
    --------
    >>> cut("我爱北京天安门"), cut("我愛北京")
    (['我', '爱', '北京', '天安门'], ['我', '愛', '北京'])
    """
    return load().cut(text, granularity)


@cache
def bundled_segmenter() -> Segmenter:
    """Return the segmenter of the bundled model, loaded at the first call."""
    return loaded_from(BUNDLED)


def loaded_from(
    path: str | os.PathLike[str],
    lexicon: UserLexicon | None = None,
    rules: Choice = None,
    keep: Iterable[str] = (),
) -> Segmenter:
    """Load a segmenter from a model file; see :func:`load`."""
    model = Model.load(path)
    ruleset = ruleset_of(model, rules, keep)
    try:
        return Segmenter(model, lexicon, ruleset)
    except ValueError as error:
        raise ModelFileError(
            f"{os.fspath(path)}: is damaged ({error}); train it or copy it again"
        ) from None
