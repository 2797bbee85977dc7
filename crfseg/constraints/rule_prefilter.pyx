"""Prefilter: finds characters that can start a rule's match, without the GIL.

Most text has no match of any rule. A table of characters tells it from the rest here,
without the GIL and without a string for it; regular expressions see what is left.
"""

import numpy as np

from libc.stdint cimport int8_t, int64_t, uint8_t, uint16_t, uint32_t
from libc.stdlib cimport free, realloc
from libc.string cimport memcpy

from crfseg.text.utf8 cimport utf8_at, utf8_length

cdef extern from "Python.h":
    int PyUnicode_KIND(object text)
    const void *PyUnicode_DATA(object text)
    Py_ssize_t PyUnicode_GET_LENGTH(object text)
    object PyUnicode_FromKindAndData(int kind, const void *data, Py_ssize_t n)

cdef enum:
    LONGEST = 2048  # characters that a match may have

MAX_MATCH_LENGTH = LONGEST  # characters

ctypedef fused CodeUnit:
    uint8_t
    uint16_t
    uint32_t


cdef struct Sifted:  # characters that are left, and where each stands
    uint32_t *codes
    int64_t *positions
    Py_ssize_t n
    Py_ssize_t room


cdef inline uint8_t sign_of(const uint8_t[::1] signs, uint32_t code) noexcept nogil:
    """Return what a character is a sign of; the last one of the table speaks for all beyond."""
    return signs[min(<Py_ssize_t>code, signs.shape[0] - 1)]


cdef Py_ssize_t find(
    const uint8_t[::1] signs, const CodeUnit *text, Py_ssize_t n, Py_ssize_t at, uint8_t mask
) noexcept nogil:
    """Return the position of the next trigger character, -1 if there is none."""
    while at < n:
        if sign_of(signs, text[at]) & mask:
            return at
        at += 1
    return -1


cdef uint8_t all_signs(const uint8_t[::1] signs, const CodeUnit *text, Py_ssize_t n) noexcept nogil:
    """Return the signs of all characters."""
    cdef Py_ssize_t at
    cdef uint8_t found = 0
    for at in range(n):
        found |= sign_of(signs, text[at])
    return found


cdef bint keep_room(Sifted *kept) noexcept nogil:
    """Make room for one more character; False if there is no memory."""
    cdef Py_ssize_t room
    if kept.n < kept.room:
        return True
    room = 2 * kept.room + 1024
    kept.codes = <uint32_t *>realloc(kept.codes, room * sizeof(uint32_t))
    kept.positions = <int64_t *>realloc(kept.positions, room * sizeof(int64_t))
    kept.room = room
    return kept.codes != NULL and kept.positions != NULL


cdef bint sift(
    const uint8_t[::1] signs, const uint8_t *data, Py_ssize_t n, bint surrogates, Sifted *kept
) noexcept nogil:
    """Keep the lines that have a sign in them, up to what is not UTF-8; False without memory."""
    cdef Py_ssize_t at = 0, line = 0  # where the line begins among those kept
    cdef uint8_t found = 0
    cdef int64_t code
    while at < n:
        code = utf8_at(data + at, n - at, surrogates)
        if code < 0:
            break
        if not keep_room(kept):
            return False
        kept.codes[kept.n], kept.positions[kept.n] = <uint32_t>code, at
        kept.n += 1
        found |= sign_of(signs, <uint32_t>code)
        at += utf8_length(data[at])
        if code == c"\n":
            if not found:
                kept.n = line
            line, found = kept.n, 0
    if not found:
        kept.n = line
    return True


cdef class Prefilter:
    """Finds signs in text. Immutable, shared between threads.

    Parameters
    ----------
    signs
        What each character is a sign of, as bits, by code point; the last entry is for all beyond.
    """

    cdef const uint8_t[::1] signs

    def __init__(self, const uint8_t[::1] signs):
        self.signs = signs

    def signs_of(self, string):
        """Return what the characters of a string are signs of, all together."""
        if not isinstance(string, str):
            raise TypeError(f"expected text as str, got {type(string).__name__}")
        cdef Py_ssize_t n = PyUnicode_GET_LENGTH(string)
        cdef const void *text = PyUnicode_DATA(string)
        cdef int kind = PyUnicode_KIND(string)
        if kind == 2:
            return all_signs[uint16_t](self.signs, <const uint16_t *>text, n)
        if kind == 1:
            return all_signs[uint8_t](self.signs, <const uint8_t *>text, n)
        return all_signs[uint32_t](self.signs, <const uint32_t *>text, n)

    def matches(self, string, Py_ssize_t at, uint8_t mask, match_at):
        """Return the matches, from a position on, of a pattern that starts at trigger characters.

        Parameters
        ----------
        string, at
            The text, and the position.
        mask
            Which signs.
        match_at
            The method ``match`` of the pattern.

        Returns
        -------
        matches
            Starts, ends and 0, of those of two characters and more.
        """
        cdef Py_ssize_t end
        cdef list found = []
        at = self.find(string, at, mask)
        while at >= 0:
            match = match_at(string, at)
            end = at + 1 if match is None else match.end()
            if end > at + 1:
                found.append((at, end, 0))
            at = self.find(string, end, mask)
        return found

    cpdef Py_ssize_t find(self, str string, Py_ssize_t at, uint8_t mask):
        """Return the position of the next trigger character, -1 if there is none."""
        cdef Py_ssize_t n = PyUnicode_GET_LENGTH(string)
        cdef const void *text = PyUnicode_DATA(string)
        cdef int kind = PyUnicode_KIND(string)
        if kind == 2:
            return find[uint16_t](self.signs, <const uint16_t *>text, n, at, mask)
        if kind == 1:
            return find[uint8_t](self.signs, <const uint8_t *>text, n, at, mask)
        return find[uint32_t](self.signs, <const uint32_t *>text, n, at, mask)

    def lines(self, bytes data, bint surrogates=False):
        """Return the lines of UTF-8 that have a sign in them.

        Returns
        -------
        text
            Those lines, newlines included.
        positions
            Where in the data each of its T characters begins, and where the data ends; shape
            (T + 1,), int64.
        """
        cdef Sifted kept = Sifted(NULL, NULL, 0, 0)
        cdef const uint8_t *begin = data
        cdef Py_ssize_t n = len(data)
        cdef bint done
        cdef int64_t[::1] positions
        try:
            with nogil:
                done = sift(self.signs, begin, n, surrogates, &kept)
            if not done:
                raise MemoryError
            places_array = np.empty(kept.n + 1, dtype=np.int64)
            positions = places_array
            positions[kept.n] = n
            if kept.n:
                memcpy(&positions[0], kept.positions, kept.n * sizeof(int64_t))
            return PyUnicode_FromKindAndData(4, kept.codes, kept.n), places_array
        finally:
            free(kept.codes)
            free(kept.positions)


def boundaries_of(
    Py_ssize_t n, list matches, const int8_t[::1] given, const int64_t[::1] positions=None
):
    """Return the boundary constraints that matches put on n positions.

    Parameters
    ----------
    n
        The number of positions: characters, or bytes of UTF-8.
    matches
        (start, end, sort): no word begins inside if the sort is 0 or 1; one begins at both ends
        too if it is 1. A match that contradicts ``given`` or an earlier match is ignored, and so
        is one that is too long.
    given
        Other constraints, shape (n,); None if there are none.
    positions
        The position of each character, and the end; None: each is one position.

    Returns
    -------
    boundaries
        BEGIN, INSIDE or FREE, shape (n,), int8; see :mod:`crfseg.text.boundaries`.
    """
    cdef Py_ssize_t start, end, t
    cdef int sort
    cdef bint fits
    found = np.zeros(n, dtype=np.int8) if given is None else np.array(given, dtype=np.int8)
    cdef int8_t[::1] boundaries = found
    for start, end, sort in matches:
        if sort < 0 or end - start > LONGEST:
            continue
        if positions is not None:
            start, end = positions[start], positions[end]
        fits = sort == 0 or (boundaries[start] >= 0 and (end == n or boundaries[end] >= 0))
        for t in range(start + 1, end):
            fits &= boundaries[t] <= 0
        if not fits:
            continue
        for t in range(start + 1, end):
            boundaries[t] = -1
        if sort == 1:
            boundaries[start] = 1
            if end < n:
                boundaries[end] = 1
    return found
