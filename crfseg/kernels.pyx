# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The inner loops, compiled: pattern look-up, emissions, Viterbi. Readable twins in crf.py.

Every function works on arrays only, releases the GIL, and trusts its arguments: what comes from
a file or a user has been checked by then (model.py, segmenter.py).
"""

import numpy as np

from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint64_t

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


def intern(const uint64_t[::1] keys):
    """Number the distinct keys in the order in which they first occur.

    Parameters
    ----------
    keys
        Shape (T,).

    Returns
    -------
    numbers
        The number of each key, shape (T,), int32.
    distinct
        The key of each number, shape (P,), uint64.
    """
    cdef Py_ssize_t i = 0, b, n = keys.shape[0], n_distinct = 0, stop
    cdef int bits = 10
    numbers_array = np.empty(n, dtype=np.int32)
    distinct_array = np.empty(n, dtype=np.uint64)
    cdef int32_t[::1] numbers = numbers_array
    cdef uint64_t[::1] distinct = distinct_array
    cdef uint64_t[:, ::1] index = np.zeros((1 << bits, 2), dtype=np.uint64)
    cdef uint64_t slot
    while i < n:
        if 2 * (n_distinct + BLOCK) > index.shape[0]:
            bits += 2
            index = build_index(distinct_array[:n_distinct], bits)
        with nogil:
            # As many as fit for sure; their slots are on their way while others are looked at.
            while i < n and 2 * (n_distinct + BLOCK) <= index.shape[0]:
                stop = min(n, i + BLOCK)
                for b in range(i, stop):
                    CRFSEG_PREFETCH(&index[(keys[b] * GOLDEN) >> (64 - bits), 0])
                for b in range(i, stop):
                    slot = (keys[b] * GOLDEN) >> (64 - bits)
                    while index[slot, 1] != 0 and index[slot, 0] != keys[b]:
                        slot = (slot + 1) & <uint64_t>(index.shape[0] - 1)
                    if index[slot, 1] == 0:
                        distinct[n_distinct] = keys[b]
                        n_distinct += 1
                        index[slot, 0] = keys[b]
                        index[slot, 1] = n_distinct
                    numbers[b] = <int32_t>index[slot, 1] - 1
                i = stop
    return numbers_array, distinct_array[:n_distinct].copy()
