"""What the tagger uses of the writer."""

from crfseg.decoding.decoder cimport Decoder
from crfseg.decoding.reader cimport Text
from crfseg.decoding.sentence cimport Sentence


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
