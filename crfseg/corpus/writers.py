"""Writers of the corpus formats: words, pos, text, and tagged characters as bmes and conll.

======== ===========================================================================
bmes     a sentence a line: ``我/S 爱/S 北/B 京/E``
conll    a character and its tag a line, a blank line after each sentence
words    a sentence a line, words separated by a space
pos      the same with ``word/POS``
text     sentences without segmentation, as input of another segmenter
======== ===========================================================================

Sentences are generated one at a time. :mod:`crfseg.corpus.readers` reads conll, words and pos back
to the same words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import BinaryIO, Final

import numpy as np

from crfseg.corpus.corpus import Corpus, Sentence
from crfseg.corpus.tagset import Scheme, TagSet
from crfseg.errors import CorpusError
from crfseg.text import chars

_BOM: Final = "\ufeff"
_POS_SEPARATORS: Final = "/_]"  # not allowed in labels


def pos_line(sentence: Sentence) -> str:
    """Return a sentence with labels as ``word/label``, a space between words."""
    pairs = zip(sentence.words, sentence.labels or (), strict=True)
    return " ".join(f"{word}/{label}" for word, label in pairs)


def write(file: BinaryIO, texts: Iterable[str]) -> None:
    """Write texts as UTF-8.

    Readers take a leading U+FEFF for a byte order mark. If it is a character of the text, a byte
    order mark is written before it.
    """
    for n, text in enumerate(texts):
        bom = _BOM if n == 0 and text.startswith(_BOM) else ""
        file.write((bom + text).encode("utf-8", "surrogatepass"))


def check_labels(corpus: Corpus, format: str) -> None:
    """Check that labels can be read back from a format.

    Raises
    ------
    CorpusError
        If there are no labels, or one is empty or contains white space or a separator.
    """
    separators = _POS_SEPARATORS if format == "pos" else ""
    if corpus.labels is None:
        raise CorpusError(
            f"{corpus.name}: no labels in it; expected word/POS or tags such as B-PER. Name "
            "its format (such as pos), or convert it without labels"
        )
    for label in corpus.label_names:
        if label.split() != [label] or any(sign in label for sign in separators):
            expected = (
                f"none of {' '.join(separators)} in it" if separators else "no white space in it"
            )
            raise CorpusError(
                f"{corpus.name}: label {label!r} cannot be written in this format; expected "
                f"{expected}. Choose another format, or convert it without labels"
            )


def tagged_sentences(
    corpus: Corpus, scheme: Scheme
) -> Iterator[tuple[chars.CodePoints, list[str]]]:
    """Yield the characters and the tags of each sentence."""
    tag_set = TagSet(scheme, corpus.label_names)
    tags = np.array(tag_set.names, dtype=object)[tag_set.encode(corpus.starts, corpus.labels)]
    for begin, end in pairwise(corpus.offsets.tolist()):
        yield corpus.codes[begin:end], tags[begin:end].tolist()


def rows(*columns: Sequence[str]) -> str:
    """Join columns into rows with tabs; a blank line follows the last row."""
    return "".join("\t".join(row) + "\n" for row in zip(*columns, strict=True)) + "\n"


def _bmes(corpus: Corpus, scheme: Scheme) -> Iterator[str]:
    for codes, tags in tagged_sentences(corpus, scheme):
        pairs = zip(chars.to_text(codes), tags, strict=True)
        yield " ".join(f"{char}/{tag}" for char, tag in pairs) + "\n"


def _conll(corpus: Corpus, scheme: Scheme) -> Iterator[str]:
    for codes, tags in tagged_sentences(corpus, scheme):
        yield rows(chars.to_text(codes), tags)


def _words(corpus: Corpus, scheme: Scheme) -> Iterator[str]:  # noqa: ARG001  # as the others
    return (" ".join(sentence.words) + "\n" for sentence in corpus)


def _text(corpus: Corpus, scheme: Scheme) -> Iterator[str]:  # noqa: ARG001  # as the others
    return (f"{text}\n" for text in corpus.texts())


def _pos(corpus: Corpus, scheme: Scheme) -> Iterator[str]:  # noqa: ARG001  # as the others
    return (pos_line(sentence) + "\n" for sentence in corpus)


WRITERS: Final[dict[str, Callable[[Corpus, Scheme], Iterator[str]]]] = {
    "bmes": _bmes,
    "conll": _conll,
    "words": _words,
    "pos": _pos,
    "text": _text,
}
"""By format: generators of the text of each sentence, given a corpus and a tag scheme."""
