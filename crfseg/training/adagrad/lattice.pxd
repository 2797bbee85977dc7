# cython: boundscheck=False, wraparound=False, cdivision=True
"""Forward-backward on one sentence, and the gradient. Readable twin: decoding/reference.py."""

from libc.math cimport logf
from libc.stdint cimport int8_t, int16_t, int32_t, uint8_t

cdef extern from *:
    """
    #include <string.h>

    /* exp(x) to seven digits, 0 below -87, without a call or a jump: loops of it become vectors.
       2^n by the exponent's bits, 2^r for |r| <= 1/2 by its series. */
    static inline float CRFSEG_EXP(float x) {
      float z = (x < -87.0f ? -87.0f : x > 88.0f ? 88.0f : x) * 1.44269504f;
      int n = (int)(z + (z < 0 ? -0.5f : 0.5f));
      float r = (z - (float)n) * 0.69314718f, power;
      int bits = (n + 127) << 23;
      memcpy(&power, &bits, 4);
      r = 1 + r * (1 + r * (0.5f + r * (0.16666667f + r * (0.041666667f + r * (0.0083333333f
          + r * 0.0013888889f)))));
      return x < -87.0f ? 0 : power * r;
    }
    """
    float CRFSEG_EXP(float) noexcept nogil


cdef enum:
    IMPOSSIBLE = -1000000000  # what a tag scores that cannot be


cdef inline float exponentials(
    const float *row, float *potential, float *alpha, Py_ssize_t n_tags
) noexcept nogil:
    """Let the potentials be exp(row - top), and alpha 0; return top, the largest of the row."""
    cdef Py_ssize_t j
    cdef float top = row[0]
    for j in range(1, n_tags):
        top = row[j] if row[j] > top else top
    for j in range(n_tags):
        potential[j] = CRFSEG_EXP(row[j] - top)
        alpha[j] = 0
    return top


cdef inline double scaled(
    double loss, float *alpha, float *potential, float top, const float *row, const int16_t *gold,
    bint has_gold, Py_ssize_t t, const float *transitions, Py_ssize_t n_tags,
) noexcept nogil:
    """Bring the potentials into alpha and scale both by its sum; return the loss up to here."""
    cdef Py_ssize_t j
    cdef float total = 0, share
    for j in range(n_tags):
        alpha[j] *= potential[j]
        total += alpha[j]
    share = 1 / total
    for j in range(n_tags):
        alpha[j] *= share
        potential[j] *= share
    if not has_gold:
        return loss + (top + logf(total))
    loss += top + logf(total) - row[gold[t]]
    if t > 0:
        loss -= transitions[gold[t - 1] * n_tags + gold[t]]
    return loss


cdef inline double lattice(
    float *rows, float *scratch, float *arcs, const int16_t *gold, Py_ssize_t length,
    const float *transitions, const float *exp_transitions, const uint8_t *begins,
    const uint8_t *ends, Py_ssize_t n_tags, bint has_gold,
) noexcept nogil:
    """Turn a sentence's emissions into the gradient of its negative log-likelihood, in place.

        alpha[t, j] = potential[t, j] sum_i alpha[t-1, i] exp(transitions[i, j]),  scaled to sum 1
        beta[t-1, i] = sum_j exp(transitions[i, j]) potential[t, j] beta[t, j],    scaled alike
        gradient[t, j] = alpha[t, j] beta[t, j] - [gold[t] = j]

    ``scratch`` holds alpha and potential, (T, 2, L), and two more rows; ``arcs`` (L, L) gets the
    gradient of the transitions. Returns the loss. Without gold tags nothing is subtracted: rows and
    arcs become the expected numbers of tags and of transitions, the loss log Z. ``has_gold`` is a
    constant wherever this is called, so that nothing of it is left in the loops.
    """
    cdef Py_ssize_t t, i, j
    cdef float *alpha
    cdef float *before
    cdef float *potential
    cdef float *row
    cdef float *beta = scratch + 2 * length * n_tags
    cdef float *pull = beta + n_tags
    cdef float top, total, share
    cdef double loss = 0
    for t in range(length):
        row = rows + t * n_tags
        alpha = scratch + 2 * t * n_tags
        potential = alpha + n_tags
        top = exponentials(row, potential, alpha, n_tags)
        if t == length - 1:
            for j in range(n_tags):
                if not ends[j]:
                    potential[j] = 0
        if t == 0:
            for j in range(n_tags):
                alpha[j] = 1 if begins[j] else 0
        else:
            for i in range(n_tags):
                share = before[i]
                for j in range(n_tags):
                    alpha[j] += share * exp_transitions[i * n_tags + j]
        loss = scaled(loss, alpha, potential, top, row, gold, has_gold, t, transitions, n_tags)
        before = alpha
    for i in range(n_tags * n_tags):
        arcs[i] = 0
    for j in range(n_tags):
        beta[j] = 1
    for t in range(length - 1, -1, -1):
        row = rows + t * n_tags
        alpha = scratch + 2 * t * n_tags
        potential = alpha + n_tags
        for j in range(n_tags):
            row[j] = alpha[j] * beta[j]
            pull[j] = potential[j] * beta[j]
        if has_gold:
            row[gold[t]] -= 1
        if t > 0:
            before = alpha - 2 * n_tags
            for i in range(n_tags):
                total = 0
                share = before[i]
                for j in range(n_tags):
                    top = exp_transitions[i * n_tags + j] * pull[j]
                    total += top
                    arcs[i * n_tags + j] += share * top
                beta[i] = total
            if has_gold:
                arcs[gold[t - 1] * n_tags + gold[t]] -= 1
    return loss


cdef inline bint agrees(int8_t boundaries, bint is_so) noexcept nogil:
    """Return whether a property is allowed by its constraint: 1 required, -1 excluded, 0 free."""
    return not boundaries or (boundaries > 0) == is_so


cdef inline double partial_lattice(
    float *rows, float *scratch, float *arcs, const int8_t *boundaries, Py_ssize_t length,
    const float *transitions, const float *exp_transitions, const uint8_t *begins,
    const uint8_t *ends, Py_ssize_t n_tags, float margin,
) noexcept nogil:
    """Do what :func:`lattice` does where only some boundaries are known: the marginal likelihood.

        loss = log Z - log Z(the paths that agree with the constraints)
        gradient = expectation over all paths - expectation over those that agree

    In Z a tag that does not agree scores ``margin`` more. ``boundaries`` says of each character whether
    it begins a word, (T,); ``scratch`` has room for T more rows and arcs than there.
    """
    cdef Py_ssize_t t, j, n_arcs = n_tags * n_tags
    cdef float *agreeing = scratch + 2 * (length + 1) * n_tags
    cdef float *agreeing_arcs = agreeing + length * n_tags
    cdef int8_t after
    cdef bint is_free
    cdef double loss = 0
    for t in range(length):
        after = boundaries[t + 1] if t + 1 < length else 1
        for j in range(n_tags):
            agreeing[t * n_tags + j] = rows[t * n_tags + j]
            if not (agrees(boundaries[t], begins[j]) and agrees(after, ends[j])):
                agreeing[t * n_tags + j] = IMPOSSIBLE
                rows[t * n_tags + j] += margin
    for is_free in range(2):
        loss = lattice(
            rows if is_free else agreeing, scratch, arcs if is_free else agreeing_arcs, NULL,
            length, transitions, exp_transitions, begins, ends, n_tags, False,
        ) - loss
    for j in range(length * n_tags):
        rows[j] -= agreeing[j]
    for j in range(n_arcs):
        arcs[j] -= agreeing_arcs[j]
    return loss


cdef struct Arcs:
    # The legal arcs of a labelled tag set, its tags in the order B.. S.. E.. M..: all from those
    # that end a word, (first_end .. last_end), to those that begin one, (0 .. n_begin), and the
    # inner ones, from[a] to to[a].
    Py_ssize_t n_begin, first_end, last_end, n_inner
    const int32_t *inner


cdef inline Arcs arcs_along(
    const uint8_t *begins, const uint8_t *ends, Py_ssize_t n_tags, const int32_t *inner,
    Py_ssize_t n_inner,
) noexcept nogil:
    """Return the legal arcs of tags in that order; some tag ends a word."""
    cdef Arcs arcs
    arcs.n_begin, arcs.first_end, arcs.n_inner, arcs.inner = 0, 0, n_inner, inner
    while arcs.n_begin < n_tags and begins[arcs.n_begin]:
        arcs.n_begin += 1
    while not ends[arcs.first_end]:
        arcs.first_end += 1
    arcs.last_end = arcs.first_end
    while arcs.last_end < n_tags and ends[arcs.last_end]:
        arcs.last_end += 1
    return arcs


cdef inline double labelled_lattice(
    float *rows, float *scratch, float *arcs, const int16_t *gold, Py_ssize_t length,
    const float *transitions, const float *exp_transitions, const float *transposed, Arcs *legal,
    Py_ssize_t n_tags,
) noexcept nogil:
    """Do what :func:`lattice` does, along the legal arcs only, for many tags.

    Of the tags of a position few have any weight: what is less than ``tiny`` is passed over.
    """
    cdef Py_ssize_t t, i, j, a, n_begin = legal.n_begin, first_end = legal.first_end
    cdef Py_ssize_t last_end = legal.last_end
    cdef float *alpha
    cdef float *before
    cdef float *potential
    cdef float *row
    cdef float *beta = scratch + 2 * length * n_tags
    cdef float *pull = beta + n_tags
    cdef const float *arc
    cdef float top, share, tiny = 1e-9
    cdef double loss = 0
    for t in range(length):
        row = rows + t * n_tags
        alpha = scratch + 2 * t * n_tags
        potential = alpha + n_tags
        top = exponentials(row, potential, alpha, n_tags)
        if t == length - 1:
            for j in range(n_tags):
                if not first_end <= j < last_end:
                    potential[j] = 0
        if t == 0:
            for j in range(n_begin):
                alpha[j] = 1
        else:
            for i in range(first_end, last_end):
                share = before[i]
                if share > tiny:
                    arc = exp_transitions + i * n_tags
                    for j in range(n_begin):
                        alpha[j] += share * arc[j]
            for a in range(legal.n_inner):
                i, j = legal.inner[2 * a], legal.inner[2 * a + 1]
                alpha[j] += before[i] * exp_transitions[i * n_tags + j]
        loss = scaled(loss, alpha, potential, top, row, gold, True, t, transitions, n_tags)
        before = alpha
    for i in range(n_tags * n_tags):
        arcs[i] = 0
    for j in range(n_tags):
        beta[j] = 1
    for t in range(length - 1, -1, -1):
        row = rows + t * n_tags
        alpha = scratch + 2 * t * n_tags
        potential = alpha + n_tags
        top = 0
        for j in range(n_tags):
            row[j] = alpha[j] * beta[j]
            pull[j] = potential[j] * beta[j]
            top = pull[j] if pull[j] > top else top
            beta[j] = 0
        row[gold[t]] -= 1
        if t > 0:
            before = alpha - 2 * n_tags
            for j in range(n_begin):
                if pull[j] > tiny * top:
                    arc = transposed + j * n_tags
                    for i in range(first_end, last_end):
                        beta[i] += pull[j] * arc[i]
            for i in range(first_end, last_end):
                if before[i] > tiny:
                    for j in range(n_begin):
                        arcs[i * n_tags + j] += before[i] * pull[j]
            for a in range(legal.n_inner):
                i, j = legal.inner[2 * a], legal.inner[2 * a + 1]
                beta[i] += exp_transitions[i * n_tags + j] * pull[j]
                arcs[i * n_tags + j] += before[i] * pull[j]
    for i in range(n_tags * n_tags):
        arcs[i] *= exp_transitions[i]
    for t in range(1, length):
        arcs[gold[t - 1] * n_tags + gold[t]] -= 1
    return loss
