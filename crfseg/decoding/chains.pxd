"""What searches use of chains."""

from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint32_t

from crfseg.decoding.viterbi cimport Arcs

cdef enum:
    MOST = 100  # nats of a finite strength


cdef struct Match:  # a word of a user's lexicon in a sentence
    int32_t start
    int32_t length
    int32_t label  # of the words meant, -1 for any
    float strength  # in nats; infinite: always, or never


cdef struct Matches:  # ordered by start, then by length; grows, is never shared between threads
    Match *items
    Py_ssize_t n
    Py_ssize_t room
    Match *spare  # work space
    Py_ssize_t spare_room
    Py_ssize_t longest  # of the lexicon, not of these; 0 if there is none
    bint has_infinite


cdef struct Chain:
    int32_t start
    int32_t end  # behind the longest of its words
    Py_ssize_t first  # of its matches
    Py_ssize_t after  # behind the last of them
    Py_ssize_t next  # of those whose end has not come yet
    int64_t *scores  # [O] of the inner tags that it has come to, one for each opening tag
    int16_t *tags  # [O] which these are


cdef struct Chains:  # those that are open; the tags that words are spelt with
    Chain *items
    Py_ssize_t n
    Py_ssize_t room
    Py_ssize_t next  # of the matches
    int64_t *scores
    int16_t *tags


cdef struct Spelling:
    Py_ssize_t n_openers
    const int16_t *openers  # [O] the tags that begin a longer word
    const int16_t *inner  # [L] the tag that goes on with the word of a tag, -1 for none
    const int16_t *closing  # [L] the tag that ends it, -1 for none
    const int16_t *opener_of  # [L] which of the openers began it, -1 for none
    const int32_t *labels  # [L] the label of each tag
    double per_nat  # units
    int64_t always  # what a forced word is worth, each character; a forbidden one costs it once


cdef bint reserve_matches(Matches *matches, Py_ssize_t n) noexcept nogil
cdef void release_matches(Matches *matches) noexcept nogil
cdef bint reserve_chains(Chains *chains, Py_ssize_t longest, Py_ssize_t n_openers) noexcept nogil
cdef void release_chains(Chains *chains) noexcept nogil
cdef Py_ssize_t behind(const Matches *matches, Py_ssize_t first) noexcept nogil
cdef int64_t worth(
    const Spelling *spelling, const Matches *matches, Py_ssize_t first, Py_ssize_t after,
    Py_ssize_t length, int16_t tag,
) noexcept nogil
cdef int64_t worth_of_match(
    const Spelling *spelling, const Match *match, int16_t tag
) noexcept nogil
cdef void forward_chained(
    const Arcs *arcs, const Spelling *spelling, const Matches *matches, Chains *chains,
    const int32_t *emissions, const int8_t *known, Py_ssize_t start, Py_ssize_t n, int64_t *delta,
    int16_t *back,
) noexcept nogil
cdef void open_chain(
    const Arcs *arcs, const Spelling *spelling, const Matches *matches, Chains *chains,
    Py_ssize_t t, int64_t *delta,
) noexcept nogil
cdef void trace(
    const Arcs *arcs, const Spelling *spelling, const int16_t *back, Py_ssize_t t, int16_t tag,
    int16_t *tags,
) noexcept nogil
