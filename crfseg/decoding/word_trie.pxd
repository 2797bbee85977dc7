"""Declarations of word_trie.pyx."""

from libc.stdint cimport int16_t, int64_t, uint8_t, uint32_t, uint64_t

from crfseg.decoding.viterbi cimport Match, Matches

cdef enum:
    CHUNK = 256  # starts that are searched together
    LONGEST = 255  # characters of a word


cdef struct Edge:
    uint64_t key  # kind of word (11 bits) | node (32) | character (21)
    uint32_t link  # the node it leads to << 8 | Bloom filter of the next characters
    float strength  # of the word that ends there, in nats


cdef struct Search:
    Py_ssize_t n  # paths still alive
    int starts[CHUNK]
    uint32_t links[CHUNK]
    uint32_t codes[CHUNK + LONGEST]  # of the text, folded
    uint64_t keys[CHUNK]
    const Edge *slots[CHUNK]


cdef struct Hits:  # of one chunk, by length, then by start; stored in the spare room of matches
    Py_ssize_t n
    Py_ssize_t counts[CHUNK]  # of each start


cdef class Trie:
    cdef readonly Py_ssize_t n_words
    cdef readonly Py_ssize_t longest
    cdef readonly bint has_infinite
    cdef readonly Trie below
    cdef uint8_t[:, ::1] edges
    cdef uint64_t[::1] first_bits  # a bit for each character, set if words begin with it
    cdef Edge *firsts  # [n_firsts], by character
    cdef Py_ssize_t n_firsts
    cdef Edge *slots  # [n_slots]
    cdef Py_ssize_t n_slots
    cdef uint32_t n_nodes
    cdef const uint32_t[::1] folded
    cdef int _build(
        self, const uint32_t[::1] codes, const int64_t[::1] offsets, const float[::1] strengths,
        const int16_t[::1] labels,
    ) except -1
    cdef void insert(
        self, const uint32_t *codes, const int64_t *offsets, Py_ssize_t n, Edge **edges
    ) noexcept nogil
    cdef uint32_t new_node(self) noexcept nogil
    cdef Edge *edge(self, Edge *before, uint32_t code) noexcept nogil
    cdef void fold(self, const uint32_t *codes, Py_ssize_t n, uint32_t *folded) noexcept nogil
    cdef bint find(self, const uint32_t *codes, Py_ssize_t n, Matches *matches) noexcept nogil
    cdef bint find_here(self, const uint32_t *codes, Py_ssize_t n, Matches *matches) noexcept nogil
    cdef bint search_chunk(
        self, const uint32_t *codes, Py_ssize_t n, Search *search, Hits *hits, Matches *matches
    ) noexcept nogil
    cdef void prefetch_edges(self, Search *search, Py_ssize_t n, Py_ssize_t length) noexcept nogil
    cdef bint follow_edges(
        self, Search *search, Hits *hits, Matches *matches, Py_ssize_t length
    ) noexcept nogil
