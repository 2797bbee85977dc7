"""What the tagger uses of the reader."""

from libc.stdint cimport int8_t, int64_t, uint8_t, uint32_t

from crfseg.decoding.decoder cimport Decoder
from crfseg.decoding.sentence cimport Sentence

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


cdef inline int64_t utf8_at(const uint8_t *data, Py_ssize_t n, bint surrogates) noexcept nogil:
    """Return the code point that begins here, -1 if the bytes are not UTF-8 (RFC 3629)."""
    cdef uint32_t code = data[0]
    cdef int length = utf8_length(data[0]), k
    if code < 0x80:
        return code
    if code < 0xC2 or code > 0xF4 or length > n:
        return -1
    code &= 0x7F >> length
    for k in range(1, length):
        if data[k] & 0xC0 != 0x80:
            return -1
        code = code << 6 | (data[k] & 0x3F)
    if length == 3 and (code < 0x800 or (code & 0xF800 == 0xD800 and not surrogates)):
        return -1
    if length == 4 and (code < 0x10000 or code > 0x10FFFF):
        return -1
    return code


cdef int point(Text *text, object string, const int8_t[::1] marks) except -1
cdef int point_at_bytes(Text *text, bytes data, const int8_t[::1] marks) except -1
cdef Outcome read_line(
    Decoder decoder, Text *text, Sentence *sentence, bint surrogates
) noexcept nogil
