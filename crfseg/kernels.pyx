# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The inner loops, compiled: pattern look-up, emissions, Viterbi. Readable twins in crf.py.

Every function works on arrays only, releases the GIL, and trusts its arguments: what comes from
a file or a user has been checked by then (model.py, segmenter.py).
"""

import numpy as np

from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

cdef extern from *:
    """
    #if defined(__GNUC__) || defined(__clang__)
      #define CRFSEG_PREFETCH(address) __builtin_prefetch(address)
    #else
      #define CRFSEG_PREFETCH(address) ((void)(address))
    #endif
    """
    void CRFSEG_PREFETCH(const void *address) noexcept nogil

ctypedef fused weight_t:
    double
    int16_t

ctypedef fused score_t:  # what weights are summed in: exact for int16
    double
    int32_t

cdef uint64_t GOLDEN = 0x9E3779B97F4A7C15  # 2**64 / golden ratio: Fibonacci hashing
cdef enum:
    MAX_PROBES = 10000  # honest keys need about thirty
    BLOCK = 32  # look-ups in flight together, so that they wait for memory together


def build_index(const uint64_t[::1] keys, int bits = 0):
    """Build the hash table that finds the row of a pattern.

    Open addressing with linear probing, at most half full::

        index[slot] = (key, row + 1);  (0, 0) = empty;  slot = key * GOLDEN >> shift

    Parameters
    ----------
    keys
        One key a row, shape (P,).
    bits
        Make it of ``2 ** bits`` slots; 0: as few as leave half of them empty.

    Returns
    -------
    index
        Shape (2 ** bits, 2), uint64.

    Raises
    ------
    ValueError
        If a key is there twice, or so many collide that looking them up would take forever.
    """
    bits = bits or max(1, int(2 * len(keys) - 1).bit_length())
    index_array = np.zeros((1 << bits, 2), dtype=np.uint64)
    cdef uint64_t[:, ::1] index = index_array
    cdef uint64_t last = (1 << bits) - 1
    cdef int shift = 64 - bits
    cdef Py_ssize_t row, n_rows = keys.shape[0]
    cdef uint64_t slot = 0
    cdef int probes
    with nogil:
        for row in range(n_rows):
            slot = (keys[row] * GOLDEN) >> shift
            probes = 0
            while index[slot, 1] != 0 and index[slot, 0] != keys[row] and probes < MAX_PROBES:
                slot = (slot + 1) & last
                probes += 1
            if index[slot, 1] != 0:
                break
            index[slot, 0] = keys[row]
            index[slot, 1] = row + 1
    if n_rows and index[slot, 1] != <uint64_t>n_rows:
        raise ValueError(f"row {row}: its key is there twice, or collides with too many others")
    return index_array


cdef int shift_of(const uint64_t[:, ::1] index) noexcept nogil:
    """Return 64 minus the number of bits of a slot."""
    cdef int bits = 0
    while (<Py_ssize_t>1 << bits) < index.shape[0]:
        bits += 1
    return 64 - bits


cdef inline Py_ssize_t row_of(
    const uint64_t[:, ::1] index, uint64_t key, uint64_t slot
) noexcept nogil:
    """Return the row of a key that hashes to the slot; -1 if the table does not have it."""
    while index[slot, 1] != 0:
        if index[slot, 0] == key:
            return <Py_ssize_t>index[slot, 1] - 1
        slot = (slot + 1) & <uint64_t>(index.shape[0] - 1)
    return -1


def find_rows(const uint64_t[:, ::1] index, const uint64_t[::1] keys):
    """Return the row of each key, shape (T,), int64; -1 for keys that are not in the index."""
    rows_array = np.empty(keys.shape[0], dtype=np.int64)
    cdef int64_t[::1] rows = rows_array
    cdef Py_ssize_t i, n = keys.shape[0]
    cdef int shift = shift_of(index)
    with nogil:
        for i in range(n):
            rows[i] = row_of(index, keys[i], (keys[i] * GOLDEN) >> shift)
    return rows_array


def tally(uint8_t[::1] tallies, const uint64_t[::1] keys):
    """Count each key where it hashes to; keys that share a place are counted together.

    A place stands at 255 when more have come. A key came at most as often as its place says.

    Parameters
    ----------
    tallies
        Shape (2 ** bits,), bits > 0; added to in place.
    keys
        Shape (T,).
    """
    cdef Py_ssize_t i
    cdef uint64_t slot
    cdef int shift = 64 - int(tallies.shape[0] - 1).bit_length()
    with nogil:
        for i in range(keys.shape[0]):
            slot = (keys[i] * GOLDEN) >> shift
            tallies[slot] += tallies[slot] < 255


cdef class Interner:
    """Numbers distinct keys in the order in which they first come, block after block.

    Open addressing with linear probing, at most half full::

        slots[slot] = (key, count << 32 | number + 1);  (0, 0) = empty
    """

    cdef uint64_t[:, ::1] slots
    cdef int bits
    cdef Py_ssize_t n_distinct

    def __cinit__(self):
        self.bits = 10
        self.slots = np.zeros((1 << self.bits, 2), dtype=np.uint64)

    def __len__(self):
        return self.n_distinct

    cdef void grow(self):
        """Move the keys into a table of twice the size; they come in the order of their hashes."""
        cdef uint64_t[:, ::1] old = self.slots
        cdef uint64_t[:, ::1] slots
        cdef uint64_t slot
        cdef Py_ssize_t at
        self.bits += 1
        self.slots = slots = np.zeros((1 << self.bits, 2), dtype=np.uint64)
        for at in range(old.shape[0]):
            if old[at, 1] != 0:
                slot = (old[at, 0] * GOLDEN) >> (64 - self.bits)
                while slots[slot, 1] != 0:
                    slot = (slot + 1) & <uint64_t>(slots.shape[0] - 1)
                slots[slot, 0] = old[at, 0]
                slots[slot, 1] = old[at, 1]

    def number(self, const uint64_t[::1] keys, const uint8_t[::1] tallies, int min_count):
        """Return the number of each key, shape (T,), int32, and count the keys.

        Keys that came less than ``min_count`` times according to ``tallies``, see :func:`tally`,
        get -1.
        """
        cdef Py_ssize_t i = 0, b, n = keys.shape[0], stop
        cdef int tally_shift = 64 - int(tallies.shape[0] - 1).bit_length()
        numbers_array = np.empty(n, dtype=np.int32)
        cdef int32_t[::1] numbers = numbers_array
        cdef uint64_t[:, ::1] slots
        cdef uint64_t slot, key
        cdef int shift
        while i < n:
            while 2 * (self.n_distinct + BLOCK) > self.slots.shape[0]:
                self.grow()
            slots = self.slots
            shift = 64 - self.bits
            with nogil:
                # As many as fit for sure; their slots are on their way while others are looked at.
                while i < n and 2 * (self.n_distinct + BLOCK) <= slots.shape[0]:
                    stop = min(n, i + BLOCK)
                    for b in range(i, stop):
                        CRFSEG_PREFETCH(&slots[(keys[b] * GOLDEN) >> shift, 0])
                        CRFSEG_PREFETCH(&tallies[(keys[b] * GOLDEN) >> tally_shift])
                    for b in range(i, stop):
                        key = keys[b]
                        if tallies[(key * GOLDEN) >> tally_shift] < min_count:
                            numbers[b] = -1
                            continue
                        slot = (key * GOLDEN) >> shift
                        while slots[slot, 1] != 0 and slots[slot, 0] != key:
                            slot = (slot + 1) & <uint64_t>(slots.shape[0] - 1)
                        if slots[slot, 1] == 0:
                            self.n_distinct += 1
                            slots[slot, 0] = key
                            slots[slot, 1] = self.n_distinct
                        slots[slot, 1] += <uint64_t>1 << 32
                        numbers[b] = <int32_t>(<uint32_t>slots[slot, 1]) - 1
                    i = stop
        return numbers_array

    def distinct(self):
        """Return the key of each number, shape (P,), uint64, and how often it came, int64."""
        keys_array = np.empty(self.n_distinct, dtype=np.uint64)
        counts_array = np.empty(self.n_distinct, dtype=np.int64)
        cdef uint64_t[::1] keys = keys_array
        cdef int64_t[::1] counts = counts_array
        cdef Py_ssize_t at, number
        with nogil:
            for at in range(self.slots.shape[0]):
                if self.slots[at, 1] != 0:
                    number = <Py_ssize_t>(<uint32_t>self.slots[at, 1]) - 1
                    keys[number] = self.slots[at, 0]
                    counts[number] = <int64_t>(self.slots[at, 1] >> 32)
        return keys_array, counts_array


def add_emissions(
    const uint16_t[::1] symbols,
    const int64_t[::1] shape,
    Py_ssize_t reach,
    const uint64_t[:, ::1] index,
    const weight_t[:, ::1] weights,
    score_t[:, ::1] emissions,
    Py_ssize_t margin,
):
    """Add what one kind of pattern says to the emissions.

    emissions[margin + i - reach + r, y] += weights[row of the n-gram at i, r, y]   for all i, r, y

    Parameters
    ----------
    symbols
        Padded symbol ids, shape (T,).
    shape
        Offsets of the n-gram's symbols from its first.
    reach
        How far before its first symbol a pattern speaks.
    index
        The kind's hash table, see :func:`build_index`.
    weights
        One block a row, shape (P, width * L); int16 with int32 emissions, or float64 with float64.
    emissions
        Shape (T + 2 * margin, L); added to in place.
    margin
        Rows of emissions before the first symbol, so that no block falls outside; >= every offset.
    """
    cdef Py_ssize_t n = symbols.shape[0] - shape[shape.shape[0] - 1]
    cdef Py_ssize_t n_tags = emissions.shape[1], size = weights.shape[1]
    cdef Py_ssize_t start = 0, b, k, stop, s
    cdef uint64_t key
    cdef int shift = shift_of(index)
    cdef uint64_t[BLOCK] keys
    cdef uint64_t[BLOCK] slots
    cdef Py_ssize_t[BLOCK] rows
    cdef const weight_t *block
    cdef score_t *at
    with nogil:
        while start < n:
            stop = min(<Py_ssize_t>BLOCK, n - start)
            for b in range(stop):
                key = 0
                for s in range(shape.shape[0]):
                    key |= <uint64_t>symbols[start + b + shape[s]] << (16 * s)
                keys[b] = key
                slots[b] = (key * GOLDEN) >> shift
                CRFSEG_PREFETCH(&index[slots[b], 0])
            for b in range(stop):
                rows[b] = row_of(index, keys[b], slots[b])
                if rows[b] >= 0:
                    CRFSEG_PREFETCH(&weights[rows[b], 0])
            for b in range(stop):
                if rows[b] >= 0:
                    block = &weights[rows[b], 0]
                    at = &emissions[margin + start + b - reach, 0]
                    for k in range(size):
                        at[k] += <score_t>block[k]
            start += BLOCK


def viterbi(
    const score_t[:, ::1] emissions,
    const int64_t[::1] begins,
    const int64_t[::1] offsets,
    const int32_t[::1] arc_offsets,
    const int16_t[::1] arc_tags,
    const double[::1] arc_scores,
    const uint8_t[::1] tag_begins,
    const uint8_t[::1] tag_ends,
    const int8_t[::1] boundaries,
):
    """Find the best legal tag path of each sentence.

    delta[t, j] = emissions[t, j] + max over arcs (i, j) of (delta[t-1, i] + score of the arc)

    Parameters
    ----------
    emissions
        Shape (>= T, L).
    begins
        Row of emissions of each sentence's first character, shape (N,).
    offsets
        Where each sentence begins among the T characters, and T; shape (N + 1,); no empty one.
    arc_offsets, arc_tags, arc_scores
        The legal arcs by their second tag j: first tags ``arc_tags[arc_offsets[j] :
        arc_offsets[j + 1]]``, ascending, and their transition scores; shapes (L + 1,), (A,), (A,).
    tag_begins, tag_ends
        Which tags begin and end a word, shape (L,).
    boundaries
        What is known: 0 nothing, 1 begins a word, -1 does not; shape (T,).

    Returns
    -------
    tags
        Shape (T,), int16. Ties go to the smaller index.
    infeasible
        The first sentence for which no path is left, -1 if there is none.
    """
    cdef Py_ssize_t n_tags = emissions.shape[1], n_sentences = begins.shape[0]
    cdef Py_ssize_t longest = int(np.diff(offsets).max(initial=1))
    tags_array = np.empty(boundaries.shape[0], dtype=np.int16)
    cdef int16_t[::1] tags = tags_array
    cdef int16_t[:, ::1] best = np.empty((longest, n_tags), dtype=np.int16)
    cdef double[::1] delta = np.empty(n_tags)
    cdef double[::1] after = np.empty(n_tags)
    cdef double[::1] other
    cdef double minus_infinity = -np.inf
    cdef double score, top
    cdef Py_ssize_t n, t, length, first, infeasible = -1
    cdef int32_t a
    cdef int16_t i, j, argmax
    with nogil:
        for n in range(n_sentences):
            first = offsets[n]
            length = offsets[n + 1] - first
            for j in range(n_tags):
                delta[j] = <double>emissions[begins[n], j] if tag_begins[j] else minus_infinity
            for t in range(1, length):
                for j in range(n_tags):
                    top = minus_infinity
                    argmax = 0
                    if boundaries[first + t] == 0 or (boundaries[first + t] > 0) == tag_begins[j]:
                        for a in range(arc_offsets[j], arc_offsets[j + 1]):
                            score = delta[arc_tags[a]] + arc_scores[a]
                            if score > top:
                                top = score
                                argmax = arc_tags[a]
                    best[t, j] = argmax
                    after[j] = top + emissions[begins[n] + t, j]
                other = delta
                delta = after
                after = other
            top = minus_infinity
            argmax = 0
            for j in range(n_tags):
                if tag_ends[j] and delta[j] > top:
                    top = delta[j]
                    argmax = j
            if top == minus_infinity and infeasible < 0:
                infeasible = n
            for t in range(length - 1, -1, -1):
                tags[first + t] = argmax
                argmax = best[t, argmax]
    return tags_array, infeasible
