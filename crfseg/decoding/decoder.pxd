"""Declarations of decoder.pyx."""

from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t, uint32_t, uint64_t

from crfseg.decoding.sentence cimport Sentence
from crfseg.decoding.viterbi cimport Arcs, WordTags
from crfseg.decoding.weight_index cimport Table
from crfseg.decoding.word_trie cimport Trie
from crfseg.features.lexicon_matcher cimport Matcher


cdef enum:
    CHUNK = 128  # characters whose emissions are computed together


cdef class Decoder:
    cdef readonly Py_ssize_t n_tags
    cdef readonly int window
    cdef readonly double unit
    cdef const uint32_t[::1] entries
    cdef const int8_t[::1] begins, ends
    cdef int64_t[:, ::1] transitions
    cdef int32_t[::1] arc_offsets
    cdef int16_t[::1] arc_tags
    cdef Arcs arcs
    cdef WordTags word_tags
    cdef int16_t[::1] openers, inner, closing, opener_of
    cdef const int32_t[::1] labels
    cdef Table *tables
    cdef Py_ssize_t n_tables
    cdef Py_ssize_t *term_positions  # [n_terms], index in found, for a chunk's first character
    cdef Py_ssize_t *term_lanes  # [n_terms], index in the block
    cdef Py_ssize_t n_terms  # rows of the blocks of all tables
    cdef Py_ssize_t n_words  # 64-bit words of a row
    cdef int bits  # of a weight in a word
    cdef list arrays  # owners of the memory to which the tables point
    cdef Matcher lexicon, strings
    cdef const uint8_t[::1] word_classes, string_classes

    cdef Py_ssize_t chunk_span(self) noexcept nogil
    cdef bint reserve(self, Sentence *sentence, Py_ssize_t n) noexcept nogil
    cdef bint load(
        self, Sentence *sentence, const uint32_t[::1] codes, const int8_t[::1] boundaries,
        Py_ssize_t begin, Py_ssize_t end,
    ) noexcept nogil
    cdef int load_all(self, Sentence *sentence, const uint32_t[::1] codes) except -1
    cdef bint match_user_words(self, Sentence *sentence, Trie user_words) noexcept nogil
    cdef void compute_emissions(
        self, Sentence *sentence, Py_ssize_t start, Py_ssize_t n
    ) noexcept nogil
    cdef void pad_and_match(self, Sentence *sentence) noexcept nogil
    cdef void forward_to(self, Sentence *sentence, Py_ssize_t stop) noexcept nogil
    cdef void forward_chunk(
        self, Sentence *sentence, Py_ssize_t start, Py_ssize_t n, const int32_t *emissions
    ) noexcept nogil
    cdef Py_ssize_t common_prefix(self, Sentence *sentence, Py_ssize_t t) noexcept nogil
    cdef bint decode(self, Sentence *sentence) noexcept nogil
    cdef Py_ssize_t decode_part(self, Sentence *sentence) noexcept nogil

