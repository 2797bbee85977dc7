"""Counts and numbers distinct 64-bit keys, such as those of n-grams, in compiled loops."""

import numpy as np

from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t, uint64_t

from crfseg.features.prefetch cimport prefetch
from crfseg.features.ngrams cimport hash_of

cdef enum:
    BLOCK = 32  # look-ups whose memory is fetched at the same time

EVERY_KEY = np.zeros(2, dtype=np.uint8)  # tallies that accept every key, with min_count 0


def tally(uint8_t[::1] tallies, const uint64_t[::1] keys):
    """Add keys to a table of counters, indexed by their hash.

    A key has occurred at most as often as its counter says, unless that is 255, the largest value:
    keys with the same hash share a counter.

    Parameters
    ----------
    tallies
        The counters, shape (2 ** bits,), bits > 0; changed in place.
    keys
        Shape (T,).
    """
    cdef Py_ssize_t i
    cdef uint64_t slot
    cdef int shift = 64 - int(tallies.shape[0] - 1).bit_length()
    with nogil:
        for i in range(keys.shape[0]):
            slot = hash_of(keys[i]) >> shift
            tallies[slot] += tallies[slot] < 255


cdef class Interner:
    """Numbers and counts distinct keys in the order of their first occurrence.

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
        """Move the keys to a table of twice the size, in the order of their hashes."""
        cdef uint64_t[:, ::1] old = self.slots
        cdef uint64_t[:, ::1] slots
        cdef uint64_t slot
        cdef Py_ssize_t at
        self.bits += 1
        self.slots = slots = np.zeros((1 << self.bits, 2), dtype=np.uint64)
        for at in range(old.shape[0]):
            if old[at, 1] != 0:
                slot = hash_of(old[at, 0]) >> (64 - self.bits)
                while slots[slot, 1] != 0:
                    slot = (slot + 1) & <uint64_t>(slots.shape[0] - 1)
                slots[slot, 0] = old[at, 0]
                slots[slot, 1] = old[at, 1]

    def number(self, const uint64_t[::1] keys, const uint8_t[::1] tallies, int min_count):
        """Count keys and return the number of each.

        Parameters
        ----------
        keys
            Shape (T,).
        tallies
            Counters of these and other keys, see :func:`tally`.
        min_count
            Keys whose counter is less are neither numbered nor counted.

        Returns
        -------
        numbers
            Shape (T,), int32; -1 for keys without a number.
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
                # As many as surely fit; slots are prefetched while others are searched.
                while i < n and 2 * (self.n_distinct + BLOCK) <= slots.shape[0]:
                    stop = min(n, i + BLOCK)
                    for b in range(i, stop):
                        prefetch(&slots[hash_of(keys[b]) >> shift, 0])
                        prefetch(&tallies[hash_of(keys[b]) >> tally_shift])
                    for b in range(i, stop):
                        key = keys[b]
                        if tallies[hash_of(key) >> tally_shift] < min_count:
                            numbers[b] = -1
                            continue
                        slot = hash_of(key) >> shift
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
        """Return the key of each number, shape (P,), uint64, and its count, (P,), int64."""
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
