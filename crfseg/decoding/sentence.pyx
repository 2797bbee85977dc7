"""One sentence and the work space for it."""

from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc, realloc
from libc.string cimport memcpy

from crfseg.decoding.chains cimport release_chains, release_matches


cdef void release(Sentence *sentence) noexcept nogil:
    """Give the work space back."""
    free(sentence.codes)
    free(sentence.entries)
    free(sentence.marks)
    free(sentence.words)
    free(sentence.known)
    free(sentence.places)
    free(sentence.tags)
    free(sentence.back)
    free(sentence.emissions)
    free(sentence.keys)
    free(sentence.found)
    free(sentence.present)
    free(sentence.n_present)
    free(sentence.delta)
    release_matches(&sentence.matches)
    release_chains(&sentence.chains)


cdef bint make_room(
    Sentence *sentence, Py_ssize_t n, int window, Py_ssize_t n_tags, Py_ssize_t n_tables,
    Py_ssize_t span, Py_ssize_t chunk,
) noexcept nogil:
    """Make room for n characters; False if there is no memory.

    Parameters
    ----------
    window
        Entries before and behind them.
    n_tags, n_tables
        Of the model.
    span, chunk
        Places at which patterns are looked up together, and characters that they speak to.
    """
    cdef Py_ssize_t room = max(n, 2 * sentence.room, 64), n_places = n_tables * span
    cdef Py_ssize_t n_numbers = room + 2 * window
    if n <= sentence.room:
        return True
    sentence.codes = <uint32_t *>realloc(sentence.codes, room * sizeof(uint32_t))
    sentence.entries = <uint32_t *>realloc(sentence.entries, n_numbers * sizeof(uint32_t))
    sentence.marks = <uint32_t *>realloc(sentence.marks, n_numbers * sizeof(uint32_t))
    sentence.words = <uint32_t *>realloc(sentence.words, n_numbers * sizeof(uint32_t))
    sentence.known = <int8_t *>realloc(sentence.known, room)
    sentence.places = <Py_ssize_t *>realloc(sentence.places, room * sizeof(Py_ssize_t))
    sentence.tags = <int16_t *>realloc(sentence.tags, room * sizeof(int16_t))
    sentence.back = <int16_t *>realloc(sentence.back, room * n_tags * sizeof(int16_t))
    if sentence.room == 0:
        sentence.emissions = <int32_t *>malloc(chunk * n_tags * sizeof(int32_t))
        sentence.keys = <uint64_t *>malloc(n_places * sizeof(uint64_t))
        sentence.found = <const uint64_t **>malloc(n_places * sizeof(uint64_t *))
        sentence.present = <int32_t *>malloc(n_places * sizeof(int32_t))
        sentence.n_present = <Py_ssize_t *>malloc(n_tables * sizeof(Py_ssize_t))
        sentence.delta = <int64_t *>malloc(3 * n_tags * sizeof(int64_t))
    sentence.room = room
    return (
        sentence.codes and sentence.entries and sentence.marks and sentence.words
        and sentence.known and sentence.places and sentence.tags
        and sentence.back and sentence.emissions and sentence.delta
        and sentence.keys and sentence.found and sentence.present and sentence.n_present
    )


cdef Py_ssize_t agree(
    int16_t *tags, Py_ssize_t n, const int16_t *others, Py_ssize_t n_others
) noexcept nogil:
    """Cut a sequence of n tags to where others are the same; if n < 0, take the others."""
    cdef Py_ssize_t t = 0
    if n < 0:
        memcpy(tags, others, n_others * sizeof(int16_t))
        return n_others
    while t < min(n, n_others) and tags[t] == others[t]:
        t += 1
    return t
