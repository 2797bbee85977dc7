"""Decodes UTF-8 a character at a time, without Python objects."""

from libc.stdint cimport int64_t, uint8_t, uint32_t


cdef inline int utf8_length(uint8_t first) noexcept nogil:
    """Return the length in bytes of the character with this first byte."""
    return 1 if first < 0x80 else 2 if first < 0xE0 else 3 if first < 0xF0 else 4


cdef inline int64_t utf8_at(const uint8_t *data, Py_ssize_t n, bint surrogates) noexcept nogil:
    """Return the code point at ``data``, -1 if its n bytes are not UTF-8 (RFC 3629)."""
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
