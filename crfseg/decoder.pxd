"""What other compiled modules may use of the decoder."""

from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t, uint32_t, uint64_t

from crfseg.chains cimport Chains, Match, Matches, Spelling
from crfseg.lookup cimport Table
from crfseg.matcher cimport Matcher
from crfseg.trie cimport Trie
from crfseg.viterbi cimport Arcs


cdef enum:
    CHUNK = 128  # characters whose emissions are computed together


cdef struct Sentence:  # and the work space for it; grows, is never shared between threads
    uint32_t *codes  # the characters
    uint32_t *entries  # the symbols; ``window`` more before and after them
    uint32_t *marks  # what lists of words and strings say of them, if there are such
    uint32_t *words
    int8_t *known  # what is known of each character: 1 begins a word, -1 does not, 0 nothing
    Py_ssize_t *places  # where each stands in the text
    int16_t *tags  # what is found
    Py_ssize_t n
    Py_ssize_t room
    int before  # -1, or the tag of the character before, whose symbol ``entries`` has then
    int16_t *back
    int32_t *emissions
    uint64_t *keys
    const uint64_t **found
    int32_t *present
    Py_ssize_t *n_present
    int64_t *delta
    Matches matches  # words of a user's lexicon
    Chains chains


cdef class Decoder:
    cdef readonly Py_ssize_t n_tags
    cdef readonly int window
    cdef readonly double unit
    cdef const uint32_t[::1] symbols
    cdef const int8_t[::1] begins, ends
    cdef int64_t[:, ::1] transitions
    cdef int32_t[::1] arc_offsets
    cdef int16_t[::1] arc_tags
    cdef Arcs arcs
    cdef Spelling spelling
    cdef int16_t[::1] openers, inner, closing, opener_of
    cdef const int32_t[::1] labels
    cdef Table *tables
    cdef Py_ssize_t n_tables
    cdef Py_ssize_t *term_places  # of each row of all kinds: where in found, for a chunk's first
    cdef Py_ssize_t *term_lanes  # and where in the block
    cdef Py_ssize_t n_terms
    cdef Py_ssize_t n_words  # 64-bit words of a row
    cdef int bits  # of a weight in a word
    cdef list arrays  # what the tables point to
    cdef Matcher words, strings
    cdef const uint8_t[::1] classes, varieties

    cdef Py_ssize_t span(self) noexcept nogil
    cdef bint reserve(self, Sentence *sentence, Py_ssize_t n) noexcept nogil
    cdef bint take(
        self, Sentence *sentence, const uint32_t[::1] codes, const int8_t[::1] known,
        Py_ssize_t begin, Py_ssize_t end,
    ) noexcept nogil
    cdef bint consult(self, Sentence *sentence, Trie lexicon) noexcept nogil
    cdef void settle(self, Sentence *sentence) noexcept nogil
    cdef bint is_word(self, const Sentence *sentence, const Match *match) noexcept nogil
    cdef void emit(self, Sentence *sentence, Py_ssize_t start, Py_ssize_t n) noexcept nogil
    cdef void look_around(self, Sentence *sentence) noexcept nogil
    cdef void advance(self, Sentence *sentence, Py_ssize_t stop) noexcept nogil
    cdef void pass_over(
        self, Sentence *sentence, Py_ssize_t start, Py_ssize_t n, const int32_t *emissions
    ) noexcept nogil
    cdef void trace(
        self, const Sentence *sentence, Py_ssize_t t, int16_t tag, int16_t *tags
    ) noexcept nogil
    cdef Py_ssize_t agreed(self, Sentence *sentence, Py_ssize_t t) noexcept nogil
    cdef bint decode(self, Sentence *sentence) noexcept nogil
    cdef Py_ssize_t decode_part(self, Sentence *sentence) noexcept nogil


cdef void release(Sentence *sentence) noexcept nogil
