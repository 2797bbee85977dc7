# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The k best tag sequences of a sentence, in integers. Readable twin in crf.py.

Each tag of each character has a list of the K best ways to it, best first::

    delta[t, j] = the K best of  emissions[t, j] + transitions[i, j] + delta[t-1, i, r]  over i, r

``back[t, j, k]`` notes the i and r of each. Lists are merged from their heads, so that a character
costs K steps for each tag, each as long as there are arcs to it.
"""

import numpy as np

from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint32_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy, memset

from crfseg.decoder cimport CHUNK, Decoder, Sentence, release
from crfseg.viterbi cimport HARDLY, NEVER


cdef struct Lists:
    int k
    int64_t *delta  # [L, K] of the character before
    int64_t *after  # [L, K] of this one
    int32_t *back  # [T, L, K], i * K + r
    int *heads  # [L], how much of each list is taken


def find(Decoder decoder, const uint32_t[::1] codes, const int8_t[::1] known, int k):
    """Find the best tag sequences of a sentence.

    Parameters
    ----------
    codes
        Its T characters, at least one.
    known
        1 begins a word, -1 does not, 0 nothing is known; shape (T,).
    k
        How many are wanted, at least one.

    Returns
    -------
    scores
        In units, descending; int64. As many as there are, at most k.
    tags
        Of each, shape (len(scores), T), int16.
    """
    cdef Sentence sentence
    cdef Lists lists
    cdef Py_ssize_t n = codes.shape[0], n_tags = decoder.n_tags, size = n_tags * k
    cdef bint room
    memset(&sentence, 0, sizeof(Sentence))
    lists.k = k
    lists.delta = <int64_t *>malloc(size * sizeof(int64_t))
    lists.after = <int64_t *>malloc(size * sizeof(int64_t))
    lists.back = <int32_t *>malloc(n * size * sizeof(int32_t))
    lists.heads = <int *>malloc(n_tags * sizeof(int))
    try:
        room = lists.delta and lists.after and lists.back and lists.heads
        if not room or not decoder.take(&sentence, codes, known, 0, n):
            raise MemoryError
        with nogil:
            advance_all(decoder, &sentence, &lists)
        return chosen(decoder, n, &lists)
    finally:
        release(&sentence)
        free(lists.delta)
        free(lists.after)
        free(lists.back)
        free(lists.heads)


cdef void advance_all(Decoder decoder, Sentence *sentence, Lists *lists) noexcept nogil:
    """Go forward through all characters of a sentence."""
    cdef Py_ssize_t start = 0, n, t, n_tags = decoder.n_tags
    cdef const int32_t *emissions
    decoder.look_around(sentence)
    while start < sentence.n:
        n = min(<Py_ssize_t>CHUNK, sentence.n - start)
        decoder.emit(sentence, start, n)
        for t in range(start, start + n):
            emissions = sentence.emissions + (t - start) * n_tags
            if t == 0:
                begin(decoder, lists)
            else:
                advance(decoder, lists, lists.back + t * n_tags * lists.k)
            add(decoder, lists, emissions, sentence.known[t])
        start += n


cdef void begin(Decoder decoder, Lists *lists) noexcept nogil:
    """Let the tags that begin a word have one way each."""
    cdef Py_ssize_t j, r
    for j in range(decoder.n_tags):
        for r in range(lists.k):
            lists.delta[j * lists.k + r] = 0 if r == 0 and decoder.begins[j] else NEVER


cdef void advance(Decoder decoder, Lists *lists, int32_t *back) noexcept nogil:
    """Merge the lists of the tags from which each tag is reached."""
    cdef Py_ssize_t j, r, a, best, k = lists.k
    cdef int16_t i
    cdef int64_t score, top
    for j in range(decoder.n_tags):
        memset(lists.heads, 0, decoder.n_tags * sizeof(int))
        for r in range(k):
            top, best = 2 * NEVER, -1
            for a in range(decoder.arcs.offsets[j], decoder.arcs.offsets[j + 1]):
                i = decoder.arcs.first[a]
                if lists.heads[i] < k:
                    score = lists.delta[i * k + lists.heads[i]]
                    score += decoder.arcs.transitions[i * decoder.n_tags + j]
                    if score > top:
                        top, best = score, i
            lists.after[j * k + r] = top if top > HARDLY else NEVER
            if best >= 0:
                back[j * k + r] = <int32_t>(best * k + lists.heads[best])
                lists.heads[best] += 1
    memcpy(lists.delta, lists.after, decoder.n_tags * k * sizeof(int64_t))


cdef void add(
    Decoder decoder, Lists *lists, const int32_t *emissions, int8_t known
) noexcept nogil:
    """Add the emissions of a character; forbid the tags that what is known rules out."""
    cdef Py_ssize_t j, r
    cdef int64_t *at = lists.delta
    for j in range(decoder.n_tags):
        for r in range(lists.k):
            if known != 0 and (known > 0) != decoder.begins[j]:
                at[0] = NEVER
            elif at[0] > HARDLY:
                at[0] += emissions[j]
            at += 1


cdef tuple chosen(Decoder decoder, Py_ssize_t n, Lists *lists):
    """Return the scores and tags of the best ways that end a word, best first."""
    cdef Py_ssize_t t, row
    cdef int64_t at
    cdef const int32_t *back
    cdef int16_t[:, ::1] tags
    last = np.asarray(<int64_t[: decoder.n_tags * lists.k]>lists.delta).copy()
    last[~np.repeat(np.asarray(decoder.ends).astype(bool), lists.k)] = NEVER
    best = np.argsort(-last, kind="stable")[: lists.k]
    best = best[last[best] > HARDLY]
    tags_array = np.empty((len(best), n), dtype=np.int16)
    tags = tags_array
    for row in range(tags_array.shape[0]):
        at = best[row]
        for t in range(n - 1, -1, -1):
            tags[row, t] = <int16_t>(at // lists.k)
            back = lists.back + t * decoder.n_tags * lists.k
            if t:
                at = back[at]
    return last[best], tags_array
