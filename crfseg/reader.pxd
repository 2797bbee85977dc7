"""What the tagger uses of the reader."""

from libc.stdint cimport int8_t, uint8_t

from crfseg.decoder cimport Decoder
from crfseg.sentence cimport Sentence

cdef enum:
    UTF8 = 0  # the kind of a text that is bytes; others as CPython has them: 1, 2, 4 bytes each


cdef struct Text:
    const void *data
    Py_ssize_t n  # code points, or bytes
    int kind
    Py_ssize_t at  # how far it has been read
    const int8_t *marks  # [n], what is known of each place (see marked.py), or NULL


cdef enum Outcome:
    DONE, NO_MEMORY, NOT_UTF8, INFEASIBLE


cdef inline int utf8_length(uint8_t first) noexcept nogil:
    """Return how many bytes a character has by its first."""
    return 1 if first < 0x80 else 2 if first < 0xE0 else 3 if first < 0xF0 else 4


cdef Outcome read_line(
    Decoder decoder, Text *text, Sentence *sentence, bint surrogates
) noexcept nogil
