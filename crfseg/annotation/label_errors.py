"""Label errors: spans of a gold corpus that are probably segmented wrongly.

The evidence comes from two sources, both without the span itself::

    models   the words that a model trained on the other folds predicts (cross-validation)
    counts   the segmentations of the same string elsewhere: 中国人 300 times, 中国 | 人 never

Each source can suggest a span; the score combines both. A span has whole words: gold and suggestion
begin and end together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from crfseg.annotation.corpus_checks import MAX_PARTS, runs
from crfseg.corpus.corpus import Corpus
from crfseg.corpus.readers import Format, read_corpora
from crfseg.model_selection.cross_validation import CrossValidation, Fold, cross_validate
from crfseg.text import chars
from crfseg.text.files import PathLike

_LOPSIDED: Final = 5  # ratio of the usual form of a string to a suspicious one
_CONTEXT: Final = 10  # characters on either side
# Logistic regression on errors planted in four corpora, see experiments/audit. The log-odds of the
# models and of the counts have the same weight; the bias is negative because most spans are right.
_WEIGHT: Final = 0.8
_BIAS: Final = -5.1
_UNSEEN: Final = 0.5  # added to counts, so that their logarithm is finite
_SMALLEST: Final = 1e-6  # probability; its log-odds stay finite

Form = tuple[int, ...]
"""The segmentation of a string: the lengths of its words."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """A span where the gold is probably wrong.

    Parameters
    ----------
    file, line
        The position of the sentence.
    start, end
        The span in the sentence: half-open, in characters without white space.
    before, after
        The text around the span, without its segmentation.
    gold, suggestion
        The words of the gold, and the probable correction; separated by spaces.
    score
        The probability that the gold is wrong, in [0, 1], if errors are as frequent as those on
        which the weights were fitted, and of the same kinds. Use it for ranking.
    p_gold
        The probability of the least probable gold word, in [0, 1], under a model that has not seen
        the sentence.
    n_gold, n_suggestion
        The number of times the string is segmented elsewhere as in the gold, and as suggested.
    why
        The evidence in words.
    """

    file: str
    line: int
    start: int
    end: int
    before: str
    gold: str
    suggestion: str
    after: str
    score: float
    p_gold: float
    n_gold: int
    n_suggestion: int
    why: str


def audit(
    corpora: PathLike | Corpus | Iterable[PathLike | Corpus],
    *,
    also: PathLike | Corpus | Iterable[PathLike | Corpus] | None = None,
    folds: int = 10,
    jobs: int = 0,
    callback: Callable[[Fold], None] | None = None,
    format: Format | None = None,
    encoding: str = "utf-8",
    **options: Any,
) -> list[Suspect]:
    """Return the spans where segmented corpora are probably wrong.

    Parameters
    ----------
    corpora
        Segmented corpora, files or :class:`crfseg.Corpus` objects, counted as one text.
    also
        Segmented corpora of the same standard that are taken as right: every model is trained on
        them, and their strings are counted.
    folds
        The number of parts into which the corpora are divided.
    jobs
        The number of models trained at a time; 0: one per core, see
        :func:`crfseg.cross_validate`.
    callback
        Called with each fold in order.
    format, encoding
        The format and the encoding of the files, see :func:`crfseg.read_corpus`.
    **options
        The options of :func:`crfseg.train`.

    Returns
    -------
    suspects
        The spans, the highest score first; they do not overlap.

    Raises
    ------
    CorpusError
        If a corpus cannot be read, or has fewer sentences than there are folds.
    TrainingError
        If an option is out of range.
    """
    others = [] if also is None else read_corpora(also, format=format, encoding=encoding)
    validation = cross_validate(
        corpora, also=others, folds=folds, jobs=jobs, callback=callback, format=format,
        encoding=encoding, **options,
    )  # fmt: skip
    return suspects(validation, others)


def suspects(found: CrossValidation, trusted: Iterable[Corpus] = ()) -> list[Suspect]:
    """Return the suspects of a finished cross-validation, see :func:`audit`."""
    gold, predicted = found.pooled.alignment.gold, found.pooled.alignment.predicted
    text = _Text(Corpus.join([gold, *trusted]))
    differences = found.pooled.alignment.differences
    suggested = {
        span: form_of(predicted, *span)
        for span in zip(differences.starts.tolist(), differences.ends.tolist(), strict=True)
    }
    forms = text.forms({text.string(*span) for span in suggested})
    for start, end, usual in text.unusual(forms):
        if end <= gold.n_chars:
            suggested.setdefault((start, end), usual)
    likelihood = _WordValues(gold, found.likelihood)
    candidates = []
    for (start, end), suggestion in suggested.items():
        form = form_of(gold, start, end)
        counts: Mapping[Form, int] = forms.get(text.string(start, end), {})
        n_gold, n_suggestion = max(0, counts.get(form, 0) - 1), counts.get(suggestion, 0)
        p_gold = likelihood.least(start, end)
        score = probability(p_gold, n_gold, n_suggestion)
        candidates.append(
            _Candidate(score, start, end, form, suggestion, p_gold, n_gold, n_suggestion)
        )
    candidates.sort(key=lambda each: (-each.score, each.start, each.end))
    return [_suspect(each, found, gold, text) for each in _disjoint(candidates, gold.n_chars)]


def probability(p_gold: float, n_gold: int, n_suggestion: int) -> float:
    """Return the probability that the gold is wrong in a span, in [0, 1].

    Parameters
    ----------
    p_gold
        The probability p of the gold words under the models, in [0, 1].
    n_gold, n_suggestion
        The number of times the string is segmented elsewhere as in the gold (g), and as suggested
        (s).

    Notes
    -----
    The log-odds are w (log ((1 - p) / p) + log ((s + 1/2) / (g + 1/2))) + b.

    Examples
    --------
    >>> round(probability(0.02, 0, 300), 2), round(probability(0.6, 40, 3), 3)
    (0.96, 0.001)
    """
    p = min(max(p_gold, _SMALLEST), 1 - _SMALLEST)
    of_models = np.log((1 - p) / p)
    of_counts = np.log((n_suggestion + _UNSEEN) / (n_gold + _UNSEEN))
    return float(1 / (1 + np.exp(-_WEIGHT * (of_models + of_counts) - _BIAS)))


def form_of(corpus: Corpus, start: int, end: int) -> Form:
    """Return the lengths of the words of a span; its ends count as boundaries.

    Parameters
    ----------
    corpus
        A segmented corpus.
    start, end
        The span: half-open, in characters of the corpus.
    """
    cuts = [0, *(np.flatnonzero(corpus.starts[start + 1 : end]) + 1).tolist(), end - start]
    return tuple(after - before for before, after in pairwise(cuts))


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A span, and the evidence against its gold words."""

    score: float
    start: int
    end: int
    gold: Form
    suggestion: Form
    p_gold: float
    n_gold: int
    n_suggestion: int


class _Text:
    """A corpus as strings, with the counts of their segmentations."""

    def __init__(self, corpus: Corpus) -> None:
        self._text = chars.to_text(corpus.codes)
        first_words = (np.cumsum(corpus.starts) - 1)[corpus.offsets[:-1]]
        # A newline before each sentence, so that no run of words crosses its end.
        plain = np.array(corpus.words(), dtype=object)
        self.words: list[str] = np.insert(plain, first_words, "\n").tolist()
        self._begins = np.insert(np.flatnonzero(corpus.starts), first_words, -1)

    def string(self, start: int, end: int) -> str:
        """Return the text of a span."""
        return self._text[start:end]

    @cached_property
    def _long_words(self) -> set[str]:
        return {word for word in self.words if len(word) > 1}

    def forms(self, strings: Collection[str]) -> dict[str, Counter[Form]]:
        """Count the segmentations of the given strings and of all words, up to a few words long."""
        wanted, counts = self._long_words.union(strings), dict[str, Counter[Form]]()
        for _, string, form in self._runs(wanted):
            counts.setdefault(string, Counter())[form] += 1
        return counts

    def unusual(self, forms: Mapping[str, Counter[Form]]) -> Iterator[tuple[int, int, Form]]:
        """Yield the spans in which a string has a rare form: (start, end, its usual form)."""
        usual = {string: counts.most_common(1)[0] for string, counts in forms.items()}
        several = {
            string
            for string, counts in forms.items()
            if min(counts.values()) * _LOPSIDED <= usual[string][1]
        }
        for i, string, form in self._runs(several):
            if forms[string][form] * _LOPSIDED <= usual[string][1]:
                start = int(self._begins[i])
                yield start, start + len(string), usual[string][0]

    def _runs(self, wanted: Collection[str]) -> Iterator[tuple[int, str, Form]]:
        """Yield the runs of words that join to a wanted string: first word, string, form."""
        for n_words in range(1, MAX_PARTS + 1):
            for i, run in enumerate(runs(self.words, n_words)):
                if run in wanted:
                    yield i, run, tuple(map(len, self.words[i : i + n_words]))


class _WordValues:
    """A value for each word of a corpus, and its minimum over a span."""

    def __init__(self, corpus: Corpus, of_word: NDArray[np.float64]) -> None:
        self._of_word = of_word
        self._words_before = np.append(0, np.cumsum(corpus.starts))

    def least(self, start: int, end: int) -> float:
        """Return the smallest value of the words of a span."""
        return float(self._of_word[self._words_before[start] : self._words_before[end]].min())


def _disjoint(candidates: Iterable[_Candidate], n_chars: int) -> Iterator[_Candidate]:
    """Yield the candidates that do not overlap an earlier one."""
    taken = np.zeros(n_chars, dtype=bool)
    for span in candidates:
        if not taken[span.start : span.end].any():
            taken[span.start : span.end] = True
            yield span


def _suspect(span: _Candidate, found: CrossValidation, gold: Corpus, text: _Text) -> Suspect:
    sentence = int(gold.sentences_at(np.array([span.start]))[0])
    begin, end = int(gold.offsets[sentence]), int(gold.offsets[sentence + 1])
    file, line = found.place(sentence)
    string = text.string(span.start, span.end)
    here, there = _segmented(string, span.gold), _segmented(string, span.suggestion)
    return Suspect(
        file=file,
        line=line,
        start=span.start - begin,
        end=span.end - begin,
        before=text.string(max(begin, span.start - _CONTEXT), span.start),
        gold=here,
        suggestion=there,
        after=text.string(span.end, min(end, span.end + _CONTEXT)),
        score=span.score,
        p_gold=span.p_gold,
        n_gold=span.n_gold,
        n_suggestion=span.n_suggestion,
        why=f"{_percent(span.p_gold)} likely to the models; "
        + _elsewhere({there: span.n_suggestion, here: span.n_gold}),
    )


def _percent(p: float) -> str:
    return f"{100 * p:.1f} %" if p >= 0.0005 else "under 0.1 %"


def _elsewhere(counts: Mapping[str, int]) -> str:
    """Describe the counts of the forms of a string elsewhere."""
    if not any(counts.values()):
        return "neither form elsewhere"
    times = {0: "never", 1: "once"}
    shown = (f"{form} {times.get(n, f'{n:,} times')}" for form, n in counts.items())
    return f"elsewhere {', '.join(shown)}"


def _segmented(string: str, form: Form) -> str:
    return " ".join(
        string[end - length : end] for length, end in zip(form, accumulate(form), strict=True)
    )
