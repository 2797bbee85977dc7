"""Trie of a user's lexicon: finds all its words in a text, overlapping or not.

::

    北 北京 北京人     firsts[北] -> node 1 --京--> 2 --人--> 3      each edge has the strength of
                                                                the word that ends with it

A table leads from the first character to a node, a hash table of all edges, 16 bytes each, from
node to node. A text is searched by length: all starts one character deep, those still alive two
deep, and so on, so that look-ups in memory overlap. Words that were added later are in a small trie
above the main one and take precedence.
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
    KIND_SHIFT = 53  # kind of the word that ends with an edge: 0 none, 1 any label, 2 + label
    LABEL_KIND = 2  # kind of the label 0
    NODE_SHIFT = 8  # of a link
    MAX_NODE = (1 << 24) - 1

cdef uint64_t EDGE_MASK = (<uint64_t>1 << KIND_SHIFT) - 1  # node and character of a key

MAX_WORD_LENGTH = LONGEST  # characters of a user's word


cdef inline uint64_t key_of(uint32_t link, uint32_t code) noexcept nogil:
    """Return the key of the edge from a node by a character."""
    return <uint64_t>(link >> NODE_SHIFT) << CODE_BITS | code


cdef inline uint32_t bit_of(uint32_t code) noexcept nogil:
    """Return the bit of a character in a link's Bloom filter."""
    return <uint32_t>1 << (code * <uint32_t>0x9E3779B1 >> 29)


cdef inline Py_ssize_t slot_of(uint64_t key, uint64_t n_slots) noexcept nogil:
    """Return the slot at which the search for an edge begins."""
    return ((hash_of(key) >> 32) * n_slots) >> 32


cdef inline bint add_hit(
    Hits *hits, Matches *matches, const Edge *edge, int start, Py_ssize_t length
) noexcept nogil:
    """Add the word that ends with an edge, if there is one; False if there is no memory."""
    if edge.key >> KIND_SHIFT == 0:
        return True
    if hits.n == matches.spare_room:
        matches.spare_room = 2 * matches.spare_room + CHUNK
        matches.spare = <Match *>realloc(matches.spare, matches.spare_room * sizeof(Match))
        if matches.spare == NULL:
            return False
    matches.spare[hits.n] = Match(
        start, <int32_t>length, <int32_t>(edge.key >> KIND_SHIFT) - LABEL_KIND, edge.strength
    )
    hits.counts[start] += 1
    hits.n += 1
    return True


cdef bint append_hits(
    Hits *hits, Py_ssize_t start, Py_ssize_t n_starts, Matches *matches
) noexcept nogil:
    """Append the hits of a chunk by start, then by length; False if there is no memory."""
    cdef Py_ssize_t k, n, at = matches.n
    cdef Match *item
    if not reserve_matches(matches, matches.n + hits.n + 1):
        return False
    for k in range(n_starts):
        n, hits.counts[k] = hits.counts[k], at
        at += n
    for k in range(hits.n):
        item = &matches.items[hits.counts[matches.spare[k].start]]
        hits.counts[matches.spare[k].start] += 1
        item[0] = matches.spare[k]
        item.start += <int32_t>start
    matches.n = at
    return True


cdef bint merge(const Matches *low, const Matches *high, Matches *matches) noexcept nogil:
    """Merge two ordered lists; ``high`` overrides ``low``. False if there is no memory."""
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
    """Compare two matches by start, then by length."""
    return one.start < other.start or (one.start == other.start and one.length < other.length)


cdef class Trie:
    """Finds words in text. Immutable, shared between threads.

    Parameters
    ----------
    codes
        The characters of all N words, concatenated and folded, uint32.
    offsets
        Offset of each word, and of the end; shape (N + 1,), int64. Words have 1 to 255 characters;
        of equal words the last counts.
    strengths
        In nats, shape (N,), float32; infinite: always a word, or never; 0: none.
    labels
        Label to which the strength applies, below 2,000, -1 for any; shape (N,), int16.
    folded
        Folded form of each code point from 0 on, uint32; later ones are not folded.
    below
        The trie that this one overrides; a strength of 0 here removes a word there.

    Raises
    ------
    LexiconError
        If the words have more characters than nodes can be numbered, 2^24 - 1.
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
        """Insert all words."""
        cdef Py_ssize_t k, n, first = 0, n_edges = codes.shape[0] - self.n_words
        cdef uint32_t last = 0
        cdef Edge *edge
        cdef Edge *edges[CHUNK]
        for k in range(self.n_words):
            last = max(last, codes[offsets[k]])
        self.n_firsts, self.n_slots = last + 1, n_edges + n_edges // 2 + 1
        self.edges = np.zeros((self.n_firsts + self.n_slots, sizeof(Edge)), dtype=np.uint8)
        self.first_bits = np.zeros(self.n_firsts // 64 + 1, dtype=np.uint64)
        self.firsts = <Edge *>&self.edges[0, 0]
        self.slots = self.firsts + self.n_firsts
        with nogil:
            while first < self.n_words:
                n = min(<Py_ssize_t>CHUNK, self.n_words - first)
                self.insert(&codes[0], &offsets[first], n, edges)
                for k in range(first, first + n):
                    edge = edges[k - first]
                    edge.key = (
                        (edge.key & EDGE_MASK)
                        | <uint64_t>(labels[k] + LABEL_KIND) << KIND_SHIFT
                    )
                    edge.strength = strengths[k]
                    self.longest = max(self.longest, offsets[k + 1] - offsets[k])
                    self.has_infinite = self.has_infinite or isinf(strengths[k])
                first += n
        return 0

    cdef void insert(
        self, const uint32_t *codes, const int64_t *offsets, Py_ssize_t n, Edge **edges
    ) noexcept nogil:
        """Insert n words, at most a chunk, character by character; write their last edges."""
        cdef Py_ssize_t k, d = 1
        cdef bint more = True
        for k in range(n):
            edges[k] = &self.firsts[codes[offsets[k]]]
            if edges[k].link == 0:
                edges[k].link = self.new_node()
                self.first_bits[codes[offsets[k]] >> 6] |= <uint64_t>1 << (codes[offsets[k]] & 63)
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
        """Return the edge by a character after another edge; make it if it is missing."""
        cdef uint64_t key = key_of(before.link, code)
        cdef Py_ssize_t at = slot_of(key, self.n_slots)
        before.link |= bit_of(code)
        while self.slots[at].link != 0 and self.slots[at].key & EDGE_MASK != key:
            at = at + 1 if at + 1 < self.n_slots else 0
        if self.slots[at].link == 0:
            self.slots[at].key, self.slots[at].link = key, self.new_node()
        return &self.slots[at]

    cdef void fold(self, const uint32_t *codes, Py_ssize_t n, uint32_t *folded) noexcept nogil:
        """Write the folded forms of n characters."""
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
            and merge(&low, &high, matches)
        )
        release_matches(&low)
        release_matches(&high)
        return found

    def infinite(self, const uint32_t[::1] codes):
        """Return the words of infinite strength in a text.

        Returns
        -------
        words
            A list of (start, end, label, True if always a word, False if never).
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
            room = room and (hits.n == 0 or append_hits(&hits, start, n_here, matches))
            start += CHUNK
        return room

    cdef bint search_chunk(
        self, const uint32_t *codes, Py_ssize_t n, Search *search, Hits *hits, Matches *matches
    ) noexcept nogil:
        """Find the words that begin in a chunk; n characters are left of the text."""
        cdef Py_ssize_t t, length = 1, n_firsts = self.n_firsts
        cdef const uint64_t *first_bits = &self.first_bits[0]
        cdef uint32_t code
        cdef const Edge *edge
        search.n = 0
        self.fold(codes, min(<Py_ssize_t>CHUNK + self.longest - 1, n), search.codes)
        for t in range(min(<Py_ssize_t>CHUNK, n)):
            code = search.codes[t]
            if code >= n_firsts or first_bits[code >> 6] >> (code & 63) & 1 == 0:
                continue
            edge = &self.firsts[code]
            if not add_hit(hits, matches, edge, <int>t, 1):
                return False
            search.starts[search.n], search.links[search.n] = <int>t, edge.link
            search.n += 1
        while search.n > 0:
            self.prefetch_edges(search, n, length)
            length += 1
            if not self.follow_edges(search, hits, matches, length):
                return False
        return True

    cdef void prefetch_edges(self, Search *search, Py_ssize_t n, Py_ssize_t length) noexcept nogil:
        """Prefetch the next edges of all paths; drop the paths that have none."""
        cdef Py_ssize_t a, at, alive = 0
        cdef uint32_t code
        for a in range(search.n):
            at = search.starts[a] + length
            code = search.codes[at] if at < n else 0
            if at < n and search.links[a] & bit_of(code):
                search.starts[alive] = search.starts[a]
                search.keys[alive] = key_of(search.links[a], code)
                search.slots[alive] = self.slots + slot_of(search.keys[alive], self.n_slots)
                prefetch(search.slots[alive])
                alive += 1
        search.n = alive

    cdef bint follow_edges(
        self, Search *search, Hits *hits, Matches *matches, Py_ssize_t length
    ) noexcept nogil:
        """Follow these edges and add the words that end with them; False if there is no memory."""
        cdef Py_ssize_t a, alive = 0
        cdef const Edge *edge
        cdef const Edge *last = self.slots + self.n_slots - 1
        for a in range(search.n):
            edge = search.slots[a]
            while edge.link != 0 and edge.key & EDGE_MASK != search.keys[a]:
                edge = edge + 1 if edge < last else self.slots
            if edge.link == 0:
                continue
            if not add_hit(hits, matches, edge, search.starts[a], length):
                return False
            search.starts[alive], search.links[alive] = search.starts[a], edge.link
            alive += 1
        search.n = alive
        return True
