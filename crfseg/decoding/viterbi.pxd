"""Declarations of viterbi.pyx: arcs between tags, words of a user's lexicon, the search."""

from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint32_t

cdef extern from *:
    """
    #define CRFSEG_NEVER (-((int64_t)1 << 60))
    """
    int64_t NEVER "CRFSEG_NEVER"  # minus infinity
    int64_t HARDLY "(CRFSEG_NEVER / 2)"  # what is below contains NEVER


cdef struct Arcs:
    Py_ssize_t n_tags
    int form  # 4 or 6 for the tags of BMES or BMES6, in order; 0 for others
    const int64_t *transitions  # [L, L]
    const int8_t *begins  # [L], which tags begin and end a word
    const int8_t *ends
    const int32_t *offsets  # [L + 1], where in first the arcs to each tag are
    const int16_t *first  # the tags from which there is an arc, ascending
    int64_t spread  # between the largest and the smallest score of an arc from word to word


cdef void step(
    const Arcs *arcs, const int32_t *emissions, const int8_t *boundaries, Py_ssize_t n, int64_t *delta,
    int16_t *back,
) noexcept nogil
cdef void forward(
    const Arcs *arcs, const int32_t *emissions, const int8_t *boundaries, Py_ssize_t n, int64_t *delta,
    int16_t *back,
) noexcept nogil


cdef enum:
    MAX_STRENGTH = 100  # nats of a finite strength


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
    Py_ssize_t longest  # of the lexicon, not of these matches; 0 without a lexicon
    bint has_infinite


cdef struct WordArc:
    int32_t start
    int32_t end  # behind the longest of its words
    Py_ssize_t first  # of its matches
    Py_ssize_t after  # behind the last of them
    Py_ssize_t next  # of those whose end has not come yet
    int64_t *scores  # [O] of the inner tags that it has come to, one for each opening tag
    int16_t *tags  # [O] which these are


cdef struct WordArcs:  # those that are open; the tags that words are spelt with
    WordArc *items
    Py_ssize_t n
    Py_ssize_t room
    Py_ssize_t next  # of the matches
    int64_t *scores
    int16_t *tags


cdef struct WordTags:
    Py_ssize_t n_openers
    const int16_t *openers  # [O] the tags that begin a longer word
    const int16_t *inner  # [L] the tag that goes on with the word of a tag, -1 for none
    const int16_t *closing  # [L] the tag that ends it, -1 for none
    const int16_t *opener_of  # [L] which of the openers began it, -1 for none
    const int32_t *labels  # [L] the label of each tag
    double per_nat  # units
    int64_t always  # score of a forced word per character; a forbidden word costs it once


cdef Py_ssize_t next_start(const Matches *matches, Py_ssize_t first) noexcept nogil
cdef int64_t word_score(
    const WordTags *word_tags, const Matches *matches, Py_ssize_t first, Py_ssize_t after,
    Py_ssize_t length, int16_t tag,
) noexcept nogil
cdef int64_t match_score(
    const WordTags *word_tags, const Match *match, int16_t tag
) noexcept nogil
cdef void forward_with_words(
    const Arcs *arcs, const WordTags *word_tags, const Matches *matches, WordArcs *word_arcs,
    const int32_t *emissions, const int8_t *boundaries, Py_ssize_t start, Py_ssize_t n, int64_t *delta,
    int16_t *back,
) noexcept nogil
cdef void open_word_arc(
    const Arcs *arcs, const WordTags *word_tags, const Matches *matches, WordArcs *word_arcs,
    Py_ssize_t t, int64_t *delta,
) noexcept nogil
cdef void trace_back(
    const Arcs *arcs, const WordTags *word_tags, const int16_t *back, Py_ssize_t t, int16_t tag,
    int16_t *tags,
) noexcept nogil
