# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Lines of text, from strings or UTF-8: visible characters as symbols, and their places.

White space separates words and belongs to none; a newline ends a sentence.
"""

from libc.stdint cimport int8_t, int64_t, uint8_t, uint16_t, uint32_t

from crfseg.decoder cimport Decoder
from crfseg.sentence cimport Sentence
from crfseg.symbols cimport NEWLINE, WHITE_SPACE, entry_of


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


cdef Outcome read_line(
    Decoder decoder, Text *text, Sentence *sentence, bint surrogates
) noexcept nogil:
    """Read the next line: its visible characters, and where white space or marks part them.

    Marks say more than white space; a line begins a word whatever they say.
    """
    cdef const uint32_t *symbols = &decoder.symbols[0]
    cdef Py_ssize_t n_symbols = decoder.symbols.shape[0]
    cdef uint32_t *entries = sentence.entries + decoder.window
    cdef Py_ssize_t at = text.at, n = 0, step = 1
    cdef int64_t code
    cdef uint32_t entry
    cdef int8_t mark = 0
    cdef bint apart = False
    while at < text.n:
        if text.kind == UTF8:
            code = utf8_at(<const uint8_t *>text.data + at, text.n - at, surrogates)
            if code < 0:
                text.at = at
                return NOT_UTF8
            step = utf8_length((<const uint8_t *>text.data)[at])
        elif text.kind == 2:
            code = (<const uint16_t *>text.data)[at]
        elif text.kind == 1:
            code = (<const uint8_t *>text.data)[at]
        else:
            code = (<const uint32_t *>text.data)[at]
        entry = entry_of(symbols, n_symbols, code)
        if entry >= WHITE_SPACE:
            if entry == NEWLINE:
                break
            apart = n > 0
        else:
            if n == sentence.room:
                if not decoder.reserve(sentence, n + 1):
                    return NO_MEMORY
                entries = sentence.entries + decoder.window
            entries[n] = entry
            sentence.codes[n] = <uint32_t>code
            if text.marks != NULL:
                mark = text.marks[at]
            sentence.known[n] = apart if mark == 0 or (mark < 0 and n == 0) else mark
            sentence.places[n] = at
            apart = False
            n += 1
        at += step
    text.at = at + 1
    sentence.n = n
    return DONE
