"""Declarations of lexicon_matcher.pyx."""

from libc.stdint cimport int8_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

cdef enum:
    LONGEST = 8  # symbols of a word
    REACH = LONGEST - 1  # positions from the first of a word to its last, at most
    CHUNK = 256  # positions
    ROOM = CHUNK + 2 * REACH


cdef struct Search:
    const uint32_t *entries
    Py_ssize_t n
    int length  # symbols of each active path
    Py_ssize_t n_active
    int begins[ROOM]  # their first positions, ascending
    uint32_t links[ROOM]  # to their last nodes
    uint64_t keys[ROOM]
    const uint64_t *slots[ROOM]


cdef class Matcher:
    cdef readonly Py_ssize_t n_words
    cdef readonly Py_ssize_t longest
    cdef Py_ssize_t n_nodes
    cdef uint32_t[::1] firsts
    cdef uint64_t[::1] slots
    cdef void find(
        self, const uint32_t *entries, Py_ssize_t n, const uint8_t *classes,
        uint32_t *lexicon_features, uint32_t *words,
    ) noexcept nogil
    cdef void find_all(
        self, const uint32_t *entries, Py_ssize_t n, const uint8_t *classes,
        uint32_t *lexicon_features,
    ) noexcept nogil
    cdef void begin(
        self, Search *search, const uint32_t *entries, Py_ssize_t n, Py_ssize_t n_begins
    ) noexcept nogil
    cdef void deepen(self, Search *search) noexcept nogil
    cdef bint enter(self, const uint16_t *word, Py_ssize_t length, uint32_t node) noexcept nogil
    cdef uint64_t *slot_of(self, uint64_t key) noexcept nogil
    cdef uint32_t node_for(self, bint is_word, uint32_t node) noexcept nogil
    cdef void tally(
        self, const Search *search, const int8_t *boundaries, int64_t *seen, int64_t *whole
    ) noexcept nogil
