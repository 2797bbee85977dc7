"""Sentences and their tags as words of a string: where they are, and the strings themselves."""

from cpython.list cimport PyList_New, PyList_SET_ITEM
from cpython.ref cimport Py_INCREF, Py_XDECREF, PyObject
from libc.stdlib cimport calloc, free, realloc

from crfseg.decoding.decoder cimport Decoder
from crfseg.decoding.sentence cimport Sentence

cdef extern from "Python.h":
    object PyUnicode_Substring(object text, Py_ssize_t start, Py_ssize_t end)
    Py_UCS4 PyUnicode_READ_CHAR(object text, Py_ssize_t index)

cdef enum:
    N_CHARACTERS = 0x10000  # code points that are kept as strings


cdef bint add_words(Decoder decoder, const Sentence *sentence, Words *words) noexcept nogil:
    """Write down the words of a sentence of a string; False if there is no memory."""
    cdef Py_ssize_t t, at
    cdef Word *word
    if words.n + sentence.n > words.room:
        words.room = 2 * words.room + sentence.n
        words.items = <Word *>realloc(words.items, words.room * sizeof(Word))
        if words.items == NULL:
            return False
    word = words.items + words.n - 1
    for t in range(sentence.n):
        at = sentence.places[t]
        if decoder.begins[sentence.tags[t]]:
            word += 1
            word.start, word.tag = at, sentence.tags[t]
        word.end = at + 1
    words.n = word - words.items + 1
    return True


cdef class Strings:
    """Makes strings of words; those of one character once for all texts."""

    def __cinit__(self):
        self.characters = <PyObject **>calloc(N_CHARACTERS, sizeof(PyObject *))
        if self.characters == NULL:
            raise MemoryError

    def __dealloc__(self):
        cdef Py_ssize_t code
        if self.characters != NULL:
            for code in range(N_CHARACTERS):
                Py_XDECREF(self.characters[code])
        free(self.characters)

    cdef list of_words(self, object string, const Word *words, Py_ssize_t n):
        """Return n words of a string."""
        cdef list found = PyList_New(n)
        cdef Py_ssize_t k
        cdef Py_UCS4 code
        for k in range(n):
            code = PyUnicode_READ_CHAR(string, words[k].start)
            if words[k].end - words[k].start > 1 or code >= N_CHARACTERS:
                word = PyUnicode_Substring(string, words[k].start, words[k].end)
            elif self.characters[code] != NULL:
                word = <object>self.characters[code]
            else:
                word = PyUnicode_Substring(string, words[k].start, words[k].end)
                Py_INCREF(word)
                self.characters[code] = <PyObject *>word
            Py_INCREF(word)
            PyList_SET_ITEM(found, k, word)
        return found
