# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The model compiled for tagging: pattern look-up, emissions, Viterbi. Readable twin in crf.py.

A sentence is worked on in chunks that fit the nearest cache, in three steps::

    look up    each pattern of the chunk    -> its block of weights     (all on their way together)
    add up     the rows of these blocks     -> emissions[t, tag]
    forward    emissions, transitions       -> the best way to each tag, and where it came from

The weights of four tags lie in one 64-bit number, so that one addition adds four weights::

    word = w[0] + w[1] << 16 + w[2] << 32 + w[3] << 48

As integers these sums are exact whatever the order; the bounds of the weights see to it that each
sum keeps to its 16 bits. Where they do not fit, two tags share a word, with 32 bits each.
"""

import numpy as np

from libc.math cimport llrint
from libc.stdlib cimport calloc, free, malloc, realloc
from libc.string cimport memset

cdef extern from *:
    """
    #if defined(__GNUC__) || defined(__clang__)
      #define CRFSEG_PREFETCH(address) __builtin_prefetch(address)
    #else
      #define CRFSEG_PREFETCH(address) ((void)(address))
    #endif
    #if defined(__GNUC__) || defined(__clang__)
    typedef uint32_t crfseg_slots __attribute__((vector_size(16)));
    static inline uint32_t CRFSEG_MATCH(const uint32_t *slots, uint32_t hash, uint32_t mask) {
      const crfseg_slots *four = (const crfseg_slots *)slots;
      crfseg_slots h = {hash, hash, hash, hash}, m = {mask, mask, mask, mask}, found;
      h &= m;
      found = (four[0] & (crfseg_slots)((four[0] & m) == h))
            | (four[1] & (crfseg_slots)((four[1] & m) == h))
            | (four[2] & (crfseg_slots)((four[2] & m) == h))
            | (four[3] & (crfseg_slots)((four[3] & m) == h));
      return found[0] | found[1] | found[2] | found[3];
    }
    #else
    static inline uint32_t CRFSEG_MATCH(const uint32_t *slots, uint32_t hash, uint32_t mask) {
      uint32_t found = 0;
      for (int s = 0; s < 16; s++)
        found |= slots[s] & -(uint32_t)(((slots[s] ^ hash) & mask) == 0);
      return found;
    }
    #endif
    """
    void CRFSEG_PREFETCH(const void *address) noexcept nogil
    uint32_t CRFSEG_MATCH(const uint32_t *slots, uint32_t hash, uint32_t mask) noexcept nogil

ctypedef fused weight_t:
    int8_t
    int16_t
    double

cdef enum:
    CHUNK = 128  # characters
    SLOTS = 16  # of a bucket, which is one cache line
    MAX_BUCKETS = 64  # honest keys need two or three
    BEGIN = 0x00010001  # the symbol <s> in each view
    END = 0x00020002

cdef uint64_t GOLDEN = 0x9E3779B97F4A7C15  # 2**64 / golden ratio: Fibonacci hashing
cdef int64_t NEVER = -(<int64_t>1 << 60)  # minus infinity
cdef int64_t HARDLY = NEVER // 2  # a score below contains NEVER


# Tables ------------------------------------------------------------------------------------------

cdef inline uint64_t hash_of(uint64_t key) noexcept nogil:
    """Return the hash of a key; its upper half is good (Fibonacci hashing)."""
    return key * GOLDEN


cdef inline uint32_t slot_of(uint64_t hashed) noexcept nogil:
    """Return the bits of a hash that a slot keeps: those below the ones that choose the bucket."""
    return <uint32_t>(hashed >> 15)


cdef inline uint32_t *bucket_of(uint32_t *buckets, uint64_t n_buckets, uint64_t hashed) noexcept nogil:
    """Return the bucket in which a key with this hash begins to be looked for."""
    return buckets + SLOTS * (((hashed >> 32) * n_buckets) >> 32)


def build_buckets(const uint64_t[::1] keys):
    """Build the hash table that finds the row of a pattern.

    A bucket is a cache line of 16 slots, filled from the left, about half full; what does not fit
    goes to the next bucket. A slot has the row and what room is left of the key's hash::

        slot = hash, 32 bits, the last few of them replaced by row + 1;    0 = empty

    Parameters
    ----------
    keys
        One key a row, shape (P,).

    Returns
    -------
    buckets
        Shape (B, 16), uint32, on a border of 64 bytes.

    Raises
    ------
    ValueError
        If a key is there twice, or so many collide that looking them up would take forever.
    """
    cdef Py_ssize_t n_buckets = 1 + len(keys) // (SLOTS // 2), row
    padded = np.zeros(SLOTS * (n_buckets + 1), dtype=np.uint32)
    start = -padded.ctypes.data % 64 // 4
    aligned = padded[start : start + SLOTS * n_buckets]
    cdef uint32_t[::1] buckets = aligned
    with nogil:
        row = fill_buckets(&buckets[0], n_buckets, keys)
    if row < keys.shape[0]:
        raise ValueError(f"row {row}: its key is there twice, or collides with too many others")
    return aligned.reshape(-1, SLOTS)


cdef uint32_t mask_of(Py_ssize_t n_rows) noexcept nogil:
    """Return a mask of the bits of a slot that hold the row + 1."""
    cdef uint32_t mask = 1
    while mask < <uint64_t>n_rows:
        mask = mask << 1 | 1
    return mask


cdef Py_ssize_t fill_buckets(
    uint32_t *buckets, uint64_t n_buckets, const uint64_t[::1] keys
) noexcept nogil:
    """Enter the keys; return how many went well."""
    cdef Py_ssize_t row, n = keys.shape[0]
    cdef uint32_t mask = mask_of(n), tag
    cdef uint64_t hashed
    cdef uint32_t *slots
    cdef int s, probes
    for row in range(n):
        if row + 16 < n:
            CRFSEG_PREFETCH(bucket_of(buckets, n_buckets, hash_of(keys[row + 16])))
        hashed = hash_of(keys[row])
        slots = bucket_of(buckets, n_buckets, hashed)
        tag = slot_of(hashed) & ~mask
        for probes in range(MAX_BUCKETS):
            s = 0
            while s < SLOTS and slots[s] != 0:
                if slots[s] & ~mask == tag and keys[(slots[s] & mask) - 1] == keys[row]:
                    return row
                s += 1
            if s < SLOTS:
                slots[s] = tag | <uint32_t>(row + 1)
                break
            slots = slots + SLOTS if slots + SLOTS < buckets + SLOTS * n_buckets else buckets
        else:
            return row
    return n


cdef uint32_t search(const Table *table, uint64_t key) noexcept nogil:
    """Return the row of a key, plus 1, by looking at one slot after the other; 0 if none."""
    cdef uint32_t *slots = bucket_of(table.buckets, table.n_buckets, hash_of(key))
    cdef int s
    cdef uint32_t row
    while True:
        for s in range(SLOTS):
            row = slots[s] & table.mask
            if row == 0 or table.blocks[row * table.stride] == key:
                return row
        slots += SLOTS
        if slots == table.buckets + SLOTS * table.n_buckets:
            slots = table.buckets


cdef Py_ssize_t words_of(Py_ssize_t n_tags, int bits) noexcept nogil:
    """Return how many 64-bit words the weights of all tags take."""
    return (n_tags * bits + 63) // 64


def pack(const uint64_t[::1] keys, const weight_t[:, :, ::1] weights, double factor, int bits):
    """Lay out blocks of weights as 64-bit words, several tags in each.

    Parameters
    ----------
    keys
        Each block begins with its key, shape (P,).
    weights
        Shape (P, width, L).
    factor
        A weight of 1 becomes this many units.
    bits
        16 or 32 for each weight.

    Returns
    -------
    blocks
        Shape (1 + P, 1 + width * words), uint64; the first block is of zeros, for patterns that
        are not found.
    """
    cdef Py_ssize_t lanes = 64 // bits, n_words = words_of(weights.shape[2], bits)
    cdef Py_ssize_t p, r, w, j, width = weights.shape[1], n_tags = weights.shape[2]
    packed = np.zeros((1 + weights.shape[0], 1 + width * n_words), dtype=np.uint64)
    cdef uint64_t[:, ::1] blocks = packed
    cdef int64_t unit = <int64_t>factor, value
    cdef uint64_t word
    with nogil:
        for p in range(weights.shape[0]):
            blocks[1 + p, 0] = keys[p]
            for r in range(width):
                for w in range(n_words):
                    word = 0
                    for j in range(min(n_tags, (w + 1) * lanes) - 1, w * lanes - 1, -1):
                        if weight_t is double:
                            value = llrint(weights[p, r, j] * factor)
                        else:
                            value = weights[p, r, j] * unit
                        word = (word << bits) + <uint64_t>value
                    blocks[1 + p, 1 + r * n_words + w] = word
    return packed


# Work space --------------------------------------------------------------------------------------

cdef void release(Sentence *sentence) noexcept nogil:
    """Give the work space back."""
    free(sentence.entries)
    free(sentence.known)
    free(sentence.places)
    free(sentence.tags)
    free(sentence.back)
    free(sentence.emissions)
    free(sentence.keys)
    free(sentence.found)
    free(sentence.present)
    free(sentence.n_present)
    free(sentence.delta)


# Steps -------------------------------------------------------------------------------------------

cdef inline uint64_t key_at(const Table *table, const uint32_t *entry) noexcept nogil:
    """Return the key of the n-gram that begins here."""
    cdef uint64_t key = (entry[0] >> table.view) & 0xFFFF
    if table.n_symbols > 1:
        key |= <uint64_t>((entry[table.steps[1]] >> table.view) & 0xFFFF) << 16
    if table.n_symbols > 2:
        key |= <uint64_t>((entry[table.steps[2]] >> table.view) & 0xFFFF) << 32
    return key


cdef void ask(
    const Table *table, const uint32_t *entries, Py_ssize_t n, uint64_t *keys
) noexcept nogil:
    """Note the keys of the n patterns that begin one after the other; send for their buckets."""
    cdef Py_ssize_t p
    for p in range(n):
        keys[p] = key_at(table, entries + p)
        CRFSEG_PREFETCH(bucket_of(table.buckets, table.n_buckets, hash_of(keys[p])))


cdef Py_ssize_t look_up(
    const Table *table, Py_ssize_t n, const uint64_t *keys, const uint64_t **found,
    int32_t *present,
) noexcept nogil:
    """Find the patterns' likely blocks, zeros for none, and send for them; list who has one."""
    cdef Py_ssize_t p, n_present = 0
    cdef uint64_t hashed
    cdef uint32_t *slots
    cdef uint32_t row
    for p in range(n):
        hashed = hash_of(keys[p])
        slots = bucket_of(table.buckets, table.n_buckets, hashed)
        row = CRFSEG_MATCH(slots, slot_of(hashed), ~table.mask) & table.mask
        if (row == 0) & (slots[SLOTS - 1] != 0):
            row = search(table, keys[p])
        row = row if row <= table.n_rows else 1
        found[p] = table.blocks + table.stride * <Py_ssize_t>row
        CRFSEG_PREFETCH(found[p])
        CRFSEG_PREFETCH(found[p] + table.stride - 1)
        present[n_present] = <int32_t>p
        n_present += row != 0
    return n_present


cdef void make_sure(
    const Table *table, const int32_t *present, Py_ssize_t n_present, const uint64_t *keys,
    const uint64_t **found,
) noexcept nogil:
    """Search where the likely block turns out to be another pattern's."""
    cdef Py_ssize_t k, p
    for k in range(n_present):
        p = present[k]
        if found[p][0] != keys[p]:
            found[p] = table.blocks + table.stride * <Py_ssize_t>search(table, keys[p])


cdef inline void add_up(
    const uint64_t **found, Py_ssize_t n, const Py_ssize_t *places, const Py_ssize_t *lanes,
    Py_ssize_t n_terms, Py_ssize_t n_words, Py_ssize_t n_tags, int bits, int32_t *emissions,
) noexcept nogil:
    """Sum the rows that speak to each character, all tags of a word at once.

    Each sum begins at half of its range, so that no tag ever borrows from its neighbour.
    """
    cdef Py_ssize_t t, k, w, j, lanes_of_word = 64 // bits
    cdef uint64_t half = 0x8000800080008000 if bits == 16 else <uint64_t>0x8000000080000000
    cdef uint64_t total, lane_mask = (<uint64_t>1 << bits) - 1
    for t in range(n):
        for w in range(n_words):
            total = half
            for k in range(n_terms):
                total += found[places[k] + t][lanes[k] + w]
            for j in range(w * lanes_of_word, min(n_tags, (w + 1) * lanes_of_word)):
                emissions[t * n_tags + j] = <int32_t>(
                    <int64_t>(total & lane_mask) - (<int64_t>1 << (bits - 1))
                )
                total >>= bits


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


cdef class Decoder:
    """Finds the best tags of sentences.

    Immutable once made, shared between threads.

    Parameters
    ----------
    tables
        For each kind of pattern: keys (P,), weights (P, width, L), factor, shape, the smallest
        offset of a first symbol, and the bits to shift an entry of ``symbols`` for its view.
    transitions
        In units, shape (L, L), int64.
    legal, begins, ends
        The tag set's, shapes (L, L), (L,), (L,).
    form
        4 or 6 if the tags are those of BMES or BMES6 without labels, in order; else 0.
    symbols
        The entry of every code point, see :meth:`crfseg.symbols.Alphabet.entries`.
    window
        Symbols ``<s>`` before and ``</s>`` after a sentence.
    bits
        16 if all sums of weights fit that, else 32.
    unit
        The log-potential of one unit.

    Raises
    ------
    ValueError
        If keys are there twice; see :func:`build_buckets`.
    """

    def __cinit__(
        self, list tables, int64_t[:, ::1] transitions, legal, const int8_t[::1] begins,
        const int8_t[::1] ends, int form, const uint32_t[::1] symbols, int window, int bits,
        double unit,
    ):
        self.n_tags = begins.shape[0]
        self.begins, self.ends, self.transitions = begins, ends, transitions
        self.symbols, self.window, self.bits, self.unit = symbols, window, bits, unit
        self.form = form
        self.n_words = words_of(self.n_tags, bits)
        second, first = np.nonzero(legal.T)
        counts = np.bincount(second, minlength=self.n_tags)
        self.arc_offsets = np.append(0, np.cumsum(counts)).astype(np.int32)
        self.arc_tags = first.astype(np.int16)
        self.arrays = []
        self.n_tables = len(tables)
        self.tables = <Table *>calloc(max(1, len(tables)), sizeof(Table))
        n_terms = sum(weights.shape[1] for _, weights, *_ in tables)
        self.term_places = <Py_ssize_t *>calloc(max(1, n_terms), sizeof(Py_ssize_t))
        self.term_lanes = <Py_ssize_t *>calloc(max(1, n_terms), sizeof(Py_ssize_t))
        if not (self.tables and self.term_places and self.term_lanes):
            raise MemoryError
        for k, table in enumerate(tables):
            self._add(k, *table)

    def __dealloc__(self):
        free(self.tables)
        free(self.term_places)
        free(self.term_lanes)

    def _add(self, int k, keys, weights, factor, shape, int first, int view):
        """Compile the table of one kind."""
        cdef Table *table = &self.tables[k]
        cdef uint32_t[:, ::1] buckets
        cdef uint64_t[:, ::1] blocks
        cdef Py_ssize_t r
        buckets_array, blocks_array = build_buckets(keys), pack(keys, weights, factor, self.bits)
        buckets, blocks = buckets_array, blocks_array
        self.arrays += [buckets_array, blocks_array]
        table.buckets, table.n_buckets = &buckets[0, 0], buckets.shape[0]
        table.blocks, table.n_rows = &blocks[0, 0], blocks.shape[0] - 1
        table.mask = mask_of(table.n_rows)
        table.n_symbols = len(shape)
        for r in range(len(shape)):
            table.steps[r] = shape[r]
        table.view, table.width, table.first = view, weights.shape[1], first
        table.stride = blocks.shape[1]
        for r in range(table.width):
            self.term_places[self.n_terms] = k * self.span() + table.width - 1 - r
            self.term_lanes[self.n_terms] = 1 + r * self.n_words
            self.n_terms += 1

    cdef Py_ssize_t span(self) noexcept nogil:
        """Places of a chunk at which a pattern may begin."""
        return CHUNK + 2 * self.window

    cdef bint reserve(self, Sentence *sentence, Py_ssize_t n) noexcept nogil:
        """Make room for n characters; False if there is no memory."""
        cdef Py_ssize_t room = max(n, 2 * sentence.room, 64)
        if n <= sentence.room:
            return True
        sentence.entries = <uint32_t *>realloc(
            sentence.entries, (room + 2 * self.window) * sizeof(uint32_t)
        )
        sentence.known = <int8_t *>realloc(sentence.known, room)
        sentence.places = <Py_ssize_t *>realloc(sentence.places, room * sizeof(Py_ssize_t))
        sentence.tags = <int16_t *>realloc(sentence.tags, room * sizeof(int16_t))
        sentence.back = <int16_t *>realloc(sentence.back, room * self.n_tags * sizeof(int16_t))
        if sentence.room == 0:
            sentence.emissions = <int32_t *>malloc(CHUNK * self.n_tags * sizeof(int32_t))
            sentence.keys = <uint64_t *>malloc(self.n_tables * self.span() * sizeof(uint64_t))
            sentence.found = <const uint64_t **>malloc(
                self.n_tables * self.span() * sizeof(uint64_t *)
            )
            sentence.present = <int32_t *>malloc(self.n_tables * self.span() * sizeof(int32_t))
            sentence.n_present = <Py_ssize_t *>malloc(self.n_tables * sizeof(Py_ssize_t))
            sentence.delta = <int64_t *>malloc(2 * self.n_tags * sizeof(int64_t))
        sentence.room = room
        return (
            sentence.entries and sentence.known and sentence.places and sentence.tags
            and sentence.back and sentence.emissions and sentence.delta
            and (self.n_tables == 0 or (sentence.keys and sentence.found and sentence.present and sentence.n_present))
        )

    cdef void emit(self, Sentence *sentence, Py_ssize_t start, Py_ssize_t n) noexcept nogil:
        """Compute the emissions of n characters from ``start`` on; n is at most a chunk."""
        cdef Py_ssize_t k, span = self.span()
        cdef const Table *table
        cdef const uint32_t *entries = sentence.entries + self.window + start
        for k in range(self.n_tables):
            table = &self.tables[k]
            ask(table, entries + table.first, n + table.width - 1, sentence.keys + k * span)
        for k in range(self.n_tables):
            table = &self.tables[k]
            sentence.n_present[k] = look_up(
                table, n + table.width - 1, sentence.keys + k * span, sentence.found + k * span,
                sentence.present + k * span,
            )
        for k in range(self.n_tables):
            make_sure(
                &self.tables[k], sentence.present + k * span, sentence.n_present[k],
                sentence.keys + k * span, sentence.found + k * span,
            )
        if self.bits == 16 and self.n_tags == 4:
            add_up(
                sentence.found, n, self.term_places, self.term_lanes, self.n_terms, 1, 4, 16,
                sentence.emissions,
            )
        else:
            add_up(
                sentence.found, n, self.term_places, self.term_lanes, self.n_terms, self.n_words,
                self.n_tags, self.bits, sentence.emissions,
            )

    cdef void forward(
        self, Sentence *sentence, Py_ssize_t start, Py_ssize_t skip, Py_ssize_t n
    ) noexcept nogil:
        """Go on with the best way to each tag, over a chunk's characters from ``skip`` to n.

            delta[t, j] = emissions[t, j] + max_i (delta[t-1, i] + transitions[i, j])
        """
        cdef const int32_t *emissions = sentence.emissions + skip * self.n_tags
        cdef const int8_t *known = sentence.known + start + skip
        cdef int16_t *back = sentence.back + (start + skip) * self.n_tags
        cdef const int64_t *arcs = &self.transitions[0, 0]
        if self.form == 4:
            forward_bmes(emissions, known, n - skip, arcs, sentence.delta, back)
        elif self.form == 6:
            forward_bmes6(emissions, known, n - skip, arcs, sentence.delta, back)
        else:
            self.forward_any(emissions, known, n - skip, sentence.delta, back)
        self.renormalise(sentence.delta)

    cdef void forward_any(
        self, const int32_t *emissions, const int8_t *known, Py_ssize_t n, int64_t *delta,
        int16_t *back,
    ) noexcept nogil:
        """The step of :meth:`forward` for any tags."""
        cdef Py_ssize_t t, j
        cdef int32_t a
        cdef int64_t score, top
        cdef int64_t *after = delta + self.n_tags
        for t in range(n):
            for j in range(self.n_tags):
                top = 2 * NEVER
                for a in range(self.arc_offsets[j], self.arc_offsets[j + 1]):
                    score = delta[self.arc_tags[a]] + self.transitions[self.arc_tags[a], j]
                    if score > top:
                        top = score
                        back[j] = self.arc_tags[a]
                after[j] = top + emissions[j]
                if known[t] != 0 and (known[t] > 0) != self.begins[j]:
                    after[j] = NEVER
            for j in range(self.n_tags):
                delta[j] = after[j]
            emissions += self.n_tags
            back += self.n_tags

    cdef void renormalise(self, int64_t *delta) noexcept nogil:
        """Let the best be 0 and nothing be less than NEVER, so that scores never grow too large."""
        cdef Py_ssize_t j
        cdef int64_t top = delta[0]
        for j in range(1, self.n_tags):
            top = max(top, delta[j])
        for j in range(self.n_tags):
            delta[j] = max(delta[j] - top, NEVER) if top > HARDLY else NEVER

    cdef void advance(self, Sentence *sentence, Py_ssize_t stop) noexcept nogil:
        """Go forward from the beginning of a sentence to the character ``stop``."""
        cdef Py_ssize_t start = 0, n, j
        cdef int64_t *delta = sentence.delta
        cdef bint is_new = sentence.before < 0  # else it goes on behind a character with that tag
        for j in range(self.window):
            if is_new:
                sentence.entries[j] = BEGIN
            sentence.entries[self.window + sentence.n + j] = END
        for j in range(self.n_tags):
            delta[j] = 0 if j == sentence.before else NEVER
        while start < stop:
            n = min(<Py_ssize_t>CHUNK, stop - start)
            self.emit(sentence, start, n)
            if start == 0 and is_new:
                for j in range(self.n_tags):
                    if self.begins[j] and sentence.known[0] >= 0:
                        delta[j] = sentence.emissions[j]
            self.forward(sentence, start, start == 0 and is_new, n)
            start += CHUNK

    cdef void trace(self, Sentence *sentence, Py_ssize_t t, int16_t tag) noexcept nogil:
        """Write down the tags of the best way to a tag of character t, backwards."""
        while t >= 0:
            sentence.tags[t] = tag
            tag = sentence.back[t * self.n_tags + tag]
            t -= 1

    cdef bint decode(self, Sentence *sentence) noexcept nogil:
        """Find the best legal tags of a sentence; False if what is known leaves none."""
        cdef Py_ssize_t j
        cdef int16_t best = -1
        cdef const int64_t *delta = sentence.delta
        self.advance(sentence, sentence.n)
        for j in range(self.n_tags):
            if self.ends[j] and delta[j] > HARDLY and (best < 0 or delta[j] > delta[best]):
                best = <int16_t>j
        if best >= 0:
            self.trace(sentence, sentence.n - 1, best)
        return best >= 0

    cdef Py_ssize_t decode_part(self, Sentence *sentence) noexcept nogil:
        """Find the tags of a sentence's beginning that hold however it goes on; say how many.

        They are those where the best ways to all the tags of the last character are still one.
        The last ``window`` characters are not gone to: what follows changes their emissions.
        """
        cdef Py_ssize_t t = sentence.n - self.window - 1, j, n_alive = 0, n_other = 0
        cdef int16_t *alive = <int16_t *>(sentence.delta + self.n_tags)
        if t < 0:
            return 0
        self.advance(sentence, t + 1)
        for j in range(self.n_tags):
            if sentence.delta[j] > HARDLY:
                alive[n_alive] = <int16_t>j
                n_alive += 1
        while t >= 0 and n_alive > 0:
            n_other = 0
            for j in range(n_alive):
                n_other += alive[j] != alive[0]
            if n_other == 0:
                self.trace(sentence, t, alive[0])
                return t + 1
            for j in range(n_alive):
                alive[j] = sentence.back[t * self.n_tags + alive[j]]
            t -= 1
        return 0

    def tag(self, const uint32_t[::1] codes, const Py_ssize_t[::1] offsets, const int8_t[::1] known):
        """Find the best tags of many sentences.

        Parameters
        ----------
        codes
            The T characters, uint32.
        offsets
            Where each of the N sentences begins, and T at the end; shape (N + 1,); none is empty.
        known
            1 begins a word, -1 does not, 0 nothing is known; shape (T,).

        Returns
        -------
        tags
            Shape (T,), int16. Ties go to the smaller index.
        infeasible
            The first sentence for which no path is left, -1 if there is none.
        """
        tags_array = np.zeros(codes.shape[0], dtype=np.int16)
        cdef int16_t[::1] tags = tags_array
        cdef Sentence sentence
        cdef Py_ssize_t s, t, infeasible = -1
        cdef bint room = True
        memset(&sentence, 0, sizeof(Sentence))
        with nogil:
            for s in range(offsets.shape[0] - 1):
                room = self.take(&sentence, codes, offsets[s], offsets[s + 1])
                if not room:
                    break
                for t in range(sentence.n):
                    sentence.known[t] = known[offsets[s] + t]
                if self.decode(&sentence):
                    for t in range(sentence.n):
                        tags[offsets[s] + t] = sentence.tags[t]
                elif infeasible < 0:
                    infeasible = s
            release(&sentence)
        if not room:
            raise MemoryError
        return tags_array, infeasible

    cdef bint take(
        self, Sentence *sentence, const uint32_t[::1] codes, Py_ssize_t begin, Py_ssize_t end
    ) noexcept nogil:
        """Take a sentence's characters in; False if there is no memory."""
        cdef Py_ssize_t t
        sentence.n, sentence.before = end - begin, -1
        if not self.reserve(sentence, sentence.n):
            return False
        for t in range(sentence.n):
            sentence.entries[self.window + t] = self.symbols[codes[begin + t]]
        return True

    def emissions(self, const uint32_t[::1] codes):
        """Return what the features say of each character of a sentence, in units; (T, L), int32."""
        emissions_array = np.empty((codes.shape[0], self.n_tags), dtype=np.int32)
        cdef int32_t[:, ::1] emissions = emissions_array
        cdef Sentence sentence
        cdef Py_ssize_t start = 0, n, t, j
        memset(&sentence, 0, sizeof(Sentence))
        if not self.take(&sentence, codes, 0, codes.shape[0]):
            release(&sentence)
            raise MemoryError
        self.advance(&sentence, 0)
        while start < sentence.n:
            n = min(<Py_ssize_t>CHUNK, sentence.n - start)
            self.emit(&sentence, start, n)
            for t in range(n):
                for j in range(self.n_tags):
                    emissions[start + t, j] = sentence.emissions[t * self.n_tags + j]
            start += CHUNK
        release(&sentence)
        return emissions_array
