"""Sentence: the characters, constraints and tags of one sentence, and its work space."""

from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc, realloc
from libc.string cimport memcpy

from crfseg.decoding.viterbi cimport Match, Matches, WordArc, WordArcs


cdef struct Sentence:  # grows; of one thread
    uint32_t *codes  # [T], the characters
    uint32_t *entries  # [T + 2 window], alphabet entries, ``window`` more on both sides
    uint32_t *lexicon_features  # likewise, features of the lexicon and of strings, if any
    uint32_t *word_ids  # likewise
    int8_t *boundaries  # [T], constraints: 1 begins a word, -1 does not, 0 free
    Py_ssize_t *positions  # [T], positions in the text
    int16_t *tags  # [T], the result
    Py_ssize_t n
    Py_ssize_t room
    int before  # tag of the character before (entries has it too); -1: the sentence begins here
    int16_t *back
    int32_t *emissions
    uint64_t *keys
    const uint64_t **found
    int32_t *present
    Py_ssize_t *n_present
    int64_t *delta
    Matches matches  # words of a user's lexicon
    WordArcs word_arcs


cdef inline bint reserve_matches(Matches *matches, Py_ssize_t n) noexcept nogil:
    """Make room for n matches; False if there is no memory."""
    if n > matches.room:
        matches.room = 2 * n
        matches.items = <Match *>realloc(matches.items, matches.room * sizeof(Match))
    return matches.items != NULL


cdef inline void release_matches(Matches *matches) noexcept nogil:
    """Free the memory."""
    free(matches.items)
    free(matches.spare)


cdef inline bint reserve_word_arcs(
    WordArcs *word_arcs, Py_ssize_t longest, Py_ssize_t n_openers
) noexcept nogil:
    """Make room for as many word arcs as can be open; False if there is no memory."""
    cdef Py_ssize_t k, n = longest * n_openers + 1
    if longest > word_arcs.room:
        word_arcs.items = <WordArc *>realloc(word_arcs.items, longest * sizeof(WordArc))
        word_arcs.scores = <int64_t *>realloc(word_arcs.scores, n * sizeof(int64_t))
        word_arcs.tags = <int16_t *>realloc(word_arcs.tags, n * sizeof(int16_t))
        if not (word_arcs.items and word_arcs.scores and word_arcs.tags):
            return False
        word_arcs.room = longest
        for k in range(longest):
            word_arcs.items[k].scores = word_arcs.scores + k * n_openers
            word_arcs.items[k].tags = word_arcs.tags + k * n_openers
    return True


cdef inline void release_word_arcs(WordArcs *word_arcs) noexcept nogil:
    """Free the memory."""
    free(word_arcs.items)
    free(word_arcs.scores)
    free(word_arcs.tags)


cdef inline void release(Sentence *sentence) noexcept nogil:
    """Free the memory."""
    free(sentence.codes)
    free(sentence.entries)
    free(sentence.lexicon_features)
    free(sentence.word_ids)
    free(sentence.boundaries)
    free(sentence.positions)
    free(sentence.tags)
    free(sentence.back)
    free(sentence.emissions)
    free(sentence.keys)
    free(sentence.found)
    free(sentence.present)
    free(sentence.n_present)
    free(sentence.delta)
    release_matches(&sentence.matches)
    release_word_arcs(&sentence.word_arcs)


cdef inline bint make_room(
    Sentence *sentence, Py_ssize_t n, int window, Py_ssize_t n_tags, Py_ssize_t n_tables,
    Py_ssize_t span, Py_ssize_t chunk,
) noexcept nogil:
    """Make room for n characters; False if there is no memory.

    Parameters
    ----------
    window
        Entries before and after them.
    n_tags, n_tables
        Of the model.
    chunk, span
        Characters whose emissions are computed together; positions at which their patterns begin.
    """
    cdef Py_ssize_t room = max(n, 2 * sentence.room, 64), n_places = n_tables * span
    cdef Py_ssize_t n_padded = room + 2 * window
    if n <= sentence.room:
        return True
    sentence.codes = <uint32_t *>realloc(sentence.codes, room * sizeof(uint32_t))
    sentence.entries = <uint32_t *>realloc(sentence.entries, n_padded * sizeof(uint32_t))
    sentence.lexicon_features = <uint32_t *>realloc(
        sentence.lexicon_features, n_padded * sizeof(uint32_t)
    )
    sentence.word_ids = <uint32_t *>realloc(sentence.word_ids, n_padded * sizeof(uint32_t))
    sentence.boundaries = <int8_t *>realloc(sentence.boundaries, room)
    sentence.positions = <Py_ssize_t *>realloc(sentence.positions, room * sizeof(Py_ssize_t))
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
        sentence.codes and sentence.entries and sentence.lexicon_features and sentence.word_ids
        and sentence.boundaries and sentence.positions and sentence.tags
        and sentence.back and sentence.emissions and sentence.delta
        and sentence.keys and sentence.found and sentence.present and sentence.n_present
    )


cdef inline Py_ssize_t shared_prefix(
    int16_t *tags, Py_ssize_t n, const int16_t *others, Py_ssize_t n_others
) noexcept nogil:
    """Return the length of the prefix that n tags share with others; if n < 0, copy the others."""
    cdef Py_ssize_t t = 0
    if n < 0:
        memcpy(tags, others, n_others * sizeof(int16_t))
        return n_others
    while t < min(n, n_others) and tags[t] == others[t]:
        t += 1
    return t
