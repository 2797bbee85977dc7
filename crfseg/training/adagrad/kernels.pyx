"""Inner loops of training: forward-backward and AdaGrad steps on mini-batches, in several threads.

A batch has two halves, with a barrier after each::

    each thread, its sentences:   emissions <- weights;  forward-backward;  emissions <- gradient
    each thread, its patterns:    weights <- gradient

In the first half weights are only read. In the second every weight has one owner, which applies its
gradients in the order of the sentences, so the result does not depend on the number of threads.
"""

from libc.math cimport fabsf, sqrtf
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t

from crfseg.features.prefetch cimport prefetch
from crfseg.training.adagrad.lattice cimport (
    CRFSEG_EXP, LegalArcs, labelled_lattice, lattice, legal_arcs_of, partial_lattice
)

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
    FEW = 6  # tags up to which a block is updated as a whole, beyond row by row
    AHEAD = 12  # patterns whose blocks are prefetched
    SPINS = 4000  # reads of the barrier before a thread yields

cdef enum:  # columns of kinds
    WIDTH
    REACH
    LAST
    STATES
    SHARES
    SOURCE


cdef void wait_for_all(long *arrived, long *round_, long n_threads) noexcept nogil:
    """Wait at a barrier until all threads have arrived."""
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
    """Add the blocks of the patterns at positions start to stop to a sentence's emissions."""
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
    """Add ``margin`` to the scores of all tags but the gold ones.

    The loss is then the softmax margin with the Hamming distance (Gimpel and Smith 2010).
    """
    cdef Py_ssize_t t, j
    for t in range(length):
        for j in range(n_tags):
            row[t * n_tags + j] += margin
        row[t * n_tags + gold[t]] -= margin


cdef inline void step(
    float *weights, const float *gradient, Py_ssize_t n, Py_ssize_t size, float rate, float time,
    float l1, float l2,
) noexcept nogil:
    """Take one AdaGrad step on n weights w of a block, with its squared gradients G and steps U.

        g += l2 w;  G += g^2;  length = rate / sqrt(G)
        w' = w - length g, shrunk towards 0 by l1 length;  U += time (w' - w)
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
        moved[k] += time * (w - weights[k])
        weights[k] = w


cdef inline bint is_negligible(
    const float *norms, Py_ssize_t width, float threshold
) noexcept nogil:
    """Return True if the gradients of a block's rows sum to at most the threshold."""
    cdef Py_ssize_t r
    cdef float total = 0
    for r in range(width):
        total += norms[r]
    return total <= threshold


cdef inline void scatter(
    const float *row, const float *norms, const int32_t *ids, float *state, Py_ssize_t start,
    Py_ssize_t stop, Py_ssize_t reach, Py_ssize_t width, Py_ssize_t n_tags, int thread,
    int n_threads, float rate, float time, float l1, float l2, const float *shares,
    float threshold,
) noexcept nogil:
    """Take a step on this thread's blocks among the patterns at positions start to stop."""
    cdef Py_ssize_t p, soon, r, size = width * n_tags
    cdef float *block
    for p in range(start, stop):
        soon = p + AHEAD
        if soon < stop and ids[soon] >= 0 and ids[soon] % n_threads == thread:
            if not is_negligible(norms + soon - reach, width, threshold):
                prefetch(state + 3 * size * <Py_ssize_t>ids[soon])
        if ids[p] < 0 or ids[p] % n_threads != thread:
            continue
        if is_negligible(norms + p - reach, width, threshold):
            continue
        block = state + 3 * size * <Py_ssize_t>ids[p]
        if n_tags <= FEW:
            step(
                block, row + (p - reach) * n_tags, size, size, rate, time, l1 * shares[ids[p]],
                l2 * shares[ids[p]],
            )
            continue
        for r in range(width):
            if not is_negligible(norms + p - reach + r, 1, threshold):
                step(
                    block + r * n_tags, row + (p - reach + r) * n_tags, n_tags, size, rate, time,
                    l1 * shares[ids[p]], l2 * shares[ids[p]],
                )


cpdef float time_of(double clock) noexcept nogil:
    """Return the time t after c batches: batch k has weight k (k + 1) / 2 in the average."""
    return clock * (clock + 1) * (clock + 2) / 6


cdef class Batches:
    """Batches of a pass, processed by all threads together.

    Parameters
    ----------
    order
        The sentences in the order of training.
    batch
        Number of sentences in a batch, which have the same weights.
    n_batches
        Batches of a whole pass; each applies this part of the transitions' penalty.
    window
        Edge symbols on either side of a sentence in ``ids``.
    begins, offsets, tags
        Position of each sentence's first character in ``ids``, (N,); offsets of the sentences in
        ``tags``, (N + 1,); gold tags, (T,).
    boundaries, partial
        For partly annotated corpora: 1 begins a word, -1 does not, 0 is unknown, (T,); 1 for partly
        annotated sentences, (N,). Else both are empty.
    ids
        The pattern that starts at each padded position, (K, T'); -1 for none.
    kinds
        For each kind: block width, reach, last offset of its shape, offsets in ``states`` and in
        ``shares``, the source it was learned from (0 for none); (K, 6).
    states
        Weights, squared gradients and time-weighted steps of every pattern, block by block.
    shares
        Part of its penalty that a pattern gets at each occurrence, (sum of P,).
    transitions
        Weights, squared gradients and steps of the transitions, (3, L * L).
    legal, tag_begins, tag_ends
        The tag set's, (L * L,), (L,), (L,).
    inner
        The arcs inside words, (A, 2), if tags are in the order of ``LegalArcs``; else empty.
    dropped
        For each sentence the source whose kinds are left out in this pass, 0 for none; (N,).
    rows, norms, scratch, exponentials, arcs
        Work space: (rows of a batch, L), (rows of a batch,), (threads, 2 L (longest + 1)), with
        ``partial`` (threads, L (3 longest + 2 + L)), (threads, 2 L * L), (batch, L * L).
    losses
        Written: the loss of each sentence, (N,).
    margin
        Added to the scores of wrong tags.
    rate
        Learning rate.
    l1, l2
        Gradients of the penalties: of the absolute weight, and per unit of weight.
    threshold
        Blocks whose absolute gradients sum to no more are skipped; negative: none.
    """

    cdef const int64_t[::1] order, begins, offsets
    cdef Py_ssize_t batch, window, n_tags
    cdef float n_batches, margin, rate, l1, l2, threshold
    cdef const int16_t[::1] tags
    cdef const int8_t[::1] boundaries
    cdef const int32_t[:, ::1] ids, inner
    cdef const int64_t[:, ::1] kinds
    cdef float[::1] states, norms
    cdef const float[::1] shares
    cdef float[:, ::1] transitions, rows, scratch, exponentials, arcs
    cdef const uint8_t[::1] legal, tag_begins, tag_ends, dropped, partial
    cdef double[::1] losses
    cdef LegalArcs legal_arcs
    cdef long arrived, round_  # the barrier

    def __init__(
        self, order, batch, n_batches, window, begins, offsets, tags, boundaries, partial, ids,
        kinds, states, shares, transitions, legal, tag_begins, tag_ends, inner, dropped, rows,
        norms, scratch, exponentials, arcs, losses, *, margin, rate, l1, l2, threshold,
    ):
        self.order, self.batch, self.n_batches, self.window = order, batch, n_batches, window
        self.begins, self.offsets, self.tags, self.ids = begins, offsets, tags, ids
        self.boundaries, self.partial = boundaries, partial
        self.kinds, self.states, self.shares, self.transitions = kinds, states, shares, transitions
        self.legal, self.tag_begins, self.tag_ends = legal, tag_begins, tag_ends
        self.inner, self.dropped, self.n_tags = inner, dropped, len(tag_begins)
        self.rows, self.norms, self.scratch = rows, norms, scratch
        self.exponentials, self.arcs, self.losses = exponentials, arcs, losses
        self.margin, self.rate, self.l1, self.l2, self.threshold = margin, rate, l1, l2, threshold
        if len(inner):
            self.legal_arcs = legal_arcs_of(
                &self.tag_begins[0], &self.tag_ends[0], self.n_tags, &self.inner[0, 0], len(inner)
            )

    def run(self, int thread, int n_threads, double clock):
        """Do one thread's part of the work; return ``clock`` plus the number of batches.

        All threads call this at the same time. It allocates nothing: if that failed, the other
        threads would wait for this one forever.
        """
        cdef Py_ssize_t first = 0, after, q, base
        cdef float time
        with nogil:
            while first < self.order.shape[0]:
                after = min(self.order.shape[0], first + self.batch)
                self.exponentiate(&self.exponentials[thread, 0])
                base = 2 * self.window
                for q in range(first, after):
                    if (q - first) % n_threads == thread:
                        self.compute_gradient(thread, self.order[q], base, &self.arcs[q - first, 0])
                    base += self.room_of(self.order[q])
                wait_for_all(&self.arrived, &self.round_, n_threads)
                base, time = 2 * self.window, time_of(clock)
                for q in range(first, after):
                    self.update_weights(thread, n_threads, self.order[q], base, time)
                    base += self.room_of(self.order[q])
                if thread == 0:
                    self.update_transitions(after - first, time)
                clock += 1
                wait_for_all(&self.arrived, &self.round_, n_threads)
                first = after
        return clock

    cdef Py_ssize_t room_of(self, Py_ssize_t s) noexcept nogil:
        """Return the number of rows of a sentence, with its edges."""
        return self.offsets[s + 1] - self.offsets[s] + 4 * self.window

    cdef bint uses_kind(self, Py_ssize_t s, Py_ssize_t k) noexcept nogil:
        """Return False if dropout leaves the patterns of a kind out of a sentence in this pass."""
        return not self.dropped[s] or self.dropped[s] != self.kinds[k, SOURCE]

    cdef void exponentiate(self, float *exp_transitions) noexcept nogil:
        """Write exp of the transitions, 0 where illegal, and after it the same transposed."""
        cdef Py_ssize_t i, j, n_tags = self.n_tags
        cdef float *transposed = exp_transitions + n_tags * n_tags
        for i in range(n_tags):
            for j in range(n_tags):
                exp_transitions[i * n_tags + j] = (
                    CRFSEG_EXP(self.transitions[0, i * n_tags + j])
                    if self.legal[i * n_tags + j] else 0
                )
                transposed[j * n_tags + i] = exp_transitions[i * n_tags + j]

    cdef void compute_gradient(
        self, int thread, Py_ssize_t s, Py_ssize_t base, float *arcs
    ) noexcept nogil:
        """Write the gradient of a sentence's loss into its rows, from ``base`` on, and ``arcs``."""
        cdef Py_ssize_t k, i, j, t, n_tags = self.n_tags
        cdef Py_ssize_t length = self.offsets[s + 1] - self.offsets[s]
        cdef Py_ssize_t begin = -2 * self.window, end = length + 2 * self.window
        cdef const int64_t *kind
        cdef float *row = &self.rows[base, 0]
        cdef float norm
        for i in range(begin * n_tags, end * n_tags):
            row[i] = 0
        for k in range(self.kinds.shape[0]):
            kind = &self.kinds[k, 0]
            if self.uses_kind(s, k):
                gather(
                    row, &self.ids[k, self.begins[s]], &self.states[kind[STATES]],
                    3 * kind[WIDTH] * n_tags, -self.window, length + self.window - kind[LAST],
                    kind[REACH], kind[WIDTH] * n_tags, n_tags,
                )
        if self.partial.shape[0] and self.partial[s]:
            self.losses[s] = partial_lattice(
                row, &self.scratch[thread, 0], arcs, &self.boundaries[self.offsets[s]], length,
                &self.transitions[0, 0], &self.exponentials[thread, 0], &self.tag_begins[0],
                &self.tag_ends[0], n_tags, self.margin,
            )
        else:
            self.losses[s] = self.loss(thread, row, &self.tags[self.offsets[s]], length, arcs)
        for i in range(begin * n_tags, 0):
            row[i] = 0
        for i in range(length * n_tags, end * n_tags):
            row[i] = 0
        for t in range(begin, end):
            norm = 0
            for j in range(n_tags):
                norm += fabsf(row[t * n_tags + j])
            self.norms[base + t] = norm

    cdef double loss(
        self, int thread, float *row, const int16_t *gold, Py_ssize_t length, float *arcs
    ) noexcept nogil:
        """Turn emissions into gradients in place; return the loss."""
        cdef Py_ssize_t n_tags = self.n_tags
        cdef float *scratch = &self.scratch[thread, 0]
        cdef const float *transitions = &self.transitions[0, 0]
        cdef const float *powers = &self.exponentials[thread, 0]
        cdef const uint8_t *begins = &self.tag_begins[0]
        cdef const uint8_t *ends = &self.tag_ends[0]
        add_margin(row, gold, length, n_tags, self.margin)
        if self.inner.shape[0]:
            return labelled_lattice(
                row, scratch, arcs, gold, length, transitions, powers, powers + n_tags * n_tags,
                &self.legal_arcs, n_tags,
            )
        if n_tags == 4:  # a constant, so that the compiler unrolls the loops
            return lattice(
                row, scratch, arcs, gold, length, transitions, powers, begins, ends, 4, True
            )
        return lattice(
            row, scratch, arcs, gold, length, transitions, powers, begins, ends, n_tags, True
        )

    cdef void update_weights(
        self, int thread, int n_threads, Py_ssize_t s, Py_ssize_t base, float time
    ) noexcept nogil:
        """Take steps on this thread's weights among a sentence's patterns."""
        cdef Py_ssize_t k, length = self.offsets[s + 1] - self.offsets[s]
        cdef const int64_t *kind
        for k in range(self.kinds.shape[0]):
            kind = &self.kinds[k, 0]
            if self.uses_kind(s, k):
                scatter(
                    &self.rows[base, 0], &self.norms[base], &self.ids[k, self.begins[s]],
                    &self.states[kind[STATES]], -self.window, length + self.window - kind[LAST],
                    kind[REACH], kind[WIDTH], self.n_tags, thread, n_threads, self.rate, time,
                    self.l1, self.l2, &self.shares[kind[SHARES]], self.threshold,
                )

    cdef void update_transitions(self, Py_ssize_t n_sentences, float time) noexcept nogil:
        """Take a step on the transitions with the gradients of all sentences of a batch."""
        cdef Py_ssize_t q, i, n_arcs = self.n_tags * self.n_tags
        for q in range(1, n_sentences):
            for i in range(n_arcs):
                self.arcs[0, i] += self.arcs[q, i]
        step(
            &self.transitions[0, 0], &self.arcs[0, 0], n_arcs, n_arcs, self.rate, time,
            self.l1 / self.n_batches, self.l2 / self.n_batches,
        )
