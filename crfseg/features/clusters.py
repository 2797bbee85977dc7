"""Clusters of characters with like neighbours, learned from the training text.

Each character has a vector of positive pointwise mutual information with its neighbours before and
behind it, reduced by a truncated SVD and scaled to length 1. k-means makes the clusters: surnames,
numerals, particles, ... The weights of a cluster, learned on its frequent characters, hold for its
rare ones too.

Bullinaria and Levy (2007), Extracting semantic representations from word co-occurrence statistics;
Dhillon and Modha (2001), Concept decompositions for large sparse text data using clustering.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from crfseg.features.counting import EVERY_KEY, Interner
from crfseg.features.ngrams import FIRST_ID, Numbers
from crfseg.text.blocks import blocks

RARE: Final = 64
"""The cluster of all characters that are too rare, after 64 others."""
_MIN_COUNT: Final = 3
_DIMENSIONS: Final = 50
_ITERATIONS: Final = 15
_SMOOTHING: Final = 0.75  # exponent of the neighbours' counts: lowers the PMI of rare ones
_CHARACTER: Final = 0xFFFF  # the bits of view C in an entry
_TINY: Final = 1e-9


def fit_clusters(texts: Sequence[Numbers], n_characters: int) -> NDArray[np.uint8]:
    """Return the cluster of each character.

    Parameters
    ----------
    texts
        Entries, each sentence between edges; see :func:`crfseg.features.ngrams.pad`.
    n_characters
        Size of the alphabet, S.

    Returns
    -------
    clusters
        Shape (S,), uint8, at most RARE. The same text gives the same clusters.
    """
    from threadpoolctl import threadpool_limits  # imported late, as scipy is: it is slow

    counts = _neighbours(texts, n_characters)
    pmi = _positive_pmi(counts)
    n_dimensions = min(_DIMENSIONS, min(pmi.shape) - 1)
    if n_dimensions < 1 or not pmi.data.any():
        return np.full(n_characters, RARE, dtype=np.uint8)
    # One thread is enough for small matrices, and the clusters do not depend on the number.
    with threadpool_limits(1, "blas"):
        clusters = _clusters(_vectors(pmi, n_dimensions))
    clusters[np.asarray(counts.sum(axis=1)).ravel() < 2 * _MIN_COUNT] = RARE  # two neighbours each
    return clusters


def _neighbours(texts: Sequence[Numbers], n_characters: int) -> Any:
    """Count the neighbours before and behind each character, edges included; (S, 2 n), sparse."""
    from scipy.sparse import csr_matrix  # imported late: it is slow

    n = n_characters + FIRST_ID
    pairs = Interner()
    parts = (
        entries[at.start - 1 : at.stop + 1] & np.uint32(_CHARACTER)
        for entries in texts
        for at in blocks(len(entries) - 1, begin=1)
    )
    for block in parts:
        before, symbols, behind = (
            block[k : len(block) - 2 + k].astype(np.uint64) for k in range(3)
        )
        known = symbols >= FIRST_ID
        rows = (symbols[known] - np.uint64(FIRST_ID)) * np.uint64(2 * n)
        for columns in (before[known], np.uint64(n) + behind[known]):
            pairs.number(rows + columns, EVERY_KEY, 0)
    keys, counts = pairs.distinct()
    indices = (keys // np.uint64(2 * n)).astype(np.intp), (keys % np.uint64(2 * n)).astype(np.intp)
    matrix = csr_matrix((counts.astype(np.float64), indices), shape=(n_characters, 2 * n))
    matrix.sort_indices()  # so that sums do not depend on the order of the text
    return matrix


def _positive_pmi(counts: Any) -> Any:
    """Return the positive pointwise mutual information with each neighbour; sparse."""
    total = counts.sum()
    of_row = np.asarray(counts.sum(axis=1)).ravel()
    of_column = np.asarray(counts.sum(axis=0)).ravel() ** _SMOOTHING
    of_column *= total / of_column.sum()
    pmi = counts.tocoo()
    expected = of_row[pmi.row] * of_column[pmi.col] / total
    pmi.data = np.maximum(np.log(pmi.data / expected), 0)
    return pmi.tocsr()


def _vectors(pmi: Any, n_dimensions: int) -> NDArray[np.float64]:
    """Return a vector of length 1 for each character, shape (S, n_dimensions)."""
    from scipy.sparse.linalg import svds

    left, singular, _ = svds(pmi, k=n_dimensions, v0=np.ones(min(pmi.shape)))
    vectors: NDArray[np.float64] = left * np.sqrt(np.maximum(singular, 0))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True) + _TINY
    return vectors


def _clusters(vectors: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return the cluster of each vector, one of at most RARE; shape (S,), uint8."""
    from scipy.cluster.vq import kmeans2

    n_clusters = min(RARE, len(vectors))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about empty clusters
        seed = np.random.default_rng(0)
        _, labels = kmeans2(vectors, n_clusters, iter=_ITERATIONS, minit="++", seed=seed)
    clusters: NDArray[np.uint8] = labels.astype(np.uint8)
    return clusters
