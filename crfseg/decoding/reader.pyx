"""Lines of text, from strings or UTF-8: visible characters as symbols, and their places.

White space separates words and belongs to none; a newline ends a sentence.
"""

from libc.stdint cimport int8_t, int64_t, uint8_t, uint16_t, uint32_t

from crfseg.decoding.decoder cimport Decoder
from crfseg.errors import ShapeError
from crfseg.decoding.sentence cimport Sentence
from crfseg.features.ngrams cimport NEWLINE, WHITE_SPACE, entry_of

cdef extern from "Python.h":
    int PyUnicode_KIND(object text)
    const void *PyUnicode_DATA(object text)
    Py_ssize_t PyUnicode_GET_LENGTH(object text)


cdef int point(Text *text, object string, const int8_t[::1] marks) except -1:
    """Let a text be a string's, with what is known of its characters, if anything."""
    if not isinstance(string, str):
        raise TypeError(f"expected text as str, got {type(string).__name__}")
    text.data, text.n = PyUnicode_DATA(string), PyUnicode_GET_LENGTH(string)
    text.kind, text.at = PyUnicode_KIND(string), 0
    text.marks = marks_of(marks, text.n)
    return 0


cdef int point_at_bytes(Text *text, bytes data, const int8_t[::1] marks) except -1:
    """Let a text be UTF-8, with what is known of the places of its bytes, if anything."""
    text.data, text.n, text.kind, text.at = <const char *>data, len(data), UTF8, 0
    text.marks = marks_of(marks, text.n)
    return 0


cdef const int8_t *marks_of(const int8_t[::1] marks, Py_ssize_t n) except? NULL:
    """Return where the marks of n places are, NULL for none."""
    if marks is None or n == 0:
        return NULL
    if marks.shape[0] != n:
        raise ShapeError(f"{marks.shape[0]} marks for a text of {n}; expected as many")
    return &marks[0]


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
