"""Calibration: the precision of words by the model's confidence, and the temperature that fits.

Of the words of which it is 90 % sure, nine in ten should be right. A model that was trained to lead
by a margin is surer than that. Dividing all its log-potentials by one number, the temperature,
changes no tag and mends most of it (Guo, Pleiss, Sun and Weinberger 2017, On calibration of modern
neural networks).
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

_BINS: Final = 15  # as Guo et al.
_RANGE: Final = (0.02, 50.0)  # of temperatures: PA needs 0.1, an averaged perceptron 10
_SURE: Final = 1e-9  # nothing is surer than 1 - this


@dataclass(frozen=True, eq=False)
class Calibration:
    """The predicted words by how sure the model was of them, in bins of equal width.

    Parameters
    ----------
    words
        How many are in each bin, shape (15,); the first has those of which it was least sure.
    confidence
        How sure it was of them on average, in [0, 1]; NaN where there are none.
    precision
        The share of them that is right, in [0, 1]; NaN where there are none.
    """

    words: NDArray[np.intp]
    confidence: NDArray[np.float64]
    precision: NDArray[np.float64]

    @classmethod
    def of(cls, confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> Calibration:
        """Sort words into bins; shapes (V,)."""
        bins = np.minimum((confidence * _BINS).astype(np.intp), _BINS - 1)
        words = np.bincount(bins, minlength=_BINS)
        with np.errstate(invalid="ignore"):  # 0 / 0 is NaN, as it should be
            sure, well = (
                np.bincount(bins, weights=of_word, minlength=_BINS) / words
                for of_word in (confidence, right)
            )
        return cls(words, sure, well)

    @property
    def error(self) -> float:
        """The expected calibration error: the mean distance of a word's bin from its precision."""
        some = self.words > 0
        apart = np.abs(self.confidence - self.precision)[some]
        return float(apart @ self.words[some] / max(1, self.words.sum()))


def temperature(model: Model, corpora: Sequence[Corpus]) -> float:
    """Return the temperature at which the model is as sure as it is right on some corpora.

    It is that of the highest likelihood of the predicted words being right or wrong as they are;
    the model's own if there is no word.
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

    def surprise(logarithm: float) -> float:
        at = float(np.exp(logarithm))
        sure = np.concatenate([segmenter.decoder.confidences(each, at) for each in predictions])
        of_outcome = np.where(right, sure, 1 - sure)
        return -float(np.log(np.maximum(of_outcome, _SURE)).mean())

    if not len(right):
        return model.temperature
    found = minimize_scalar(
        surprise, bounds=np.log(_RANGE), method="bounded", options={"xatol": 0.003}
    )
    return float(f"{np.exp(found.x):.3g}")
