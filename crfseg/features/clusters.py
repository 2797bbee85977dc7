"""Clusters of characters with like neighbours, learned from the training text.

A character is described by its neighbours: how much more often than by chance each stands before
or behind it (positive pointwise mutual information), brought down to a few dimensions. Characters
whose vectors have the same direction form a cluster: surnames, numerals, particles, ... A cluster
speaks for its rare characters too.

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
"""The group of all characters that came too seldom to tell whom they are like, after 64 others."""
_ENOUGH: Final = 3  # occurrences
_DIMENSIONS: Final = 50
_ROUNDS: Final = 15
_SMOOTHING: Final = 0.75  # exponent of the neighbours' counts: rare ones say less
_CHARACTER: Final = 0xFFFF  # the bits of an entry that say which it is
_TINY: Final = 1e-9


def fit_clusters(texts: Sequence[Numbers], n_characters: int) -> NDArray[np.uint8]:
    """Return the group of each character.

    Parameters
    ----------
    texts
        Entries, each sentence between edges; see :func:`crfseg.features.ngrams.pad`.
    n_characters
        Of the alphabet, S.

    Returns
    -------
    clusters
        At most SELDOM, shape (S,). The same text gives the same groups.
    """
    from threadpoolctl import threadpool_limits  # loaded here as scipy is: it takes its time

    counts = _neighbours(texts, n_characters)
    surprises = _surprises(counts)
    n_dimensions = min(_DIMENSIONS, min(surprises.shape) - 1)
    if n_dimensions < 1 or not surprises.data.any():
        return np.full(n_characters, RARE, dtype=np.uint8)
    # Matrices as small as these need one thread; and so the groups do not depend on how many.
    with threadpool_limits(1, "blas"):
        clusters = _clusters(_vectors(surprises, n_dimensions))
    clusters[np.asarray(counts.sum(axis=1)).ravel() < 2 * _ENOUGH] = RARE  # two neighbours each
    return clusters


def _neighbours(texts: Sequence[Numbers], n_characters: int) -> Any:
    """Count each character's neighbours before and behind it, edges included; a sparse matrix."""
    from scipy.sparse import csr_matrix  # loaded where it is needed: it takes its time

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
    found, counts = pairs.distinct()
    places = (found // np.uint64(2 * n)).astype(np.intp), (found % np.uint64(2 * n)).astype(np.intp)
    matrix = csr_matrix((counts.astype(np.float64), places), shape=(n_characters, 2 * n))
    matrix.sort_indices()  # sums do not depend on the order of the text
    return matrix


def _surprises(counts: Any) -> Any:
    """Say how much more often than by chance each neighbour is there; a sparse matrix."""
    total = counts.sum()
    of_row = np.asarray(counts.sum(axis=1)).ravel()
    of_column = np.asarray(counts.sum(axis=0)).ravel() ** _SMOOTHING
    of_column *= total / of_column.sum()
    shares = counts.tocoo()
    by_chance = of_row[shares.row] * of_column[shares.col] / total
    shares.data = np.maximum(np.log(shares.data / by_chance), 0)
    return shares.tocsr()


def _vectors(surprises: Any, n_dimensions: int) -> NDArray[np.float64]:
    """Describe each character by a vector of length 1; (S, n_dimensions)."""
    from scipy.sparse.linalg import svds

    left, sizes, _ = svds(surprises, k=n_dimensions, v0=np.ones(min(surprises.shape)))
    vectors: NDArray[np.float64] = left * np.sqrt(np.maximum(sizes, 0))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True) + _TINY
    return vectors


def _clusters(vectors: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return the cluster of each vector, one of SELDOM."""
    from scipy.cluster.vq import kmeans2

    n_groups = min(RARE, len(vectors))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of an empty cluster
        seed = np.random.default_rng(0)
        _, clusters = kmeans2(vectors, n_groups, iter=_ROUNDS, minit="++", seed=seed)
    found: NDArray[np.uint8] = clusters.astype(np.uint8)
    return found
