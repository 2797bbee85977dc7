"""Calibration: the confidence of a model against its precision, and temperature scaling.

Of the words with confidence 0.9, nine in ten should be right. A model trained with a margin is
overconfident. Dividing all log-potentials by one number, the temperature, changes no tag and
corrects most of this (Guo, Pleiss, Sun and Weinberger 2017, On calibration of modern neural
networks).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from crfseg.corpus.corpus import Corpus
from crfseg.evaluation.alignment import Alignment
from crfseg.model.model import Model
from crfseg.segmenter.segmenter import Segmenter

_BINS: Final = 15  # as in Guo et al.
_RANGE: Final = (0.02, 50.0)  # temperatures: PA needs 0.1, an averaged perceptron 10
_SMALLEST: Final = 1e-9  # probability; its logarithm stays finite


@dataclass(frozen=True, eq=False)
class Calibration:
    """The predicted words in bins of equal width by confidence, the lowest first.

    Parameters
    ----------
    words
        The number of words in each bin, shape (15,).
    confidence
        Their mean confidence, in [0, 1]; NaN for an empty bin; shape (15,).
    precision
        The share of them that is right, in [0, 1]; NaN for an empty bin; shape (15,).
    """

    words: NDArray[np.intp]
    confidence: NDArray[np.float64]
    precision: NDArray[np.float64]

    @classmethod
    def of(cls, confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> Calibration:
        """Sort V words into bins by their confidence; both arrays have shape (V,)."""
        bins = np.minimum((confidence * _BINS).astype(np.intp), _BINS - 1)
        words = np.bincount(bins, minlength=_BINS)
        with np.errstate(invalid="ignore"):  # 0 / 0 is NaN, as it should be
            mean_confidence, precision = (
                np.bincount(bins, weights=of_word, minlength=_BINS) / words
                for of_word in (confidence, right)
            )
        return cls(words, mean_confidence, precision)

    @property
    def error(self) -> float:
        """The expected calibration error: |confidence - precision| of the bins, mean over words."""
        some = self.words > 0
        apart = np.abs(self.confidence - self.precision)[some]
        return float(apart @ self.words[some] / max(1, self.words.sum()))


def temperature(model: Model, corpora: Sequence[Corpus]) -> float:
    """Return the temperature that calibrates a model on gold corpora.

    It maximises the likelihood of each predicted word being right or wrong. Without any word it is
    the model's own.
    """
    from scipy.optimize import minimize_scalar

    segmenter = Segmenter(model)
    predictions = [segmenter.tag_corpus(corpus) for corpus in corpora]
    right = np.concatenate(
        [
            Alignment(corpus, prediction).predicted_words.right
            for corpus, prediction in zip(corpora, predictions, strict=True)
        ]
    )

    def negative_log_likelihood(logarithm: float) -> float:
        at = float(np.exp(logarithm))
        sure = np.concatenate([segmenter.decoder.confidences(each, at) for each in predictions])
        of_outcome = np.where(right, sure, 1 - sure)
        return -float(np.log(np.maximum(of_outcome, _SMALLEST)).mean())

    if not len(right):
        return model.temperature
    found = minimize_scalar(
        negative_log_likelihood,
        bounds=np.log(_RANGE),
        method="bounded",
        options={"xatol": 0.003},
    )
    return float(f"{np.exp(found.x):.3g}")
