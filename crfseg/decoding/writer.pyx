"""Sentences and their tags as UTF-8: one space between words, newlines where they were."""

import numpy as np

from libc.stdlib cimport realloc

from crfseg.decoding.decoder cimport Decoder
from crfseg.decoding.reader cimport Text, utf8_length
from crfseg.decoding.sentence cimport Sentence


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
    """Writes down the words that a decoder has found. Immutable, shared between threads.

    Parameters
    ----------
    decoder
        It knows which tags begin a word.
    suffixes
        What is written behind a word whose first character has this tag, for each of the L tags.
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

        White space inside a word, which marks have joined, stays.
        """
        cdef const char *data = <const char *>text.data
        cdef Py_ssize_t t, at, end = 0, n_bytes = 0
        cdef int word_tag = -1
        if n > 0:
            end = sentence.places[0]
            n_bytes = sentence.places[n - 1] + 4 - end  # a character has at most four
        # A space for each, and its suffix; a newline may follow.
        if not make_room(out, n_bytes + n * (1 + self.longest_suffix) + 1):
            return False
        for t in range(n):
            if self.decoder.begins[sentence.tags[t]]:
                self.end_word(out, word_tag)
                if t > 0 or sentence.before >= 0:
                    append(out, b" ", 1)
                word_tag = sentence.tags[t]
                end = sentence.places[t]
            for at in range(end, sentence.places[t]):
                append(out, data + at, 1)
            at = sentence.places[t]
            append(out, data + at, utf8_length(data[at]))
            end = at + utf8_length(data[at])
        self.end_word(out, word_tag)
        return True

    cdef void end_word(self, Bytes *out, int tag) noexcept nogil:
        """Append the suffix of a word with that first tag; -1: there is none yet."""
        cdef Py_ssize_t k
        if tag >= 0 and self.longest_suffix > 0:
            for k in range(self.suffix_starts[tag], self.suffix_starts[tag + 1]):
                append(out, self.suffix_data + k, 1)
