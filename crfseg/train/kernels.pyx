# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The inner loops of training: forward-backward and AdaGrad, over many sentences and threads.

A pass goes through the sentences in batches of a few. Every batch has two halves, with a barrier
after each::

    each thread, its sentences:   emissions <- weights;  forward-backward;  emissions <- gradient
    each thread, its patterns:    weights <- gradient

In the first half weights are only read, in the second every weight has one owner and takes its
gradients in the order of the text: the result does not depend on the number of threads.
"""

from libc.math cimport fabsf, sqrtf
from libc.stdint cimport int16_t, int32_t, int64_t, uint8_t

from crfseg.machine cimport prefetch
from crfseg.train.lattice cimport CRFSEG_EXP, Arcs, arcs_along, labelled_lattice, lattice

cdef extern from *:
    """
    #if defined(_MSC_VER)
      #include <windows.h>
      #define CRFSEG_ADD(p) (InterlockedIncrement(p))
      #define CRFSEG_GET(p) (InterlockedCompareExchange(p, 0, 0))
      #define CRFSEG_SET(p, v) ((void)InterlockedExchange(p, v))
      #define CRFSEG_YIELD() SwitchToThread()
    #else
      #include <sched.h>
      #define CRFSEG_ADD(p) __atomic_add_fetch(p, 1, __ATOMIC_ACQ_REL)
      #define CRFSEG_GET(p) __atomic_load_n(p, __ATOMIC_ACQUIRE)
      #define CRFSEG_SET(p, v) __atomic_store_n(p, v, __ATOMIC_RELEASE)
      #define CRFSEG_YIELD() sched_yield()
    #endif
    """
    long CRFSEG_ADD(long *) noexcept nogil
    long CRFSEG_GET(long *) noexcept nogil
    void CRFSEG_SET(long *, long) noexcept nogil
    void CRFSEG_YIELD() noexcept nogil

cdef enum:
    FEW = 6  # tags: more are seldom all in question, so that rows of a block are left alone
    AHEAD = 12  # patterns whose blocks are on their way from memory
    SPINS = 4000  # looks at the barrier before the thread lets others run


cdef void meet(long *arrived, long *round_, long n_threads) noexcept nogil:
    """Wait until all threads are here."""
    cdef long now = CRFSEG_GET(round_)
    cdef int spins = 0
    if CRFSEG_ADD(arrived) == n_threads:
        CRFSEG_SET(arrived, 0)
        CRFSEG_SET(round_, now + 1)
        return
    while CRFSEG_GET(round_) == now:
        spins += 1
        if spins > SPINS:
            CRFSEG_YIELD()


cdef inline void gather(
    float *row, const int32_t *ids, const float *weights, Py_ssize_t stride, Py_ssize_t start,
    Py_ssize_t stop, Py_ssize_t reach, Py_ssize_t size, Py_ssize_t n_tags,
) noexcept nogil:
    """Add to a sentence's rows the blocks of the patterns at positions start to stop."""
    cdef Py_ssize_t p, k
    cdef const float *block
    cdef float *at
    for p in range(start, stop):
        if p + AHEAD < stop and ids[p + AHEAD] >= 0:
            block = weights + stride * <Py_ssize_t>ids[p + AHEAD]
            prefetch(block)
            prefetch(block + size - 1)
        if ids[p] >= 0:
            block = weights + stride * <Py_ssize_t>ids[p]
            at = row + (p - reach) * n_tags
            for k in range(size):
                at[k] += block[k]


cdef inline void add_margin(
    float *row, const int16_t *gold, Py_ssize_t length, Py_ssize_t n_tags, float margin
) noexcept nogil:
    """Let every tag but the gold one score ``margin`` more, so that the gold ones must lead by it.

    The loss is then the softmax margin with the Hamming distance (Gimpel and Smith 2010).
    """
    cdef Py_ssize_t t, j
    for t in range(length):
        for j in range(n_tags):
            row[t * n_tags + j] += margin
        row[t * n_tags + gold[t]] -= margin


cdef inline void step(
    float *weights, const float *gradient, Py_ssize_t n, Py_ssize_t size, float rate, float clock,
    float l1, float l2,
) noexcept nogil:
    """Take one AdaGrad step on n weights of a block: w, squared gradients G, and U.

        g += l2 w;  G += g^2;  length = rate / sqrt(G)
        w' = w - length g, then l1 length nearer to 0, but not beyond;  U += clock (w - w')
    """
    cdef float *squares = weights + size
    cdef float *moved = weights + 2 * size
    cdef Py_ssize_t k
    cdef float g, w, length, shrink
    for k in range(n):
        g = gradient[k] + l2 * weights[k]
        squares[k] += g * g
        length = rate / sqrtf(squares[k])
        w = weights[k] - length * g
        shrink = l1 * length
        w -= shrink if w > shrink else (w if w > -shrink else -shrink)
        moved[k] += clock * (weights[k] - w)
        weights[k] = w


cdef inline bint is_quiet(const float *norms, Py_ssize_t width, float quiet) noexcept nogil:
    """Tell whether the gradients of a block's rows are too small to matter."""
    cdef Py_ssize_t r
    cdef float total = 0
    for r in range(width):
        total += norms[r]
    return total <= quiet


cdef inline void scatter(
    const float *row, const float *norms, const int32_t *ids, float *state, Py_ssize_t start,
    Py_ssize_t stop, Py_ssize_t reach, Py_ssize_t width, Py_ssize_t n_tags, int me, int n_threads,
    float rate, float clock, float l1, float l2, const float *shares, float quiet,
) noexcept nogil:
    """Take a step on the blocks that this thread owns of the patterns at start to stop."""
    cdef Py_ssize_t p, soon, r, size = width * n_tags
    cdef float *block
    for p in range(start, stop):
        soon = p + AHEAD
        if soon < stop and ids[soon] >= 0 and ids[soon] % n_threads == me:
            if not is_quiet(norms + soon - reach, width, quiet):
                prefetch(state + 3 * size * <Py_ssize_t>ids[soon])
        if ids[p] < 0 or ids[p] % n_threads != me:
            continue
        if is_quiet(norms + p - reach, width, quiet):
            continue
        block = state + 3 * size * <Py_ssize_t>ids[p]
        if n_tags <= FEW:
            step(
                block, row + (p - reach) * n_tags, size, size, rate, clock, l1 * shares[ids[p]],
                l2 * shares[ids[p]],
            )
            continue
        for r in range(width):
            if not is_quiet(norms + p - reach + r, 1, quiet):
                step(
                    block + r * n_tags, row + (p - reach + r) * n_tags, n_tags, size, rate, clock,
                    l1 * shares[ids[p]], l2 * shares[ids[p]],
                )


def run(
    int me, int n_threads, const int64_t[::1] order, Py_ssize_t batch, float n_batches, int window,
    const int64_t[::1] begins, const int64_t[::1] offsets, const int16_t[::1] tags,
    const int32_t[:, ::1] ids, const int64_t[:, ::1] kinds, float[::1] states,
    const float[::1] shares, float[:, ::1] transitions, const uint8_t[::1] legal,
    const uint8_t[::1] tag_begins, const uint8_t[::1] tag_ends, const int32_t[:, ::1] inner,
    const uint8_t[::1] hidden,
    float[:, ::1] rows, float[::1] norms, float[:, ::1] scratch, float[:, ::1] exponentials,
    float[:, ::1] arcs, double[::1] losses, long[::1] meeting,
    float margin, float rate, float clock, float l1, float l2, float quiet,
):
    """Take one thread's part in a pass over the sentences.

    Nothing is allocated, which could fail: the other threads would wait for this one forever.

    Parameters
    ----------
    me, n_threads
        Which of the threads this is; all are called with the same arrays at the same time.
    order
        The sentences in the order of training.
    batch
        So many sentences see the same weights.
    n_batches
        Of a whole pass: in so many parts the transitions pay their penalty.
    window
        Edge symbols on either side of a sentence in ``ids``.
    begins, offsets, tags
        Where each sentence's first character stands in ``ids``, (N,), and in ``tags``, (N + 1,).
    ids
        The pattern that starts at each padded position, (K, T'); -1 for none.
    kinds
        For each kind: block width, reach, last offset of its shape, its place in ``states`` and in
        ``shares``, and what it was learned from, 0 for nothing; (K, 6).
    states
        Weights, squared gradients and time-weighted steps of every pattern, block by block.
    shares
        The part of its penalty that a pattern pays at each occurrence, (sum of P,).
    transitions
        The same three of the transitions, (3, L * L).
    legal, tag_begins, tag_ends
        The tag set's, (L * L,), (L,), (L,).
    inner
        The arcs inside words, (A, 2), if tags are in the order of lattice.pxd's ``Arcs``; or none.
    hidden
        For each sentence which kinds it does not see in this pass, by what they were learned
        from; 0 for none; (N,).
    rows, norms, scratch, exponentials, arcs
        Work space: (rows of a batch, L), (rows of a batch,), (threads, 2 L (longest + 1)),
        (threads, 2 L * L), (batch, L * L).
    losses
        The loss of each sentence, (N,), is written here.
    meeting
        Two zeros that all threads share.
    margin
        What a wrong tag scores more than by its weights.
    rate, clock
        Step size, and the number of batches so far, for the average.
    l1, l2
        The penalties' gradients, for a weight of any size and per unit of weight.
    quiet
        Blocks whose absolute gradients sum to no more are left alone; negative: none is.

    Returns
    -------
    clock
        After this pass.
    """
    cdef Py_ssize_t n = order.shape[0], n_kinds = ids.shape[0], n_tags = tag_begins.shape[0]
    cdef Py_ssize_t first, after, q, s, k, i, j, t, lo, length, base, n_arcs = n_tags * n_tags
    cdef float norm
    cdef float *exp_transitions = &exponentials[me, 0]
    cdef float *transposed = exp_transitions + n_arcs
    cdef Arcs along
    cdef float *row
    cdef bint labelled = inner.shape[0] > 0
    with nogil:
        if labelled:
            along = arcs_along(&tag_begins[0], &tag_ends[0], n_tags, &inner[0, 0], inner.shape[0])
        first = 0
        while first < n:
            after = min(n, first + batch)
            for i in range(n_tags):
                for j in range(n_tags):
                    exp_transitions[i * n_tags + j] = (
                        CRFSEG_EXP(transitions[0, i * n_tags + j]) if legal[i * n_tags + j] else 0
                    )
                    transposed[j * n_tags + i] = exp_transitions[i * n_tags + j]
            base = 2 * window
            for q in range(first, after):
                s = order[q]
                length = offsets[s + 1] - offsets[s]
                if (q - first) % n_threads == me:
                    row = &rows[base, 0]
                    for i in range(-2 * window * n_tags, (length + 2 * window) * n_tags):
                        row[i] = 0
                    lo = begins[s]
                    for k in range(n_kinds):
                        if hidden[s] and hidden[s] == kinds[k, 5]:
                            continue
                        gather(
                            row, &ids[k, lo], &states[kinds[k, 3]], 3 * kinds[k, 0] * n_tags,
                            -window, length + window - kinds[k, 2], kinds[k, 1],
                            kinds[k, 0] * n_tags, n_tags,
                        )
                    add_margin(row, &tags[offsets[s]], length, n_tags, margin)
                    if labelled:
                        losses[s] = labelled_lattice(
                            row, &scratch[me, 0], &arcs[q - first, 0], &tags[offsets[s]], length,
                            &transitions[0, 0], exp_transitions, transposed, &along, n_tags,
                        )
                    elif n_tags == 4:
                        losses[s] = lattice(
                            row, &scratch[me, 0], &arcs[q - first, 0], &tags[offsets[s]], length,
                            &transitions[0, 0], exp_transitions, &tag_begins[0], &tag_ends[0], 4,
                        )
                    else:
                        losses[s] = lattice(
                            row, &scratch[me, 0], &arcs[q - first, 0], &tags[offsets[s]], length,
                            &transitions[0, 0], exp_transitions, &tag_begins[0], &tag_ends[0],
                            n_tags,
                        )
                    for i in range(-2 * window * n_tags, 0):
                        row[i] = 0
                    for i in range(length * n_tags, (length + 2 * window) * n_tags):
                        row[i] = 0
                    for t in range(-2 * window, length + 2 * window):
                        norm = 0
                        if 0 <= t < length:
                            for j in range(n_tags):
                                norm += fabsf(row[t * n_tags + j])
                        norms[base + t] = norm
                base += length + 4 * window
            meet(&meeting[0], &meeting[1], n_threads)
            base = 2 * window
            for q in range(first, after):
                s = order[q]
                length = offsets[s + 1] - offsets[s]
                lo = begins[s]
                for k in range(n_kinds):
                    if hidden[s] and hidden[s] == kinds[k, 5]:
                        continue
                    scatter(
                        &rows[base, 0], &norms[base], &ids[k, lo], &states[kinds[k, 3]], -window,
                        length + window - kinds[k, 2], kinds[k, 1], kinds[k, 0], n_tags, me,
                        n_threads, rate, clock, l1, l2, &shares[kinds[k, 4]], quiet,
                    )
                base += length + 4 * window
            if me == 0:
                for q in range(1, after - first):
                    for i in range(n_arcs):
                        arcs[0, i] += arcs[q, i]
                step(
                    &transitions[0, 0], &arcs[0, 0], n_arcs, n_arcs, rate, clock, l1 / n_batches,
                    l2 / n_batches,
                )
            clock += 1
            meet(&meeting[0], &meeting[1], n_threads)
            first = after
    return clock
