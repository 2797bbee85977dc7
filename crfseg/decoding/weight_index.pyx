"""Index of a model's weights: hash tables from patterns (n-grams) to blocks of weights.

::

    key -> bucket of 16 slots, a cache line -> row -> block: key, words of packed weights
    short key ------------------------------> row

Patterns are looked up for about a hundred characters at a time in three steps, prefetch_keys,
look_up and verify_rows, so that memory loads overlap.

A 64-bit word holds the weights of four tags, so that one addition adds four weights::

    word = w[0] + w[1] << 16 + w[2] << 32 + w[3] << 48

Integer sums are exact in any order; the weights are bounded so that each sum fits 16 bits. If they
are not, a word holds two tags, 32 bits each.
"""

import numpy as np

from libc.math cimport llrint
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint32_t, uint64_t

from crfseg.features.prefetch cimport prefetch
from crfseg.features.ngrams cimport hash_of

cdef extern from *:
    """
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
    uint32_t CRFSEG_MATCH(const uint32_t *slots, uint32_t hash, uint32_t mask) noexcept nogil

ctypedef fused weight_t:
    int8_t
    int16_t
    double

cdef enum:
    SLOTS = 16  # of a bucket
    MAX_BUCKETS = 64  # for one key; keys that are not chosen to collide need two or three
    DIRECT = 16  # bits of keys up to which a row is looked up directly


cdef inline uint32_t slot_of(uint64_t hashed) noexcept nogil:
    """Return the bits of a hash that a slot keeps, below those that choose the bucket."""
    return <uint32_t>(hashed >> 15)


cdef inline uint32_t *bucket_of(
    uint32_t *buckets, uint64_t n_buckets, uint64_t hashed
) noexcept nogil:
    """Return the bucket at which the search for a key begins."""
    return buckets + SLOTS * (((hashed >> 32) * n_buckets) >> 32)


def build_finder(keys, bits):
    """Build the index from keys to rows: an array if keys are short, else buckets.

    Symbols are numbered by frequency, so that frequent keys are close together in an array.

    Parameters
    ----------
    keys
        Key of each row, shape (P,), uint64.
    bits
        Largest number of bits of a key.

    Returns
    -------
    finder
        The row + 1 of each key, 0 for none, shape (largest key + 1,), uint32; or see
        :func:`build_buckets`.

    Raises
    ------
    ValueError
        If a key occurs twice.
    """
    if bits > DIRECT:
        return build_buckets(keys)
    rows = np.zeros(int(keys.max(initial=0)) + 1, dtype=np.uint32)
    rows[keys] = np.arange(1, len(keys) + 1, dtype=np.uint32)
    (twice,) = np.nonzero(rows[keys] != np.arange(1, len(keys) + 1))
    if len(twice):
        raise ValueError(f"row {twice[0]}: its key is there twice")
    return rows


def build_buckets(const uint64_t[::1] keys):
    """Build a hash table from keys to rows.

    A bucket is a cache line of 16 slots, filled from the left, about half full; a key that does not
    fit goes to the next bucket. A slot holds bits of the key's hash and the row::

        slot = hash, 32 bits, the last few of them replaced by row + 1;    0 = empty

    Parameters
    ----------
    keys
        Key of each row, shape (P,), uint64.

    Returns
    -------
    buckets
        Shape (B, 16), uint32, aligned to 64 bytes.

    Raises
    ------
    ValueError
        If a key occurs twice, or collides with too many others.
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
    """Insert the keys; return the number of keys inserted before one failed."""
    cdef Py_ssize_t row, n = keys.shape[0]
    cdef uint32_t mask = mask_of(n), tag
    cdef uint64_t hashed
    cdef uint32_t *slots
    cdef int s, probes
    for row in range(n):
        if row + 16 < n:
            prefetch(bucket_of(buckets, n_buckets, hash_of(keys[row + 16])))
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
    """Return the row + 1 of a key by comparing slot after slot; 0 if there is none."""
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


cdef Py_ssize_t words_a_row(Py_ssize_t n_tags, int bits) noexcept nogil:
    """Return the number of 64-bit words for the weights of all tags."""
    return (n_tags * bits + 63) // 64


def pack(const uint64_t[::1] keys, const weight_t[:, :, ::1] weights, double factor, int bits):
    """Pack blocks of weights into 64-bit words, several tags in each.

    Parameters
    ----------
    keys
        Key of each block, which becomes its first word; shape (P,), uint64.
    weights
        Shape (P, width, L); int8, int16 or float64.
    factor
        Units of a weight of 1.
    bits
        Of a weight: 16 or 32.

    Returns
    -------
    blocks
        Shape (1 + P, 1 + width * words), uint64; the first block is of zeros, for patterns that
        are not in the model.
    """
    cdef Py_ssize_t lanes = 64 // bits, n_words = words_a_row(weights.shape[2], bits)
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


cdef inline uint64_t symbol_at(const Part *part, const uint32_t *column) noexcept nogil:
    """Return a symbol, shifted to its bits in the key."""
    return <uint64_t>((column[part.step] >> part.shift) & part.mask) << part.low


cdef inline void compute_keys(
    const Table *table, uint32_t **columns, Py_ssize_t at, Py_ssize_t n, uint64_t *keys,
    int n_symbols,
) noexcept nogil:
    """Compute the keys of the patterns at n successive positions from ``at`` on."""
    cdef Py_ssize_t p
    cdef int k
    for p in range(n):
        keys[p] = symbol_at(&table.parts[0], columns[table.parts[0].number] + at + p)
        for k in range(1, n_symbols):
            keys[p] |= symbol_at(&table.parts[k], columns[table.parts[k].number] + at + p)


cdef void prefetch_keys(
    const Table *table, uint32_t **columns, Py_ssize_t at, Py_ssize_t n, uint64_t *keys
) noexcept nogil:
    """Compute the keys of the patterns at n successive positions; prefetch their buckets."""
    cdef Py_ssize_t p
    if table.n_symbols == 1:  # constants, so that the loops are unrolled
        compute_keys(table, columns, at, n, keys, 1)
    elif table.n_symbols == 2:
        compute_keys(table, columns, at, n, keys, 2)
    elif table.n_symbols == 3:
        compute_keys(table, columns, at, n, keys, 3)
    else:
        compute_keys(table, columns, at, n, keys, table.n_symbols)
    if table.rows != NULL:
        return
    for p in range(n):
        prefetch(bucket_of(table.buckets, table.n_buckets, hash_of(keys[p])))


cdef Py_ssize_t look_up(
    const Table *table, Py_ssize_t n, const uint64_t *keys, const uint64_t **found,
    int32_t *present,
) noexcept nogil:
    """Find the likely block of each pattern, zeros for none; prefetch it.

    Lists the patterns whose block is to be verified, and returns their number.
    """
    cdef Py_ssize_t p, n_present = 0
    cdef uint64_t hashed
    cdef uint32_t *slots
    cdef uint32_t row
    if table.rows != NULL:
        for p in range(n):
            row = table.rows[keys[p]] if keys[p] < table.n_keys else 0
            found[p] = table.blocks + table.stride * <Py_ssize_t>row
            prefetch(found[p])
        return 0  # all are certain
    for p in range(n):
        hashed = hash_of(keys[p])
        slots = bucket_of(table.buckets, table.n_buckets, hashed)
        row = CRFSEG_MATCH(slots, slot_of(hashed), ~table.mask) & table.mask
        if (row == 0) & (slots[SLOTS - 1] != 0):
            row = search(table, keys[p])
        row = row if row <= table.n_rows else 1
        found[p] = table.blocks + table.stride * <Py_ssize_t>row
        prefetch(found[p])
        prefetch(found[p] + table.stride - 1)
        present[n_present] = <int32_t>p
        n_present += row != 0
    return n_present


cdef void verify_rows(
    const Table *table, const int32_t *present, Py_ssize_t n_present, const uint64_t *keys,
    const uint64_t **found,
) noexcept nogil:
    """Search again for the patterns whose likely block has another key."""
    cdef Py_ssize_t k, p
    for k in range(n_present):
        p = present[k]
        if found[p][0] != keys[p]:
            found[p] = table.blocks + table.stride * <Py_ssize_t>search(table, keys[p])


cdef void fill_table(
    Table *table, finder, uint64_t[:, ::1] blocks, list parts, int width
):
    """Point a table at its arrays, which must outlive it."""
    cdef Py_ssize_t k
    cdef uint32_t[:, ::1] buckets
    cdef uint32_t[::1] rows
    table.rows = NULL
    if finder.ndim == 1:
        rows = finder
        table.rows, table.n_keys = &rows[0], rows.shape[0]
    else:
        buckets = finder
        table.buckets, table.n_buckets = &buckets[0, 0], buckets.shape[0]
    table.blocks, table.n_rows = &blocks[0, 0], blocks.shape[0] - 1
    table.mask, table.stride = mask_of(table.n_rows), blocks.shape[1]
    table.n_symbols, table.width = len(parts), width
    for k in range(table.n_symbols):
        number, step, shift, bits, low = parts[k]
        table.parts[k] = Part(number, step, shift, (1 << bits) - 1, low)


cdef inline void sum_rows(
    const uint64_t **found, Py_ssize_t n, const Py_ssize_t *positions, const Py_ssize_t *lanes,
    Py_ssize_t n_terms, Py_ssize_t n_words, Py_ssize_t n_tags, int bits, int32_t *emissions,
) noexcept nogil:
    """Sum the rows that add to each character's emissions, all tags of a word at once.

    Each sum begins at half of its range, so that no tag borrows from its neighbour.
    """
    cdef Py_ssize_t t, k, w, j, lanes_of_word = 64 // bits
    cdef uint64_t half = 0x8000800080008000 if bits == 16 else <uint64_t>0x8000000080000000
    cdef uint64_t total, lane_mask = (<uint64_t>1 << bits) - 1
    for t in range(n):
        for w in range(n_words):
            total = half
            for k in range(n_terms):
                total += found[positions[k] + t][lanes[k] + w]
            for j in range(w * lanes_of_word, min(n_tags, (w + 1) * lanes_of_word)):
                emissions[t * n_tags + j] = <int32_t>(
                    <int64_t>(total & lane_mask) - (<int64_t>1 << (bits - 1))
                )
                total >>= bits


cdef void add_up(
    const uint64_t **found, Py_ssize_t n, const Py_ssize_t *positions, const Py_ssize_t *lanes,
    Py_ssize_t n_terms, Py_ssize_t n_words, Py_ssize_t n_tags, int bits, int32_t *emissions,
) noexcept nogil:
    """Compute the emissions of n characters; four tags have a specialised loop."""
    if bits == 16 and n_tags == 4:
        sum_rows(found, n, positions, lanes, n_terms, 1, 4, 16, emissions)
    else:
        sum_rows(found, n, positions, lanes, n_terms, n_words, n_tags, bits, emissions)
