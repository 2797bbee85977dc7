"""Input and output of the tagger: reads lines from strings or UTF-8, writes words as either.

White space separates words and belongs to none; a newline ends a sentence. A numpy version of
these rules is in :mod:`crfseg.text.whitespace`; a test compares the two.
"""

import numpy as np

from cpython.list cimport PyList_New, PyList_SET_ITEM
from cpython.ref cimport Py_INCREF, Py_XDECREF, PyObject
from libc.stdint cimport int8_t, int64_t, uint8_t, uint16_t, uint32_t
from libc.stdlib cimport calloc, free, realloc

from crfseg.decoding.decoder cimport Decoder
from crfseg.decoding.sentence cimport Sentence
from crfseg.errors import ShapeError
from crfseg.features.ngrams cimport NEWLINE, WHITE_SPACE, entry_of
from crfseg.text.utf8 cimport utf8_at, utf8_length

cdef extern from "Python.h":
    int PyUnicode_KIND(object text)
    const void *PyUnicode_DATA(object text)
    Py_ssize_t PyUnicode_GET_LENGTH(object text)
    object PyUnicode_Substring(object text, Py_ssize_t start, Py_ssize_t end)
    Py_UCS4 PyUnicode_READ_CHAR(object text, Py_ssize_t index)


cdef int point_at_string(Text *text, object string, const int8_t[::1] boundaries) except -1:
    """Point ``text`` at a str's buffer and its constraints, if any."""
    if not isinstance(string, str):
        raise TypeError(f"expected text as str, got {type(string).__name__}")
    text.data, text.n = PyUnicode_DATA(string), PyUnicode_GET_LENGTH(string)
    text.kind, text.at = PyUnicode_KIND(string), 0
    text.boundaries = pointer_to(boundaries, text.n)
    return 0


cdef int point_at_bytes(Text *text, bytes data, const int8_t[::1] boundaries) except -1:
    """Point ``text`` at UTF-8 and the constraints at its bytes, if any."""
    text.data, text.n, text.kind, text.at = <const char *>data, len(data), UTF8, 0
    text.boundaries = pointer_to(boundaries, text.n)
    return 0


cdef const int8_t *pointer_to(const int8_t[::1] boundaries, Py_ssize_t n) except? NULL:
    """Return a pointer to n constraints, NULL if there are none."""
    if boundaries is None or n == 0:
        return NULL
    if boundaries.shape[0] != n:
        raise ShapeError(f"{boundaries.shape[0]} constraints for a text of {n}; expected as many")
    return &boundaries[0]


cdef Status read_line(
    Decoder decoder, Text *text, Sentence *sentence, bint surrogates
) noexcept nogil:
    """Read the next line: its visible characters and their constraints.

    White space is a constraint that a word begins; the text's own constraints override it. The
    first character begins a word in any case.
    """
    cdef const uint32_t *table = &decoder.entries[0]
    cdef Py_ssize_t n_entries = decoder.entries.shape[0]
    cdef uint32_t *entries = sentence.entries + decoder.window
    cdef Py_ssize_t at = text.at, n = 0, step = 1
    cdef int64_t code
    cdef uint32_t entry
    cdef int8_t constraint = 0
    cdef bint after_space = False
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
        entry = entry_of(table, n_entries, code)
        if entry >= WHITE_SPACE:
            if entry == NEWLINE:
                break
            after_space = n > 0
        else:
            if n == sentence.room:
                if not decoder.reserve(sentence, n + 1):
                    return NO_MEMORY
                entries = sentence.entries + decoder.window
            entries[n] = entry
            sentence.codes[n] = <uint32_t>code
            if text.boundaries != NULL:
                constraint = text.boundaries[at]
            sentence.boundaries[n] = (
                after_space if constraint == 0 or (constraint < 0 and n == 0) else constraint
            )
            sentence.positions[n] = at
            after_space = False
            n += 1
        at += step
    text.at = at + 1
    sentence.n = n
    return DONE


cdef enum:
    N_CHARACTERS = 0x10000  # code points that are kept as strings


cdef bint add_words(Decoder decoder, const Sentence *sentence, TaggedSpans *words) noexcept nogil:
    """Append the words of a sentence of a string; False if there is no memory."""
    cdef Py_ssize_t t, at
    cdef TaggedSpan *word
    if words.n + sentence.n > words.room:
        words.room = 2 * words.room + sentence.n
        words.items = <TaggedSpan *>realloc(words.items, words.room * sizeof(TaggedSpan))
        if words.items == NULL:
            return False
    word = words.items + words.n - 1
    for t in range(sentence.n):
        at = sentence.positions[t]
        if decoder.begins[sentence.tags[t]]:
            word += 1
            word.start, word.tag = at, sentence.tags[t]
        word.end = at + 1
    words.n = word - words.items + 1
    return True


cdef class WordStrings:
    """Makes strings of words; those of one character are made once for all texts."""

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

    cdef list of_words(self, object string, const TaggedSpan *words, Py_ssize_t n):
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


cdef bint make_room(Bytes *out, Py_ssize_t n) noexcept nogil:
    """Make room for n bytes more; False if there is no memory."""
    if out.n + n > out.room:
        out.room = 2 * out.room + n
        out.data = <char *>realloc(out.data, out.room)
    return out.data != NULL


cdef inline void append(Bytes *out, const char *data, int n) noexcept nogil:
    """Append a character of n bytes, 1 to 4."""
    cdef char *to = out.data + out.n
    to[0] = data[0]
    if n > 1:
        to[1] = data[1]
    if n > 2:
        to[2] = data[2]
    if n > 3:
        to[3] = data[3]
    out.n += n


cdef class Writer:
    """Writes the words of a tagged sentence as UTF-8. Immutable, shared between threads.

    Parameters
    ----------
    decoder
        Has the tags that begin a word.
    suffixes
        For each of the L tags, UTF-8 that is written after a word whose first tag it is.
    """

    def __init__(self, Decoder decoder, list suffixes):
        self.decoder = decoder
        self.suffixes = b"".join(suffixes)
        self.suffix_data = self.suffixes
        self.longest_suffix = max(map(len, suffixes))
        self.suffix_starts = np.cumsum([0, *map(len, suffixes)], dtype=np.intp)

    cdef bint write_line(
        self, const Text *text, const Sentence *sentence, Bytes *out
    ) noexcept nogil:
        """Write the words of a line just read, and its newline; False if there is no memory."""
        if not self.write_words(text, sentence, sentence.n, out):
            return False
        if text.at <= text.n:
            append(out, b"\n", 1)
        return True

    cdef bint write_words(
        self, const Text *text, const Sentence *sentence, Py_ssize_t n, Bytes *out
    ) noexcept nogil:
        """Write the words of a sentence's first n characters; False if there is no memory.

        White space inside a word, joined by constraints, is kept.
        """
        cdef const char *data = <const char *>text.data
        cdef Py_ssize_t t, at, end = 0, n_bytes = 0
        cdef int word_tag = -1
        if n > 0:
            end = sentence.positions[0]
            n_bytes = sentence.positions[n - 1] + 4 - end  # a character has at most four
        # A space and a suffix for each word; a newline may follow.
        if not make_room(out, n_bytes + n * (1 + self.longest_suffix) + 1):
            return False
        for t in range(n):
            if self.decoder.begins[sentence.tags[t]]:
                self.end_word(out, word_tag)
                if t > 0 or sentence.before >= 0:
                    append(out, b" ", 1)
                word_tag = sentence.tags[t]
                end = sentence.positions[t]
            for at in range(end, sentence.positions[t]):
                append(out, data + at, 1)
            at = sentence.positions[t]
            append(out, data + at, utf8_length(data[at]))
            end = at + utf8_length(data[at])
        self.end_word(out, word_tag)
        return True

    cdef void end_word(self, Bytes *out, int tag) noexcept nogil:
        """Append the suffix of a word with this first tag; -1: there is no word yet."""
        cdef Py_ssize_t k
        if tag >= 0 and self.longest_suffix > 0:
            for k in range(self.suffix_starts[tag], self.suffix_starts[tag + 1]):
                append(out, self.suffix_data + k, 1)
