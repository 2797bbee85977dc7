# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Text in, words out: strings to lists of words, UTF-8 to UTF-8. No Python object per character.

A line is read into a Sentence (its visible characters, as symbols, and their places in the text),
the decoder finds its tags, and the words are written down. White space separates words and belongs
to none; a newline ends a sentence.
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from cpython.list cimport PyList_New, PyList_SET_ITEM
from cpython.ref cimport Py_INCREF
from libc.stdint cimport int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t
from libc.stdlib cimport free, malloc, realloc
from libc.string cimport memcpy, memset

from crfseg.decoder cimport Decoder, Sentence, release

cdef extern from "Python.h":
    int PyUnicode_KIND(object text)
    const void *PyUnicode_DATA(object text)
    Py_ssize_t PyUnicode_GET_LENGTH(object text)
    object PyUnicode_Substring(object text, Py_ssize_t start, Py_ssize_t end)

cdef enum:
    UTF8 = 0  # the kind of a text that is bytes; others as CPython has them: 1, 2, 4 bytes each
    WHITE_SPACE = 0xFFFFFFFE  # entries from here on are white space, see symbols.py
    NEWLINE = 0xFFFFFFFF
    LONG = 500  # characters worth letting other threads run meanwhile


cdef struct Text:
    const void *data
    Py_ssize_t n  # code points, or bytes
    int kind
    Py_ssize_t at  # how far it has been read


cdef struct Word:
    Py_ssize_t start
    Py_ssize_t end
    int16_t tag  # of its first character


cdef struct Words:
    Word *items
    Py_ssize_t n
    Py_ssize_t room


cdef enum Outcome:
    DONE, NO_MEMORY, NOT_UTF8, NO_PATH


# Reading -----------------------------------------------------------------------------------------

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


cdef Outcome read_line(
    Decoder decoder, Text *text, Sentence *sentence, bint surrogates
) noexcept nogil:
    """Read the next line: its visible characters, and where white space parted them."""
    cdef const uint32_t *symbols = &decoder.symbols[0]
    cdef uint32_t *entries = sentence.entries + decoder.window
    cdef Py_ssize_t at = text.at, n = 0, step = 1
    cdef int64_t code
    cdef uint32_t entry
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
        entry = symbols[code]
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
            sentence.known[n] = apart
            sentence.places[n] = at
            apart = False
            n += 1
        at += step
    text.at = at + 1
    sentence.n = n
    return DONE


# Words -------------------------------------------------------------------------------------------

cdef bint add_words(
    Decoder decoder, const Text *text, const Sentence *sentence, Words *words
) noexcept nogil:
    """Write down the words of a sentence; False if there is no memory."""
    cdef Py_ssize_t t, at
    cdef Word *word = NULL
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


cdef Outcome find_words(Decoder decoder, Text *text, Words *words) noexcept nogil:
    """Find the words of all lines."""
    cdef Sentence sentence
    cdef Outcome outcome = DONE
    memset(&sentence, 0, sizeof(Sentence))
    if not decoder.reserve(&sentence, 64):
        outcome = NO_MEMORY
    while text.at < text.n and outcome == DONE:
        outcome = read_line(decoder, text, &sentence, True)
        if outcome == DONE and sentence.n:
            if not decoder.decode(&sentence):
                outcome = NO_PATH
            elif not add_words(decoder, text, &sentence, words):
                outcome = NO_MEMORY
    release(&sentence)
    return outcome


cdef int read_from(object string, Text *text) except -1:
    """Point a text to the characters of a string."""
    if not isinstance(string, str):
        raise TypeError(f"expected text as str, got {type(string).__name__}")
    text.data, text.n = PyUnicode_DATA(string), PyUnicode_GET_LENGTH(string)
    text.kind, text.at = PyUnicode_KIND(string), 0
    return 0


cdef list words_of(object string, const Word *words, Py_ssize_t n):
    """Return words as strings."""
    cdef list found = PyList_New(n)
    cdef Py_ssize_t k
    for k in range(n):
        word = PyUnicode_Substring(string, words[k].start, words[k].end)
        Py_INCREF(word)
        PyList_SET_ITEM(found, k, word)
    return found


cdef class Tagger:
    """Cuts texts with a decoder; shared between threads."""

    cdef Decoder decoder

    def __init__(self, Decoder decoder):
        self.decoder = decoder

    def cut(self, string):
        """Return the words of a string."""
        cdef Text text
        cdef Words words
        memset(&words, 0, sizeof(Words))
        read_from(string, &text)
        try:
            self._find(&text, &words)
            return words_of(string, words.items, words.n)
        finally:
            free(words.items)

    cdef int _find(self, Text *text, Words *words) except -1:
        """Find the words of a text."""
        cdef Outcome outcome
        if text.n < LONG:
            outcome = find_words(self.decoder, text, words)
        else:
            with nogil:
                outcome = find_words(self.decoder, text, words)
        if outcome == NO_MEMORY:
            raise MemoryError
        return 0
