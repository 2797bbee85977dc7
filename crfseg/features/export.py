"""Exports training data in the formats of CRF++, CRFsuite and other tools.

======== ===========================================================================
crfpp    CRF++: character, class, folded character (unless folding is none), tag
crfsuite CRFsuite's text format: tag, then the features of the templates
others   the formats of :mod:`crfseg.corpus.writers`, which need no features
======== ===========================================================================

Sentences are generated one at a time. :mod:`crfseg.corpus.readers` reads crfpp back to the same
words.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final, Literal, get_args

from crfseg.corpus.corpus import Corpus
from crfseg.corpus.readers import Format, read_corpora
from crfseg.corpus.tagset import Scheme
from crfseg.corpus.writers import WRITERS, check_labels, rows, tagged_sentences
from crfseg.features.alphabet import Alphabet, Folding, fold
from crfseg.features.dataset import feature_sequences
from crfseg.features.extractor import Extractor
from crfseg.features.templates import Template, Templates, of_characters
from crfseg.text import chars
from crfseg.text.files import PathLike

Target = Literal["bmes", "conll", "crfpp", "crfsuite", "words", "pos", "text"]
TARGETS: Final[tuple[Target, ...]] = get_args(Target)


def convert(
    corpora: PathLike | Corpus | Iterable[PathLike | Corpus],
    to: Target,
    *,
    labels: bool = False,
    scheme: Scheme = "BMES",
    templates: Iterable[str] | None = None,
    folding: Folding = "letters",
    format: Format | None = None,
    encoding: str = "utf-8",
) -> Iterator[str]:
    r"""Yield corpora as training data for another tool, a sentence at a time.

    Parameters
    ----------
    corpora
        Segmented corpora, files or :class:`crfseg.Corpus` objects; read one at a time.
    to
        ``"bmes"``, ``"conll"``, ``"crfpp"``, ``"crfsuite"``, ``"words"``, ``"pos"`` or ``"text"``.
    labels
        Append the labels of words to tags (``B-n``); ``"pos"`` always writes them.
    scheme
        ``"BMES"`` or ``"BMES6"``.
    templates
        Feature templates for ``"crfsuite"``; None for the default ones.
    folding
        Folding of characters in features, see :class:`crfseg.features.alphabet.Alphabet`.
    format, encoding
        Format and encoding of files, see :func:`crfseg.read_corpus`.

    Raises
    ------
    CorpusError
        If a file is not valid in its format or encoding, or labels are missing or cannot be written
        in the target format.
    TemplateError
        If a template is malformed, or takes views other than C and T.

    Examples
    --------
    >>> list(convert(Corpus.from_text("我 爱 北京"), "bmes"))
    ['我/S 爱/S 北/B 京/E\n']
    """
    several = [corpora] if isinstance(corpora, str | os.PathLike | Corpus) else corpora
    chosen = of_characters(templates)
    for each in several:
        (corpus,) = read_corpora([each], format=format, encoding=encoding)
        if labels or to == "pos":
            check_labels(corpus, to)
        else:
            corpus = replace(corpus, labels=None, label_names=())
        if to == "crfpp":
            yield from _crfpp(corpus, scheme, folding)
        elif to == "crfsuite":
            yield from _crfsuite(corpus, scheme, folding, chosen)
        else:
            yield from WRITERS[to](corpus, scheme)


def crfpp_template(templates: Iterable[str] | None = None, folding: Folding = "letters") -> str:
    r"""Return a CRF++ template file for the columns that ``convert(..., "crfpp")`` writes.

    The features are those of crfseg except outside of sentences, where CRF++ has a symbol for each
    distance (``_B-1``, ``_B-2``) and crfseg one, ``<s>``.

    Raises
    ------
    TemplateError
        If a template is malformed, or takes views other than C and T.

    Examples
    --------
    >>> print(crfpp_template(["C[-1]C[0]", "T[0]"], folding="none"), end="")
    # column 0: character, 1: class; the last: tag
    U00:%x[-1,0]/%x[0,0]
    U01:%x[0,1]
    B
    """
    chosen = of_characters(templates)
    columns = {"C": 0 if folding == "none" else 2, "T": 1}
    folded = "" if folding == "none" else ", 2: folded character"
    rows = [
        f"U{i:02}:{_crfpp_macros(template, columns)}" for i, template in enumerate(chosen.templates)
    ]
    return "\n".join([f"# column 0: character, 1: class{folded}; the last: tag", *rows, "B", ""])


def _crfpp_macros(template: Template, columns: dict[str, int]) -> str:
    parts = zip(template.views, template.offsets, strict=True)
    return "/".join(f"%x[{offset},{columns[view]}]" for view, offset in parts)


def _crfpp(corpus: Corpus, scheme: Scheme, folding: Folding) -> Iterator[str]:
    alphabet = Alphabet.of(corpus.codes, folding)
    for codes, tags in tagged_sentences(corpus, scheme):
        columns: list[Sequence[str]] = [chars.to_text(codes), alphabet.print(codes, "T")]
        if folding != "none":
            columns.append(chars.to_text(fold(codes, folding)))
        yield rows(*columns, tags)


def _crfsuite(
    corpus: Corpus, scheme: Scheme, folding: Folding, templates: Templates
) -> Iterator[str]:
    extractor = Extractor(templates, Alphabet.of(corpus.codes, folding))
    features = feature_sequences(corpus, extractor)
    for (_, tags), names in zip(tagged_sentences(corpus, scheme), features, strict=True):
        lines = ["\t".join([tag, *row]) for tag, row in zip(tags, names, strict=True)]
        text = "\n".join([*lines, "", ""])
        yield text.replace("\\", "\\\\").replace(":", "\\:")  # a bare colon opens a weight
