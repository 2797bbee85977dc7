"""Matcher of a word list: finds where its words begin, end and pass, with a trie.

::

    words 北 北京 北京人     北 -> 1 --京--> 2 --人--> 3      node k + 1 is word k's, so that a node
    (ranks 0, 1, 2)                                       says its word; mere prefixes come after

The first symbol leads to a node by a table, further ones by a hash table of all edges. A text is
gone through by length: all positions one symbol deep, those still alive two deep, and so on. Thus the
look-ups of a step do not wait for each other, and of what is written twice the longest stays.
"""

import numpy as np

from libc.stdint cimport int8_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.string cimport memset

from crfseg.features.prefetch cimport prefetch
from crfseg.features.ngrams cimport FIRST, hash_of, is_edge, symbol_of

cdef enum:
    LONGEST_TOLD = 6  # longer words share one code
    MAX_WORD = 0xFFFF  # larger numbers of words do not fit
    MAX_TEXT_CLASS = 20  # words of higher classes are known from a list alone, and have no number
    MAX_NODE = (1 << 23) - 1  # a symbol needs at most one
    MAX_PROBES = 1024  # honest edges need some fifty at most
    # A link is a node and whether it has children, a slot an edge's node, symbol and link:
    LINK_BITS = 24
    LINK = (1 << 24) - 1

MAX_WORD_LENGTH = LONGEST  # symbols of a word
OF_TEXT = MAX_TEXT_CLASS


cdef struct Found:  # per position of a chunk and its surroundings; 0 = none
    uint8_t begins[ROOM]  # the codes of the lexicon features
    uint8_t ends[ROOM]
    uint8_t passes[ROOM]
    uint32_t first[ROOM]  # nodes of the words that begin and end
    uint32_t last[ROOM]


cdef inline Py_ssize_t slot_at(uint64_t key, uint64_t n_slots) noexcept nogil:
    """Return where an edge begins to be looked for."""
    return ((hash_of(key) >> 32) * n_slots) >> 32


cdef void note(
    const Search *search, Py_ssize_t n_words, const uint8_t *classes, Found *found
) noexcept nogil:
    """Record the words of the lexicon among the paths."""
    cdef Py_ssize_t a, t, end, over
    cdef uint32_t node, named, length = min(search.length, <int>LONGEST_TOLD) << 5
    cdef uint8_t mark
    for a in range(search.n_alive):
        node = search.links[a] >> 1
        if node > n_words or classes[node - 1] == 0:
            continue
        mark = <uint8_t>(length | (classes[node - 1] - 1))
        t, end = search.places[a], search.places[a] + search.length - 1
        found.begins[t] = mark
        found.ends[end] = mark
        named = node if classes[node - 1] <= MAX_TEXT_CLASS else 0
        found.first[t] = found.last[end] = named
        for over in range(t + 1, end + 1):
            found.passes[over] = mark


cdef inline uint32_t number_of(uint32_t node) noexcept nogil:
    """Return the number by which features know a word, 0 for none."""
    return node + FIRST - 1 if 0 < node <= MAX_WORD + 1 - FIRST else 0


cdef void write(
    const Found *found, Py_ssize_t at, const uint32_t *entries, Py_ssize_t n, uint32_t *lexicon_features,
    uint32_t *words,
) noexcept nogil:
    """Write the lexicon features and words of n positions, the first of them found at ``at``."""
    cdef Py_ssize_t t
    for t in range(n):
        if is_edge(entries[t]):
            lexicon_features[t] = symbol_of(entries[t]) * <uint32_t>0x00010101
            words[t] = symbol_of(entries[t]) * <uint32_t>0x00010001
        else:
            lexicon_features[t] = found.begins[at + t] | (
                <uint32_t>found.ends[at + t] << 8 | <uint32_t>found.passes[at + t] << 16
            )
            words[t] = number_of(found.first[at + t]) | number_of(found.last[at + t]) << 16


cdef int is_whole(
    const uint32_t *entries, Py_ssize_t n, const int8_t *boundaries, Py_ssize_t begin,
    Py_ssize_t end,
) noexcept nogil:
    """Return 1 if the characters between are one word in the corpus, 0 if not, -1 if unknown."""
    cdef int8_t first = boundaries[begin]
    cdef int8_t last = 1 if end == n or is_edge(entries[end]) else boundaries[end]
    cdef bint is_free = first == 0 or last == 0
    cdef Py_ssize_t t
    if first < 0 or last < 0:
        return 0
    for t in range(begin + 1, end):
        if boundaries[t] > 0:
            return 0
        is_free |= boundaries[t] == 0
    return -1 if is_free else 1


def check(const uint16_t[::1] symbols, const int64_t[::1] offsets):
    """Raise a ValueError if these are no words."""
    cdef Py_ssize_t k, n = offsets.shape[0] - 1
    if n < 0 or offsets[0] != 0 or offsets[n] != symbols.shape[0]:
        raise ValueError(f"expected offsets from 0 to {len(symbols)}, the number of symbols")
    if symbols.shape[0] > MAX_NODE:
        raise ValueError(f"{len(symbols)} symbols in all words, expected at most {MAX_NODE}")
    for k in range(n):
        if not 1 <= offsets[k + 1] - offsets[k] <= LONGEST:
            raise ValueError(
                f"word {k}: {offsets[k + 1] - offsets[k]} symbols, expected 1 to {LONGEST}"
            )
    for k in range(symbols.shape[0]):
        if symbols[k] < FIRST:
            raise ValueError(f"symbol {k} of the words is {symbols[k]}, which is no character's")


cdef class Matcher:
    """Finds the words of a list in text.

    Immutable once made, shared between threads.

    Parameters
    ----------
    symbols
        The symbols of all N words end to end, 3 or more, uint16.
    offsets
        Where each word begins, and the end of the last; shape (N + 1,), int64. Words are distinct,
        of one to eight symbols, and known by their rank k.

    Raises
    ------
    ValueError
        If these are no such words, or they have more than 8,388,607 symbols.
    """

    def __cinit__(self, const uint16_t[::1] symbols, const int64_t[::1] offsets):
        cdef Py_ssize_t k, length, n_edges
        check(symbols, offsets)
        self.n_words = self.n_nodes = offsets.shape[0] - 1
        self.longest = np.diff(offsets).max(initial=0)
        n_edges = symbols.shape[0] - self.n_words
        self.firsts = np.zeros(1 << 16, dtype=np.uint32)
        self.slots = np.zeros(2 * n_edges + 1, dtype=np.uint64)
        # Shorter words first: then a node that is a word's is never met as a mere prefix before.
        for length in range(1, self.longest + 1):
            for k in range(self.n_words):
                if offsets[k + 1] - offsets[k] == length and not self.enter(
                    &symbols[offsets[k]], length, k + 1
                ):
                    raise ValueError(f"word {k} is there twice, or collides with too many others")

    cdef bint enter(self, const uint16_t *word, Py_ssize_t length, uint32_t node) noexcept nogil:
        """Enter a word; False if it is there already, or its edges collide."""
        cdef uint32_t *first = &self.firsts[word[0]]
        cdef uint64_t *slot = NULL
        cdef uint64_t key
        cdef bint is_new = first[0] == 0
        cdef Py_ssize_t d
        if is_new:
            first[0] = self.node_for(length == 1, node) << 1
        for d in range(1, length):
            key = <uint64_t>((first[0] if slot == NULL else slot[0] & LINK) >> 1) << 16 | word[d]
            if slot == NULL:
                first[0] |= 1
            else:
                slot[0] |= 1
            slot = self.slot_of(key)
            if slot == NULL:
                return False
            is_new = slot[0] == 0
            if is_new:
                slot[0] = key << LINK_BITS | self.node_for(d == length - 1, node) << 1
        return is_new

    cdef uint32_t node_for(self, bint is_word, uint32_t node) noexcept nogil:
        """Return the node of a word's end, or a new one."""
        if is_word:
            return node
        self.n_nodes += 1
        return <uint32_t>self.n_nodes

    cdef uint64_t *slot_of(self, uint64_t key) noexcept nogil:
        """Return the slot of an edge, or the empty one where it belongs; NULL if it takes ages."""
        cdef Py_ssize_t n = self.slots.shape[0], at = slot_at(key, n)
        cdef int probes
        for probes in range(MAX_PROBES):
            if self.slots[at] == 0 or self.slots[at] >> LINK_BITS == key:
                return &self.slots[at]
            at = at + 1 if at + 1 < n else 0
        return NULL

    cdef void begin(
        self, Search *search, const uint32_t *entries, Py_ssize_t n, Py_ssize_t n_begins
    ) noexcept nogil:
        """Begin paths at each of the first of n positions; at most CHUNK + REACH."""
        cdef Py_ssize_t t, a = 0
        cdef uint32_t link
        search.entries, search.n, search.length = entries, n, 1
        for t in range(n_begins):
            link = self.firsts[symbol_of(entries[t])]
            search.places[a] = t
            search.links[a] = link
            a += link != 0
        search.n_alive = a

    cdef void deepen(self, Search *search) noexcept nogil:
        """Go one symbol on with all paths; those that cannot are dropped."""
        cdef Py_ssize_t n_slots = self.slots.shape[0], a, at, n = 0, n_alive = 0
        cdef const uint64_t *slots = &self.slots[0]
        cdef const uint64_t *slot
        cdef uint64_t key
        for a in range(search.n_alive):
            at = search.places[a] + search.length
            if search.links[a] & 1 and at < search.n:
                key = <uint64_t>(search.links[a] >> 1) << 16 | symbol_of(search.entries[at])
                search.places[n] = search.places[a]
                search.keys[n] = key
                search.slots[n] = slots + slot_at(key, n_slots)
                prefetch(search.slots[n])
                n += 1
        for a in range(n):
            slot = search.slots[a]
            while slot[0] != 0 and slot[0] >> LINK_BITS != search.keys[a]:
                slot = slot + 1 if slot + 1 < slots + n_slots else slots
            search.places[n_alive] = search.places[a]
            search.links[n_alive] = slot[0] & LINK
            n_alive += slot[0] != 0
        search.n_alive = n_alive
        search.length += 1

    cdef void find(
        self, const uint32_t *entries, Py_ssize_t n, const uint8_t *classes, uint32_t *lexicon_features,
        uint32_t *words,
    ) noexcept nogil:
        """Find what :meth:`mark` does, for n positions, chunk by chunk.

        Words that begin a little before a chunk are looked for again: they may end in it.
        """
        cdef Py_ssize_t start = 0, n_here, before
        cdef Search search
        cdef Found found
        while start < n:
            n_here, before = min(<Py_ssize_t>CHUNK, n - start), min(<Py_ssize_t>REACH, start)
            memset(&found, 0, sizeof(Found))
            self.begin(&search, entries + start - before, n - start + before, n_here + before)
            while search.n_alive > 0:
                note(&search, self.n_words, classes, &found)
                self.deepen(&search)
            write(&found, before, entries + start, n_here, lexicon_features + start, words + start)
            start += CHUNK

    def mark(
        self, const uint32_t[::1] entries, const uint8_t[::1] classes, uint32_t[::1] lexicon_features,
        uint32_t[::1] words,
    ):
        """Write for each position the lexicon words that begin there, end there, and pass over it.

        ::

            features 0 (8) | passes (8) | ends (8) | begins (8)       the longest word of each sort,
            words           ends (16)   |        begins (16)          0 = none

        In ``lexicon_features`` a word is ``min(length, 6) << 5 | class - 1``, in ``words`` its rank + 3, or 0
        if that does not fit or its class is above :data:`OF_TEXT`. One passes over a position if it
        begins before and ends there or after; of equally long ones that which begins last counts.
        At the edges of sentences all of them are the symbol, 1 or 2.

        Parameters
        ----------
        entries
            The text, see :meth:`crfseg.features.alphabet.Alphabet.entries`, shape (T,).
        classes
            Of the words, 1 to 32; 0 = not known; shape (N,).
        lexicon_features, words
            Written to, shape (T,).

        Raises
        ------
        ValueError
            If the arrays disagree in length.
        """
        cdef Py_ssize_t n = entries.shape[0]
        if classes.shape[0] != self.n_words or lexicon_features.shape[0] != n or words.shape[0] != n:
            raise ValueError(
                f"{self.n_words} words, {n} positions; expected classes of the former, features and "
                f"words of the latter, got {len(classes)}, {len(lexicon_features)}, {len(words)}"
            )
        cdef const uint8_t *of_words = &classes[0] if self.n_words else NULL
        if n == 0:
            return
        with nogil:
            self.find(&entries[0], n, of_words, &lexicon_features[0], &words[0])

    cdef void find_all(
        self, const uint32_t *entries, Py_ssize_t n, const uint8_t *classes, uint32_t *lexicon_features
    ) noexcept nogil:
        """Find what :meth:`mark_all` does, for n positions, chunk by chunk."""
        cdef Py_ssize_t start = 0, t, a
        cdef uint32_t node
        cdef Search search
        while start < n:
            for t in range(start, min(n, start + CHUNK)):
                lexicon_features[t] |= symbol_of(entries[t]) << 24 if is_edge(entries[t]) else 0
            self.begin(&search, entries + start, n - start, min(<Py_ssize_t>CHUNK, n - start))
            while search.n_alive > 0:
                for a in range(search.n_alive):
                    node = search.links[a] >> 1
                    if node <= self.n_words:
                        lexicon_features[start + search.places[a]] |= <uint32_t>classes[node - 1] << 24
                self.deepen(&search)
            start += CHUNK

    def mark_all(
        self, const uint32_t[::1] entries, const uint8_t[::1] classes, uint32_t[::1] lexicon_features
    ):
        """Join at each position the bits of all words that begin there, in the upper bits of its features.

        Parameters
        ----------
        entries
            The text, shape (T,).
        classes
            The bits of each word, shape (N,).
        lexicon_features
            The upper eight bits, which are 0, are written to; shape (T,). At the edges of sentences
            they become the symbol, 1 or 2.

        Raises
        ------
        ValueError
            If the arrays disagree in length.
        """
        cdef Py_ssize_t n = entries.shape[0]
        if classes.shape[0] != self.n_words or lexicon_features.shape[0] != n:
            raise ValueError(
                f"{self.n_words} words, {n} places; expected classes of the former, marks of the "
                f"latter, got {len(classes)}, {len(lexicon_features)}"
            )
        with nogil:
            self.find_all(
                &entries[0] if n else NULL, n, &classes[0] if self.n_words else NULL,
                &lexicon_features[0] if n else NULL,
            )

    def count(
        self, const uint32_t[::1] entries, const int8_t[::1] boundaries, int64_t[::1] seen,
        int64_t[::1] whole,
    ):
        """Count how often each word's string is in the text, and how often as one whole word.

        Parameters
        ----------
        entries
            The text, shape (T,).
        boundaries
            1 begins a word, -1 does not, 0 is free; shape (T,). Edges and the end also end words.
        seen, whole
            Added to where it is known whether the string is one whole word, shape (N,).

        Raises
        ------
        ValueError
            If the arrays disagree in length.
        """
        cdef Py_ssize_t n = entries.shape[0], start = 0
        cdef Search search
        if (seen.shape[0], whole.shape[0], boundaries.shape[0]) != (self.n_words, self.n_words, n):
            raise ValueError(
                f"{self.n_words} words, {n} places; expected counts of the former, starts of the "
                f"latter, got {len(seen)}, {len(whole)}, {len(boundaries)}"
            )
        with nogil:
            while start < n:
                self.begin(&search, &entries[start], n - start, min(<Py_ssize_t>CHUNK, n - start))
                while search.n_alive > 0:
                    self.tally(&search, &boundaries[start], &seen[0], &whole[0])
                    self.deepen(&search)
                start += CHUNK

    cdef void tally(
        self, const Search *search, const int8_t *boundaries, int64_t *seen, int64_t *whole
    ) noexcept nogil:
        """Count the words among the paths."""
        cdef Py_ssize_t a, word, begin, found
        for a in range(search.n_alive):
            word, begin = <Py_ssize_t>(search.links[a] >> 1) - 1, search.places[a]
            if word < self.n_words:
                found = is_whole(search.entries, search.n, boundaries, begin, begin + search.length)
                seen[word] += found >= 0
                whole[word] += found > 0
