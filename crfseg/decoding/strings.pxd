"""What the tagger uses of words as strings."""

from cpython.ref cimport PyObject
from libc.stdint cimport int16_t

from crfseg.decoding.decoder cimport Decoder
from crfseg.decoding.sentence cimport Sentence


cdef struct Word:
    Py_ssize_t start
    Py_ssize_t end
    int16_t tag  # of its first character


cdef struct Words:  # grows, is never shared between threads
    Word *items
    Py_ssize_t n
    Py_ssize_t room


cdef class Strings:
    cdef PyObject **characters  # strings of one character, by code point

    cdef list of_words(self, object string, const Word *words, Py_ssize_t n)


cdef bint add_words(Decoder decoder, const Sentence *sentence, Words *words) noexcept nogil
