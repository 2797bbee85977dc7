"""The inner loops of training: forward-backward and AdaGrad, over many sentences and threads.

A pass goes through the sentences in batches of a few. Every batch has two halves, with a barrier
after each::

    each thread, its sentences:   emissions <- weights;  forward-backward;  emissions <- gradient
    each thread, its patterns:    weights <- gradient

In the first half weights are only read, in the second every weight has one owner and takes its
gradients in the order of the text: the result does not depend on the number of threads.
"""

from libc.math cimport fabsf, sqrtf
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t

from crfseg.features.prefetch cimport prefetch
from crfseg.training.adagrad.lattice cimport (
    CRFSEG_EXP, Arcs, arcs_along, labelled_lattice, lattice, partial_lattice
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
    FEW = 6  # tags: more are seldom all in question, so that rows of a block are left alone
    AHEAD = 12  # patterns whose blocks are prefetched
    SPINS = 4000  # looks at the barrier before the thread lets others run

cdef enum:  # the columns of kinds
    WIDTH
    REACH
    LAST
    STATES
    SHARES
    SOURCE


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
    float *weights, const float *gradient, Py_ssize_t n, Py_ssize_t size, float rate, float time,
    float l1, float l2,
) noexcept nogil:
    """Take one AdaGrad step on n weights of a block: w, squared gradients G, and U.

        g += l2 w;  G += g^2;  length = rate / sqrt(G)
        w' = w - length g, then l1 length nearer to 0, but not beyond;  U += time (w' - w)
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


cdef inline bint is_quiet(const float *norms, Py_ssize_t width, float quiet) noexcept nogil:
    """Return whether the gradients of a block's rows are too small to matter."""
    cdef Py_ssize_t r
    cdef float total = 0
    for r in range(width):
        total += norms[r]
    return total <= quiet


cdef inline void scatter(
    const float *row, const float *norms, const int32_t *ids, float *state, Py_ssize_t start,
    Py_ssize_t stop, Py_ssize_t reach, Py_ssize_t width, Py_ssize_t n_tags, int me, int n_threads,
    float rate, float time, float l1, float l2, const float *shares, float quiet,
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
                block, row + (p - reach) * n_tags, size, size, rate, time, l1 * shares[ids[p]],
                l2 * shares[ids[p]],
            )
            continue
        for r in range(width):
            if not is_quiet(norms + p - reach + r, 1, quiet):
                step(
                    block + r * n_tags, row + (p - reach + r) * n_tags, n_tags, size, rate, time,
                    l1 * shares[ids[p]], l2 * shares[ids[p]],
                )


cpdef float time_of(double clock) noexcept nogil:
    """Return t after c batches: batch k counts k (k + 1) / 2, so the later ones count most."""
    return clock * (clock + 1) * (clock + 2) / 6


cdef class Batches:
    """Some batches of a pass, for all threads to work on together.

    Parameters
    ----------
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
    boundaries, partial
        Where tags are not all known: whether each character begins a word, 1, does not, -1, or
        nothing is known, 0, (T,); and of which sentences a part is not known, (N,). Both are empty
        if all is known.
    ids
        The pattern that starts at each padded position, (K, T'); -1 for none.
    kinds
        For each kind: block width, reach, last offset of its shape, its position in ``states`` and in
        ``shares``, and its source for dropout, 0 for none; (K, 6).
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
        Work space: (rows of a batch, L), (rows of a batch,), (threads, 2 L (longest + 1)), with
        ``partial`` (threads, L (3 longest + 2 + L)), (threads, 2 L * L), (batch, L * L).
    losses
        The loss of each sentence, (N,), is written here.
    margin
        What a wrong tag scores more than by its weights.
    rate
        The size of a step.
    l1, l2
        The penalties' gradients, for a weight of any size and per unit of weight.
    quiet
        Blocks whose absolute gradients sum to no more are left alone; negative: none is.
    """

    cdef const int64_t[::1] order, begins, offsets
    cdef Py_ssize_t batch, window, n_tags
    cdef float n_batches, margin, rate, l1, l2, quiet
    cdef const int16_t[::1] tags
    cdef const int8_t[::1] boundaries
    cdef const int32_t[:, ::1] ids, inner
    cdef const int64_t[:, ::1] kinds
    cdef float[::1] states, norms
    cdef const float[::1] shares
    cdef float[:, ::1] transitions, rows, scratch, exponentials, arcs
    cdef const uint8_t[::1] legal, tag_begins, tag_ends, hidden, partial
    cdef double[::1] losses
    cdef Arcs along
    cdef long arrived, round_  # where the threads meet

    def __init__(
        self, order, batch, n_batches, window, begins, offsets, tags, boundaries, partial, ids, kinds,
        states, shares, transitions, legal, tag_begins, tag_ends, inner, hidden, rows, norms,
        scratch, exponentials, arcs, losses, *, margin, rate, l1, l2, quiet,
    ):
        self.order, self.batch, self.n_batches, self.window = order, batch, n_batches, window
        self.begins, self.offsets, self.tags, self.ids = begins, offsets, tags, ids
        self.boundaries, self.partial = boundaries, partial
        self.kinds, self.states, self.shares, self.transitions = kinds, states, shares, transitions
        self.legal, self.tag_begins, self.tag_ends = legal, tag_begins, tag_ends
        self.inner, self.hidden, self.n_tags = inner, hidden, len(tag_begins)
        self.rows, self.norms, self.scratch = rows, norms, scratch
        self.exponentials, self.arcs, self.losses = exponentials, arcs, losses
        self.margin, self.rate, self.l1, self.l2, self.quiet = margin, rate, l1, l2, quiet
        if len(inner):
            self.along = arcs_along(
                &self.tag_begins[0], &self.tag_ends[0], self.n_tags, &self.inner[0, 0], len(inner)
            )

    def run(self, int me, int n_threads, double clock):
        """Take one thread's part; return the number of batches so far, counted on from ``clock``.

        All threads call this at the same time. Nothing is allocated, which could fail: the other
        threads would wait for this one forever.
        """
        cdef Py_ssize_t first = 0, after, q, base
        cdef float time
        with nogil:
            while first < self.order.shape[0]:
                after = min(self.order.shape[0], first + self.batch)
                self.exponentiate(&self.exponentials[me, 0])
                base = 2 * self.window
                for q in range(first, after):
                    if (q - first) % n_threads == me:
                        self.differentiate(me, self.order[q], base, &self.arcs[q - first, 0])
                    base += self.room_of(self.order[q])
                meet(&self.arrived, &self.round_, n_threads)
                base, time = 2 * self.window, time_of(clock)
                for q in range(first, after):
                    self.descend(me, n_threads, self.order[q], base, time)
                    base += self.room_of(self.order[q])
                if me == 0:
                    self.descend_transitions(after - first, time)
                clock += 1
                meet(&self.arrived, &self.round_, n_threads)
                first = after
        return clock

    cdef Py_ssize_t room_of(self, Py_ssize_t s) noexcept nogil:
        """Return how many rows a sentence takes, those of its edges included."""
        return self.offsets[s + 1] - self.offsets[s] + 4 * self.window

    cdef bint sees(self, Py_ssize_t s, Py_ssize_t k) noexcept nogil:
        """Return whether a sentence sees the patterns of a kind in this pass."""
        return not self.hidden[s] or self.hidden[s] != self.kinds[k, SOURCE]

    cdef void exponentiate(self, float *exp_transitions) noexcept nogil:
        """Write exp of the transitions, 0 where illegal, and behind it the same transposed."""
        cdef Py_ssize_t i, j, n_tags = self.n_tags
        cdef float *transposed = exp_transitions + n_tags * n_tags
        for i in range(n_tags):
            for j in range(n_tags):
                exp_transitions[i * n_tags + j] = (
                    CRFSEG_EXP(self.transitions[0, i * n_tags + j])
                    if self.legal[i * n_tags + j] else 0
                )
                transposed[j * n_tags + i] = exp_transitions[i * n_tags + j]

    cdef void differentiate(
        self, int me, Py_ssize_t s, Py_ssize_t base, float *arcs
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
            if self.sees(s, k):
                gather(
                    row, &self.ids[k, self.begins[s]], &self.states[kind[STATES]],
                    3 * kind[WIDTH] * n_tags, -self.window, length + self.window - kind[LAST],
                    kind[REACH], kind[WIDTH] * n_tags, n_tags,
                )
        if self.partial.shape[0] and self.partial[s]:
            self.losses[s] = partial_lattice(
                row, &self.scratch[me, 0], arcs, &self.boundaries[self.offsets[s]], length,
                &self.transitions[0, 0], &self.exponentials[me, 0], &self.tag_begins[0],
                &self.tag_ends[0], n_tags, self.margin,
            )
        else:
            self.losses[s] = self.loss(me, row, &self.tags[self.offsets[s]], length, arcs)
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
        self, int me, float *row, const int16_t *gold, Py_ssize_t length, float *arcs
    ) noexcept nogil:
        """Turn emissions into gradients in place; return the loss."""
        cdef Py_ssize_t n_tags = self.n_tags
        cdef float *scratch = &self.scratch[me, 0]
        cdef const float *transitions = &self.transitions[0, 0]
        cdef const float *powers = &self.exponentials[me, 0]
        cdef const uint8_t *begins = &self.tag_begins[0]
        cdef const uint8_t *ends = &self.tag_ends[0]
        add_margin(row, gold, length, n_tags, self.margin)
        if self.inner.shape[0]:
            return labelled_lattice(
                row, scratch, arcs, gold, length, transitions, powers, powers + n_tags * n_tags,
                &self.along, n_tags,
            )
        if n_tags == 4:  # known to the compiler, so that it unrolls the loops
            return lattice(
                row, scratch, arcs, gold, length, transitions, powers, begins, ends, 4, True
            )
        return lattice(
            row, scratch, arcs, gold, length, transitions, powers, begins, ends, n_tags, True
        )

    cdef void descend(
        self, int me, int n_threads, Py_ssize_t s, Py_ssize_t base, float time
    ) noexcept nogil:
        """Take steps on the weights of a sentence's patterns that this thread owns."""
        cdef Py_ssize_t k, length = self.offsets[s + 1] - self.offsets[s]
        cdef const int64_t *kind
        for k in range(self.kinds.shape[0]):
            kind = &self.kinds[k, 0]
            if self.sees(s, k):
                scatter(
                    &self.rows[base, 0], &self.norms[base], &self.ids[k, self.begins[s]],
                    &self.states[kind[STATES]], -self.window, length + self.window - kind[LAST],
                    kind[REACH], kind[WIDTH], self.n_tags, me, n_threads, self.rate, time,
                    self.l1, self.l2, &self.shares[kind[SHARES]], self.quiet,
                )

    cdef void descend_transitions(self, Py_ssize_t n_sentences, float time) noexcept nogil:
        """Take a step on the transitions, by the gradients of all sentences of a batch."""
        cdef Py_ssize_t q, i, n_arcs = self.n_tags * self.n_tags
        for q in range(1, n_sentences):
            for i in range(n_arcs):
                self.arcs[0, i] += self.arcs[q, i]
        step(
            &self.transitions[0, 0], &self.arcs[0, 0], n_arcs, n_arcs, self.rate, time,
            self.l1 / self.n_batches, self.l2 / self.n_batches,
        )
