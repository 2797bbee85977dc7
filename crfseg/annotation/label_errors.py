"""Label errors: places where the gold segmentation is probably wrong, found by cross-validation.

Two witnesses are heard, neither of which has seen the place:

::

    the models   what a model of the other folds makes of the words there (cross-validation)
    the counts   how the same string is segmented elsewhere: 中国人 300 times, 中国 | 人 never

Either alone names a place; the score weighs both. What is asked for is the gold's word against
theirs, so a place is a stretch of whole words, gold and suggestion beginning and ending together.
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

_LOPSIDED: Final = 5  # how much more often a string is segmented in another way than at a suspect
_CONTEXT: Final = 10  # characters on either side
# Logistic regression on errors planted in four corpora, see experiments/audit: the log-odds of the
# models and of the counts weigh the same, and most places are right.
_WEIGHT: Final = 0.8
_BIAS: Final = -5.1
_UNSEEN: Final = 0.5  # what counts as the number of times that something was never seen
_SUREST: Final = 1e-6  # no model is surer than 1 - this

Form = tuple[int, ...]
"""How a string is segmented: the lengths of its words."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """A place where the gold is probably wrong.

    Parameters
    ----------
    file, line
        Where the sentence stands.
    start, end
        The stretch in the sentence: half-open, in characters, white space not counted.
    before, after
        The text around it, without its segmentation.
    gold, suggestion
        The stretch as the gold has it, and as it should probably be; words parted by a space.
    score
        From 0 to 1: the probability that the gold is wrong there, if errors are as frequent and of
        the kinds of those that were planted to find the weights. Its order is what counts.
    p_gold
        How probable the least probable gold word is to a model that has not seen the sentence.
    n_gold, n_suggestion
        How often the string is segmented like the one and like the other elsewhere.
    why
        The same in words.
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
    """List the places where segmented corpora are probably wrong.

    Parameters
    ----------
    corpora
        Segmented corpora, files or :class:`crfseg.Corpus` objects, looked at as one.
    also
        Segmented corpora of the same standard that are not doubted: every model is trained on
        them, and their strings are counted.
    folds
        Into how many parts the corpora are divided.
    jobs
        How many models are trained at a time, see :func:`crfseg.cross_validate`.
    callback
        Called with each fold in order.
    format, encoding
        How to read the files; see :func:`crfseg.read_corpus`.
    **options
        As :func:`crfseg.train` takes them.

    Returns
    -------
    suspects
        The likeliest first. No two of them overlap.

    Raises
    ------
    CorpusError
        If a corpus cannot be read, or has fewer sentences than there are folds.
    TrainingError
        If an option is out of range.
    """
    trusted = [] if also is None else read_corpora(also, format=format, encoding=encoding)
    found = cross_validate(
        corpora, also=trusted, folds=folds, jobs=jobs, callback=callback, format=format,
        encoding=encoding, **options,
    )  # fmt: skip
    return suspects(found, trusted)


def suspects(found: CrossValidation, trusted: Iterable[Corpus] = ()) -> list[Suspect]:
    """Return the suspects of a cross-validation that is done; see :func:`audit`."""
    gold, predicted = found.pooled.alignment.gold, found.pooled.alignment.predicted
    text = _Text(Corpus.join([gold, *trusted]))
    disputed = found.pooled.alignment.differences
    suggested = {
        place: form_of(predicted, *place)
        for place in zip(disputed.starts.tolist(), disputed.ends.tolist(), strict=True)
    }
    forms = text.forms({text.string(*place) for place in suggested})
    for start, end, usual in text.unusual(forms):
        if end <= gold.n_chars:
            suggested.setdefault((start, end), usual)
    likelihood = _Stretches(gold, found.likelihood)
    judged = []
    for (start, end), suggestion in suggested.items():
        form = form_of(gold, start, end)
        counts: Mapping[Form, int] = forms.get(text.string(start, end), {})
        n_gold, n_suggestion = max(0, counts.get(form, 0) - 1), counts.get(suggestion, 0)
        p_gold = likelihood.least(start, end)
        score = probability(p_gold, n_gold, n_suggestion)
        judged.append(_Judged(score, start, end, form, suggestion, p_gold, n_gold, n_suggestion))
    judged.sort(key=lambda each: (-each.score, each.start, each.end))
    return [_suspect(each, found, gold, text) for each in _apart(judged, gold.n_chars)]


def probability(p_gold: float, n_gold: int, n_suggestion: int) -> float:
    """Return the probability that the gold is wrong at a place, in [0, 1].

    Log-odds of w (log (1 - p) / p + log (s + 1/2) / (g + 1/2)) + b: those of the models, and those
    of the counts.

    Parameters
    ----------
    p_gold
        Of the gold words, as the models see it, in [0, 1].
    n_gold, n_suggestion
        How often the string is segmented as here, and as suggested, elsewhere.

    Examples
    --------
    >>> round(probability(0.02, 0, 300), 2), round(probability(0.6, 40, 3), 3)
    (0.96, 0.001)
    """
    p = min(max(p_gold, _SUREST), 1 - _SUREST)
    of_models = np.log((1 - p) / p)
    of_counts = np.log((n_suggestion + _UNSEEN) / (n_gold + _UNSEEN))
    return float(1 / (1 + np.exp(-_WEIGHT * (of_models + of_counts) - _BIAS)))


def form_of(corpus: Corpus, start: int, end: int) -> Form:
    """Return the lengths of the words of a stretch; its ends count as words' ends."""
    cuts = [0, *(np.flatnonzero(corpus.starts[start + 1 : end]) + 1).tolist(), end - start]
    return tuple(after - before for before, after in pairwise(cuts))


@dataclass(frozen=True, slots=True)
class _Judged:
    """A place, and what the witnesses say."""

    score: float
    start: int
    end: int
    gold: Form
    suggestion: Form
    p_gold: float
    n_gold: int
    n_suggestion: int


class _Text:
    """A corpus as strings, and how these are segmented."""

    def __init__(self, corpus: Corpus) -> None:
        self._text = chars.to_text(corpus.codes)
        first_words = (np.cumsum(corpus.starts) - 1)[corpus.offsets[:-1]]
        # A newline before each sentence, so that no run of words goes over its end.
        plain = np.array(corpus.words(), dtype=object)
        self.words: list[str] = np.insert(plain, first_words, "\n").tolist()
        self._begins = np.insert(np.flatnonzero(corpus.starts), first_words, -1)

    def string(self, start: int, end: int) -> str:
        """Return a stretch of the text."""
        return self._text[start:end]

    @cached_property
    def _long_words(self) -> set[str]:
        return {word for word in self.words if len(word) > 1}

    def forms(self, strings: Collection[str]) -> dict[str, Counter[Form]]:
        """Count how strings are segmented, those given and all words, up to a few words long."""
        wanted, found = self._long_words.union(strings), dict[str, Counter[Form]]()
        for _, string, form in self._runs(wanted):
            found.setdefault(string, Counter())[form] += 1
        return found

    def unusual(self, forms: Mapping[str, Counter[Form]]) -> Iterator[tuple[int, int, Form]]:
        """Yield where a string is segmented as it hardly ever is: (start, end, its usual form)."""
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
        """Yield the runs of words that are one of some strings: first word, string, form."""
        for n_words in range(1, MAX_PARTS + 1):
            for i, run in enumerate(runs(self.words, n_words)):
                if run in wanted:
                    yield i, run, tuple(map(len, self.words[i : i + n_words]))


class _Stretches:
    """A figure of each word of a corpus, to be asked for stretches of it."""

    def __init__(self, corpus: Corpus, of_word: NDArray[np.float64]) -> None:
        self._of_word = of_word
        self._words_before = np.append(0, np.cumsum(corpus.starts))

    def least(self, start: int, end: int) -> float:
        """Return the smallest figure of the words of a stretch."""
        return float(self._of_word[self._words_before[start] : self._words_before[end]].min())


def _apart(judged: Iterable[_Judged], n_chars: int) -> Iterator[_Judged]:
    """Yield places that overlap none that came before."""
    taken = np.zeros(n_chars, dtype=bool)
    for place in judged:
        if not taken[place.start : place.end].any():
            taken[place.start : place.end] = True
            yield place


def _suspect(place: _Judged, found: CrossValidation, gold: Corpus, text: _Text) -> Suspect:
    sentence = int(gold.sentences_at(np.array([place.start]))[0])
    begin, end = int(gold.offsets[sentence]), int(gold.offsets[sentence + 1])
    file, line = found.place(sentence)
    string = text.string(place.start, place.end)
    here, there = _segmented(string, place.gold), _segmented(string, place.suggestion)
    return Suspect(
        file=file,
        line=line,
        start=place.start - begin,
        end=place.end - begin,
        before=text.string(max(begin, place.start - _CONTEXT), place.start),
        gold=here,
        suggestion=there,
        after=text.string(place.end, min(end, place.end + _CONTEXT)),
        score=place.score,
        p_gold=place.p_gold,
        n_gold=place.n_gold,
        n_suggestion=place.n_suggestion,
        why=f"{_percent(place.p_gold)} likely to the models; "
        + _elsewhere({there: place.n_suggestion, here: place.n_gold}),
    )


def _percent(p: float) -> str:
    return f"{100 * p:.1f} %" if p >= 0.0005 else "under 0.1 %"


def _elsewhere(counts: Mapping[str, int]) -> str:
    """Say how often each form of a string occurs elsewhere."""
    if not any(counts.values()):
        return "neither form elsewhere"
    times = {0: "never", 1: "once"}
    shown = (f"{form} {times.get(n, f'{n:,} times')}" for form, n in counts.items())
    return f"elsewhere {', '.join(shown)}"


def _segmented(string: str, form: Form) -> str:
    return " ".join(
        string[end - length : end] for length, end in zip(form, accumulate(form), strict=True)
    )
