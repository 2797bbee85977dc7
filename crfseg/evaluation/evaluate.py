"""Evaluation of a segmenter, or of any segmenter's output, against a gold corpus."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from crfseg.corpus.corpus import Corpus
from crfseg.corpus.readers import Format, read_corpora
from crfseg.errors import OptionError
from crfseg.evaluation.scores import Scores, score
from crfseg.segmenter.segmenter import Segmenter
from crfseg.text.files import PathLike


def evaluate(
    gold: PathLike | Corpus,
    predicted: Segmenter | PathLike | Corpus,
    *,
    known_words: Collection[str] | None = None,
    format: Format | None = None,
    encoding: str = "utf-8",
) -> Scores:
    """Score a segmenter, or the output of any segmenter, against a gold corpus.

    Parameters
    ----------
    gold
        The segmented corpus that is taken as right.
    predicted
        A segmenter, which segments the text of ``gold``; or a file or corpus with the same
        sentences.
    known_words
        The training vocabulary, for OOV rate and recall; None: the segmenter's own. If it maps
        words to counts, as :meth:`crfseg.Corpus.vocabulary` does, recall by frequency is
        computed too.
    format, encoding
        The format and the encoding of the files, see :func:`crfseg.read_corpus`.

    Returns
    -------
    scores
        The official figures, with all that is derived from the alignment.

    Raises
    ------
    OptionError
        If ``gold`` is a segmenter: the two are swapped.
    CorpusError
        If a file cannot be read, or the texts differ; the message names the first difference.

    Examples
    --------
    >>> gold = Corpus.from_text("我 爱 北京 天安门")
    >>> scores = evaluate(gold, Corpus.from_text("我 爱 北京 天 安门"), known_words={"我", "爱"})
    >>> scores.precision, scores.recall, scores.oov_recall
    (0.6, 0.75, 0.5)
    """
    if isinstance(gold, Segmenter):
        raise OptionError(
            "gold is a Segmenter; expected a corpus or its file. Call evaluate(gold, predicted)"
        )
    (gold,) = read_corpora([gold], format=format, encoding=encoding)
    frequency_of = None if known_words is None else _frequencies(known_words)
    if not isinstance(predicted, Segmenter):
        (corpus,) = read_corpora([predicted], format=format, encoding=encoding)
        return score(gold, corpus, frequency_of=frequency_of)
    segmented = predicted.decoder.segment_corpus(gold)
    return score(
        gold,
        segmented.corpus,
        frequency_of=predicted.model.frequency_of if frequency_of is None else frequency_of,
        confidence=segmented.confidence,
        seen=np.isin(gold.hashes(), predicted.model.sentences),
    )


def _frequencies(words: Collection[str]) -> Mapping[str, int]:
    """Return the frequency class of each word; 0 if its count is unknown."""
    counts = words if isinstance(words, Mapping) else dict.fromkeys(words, 0)
    return {word: int(n).bit_length() for word, n in counts.items()}
