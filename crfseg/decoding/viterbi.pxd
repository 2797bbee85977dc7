"""What the decoder uses of the Viterbi algorithm."""

from libc.stdint cimport int8_t, int16_t, int32_t, int64_t

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
    const Arcs *arcs, const int32_t *emissions, const int8_t *known, Py_ssize_t n, int64_t *delta,
    int16_t *back,
) noexcept nogil
cdef void forward(
    const Arcs *arcs, const int32_t *emissions, const int8_t *known, Py_ssize_t n, int64_t *delta,
    int16_t *back,
) noexcept nogil
