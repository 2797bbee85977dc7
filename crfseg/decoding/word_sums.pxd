"""Declarations of word_sums.pyx."""

from libc.stdint cimport int16_t

from crfseg.decoding.decoder cimport Decoder
from crfseg.decoding.sentence cimport Sentence
from crfseg.decoding.viterbi cimport Matches, WordTags

cdef struct SummedArc:  # the user words that begin at one character
    Py_ssize_t start
    Py_ssize_t end  # of the longest of them
    Py_ssize_t first  # the first of their matches
    Py_ssize_t after  # the first match after them
    double *alpha  # [length, O], weights of the tags along the arc
    double *beta  # [O], at the current character of the backward pass
    double *entropy  # [O], of the paths to the opening tags


cdef struct SummedArcs:  # all of a sentence
    const WordTags *word_tags
    const Matches *matches
    const double *arcs  # [L, L], exponentials of the transitions
    Py_ssize_t n_tags
    SummedArc *items
    Py_ssize_t n
    Py_ssize_t next  # the first one that is not open yet
    double *values  # memory of the items
    int16_t *tags  # [longest, O], tags along an arc


cdef bint reserve_arcs(SummedArcs *word_arcs) noexcept nogil
cdef void release_arcs(SummedArcs *word_arcs) noexcept nogil
cdef double word_weight(
    const SummedArcs *word_arcs, Py_ssize_t start, Py_ssize_t length, int16_t tag
) noexcept nogil
cdef void open_arc(
    SummedArcs *word_arcs, Py_ssize_t t, const double *alpha, const double *entropy, double *plain
) noexcept nogil
cdef double forward_arcs(
    SummedArcs *word_arcs, Py_ssize_t t, const double *potential, double *alpha, double *spread
) noexcept nogil
cdef void scale_arcs(SummedArcs *word_arcs, Py_ssize_t t, double total) noexcept nogil
cdef void add_tags(const SummedArcs *word_arcs, Py_ssize_t t, double *tags) noexcept nogil
cdef void backward_arcs(
    SummedArcs *word_arcs, Py_ssize_t t, const double *potential, const double *beta
) noexcept nogil
cdef void close_arc(SummedArcs *word_arcs, Py_ssize_t t, double *beta) noexcept nogil
cdef void constrain_forced(Decoder decoder, Sentence *sentence) noexcept nogil
