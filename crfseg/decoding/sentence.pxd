"""What searches and sums use of a sentence."""

from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint32_t, uint64_t

from crfseg.decoding.chains cimport Chains, Matches


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


cdef void release(Sentence *sentence) noexcept nogil
cdef bint make_room(
    Sentence *sentence, Py_ssize_t n, int window, Py_ssize_t n_tags, Py_ssize_t n_tables,
    Py_ssize_t span, Py_ssize_t chunk,
) noexcept nogil
cdef Py_ssize_t agree(
    int16_t *tags, Py_ssize_t n, const int16_t *others, Py_ssize_t n_others
) noexcept nogil
