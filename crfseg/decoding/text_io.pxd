"""Declarations of text_io.pyx."""

from cpython.ref cimport PyObject
from libc.stdint cimport int8_t, int16_t, int64_t, uint8_t, uint32_t

from crfseg.decoding.decoder cimport Decoder
from crfseg.decoding.sentence cimport Sentence

cdef enum:
    UTF8 = 0  # the kind of a text that is bytes; others as CPython has them: 1, 2, 4 bytes each


cdef struct Text:
    const void *data
    Py_ssize_t n  # code points, or bytes
    int kind
    Py_ssize_t at  # position of the next line
    const int8_t *boundaries  # [n], constraints, see crfseg.text.boundaries; or NULL


cdef enum Status:
    DONE, NO_MEMORY, NOT_UTF8, INFEASIBLE


cdef int point_at_string(Text *text, object string, const int8_t[::1] boundaries) except -1
cdef int point_at_bytes(Text *text, bytes data, const int8_t[::1] boundaries) except -1
cdef Status read_line(
    Decoder decoder, Text *text, Sentence *sentence, bint surrogates
) noexcept nogil


cdef struct TaggedSpan:
    Py_ssize_t start
    Py_ssize_t end
    int16_t tag  # of its first character


cdef struct TaggedSpans:  # grows; of one thread
    TaggedSpan *items
    Py_ssize_t n
    Py_ssize_t room


cdef class WordStrings:
    cdef PyObject **characters  # strings of one character, by code point

    cdef list of_words(self, object string, const TaggedSpan *words, Py_ssize_t n)


cdef bint add_words(Decoder decoder, const Sentence *sentence, TaggedSpans *words) noexcept nogil


cdef struct Bytes:
    char *data
    Py_ssize_t n
    Py_ssize_t room


cdef class Writer:
    cdef Decoder decoder
    cdef bytes suffixes
    cdef const char *suffix_data
    cdef Py_ssize_t[::1] suffix_starts
    cdef Py_ssize_t longest_suffix

    cdef bint write_line(
        self, const Text *text, const Sentence *sentence, Bytes *out
    ) noexcept nogil
    cdef bint write_words(
        self, const Text *text, const Sentence *sentence, Py_ssize_t n, Bytes *out
    ) noexcept nogil
    cdef void end_word(self, Bytes *out, int tag) noexcept nogil
