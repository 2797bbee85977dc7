"""Declarations of word_sums.pyx."""

from libc.stdint cimport int16_t

from crfseg.decoding.viterbi cimport Matches, WordTags
from crfseg.decoding.decoder cimport Decoder
from crfseg.decoding.sentence cimport Sentence

cdef struct SummedArc:  # the words of a user's lexicon that begin at one character
    Py_ssize_t start
    Py_ssize_t end  # behind the longest of them
    Py_ssize_t first  # of their matches
    Py_ssize_t after
    double *alpha  # [length, O] of the tags along the arc
    double *beta  # [O] of those of the character that was come to last
    double *entropy  # [O] of the paths to the opening tags


cdef struct SummedArcs:  # all of a sentence
    const WordTags *word_tags
    const Matches *matches
    const double *arcs  # [L, L]
    Py_ssize_t n_tags
    SummedArc *items
    Py_ssize_t n
    Py_ssize_t next  # the first one that is not open yet
    double *numbers  # memory of the word arcs
    int16_t *tags  # [longest, O], those along an arc


cdef bint lay_out(SummedArcs *word_arcs) noexcept nogil
cdef void release_arcs(SummedArcs *word_arcs) noexcept nogil
cdef double word_weight(
    const SummedArcs *word_arcs, Py_ssize_t start, Py_ssize_t length, int16_t tag
) noexcept nogil
cdef void open_arc(
    SummedArcs *word_arcs, Py_ssize_t t, const double *alpha, const double *entropy, double *plain
) noexcept nogil
cdef double follow_arcs(
    SummedArcs *word_arcs, Py_ssize_t t, const double *potential, double *alpha, double *spread
) noexcept nogil
cdef void scale_arcs(SummedArcs *word_arcs, Py_ssize_t t, double total) noexcept nogil
cdef void add_tags(const SummedArcs *word_arcs, Py_ssize_t t, double *tags) noexcept nogil
cdef void pull_arcs(
    SummedArcs *word_arcs, Py_ssize_t t, const double *potential, const double *beta
) noexcept nogil
cdef void close_arc(SummedArcs *word_arcs, Py_ssize_t t, double *beta) noexcept nogil
cdef void constrain_forced(Decoder decoder, Sentence *sentence) noexcept nogil
