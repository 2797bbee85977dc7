"""Linear-chain CRF in numpy: the reference for tests of the compiled kernels.

A tag path ``y`` of a sentence of T characters has the score

    s(y) = sum_t emissions[t, y_t] + sum_t transitions[y_(t-1), y_t]

and the probability ``exp(s(y)) / Z``. Scores are natural logarithms; ``-inf`` forbids. All
functions take one sentence: emissions of shape (T, L) and transitions of shape (L, L), row =
previous tag. Tags that may not begin or end a sentence have ``-inf`` in the first or last row of
the emissions (see :func:`constrain`).

Rabiner (1989), A tutorial on hidden Markov models and selected applications in speech
recognition; Lafferty, McCallum and Pereira (2001), Conditional random fields.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from crfseg.corpus.tagset import TagSet
from crfseg.errors import InfeasibleError, ShapeError
from crfseg.text.boundaries import BEGIN, INSIDE

FloatArray = NDArray[np.float64]


def constrain(
    emissions: FloatArray, tag_set: TagSet, boundaries: NDArray[np.int8] | None = None
) -> FloatArray:
    """Forbid the tags that the sentence's edges and boundary constraints rule out.

    Parameters
    ----------
    emissions
        Log-potentials, shape (T, L); copied.
    tag_set
        The tags and which of them begin and end words.
    boundaries
        FREE, BEGIN or INSIDE for each character, shape (T,); None if there are no constraints.

    Returns
    -------
    emissions
        With ``-inf`` at forbidden tags, shape (T, L).
    """
    allowed = np.ones(emissions.shape, dtype=bool)
    if boundaries is not None:
        allowed &= ~np.outer(boundaries == BEGIN, ~tag_set.begins)
        allowed &= ~np.outer(boundaries == INSIDE, tag_set.begins)
    allowed[0] &= tag_set.begins
    allowed[-1] &= tag_set.ends
    return np.where(allowed, emissions, -np.inf)


def mask(transitions: FloatArray, tag_set: TagSet) -> FloatArray:
    """Forbid the transitions that the tag set rules out; shape (L, L), a copy."""
    return np.where(tag_set.legal, transitions, -np.inf)


def path_score(emissions: FloatArray, transitions: FloatArray, path: NDArray[np.intp]) -> float:
    """Return the unnormalised log-score of a tag path, shape (T,)."""
    steps = transitions[path[:-1], path[1:]].sum()
    return float(emissions[np.arange(len(path)), path].sum() + steps)


def viterbi(emissions: FloatArray, transitions: FloatArray) -> tuple[NDArray[np.intp], float]:
    """Find the best tag path of one sentence.

    Parameters
    ----------
    emissions
        Log-potentials, shape (T, L), T >= 1.
    transitions
        Log-potentials, shape (L, L).

    Returns
    -------
    path
        Tag indices, shape (T,). Ties go to the smaller index.
    score
        Unnormalised log-score of the path; subtract :func:`log_partition` for its log-probability.

    Raises
    ------
    ShapeError
        If the arrays disagree.
    InfeasibleError
        If every path is forbidden.

    Notes
    -----
    delta[t, j] = emissions[t, j] + max_i (delta[t-1, i] + transitions[i, j])

    O(T L^2) time, O(T L) memory.
    """
    _check_shapes(emissions, transitions)
    n_chars, n_tags = emissions.shape
    best = np.zeros((n_chars, n_tags), dtype=np.intp)
    delta = emissions[0]
    for t in range(1, n_chars):
        scores = delta[:, None] + transitions  # [L, L]
        best[t] = scores.argmax(axis=0)
        delta = emissions[t] + scores.max(axis=0)
    if delta.max() == -np.inf:
        raise InfeasibleError("no tag path is left; loosen the constraints")
    path = np.empty(n_chars, dtype=np.intp)
    path[-1] = delta.argmax()
    for t in range(n_chars - 1, 0, -1):
        path[t - 1] = best[t, path[t]]
    return path, float(delta.max())


def forward(emissions: FloatArray, transitions: FloatArray) -> FloatArray:
    """Return the log-score of all paths that end in each tag; shape (T, L).

    alpha[t, j] = emissions[t, j] + log sum_i exp(alpha[t-1, i] + transitions[i, j])
    """
    _check_shapes(emissions, transitions)
    alpha = emissions.copy()
    for t in range(1, len(emissions)):
        alpha[t] += _log_sum_exp(alpha[t - 1][:, None] + transitions, axis=0)
    return alpha


def backward(emissions: FloatArray, transitions: FloatArray) -> FloatArray:
    """Return the log-score of all continuations from each tag; shape (T, L).

    beta[t, i] = log sum_j exp(transitions[i, j] + emissions[t+1, j] + beta[t+1, j]); beta[T-1] = 0
    """
    _check_shapes(emissions, transitions)
    beta = np.zeros_like(emissions)
    for t in range(len(emissions) - 2, -1, -1):
        beta[t] = _log_sum_exp(transitions + emissions[t + 1] + beta[t + 1], axis=1)
    return beta


def log_partition(emissions: FloatArray, transitions: FloatArray) -> float:
    """Return log Z, the log-sum of ``exp(score)`` over all tag paths."""
    return float(_log_sum_exp(forward(emissions, transitions)[-1], axis=0))


def marginals(emissions: FloatArray, transitions: FloatArray) -> FloatArray:
    """Return the probability of each tag at each character; shape (T, L), rows sum to 1.

    p(y_t = j) = exp(alpha[t, j] + beta[t, j] - log Z)
    """
    alpha = forward(emissions, transitions)
    log_z = _log_sum_exp(alpha[-1], axis=0)
    if log_z == -np.inf:
        raise InfeasibleError("no tag path is left; loosen the constraints")
    return np.exp(alpha + backward(emissions, transitions) - log_z)


def partial_loss(
    emissions: FloatArray,
    transitions: FloatArray,
    tag_set: TagSet,
    boundaries: NDArray[np.int8],
    margin: float = 0.0,
) -> float:
    """Return the negative log-likelihood of the known boundaries; unknown ones are summed over.

    Parameters
    ----------
    emissions, transitions
        Log-potentials, shapes (T, L) and (L, L), without constraints.
    tag_set
        The tags, which of them begin and end words, and the legal transitions.
    boundaries
        FREE (unknown), BEGIN or INSIDE for each character, shape (T,).
    margin
        Added in Z to the score of a tag that disagrees with a boundary on either side.

    Notes
    -----
    log Z - log Z(paths that agree with the boundaries)

    Tsuboi et al. (2008), Training conditional random fields using incomplete annotations.
    """
    transitions = mask(transitions, tag_set)
    after = np.append(boundaries[1:], BEGIN)
    wrong = np.outer(boundaries == BEGIN, ~tag_set.begins)
    wrong |= np.outer(boundaries == INSIDE, tag_set.begins)
    wrong |= np.outer(after == BEGIN, ~tag_set.ends) | np.outer(after == INSIDE, tag_set.ends)
    everything = constrain(emissions + margin * wrong, tag_set)
    agreeing = constrain(emissions, tag_set, boundaries)
    return log_partition(everything, transitions) - log_partition(agreeing, transitions)


def _log_sum_exp(scores: FloatArray, axis: int) -> FloatArray:
    """Return log sum exp along an axis; a sum over nothing but ``-inf`` is ``-inf``."""
    top = scores.max(axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(divide="ignore"):  # log(0) = -inf is intended
        total: FloatArray = np.log(np.exp(scores - top).sum(axis=axis)) + top.squeeze(axis)
    return total


def _check_shapes(emissions: FloatArray, transitions: FloatArray) -> None:
    if emissions.ndim != 2 or transitions.shape != (emissions.shape[1],) * 2 or not len(emissions):
        raise ShapeError(
            f"emissions {emissions.shape} and transitions {transitions.shape} disagree; "
            "expected (T, L) with T >= 1 and (L, L)"
        )
