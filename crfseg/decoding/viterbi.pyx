"""The forward half of the Viterbi algorithm, in integers. Readable twin in crf.py.

    delta[t, j] = emissions[t, j] + max_i (delta[t-1, i] + transitions[i, j])

``back`` notes the i of each maximum; of equals the smallest. BMES and BMES6 have loops of their
own, written out arc by arc.
"""

from libc.stdint cimport int8_t, int16_t, int32_t, int64_t


cdef inline int64_t best_of(
    int64_t one, int64_t two, int16_t tag_one, int16_t tag_two, int16_t *tag
) noexcept nogil:
    """Return the larger score and note its tag; of equals the first."""
    tag[0] = tag_two if two > one else tag_one
    return two if two > one else one


cdef void forward_bmes(
    const int32_t *emissions, const int8_t *known, Py_ssize_t n, const int64_t *arcs,
    int64_t *delta, int16_t *back,
) noexcept nogil:
    """The step of :func:`forward` for the tags B M E S: words begin behind E and S."""
    cdef int64_t b = delta[0], m = delta[1], e = delta[2], s = delta[3], new_b, new_m, new_e
    cdef Py_ssize_t t
    for t in range(n):
        new_b = emissions[0] + best_of(e + arcs[8], s + arcs[12], 2, 3, back)
        new_m = emissions[1] + best_of(b + arcs[1], m + arcs[5], 0, 1, back + 1)
        new_e = emissions[2] + best_of(b + arcs[2], m + arcs[6], 0, 1, back + 2)
        s = emissions[3] + best_of(e + arcs[11], s + arcs[15], 2, 3, back + 3)
        b, m, e = new_b, new_m, new_e
        if known[t] > 0:
            m = e = NEVER
        elif known[t] < 0:
            b = s = NEVER
        emissions += 4
        back += 4
    delta[0], delta[1], delta[2], delta[3] = b, m, e, s


cdef void forward_bmes6(
    const int32_t *emissions, const int8_t *known, Py_ssize_t n, const int64_t *arcs,
    int64_t *delta, int16_t *back,
) noexcept nogil:
    """The step of :func:`forward` for the tags B B2 B3 M E S."""
    cdef int64_t b = delta[0], b2 = delta[1], b3 = delta[2], m = delta[3], e = delta[4]
    cdef int64_t s = delta[5], new_b, new_m, new_e, other
    cdef int16_t early, late
    cdef Py_ssize_t t
    for t in range(n):
        new_b = emissions[0] + best_of(e + arcs[24], s + arcs[30], 4, 5, back)
        new_m = emissions[3] + best_of(b3 + arcs[15], m + arcs[21], 2, 3, back + 3)
        new_e = best_of(b + arcs[4], b2 + arcs[10], 0, 1, &early)
        other = best_of(b3 + arcs[16], m + arcs[22], 2, 3, &late)
        new_e = emissions[4] + best_of(new_e, other, early, late, back + 4)
        s = emissions[5] + best_of(e + arcs[29], s + arcs[35], 4, 5, back + 5)
        b3 = emissions[2] + b2 + arcs[8]
        b2 = emissions[1] + b + arcs[1]
        back[1], back[2] = 0, 1
        b, m, e = new_b, new_m, new_e
        if known[t] > 0:
            b2 = b3 = m = e = NEVER
        elif known[t] < 0:
            b = s = NEVER
        emissions += 6
        back += 6
    delta[0], delta[1], delta[2] = b, b2, b3
    delta[3], delta[4], delta[5] = m, e, s


cdef void forward_any(
    const Arcs *arcs, const int32_t *emissions, const int8_t *known, Py_ssize_t n, int64_t *delta,
    int16_t *back,
) noexcept nogil:
    """Go forward with any tags.

    Between words every arc is legal. An end of a word that lies behind the best one by more than
    the spread of their scores cannot be best for any beginning, so few are left to compare.
    """
    cdef Py_ssize_t t, k, n_ends, n_tags = arcs.n_tags
    cdef int16_t i, j
    cdef int64_t score, top
    cdef int64_t *after = delta + n_tags
    cdef int16_t *ends = <int16_t *>(after + n_tags)
    for t in range(n):
        n_ends = leading_ends(arcs, delta, ends)
        for j in range(n_tags):
            after[j] = 2 * NEVER
            if arcs.begins[j]:
                for k in range(n_ends):
                    score = delta[ends[k]] + arcs.transitions[ends[k] * n_tags + j]
                    if score > after[j]:
                        after[j], back[j] = score, ends[k]
            else:
                for k in range(arcs.offsets[j], arcs.offsets[j + 1]):
                    score = delta[arcs.first[k]] + arcs.transitions[arcs.first[k] * n_tags + j]
                    if score > after[j]:
                        after[j], back[j] = score, arcs.first[k]
            if known[t] != 0 and (known[t] > 0) != arcs.begins[j]:
                after[j] = NEVER
            after[j] += emissions[j]
        for j in range(n_tags):
            delta[j] = after[j]
        emissions += n_tags
        back += n_tags


cdef Py_ssize_t leading_ends(const Arcs *arcs, const int64_t *delta, int16_t *ends) noexcept nogil:
    """List the tags that end a word and may be best for a beginning; return how many."""
    cdef Py_ssize_t n = 0
    cdef int16_t i
    cdef int64_t top = 2 * NEVER
    for i in range(<int16_t>arcs.n_tags):
        if arcs.ends[i] and delta[i] > top:
            top = delta[i]
    for i in range(<int16_t>arcs.n_tags):
        if arcs.ends[i] and delta[i] >= top - arcs.spread:
            ends[n] = i
            n += 1
    return n


cdef void step(
    const Arcs *arcs, const int32_t *emissions, const int8_t *known, Py_ssize_t n, int64_t *delta,
    int16_t *back,
) noexcept nogil:
    """Go n characters forward, scores growing; see :func:`forward`."""
    if arcs.form == 4:
        forward_bmes(emissions, known, n, arcs.transitions, delta, back)
    elif arcs.form == 6:
        forward_bmes6(emissions, known, n, arcs.transitions, delta, back)
    else:
        forward_any(arcs, emissions, known, n, delta, back)


cdef void forward(
    const Arcs *arcs, const int32_t *emissions, const int8_t *known, Py_ssize_t n, int64_t *delta,
    int16_t *back,
) noexcept nogil:
    """Go forward over n characters.

    Parameters
    ----------
    emissions
        Of these characters, (n, L).
    known
        1 begins a word, -1 does not, 0 nothing is known; (n,).
    delta
        The score of the best way to each tag of the character before, (L,), and work space, 2 L
        more. Afterwards that of the last character, the best being 0.
    back
        Written: where the best way to each tag comes from, (n, L).
    """
    cdef Py_ssize_t j
    cdef int64_t top
    step(arcs, emissions, known, n, delta, back)
    top = delta[0]
    for j in range(1, arcs.n_tags):
        top = max(top, delta[j])
    for j in range(arcs.n_tags):  # so that no sum ever grows too large
        delta[j] = max(delta[j] - top, NEVER) if top > HARDLY else NEVER
