"""Trie of a user's words: finds all their occurrences in a text, overlapping ones too.

::

    北 北京 北京人     firsts[北] -> node 1 --京--> 2 --人--> 3      each edge has the strength of
                                                                the word that ends behind it

The first character leads to a node by a table, further ones by a hash table of all edges, 16 bytes per
edge. A text is searched by length: all positions one character deep, those still alive two deep,
and so on, so that look-ups do not wait for each other. Words added later are in a small trie above
the large one, and override it.
"""

import numpy as np

from libc.math cimport isinf
from libc.stdint cimport int16_t, int32_t, int64_t, uint32_t, uint64_t
from libc.stdlib cimport realloc
from libc.string cimport memset

from crfseg.decoding.sentence cimport release_matches, reserve_matches
from crfseg.decoding.viterbi cimport Match, Matches
from crfseg.errors import LexiconError
from crfseg.features.prefetch cimport prefetch
from crfseg.features.ngrams cimport hash_of

cdef enum:
    CODE_BITS = 21
    KIND_SHIFT = 53  # the kind of word that ends with an edge: 0 none, 1 of any label, then labels
    ANY = 2  # less the label -1
    NODE_SHIFT = 8  # of a link
    MAX_NODE = (1 << 24) - 1

cdef uint64_t PLACE = (<uint64_t>1 << KIND_SHIFT) - 1  # the node and the character of a key

MAX_WORD_LENGTH = LONGEST  # characters of a user's word


cdef inline uint64_t key_of(uint32_t link, uint32_t code) noexcept nogil:
    """Return the key of the edge of a character from a node."""
    return <uint64_t>(link >> NODE_SHIFT) << CODE_BITS | code


cdef inline uint32_t bit_of(uint32_t code) noexcept nogil:
    """Return the bit of a link that is set if an edge of such a character may exist."""
    return <uint32_t>1 << (code * <uint32_t>0x9E3779B1 >> 29)


cdef inline Py_ssize_t slot_of(uint64_t key, uint64_t n_slots) noexcept nogil:
    """Return the slot at which the search for an edge begins."""
    return ((hash_of(key) >> 32) * n_slots) >> 32


cdef inline bint note(
    Hits *hits, Matches *matches, const Edge *edge, int place, Py_ssize_t length
) noexcept nogil:
    """Record the word that ends with an edge, if any; False if there is no memory."""
    if edge.key >> KIND_SHIFT == 0:
        return True
    if hits.n == matches.spare_room:
        matches.spare_room = 2 * matches.spare_room + CHUNK
        matches.spare = <Match *>realloc(matches.spare, matches.spare_room * sizeof(Match))
        if matches.spare == NULL:
            return False
    matches.spare[hits.n] = Match(
        place, <int32_t>length, <int32_t>(edge.key >> KIND_SHIFT) - ANY, edge.strength
    )
    hits.counts[place] += 1
    hits.n += 1
    return True


cdef bint enter(
    Hits *hits, Py_ssize_t start, Py_ssize_t n_places, Matches *matches
) noexcept nogil:
    """Append the hits of a chunk by position, then by length; False if there is no memory."""
    cdef Py_ssize_t k, n, at = matches.n
    cdef Match *item
    if not reserve_matches(matches, matches.n + hits.n + 1):
        return False
    for k in range(n_places):
        n, hits.counts[k] = hits.counts[k], at
        at += n
    for k in range(hits.n):
        item = &matches.items[hits.counts[matches.spare[k].start]]
        hits.counts[matches.spare[k].start] += 1
        item[0] = matches.spare[k]
        item.start += <int32_t>start
    matches.n = at
    return True


cdef bint unite(const Matches *low, const Matches *high, Matches *matches) noexcept nogil:
    """Join two ordered lists; the higher one wins. False if there is no memory."""
    cdef Py_ssize_t a = 0, b = 0
    cdef const Match *one
    cdef const Match *other
    matches.n = 0
    if not reserve_matches(matches, low.n + high.n + 1):
        return False
    while a < low.n or b < high.n:
        one, other = low.items + a, high.items + b
        if b == high.n or (a < low.n and is_before(one, other)):
            matches.items[matches.n] = one[0]
            matches.n += 1
            a += 1
            continue
        a += a < low.n and not is_before(other, one)
        if other.strength != 0:
            matches.items[matches.n] = other[0]
            matches.n += 1
        b += 1
    return True


cdef inline bint is_before(const Match *one, const Match *other) noexcept nogil:
    """Return whether a match comes first: by start, then by length."""
    return one.start < other.start or (one.start == other.start and one.length < other.length)


cdef class Trie:
    """Finds words in text.

    Immutable once made, shared between threads.

    Parameters
    ----------
    codes
        The characters of all N words, concatenated and folded, uint32.
    offsets
        The start of each word, and the end of the last; shape (N + 1,), int64. Words have 1 to 255
        characters; the last of equal words counts.
    strengths
        The score of each where it is a word, in nats, shape (N,), float32; inf: forced, -inf:
        forbidden.
    labels
        The label of each, below 2,000, -1 for any; shape (N,), int16.
    folded
        The folded form of each code point from 0 on; code points past the end stay.
    below
        A trie that this one overrides; a strength of 0 here removes a word of it.

    Raises
    ------
    LexiconError
        If the words have more characters than there can be nodes.
    """

    def __cinit__(
        self, const uint32_t[::1] codes, const int64_t[::1] offsets, const float[::1] strengths,
        const int16_t[::1] labels, const uint32_t[::1] folded, Trie below=None,
    ):
        if codes.shape[0] > MAX_NODE:
            raise LexiconError(
                f"{codes.shape[0]:,} characters in all words; expected at most {MAX_NODE:,}"
            )
        self.n_words, self.folded, self.below = offsets.shape[0] - 1, folded, below
        self._build(codes, offsets, strengths, labels)
        if below is not None:
            self.longest = max(self.longest, below.longest)
            self.has_infinite = self.has_infinite or below.has_infinite

    cdef int _build(
        self, const uint32_t[::1] codes, const int64_t[::1] offsets, const float[::1] strengths,
        const int16_t[::1] labels,
    ) except -1:
        """Enter all words."""
        cdef Py_ssize_t k, n, first = 0, n_edges = codes.shape[0] - self.n_words
        cdef uint32_t last = 0
        cdef Edge *edge
        cdef Edge *edges[CHUNK]
        for k in range(self.n_words):
            last = max(last, codes[offsets[k]])
        self.n_firsts, self.n_slots = last + 1, n_edges + n_edges // 2 + 1
        self.edges = np.zeros((self.n_firsts + self.n_slots, sizeof(Edge)), dtype=np.uint8)
        self.beginners = np.zeros(self.n_firsts // 64 + 1, dtype=np.uint64)
        self.firsts = <Edge *>&self.edges[0, 0]
        self.slots = self.firsts + self.n_firsts
        with nogil:
            while first < self.n_words:
                n = min(<Py_ssize_t>CHUNK, self.n_words - first)
                self.enter(&codes[0], &offsets[first], n, edges)
                for k in range(first, first + n):
                    edge = edges[k - first]
                    edge.key = (edge.key & PLACE) | <uint64_t>(labels[k] + ANY) << KIND_SHIFT
                    edge.strength = strengths[k]
                    self.longest = max(self.longest, offsets[k + 1] - offsets[k])
                    self.has_infinite = self.has_infinite or isinf(strengths[k])
                first += n
        return 0

    cdef void enter(
        self, const uint32_t *codes, const int64_t *offsets, Py_ssize_t n, Edge **edges
    ) noexcept nogil:
        """Enter n words, some hundreds, character by character; note their last edges."""
        cdef Py_ssize_t k, d = 1
        cdef bint more = True
        for k in range(n):
            edges[k] = &self.firsts[codes[offsets[k]]]
            if edges[k].link == 0:
                edges[k].link = self.new_node()
                self.beginners[codes[offsets[k]] >> 6] |= <uint64_t>1 << (codes[offsets[k]] & 63)
        while more:
            more = False
            for k in range(n):
                if offsets[k] + d < offsets[k + 1]:
                    prefetch(self.slots + slot_of(
                        key_of(edges[k].link, codes[offsets[k] + d]), self.n_slots
                    ))
                    more = True
            for k in range(n):
                if offsets[k] + d < offsets[k + 1]:
                    edges[k] = self.edge(edges[k], codes[offsets[k] + d])
            d += 1

    cdef uint32_t new_node(self) noexcept nogil:
        """Return the link to a new node without edges."""
        self.n_nodes += 1
        return self.n_nodes << NODE_SHIFT

    cdef Edge *edge(self, Edge *before, uint32_t code) noexcept nogil:
        """Return the edge of a character from a node, a new one if it is missing."""
        cdef uint64_t key = key_of(before.link, code)
        cdef Py_ssize_t at = slot_of(key, self.n_slots)
        before.link |= bit_of(code)
        while self.slots[at].link != 0 and self.slots[at].key & PLACE != key:
            at = at + 1 if at + 1 < self.n_slots else 0
        if self.slots[at].link == 0:
            self.slots[at].key, self.slots[at].link = key, self.new_node()
        return &self.slots[at]

    cdef void fold(self, const uint32_t *codes, Py_ssize_t n, uint32_t *folded) noexcept nogil:
        """Write the folded characters."""
        cdef const uint32_t *forms = &self.folded[0]
        cdef Py_ssize_t t, n_forms = self.folded.shape[0]
        for t in range(n):
            folded[t] = forms[codes[t]] if codes[t] < n_forms else codes[t]

    cdef bint find(self, const uint32_t *codes, Py_ssize_t n, Matches *matches) noexcept nogil:
        """Find all words in n characters, by start, then by length; False if there is no memory."""
        cdef Matches low, high
        cdef bint found
        matches.n = 0
        if self.below is None:
            return self.find_here(codes, n, matches)
        memset(&low, 0, sizeof(Matches))
        memset(&high, 0, sizeof(Matches))
        found = (
            self.below.find(codes, n, &low)
            and self.find_here(codes, n, &high)
            and unite(&low, &high, matches)
        )
        release_matches(&low)
        release_matches(&high)
        return found

    def infinite(self, const uint32_t[::1] codes):
        """Return the words of infinite strength in a text.

        Returns
        -------
        words
            A list of (start, end, label, True if forced, False if forbidden).
        """
        cdef Matches matches
        cdef Py_ssize_t k
        cdef const Match *match
        found = []
        memset(&matches, 0, sizeof(Matches))
        try:
            if codes.shape[0] and not self.find(&codes[0], codes.shape[0], &matches):
                raise MemoryError
            for k in range(matches.n):
                match = &matches.items[k]
                if isinf(match.strength):
                    end, always = match.start + match.length, match.strength > 0
                    found.append((match.start, end, match.label, always))
            return found
        finally:
            release_matches(&matches)

    cdef bint find_here(self, const uint32_t *codes, Py_ssize_t n, Matches *matches) noexcept nogil:
        """Find the words of this trie alone, chunk by chunk."""
        cdef Py_ssize_t start = 0, n_here
        cdef Search search
        cdef Hits hits
        cdef bint room = True
        while start < n and room:
            n_here, hits.n = min(<Py_ssize_t>CHUNK, n - start), 0
            memset(hits.counts, 0, n_here * sizeof(Py_ssize_t))
            room = self.search_chunk(codes + start, n - start, &search, &hits, matches)
            room = room and (hits.n == 0 or enter(&hits, start, n_here, matches))
            start += CHUNK
        return room

    cdef bint search_chunk(
        self, const uint32_t *codes, Py_ssize_t n, Search *search, Hits *hits, Matches *matches
    ) noexcept nogil:
        """Find the words that begin in a chunk; n characters are left of the text."""
        cdef Py_ssize_t t, length = 1, n_firsts = self.n_firsts
        cdef const uint64_t *beginners = &self.beginners[0]
        cdef uint32_t code
        cdef const Edge *edge
        search.n = 0
        self.fold(codes, min(<Py_ssize_t>CHUNK + self.longest - 1, n), search.codes)
        for t in range(min(<Py_ssize_t>CHUNK, n)):
            code = search.codes[t]
            if code >= n_firsts or beginners[code >> 6] >> (code & 63) & 1 == 0:
                continue
            edge = &self.firsts[code]
            if not note(hits, matches, edge, <int>t, 1):
                return False
            search.places[search.n], search.links[search.n] = <int>t, edge.link
            search.n += 1
        while search.n > 0:
            self.ask(search, n, length)
            length += 1
            if not self.answer(search, hits, matches, length):
                return False
        return True

    cdef void ask(self, Search *search, Py_ssize_t n, Py_ssize_t length) noexcept nogil:
        """Prefetch the next edge of each live path; drop paths without one."""
        cdef Py_ssize_t a, at, alive = 0
        cdef uint32_t code
        for a in range(search.n):
            at = search.places[a] + length
            code = search.codes[at] if at < n else 0
            if at < n and search.links[a] & bit_of(code):
                search.places[alive] = search.places[a]
                search.keys[alive] = key_of(search.links[a], code)
                search.slots[alive] = self.slots + slot_of(search.keys[alive], self.n_slots)
                prefetch(search.slots[alive])
                alive += 1
        search.n = alive

    cdef bint answer(
        self, Search *search, Hits *hits, Matches *matches, Py_ssize_t length
    ) noexcept nogil:
        """Follow these edges and record the words; False if there is no memory."""
        cdef Py_ssize_t a, alive = 0
        cdef const Edge *edge
        cdef const Edge *last = self.slots + self.n_slots - 1
        for a in range(search.n):
            edge = search.slots[a]
            while edge.link != 0 and edge.key & PLACE != search.keys[a]:
                edge = edge + 1 if edge < last else self.slots
            if edge.link == 0:
                continue
            if not note(hits, matches, edge, search.places[a], length):
                return False
            search.places[alive], search.links[alive] = search.places[a], edge.link
            alive += 1
        search.n = alive
        return True
