"""Tagged training data as other tools read it.

======== ===========================================================================
bmes     a sentence a line: ``我/S 爱/S 北/B 京/E``
conll    a character and its tag a line, a blank line after each sentence
crfpp    CRF++: character, class, folded character (unless folding is none), tag
crfsuite CRFsuite's own text format: the tag, then the features of the templates
words    a sentence a line, words separated by a space
pos      the same with ``word/POS``
text     the sentences without their segmentation, for another segmenter to cut
======== ===========================================================================

All of it is made a sentence at a time from the arrays of a :class:`~crfseg.corpus.Corpus`. What is
written as conll, crfpp, words and pos reads back, by :mod:`crfseg.formats`, to the same words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import BinaryIO, Final, Literal

import numpy as np

from crfseg import chars
from crfseg.corpus import Corpus, Sentence
from crfseg.dataset import feature_sequences
from crfseg.errors import CorpusError
from crfseg.symbols import Alphabet, Folding, fold
from crfseg.tags import Scheme, TagSet
from crfseg.templates import Template, Templates, of_characters

Target = Literal["bmes", "conll", "crfpp", "crfsuite", "words", "pos", "text"]

_BOM: Final = "\ufeff"
_POS_SIGNS: Final = "/_]"  # a label that holds one cannot be told from its word


@dataclass(frozen=True)
class _Settings:
    """What the writers need to know besides the corpus."""

    scheme: Scheme
    templates: Templates
    folding: Folding


def export(
    corpus: Corpus,
    to: Target,
    *,
    labels: bool = False,
    scheme: Scheme = "BMES",
    templates: Iterable[str] | None = None,
    folding: Folding = "letters",
) -> Iterator[str]:
    r"""Yield a corpus as training data for another tool, a sentence at a time.

    Parameters
    ----------
    corpus
        The segmented corpus.
    to
        ``"bmes"``, ``"conll"``, ``"crfpp"``, ``"crfsuite"``, ``"words"``, ``"pos"`` or ``"text"``.
    labels
        Put the labels of words into the tags (``B-n``); ``"pos"`` always writes them.
    scheme
        ``"BMES"`` or ``"BMES6"``.
    templates
        Feature templates for ``"crfsuite"``; None for the default ones.
    folding
        Whether the features read full-width characters as half-width ones.

    Raises
    ------
    CorpusError
        If labels are wanted and there are none, or one cannot be written in that format.

    Examples
    --------
    >>> list(export(Corpus.from_text("我 爱 北京"), "bmes"))
    ['我/S 爱/S 北/B 京/E\n']
    """
    labelled = labels or to == "pos"
    if labelled:
        _check_labels(corpus, _POS_SIGNS if to == "pos" else "")
    else:
        corpus = replace(corpus, labels=None, label_names=())
    chosen = of_characters(templates)
    return _WRITERS[to](corpus, _Settings(scheme, chosen, folding))


def crfpp_template(templates: Iterable[str] | None = None, folding: Folding = "letters") -> str:
    r"""Return a CRF++ template file for the columns that ``export(..., "crfpp")`` writes.

    CRF++ knows how far outside the sentence a position lies (``_B-1``, ``_B-2``) where crfseg
    has one symbol, ``<s>``; all else is the same.

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


def pos_line(sentence: Sentence) -> str:
    """Return a sentence with labels as ``word/label``, a space between words."""
    pairs = zip(sentence.words, sentence.labels or (), strict=True)
    return " ".join(f"{word}/{label}" for word, label in pairs)


def write(file: BinaryIO, texts: Iterable[str]) -> None:
    """Write texts as UTF-8.

    Readers take a first U+FEFF for a byte order mark; if it is a character of the text, a real
    mark is written before it.
    """
    for n, text in enumerate(texts):
        mark = _BOM if n == 0 and text.startswith(_BOM) else ""
        file.write((mark + text).encode("utf-8", "surrogatepass"))


def _check_labels(corpus: Corpus, signs: str) -> None:
    """Refuse labels that could not be read back: empty, with white space or one of the signs."""
    if corpus.labels is None:
        raise CorpusError(
            f"{corpus.name}: no labels in it; expected word/POS or tags such as B-PER. Name "
            "its format (such as pos), or convert it without labels"
        )
    for label in corpus.label_names:
        if label.split() != [label] or any(sign in label for sign in signs):
            expected = f"none of {' '.join(signs)} in it" if signs else "no white space in it"
            raise CorpusError(
                f"{corpus.name}: label {label!r} cannot be written in this format; expected "
                f"{expected}. Choose another format, or convert it without labels"
            )


def _crfpp_macros(template: Template, columns: dict[str, int]) -> str:
    parts = zip(template.views, template.offsets, strict=True)
    return "/".join(f"%x[{offset},{columns[view]}]" for view, offset in parts)


def _tagged(corpus: Corpus, scheme: Scheme) -> Iterator[tuple[chars.CodePoints, list[str]]]:
    """Yield the characters and the tags of each sentence."""
    tag_set = TagSet(scheme, corpus.label_names)
    tags = np.array(tag_set.names, dtype=object)[tag_set.encode(corpus.starts, corpus.labels)]
    for begin, end in pairwise(corpus.offsets.tolist()):
        yield corpus.codes[begin:end], tags[begin:end].tolist()


def _rows(*columns: Sequence[str]) -> str:
    """Lay columns side by side, a tab between them and a blank line after the last row."""
    return "".join("\t".join(row) + "\n" for row in zip(*columns, strict=True)) + "\n"


def _bmes(corpus: Corpus, settings: _Settings) -> Iterator[str]:
    for codes, tags in _tagged(corpus, settings.scheme):
        pairs = zip(chars.to_text(codes), tags, strict=True)
        yield " ".join(f"{char}/{tag}" for char, tag in pairs) + "\n"


def _conll(corpus: Corpus, settings: _Settings) -> Iterator[str]:
    for codes, tags in _tagged(corpus, settings.scheme):
        yield _rows(chars.to_text(codes), tags)


def _crfpp(corpus: Corpus, settings: _Settings) -> Iterator[str]:
    alphabet = Alphabet.of(corpus.codes, settings.folding)
    for codes, tags in _tagged(corpus, settings.scheme):
        columns: list[Sequence[str]] = [chars.to_text(codes), alphabet.print(codes, "T")]
        if settings.folding != "none":
            columns.append(chars.to_text(fold(codes, settings.folding)))
        yield _rows(*columns, tags)


def _crfsuite(corpus: Corpus, settings: _Settings) -> Iterator[str]:
    alphabet = Alphabet.of(corpus.codes, settings.folding)
    features = feature_sequences(corpus, settings.templates, alphabet)
    for (_, tags), rows in zip(_tagged(corpus, settings.scheme), features, strict=True):
        lines = ["\t".join([tag, *row]) for tag, row in zip(tags, rows, strict=True)]
        text = "\n".join([*lines, "", ""])
        yield text.replace("\\", "\\\\").replace(":", "\\:")  # a bare colon opens a weight


def _words(corpus: Corpus, settings: _Settings) -> Iterator[str]:  # noqa: ARG001  # as the others
    return (" ".join(sentence.words) + "\n" for sentence in corpus)


def _text(corpus: Corpus, settings: _Settings) -> Iterator[str]:  # noqa: ARG001  # as the others
    return (f"{text}\n" for text in corpus.texts())


def _pos(corpus: Corpus, settings: _Settings) -> Iterator[str]:  # noqa: ARG001  # as the others
    return (pos_line(sentence) + "\n" for sentence in corpus)


_WRITERS: Final[dict[str, Callable[[Corpus, _Settings], Iterator[str]]]] = {
    "bmes": _bmes,
    "conll": _conll,
    "crfpp": _crfpp,
    "crfsuite": _crfsuite,
    "words": _words,
    "pos": _pos,
    "text": _text,
}
TARGETS: Final = tuple(_WRITERS)
