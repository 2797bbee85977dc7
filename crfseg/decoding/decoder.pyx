"""Decoder: finds the best tags of a sentence, from its characters to the Viterbi path.

Works in chunks that fit the L1 cache; :mod:`crfseg.decoding.reference` does the same in numpy::

    look up    each pattern of the chunk    -> its block of weights           weight_index.pyx
    add up     the rows of these blocks     -> emissions[t, tag]              weight_index.pyx
    forward    emissions, transitions       -> the best path to each tag      viterbi.pyx
"""

import numpy as np

from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t, uint32_t
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memcpy, memset

from crfseg.decoding.sentence cimport Sentence, make_room, release, reserve_word_arcs, shared_prefix
from crfseg.decoding.viterbi cimport (
    HARDLY, NEVER, WordArc, WordTags, forward, forward_with_words, open_word_arc, trace_back
)
from crfseg.decoding.weight_index cimport (
    Table, add_up, fill_table, look_up, prefetch_keys, verify_rows, words_a_row
)
from crfseg.decoding.word_trie cimport Trie
from crfseg.features.lexicon_matcher cimport Matcher
from crfseg.features.ngrams cimport BEGIN, END, entry_of


cdef class Decoder:
    """Finds the best tags of sentences. Immutable, shared between threads.

    Parameters
    ----------
    tables
        For each kind of pattern: finder and blocks, see :mod:`crfseg.decoding.weight_index`; its
        symbols, each as (view, offset from the first symbol, shift, bits, lowest bit in the key);
        its width; the smallest offset of a first symbol.
    transitions
        In units, shape (L, L), int64.
    legal, begins, ends, word_tags
        The tag set's, shapes (L, L), (L,), (L,); see :class:`crfseg.corpus.tagset.WordTags`.
    form
        4 or 6 if the tags are those of BMES or BMES6 without labels, in order; else 0.
    entries
        Entry of each code point, see :meth:`crfseg.features.alphabet.Alphabet.entries`.
    window
        Largest offset of the templates, in characters.
    bits
        16 if all sums of weights fit that, else 32.
    unit
        The log-potential of one unit.
    per_nat
        Units per nat at the model's temperature.
    lexicon, word_classes
        Matcher of the lexicon's words, and their classes; see :mod:`crfseg.features.lexicon`.
    strings, string_classes
        Matcher of strings, and their classes; see :mod:`crfseg.features.accessor_variety`.
    """

    def __cinit__(
        self, list tables, int64_t[:, ::1] transitions, legal, const int8_t[::1] begins,
        const int8_t[::1] ends, word_tags, int form, const uint32_t[::1] entries, int window,
        int bits, double unit, double per_nat, Matcher lexicon=None,
        const uint8_t[::1] word_classes=None, Matcher strings=None,
        const uint8_t[::1] string_classes=None,
    ):
        cdef Py_ssize_t k, n_terms = sum(width for _, _, _, width, _ in tables)
        self.n_tags, self.bits, self.unit = len(begins), bits, unit
        self.lexicon, self.word_classes = lexicon, word_classes
        self.strings, self.string_classes = strings, string_classes
        self.window = window + max(
            [0] + [matcher.longest - 1 for matcher in (lexicon, strings) if matcher is not None]
        )
        self.n_words = words_a_row(self.n_tags, bits)
        self.begins, self.ends, self.entries = begins, ends, entries
        self.transitions = transitions
        self._compile_arcs(legal, form)
        self._set_word_tags(word_tags, per_nat)
        self.n_tables, self.n_terms, self.arrays = len(tables), 0, []
        self.tables = <Table *>calloc(max(1, self.n_tables), sizeof(Table))
        self.term_positions = <Py_ssize_t *>calloc(max(1, n_terms), sizeof(Py_ssize_t))
        self.term_lanes = <Py_ssize_t *>calloc(max(1, n_terms), sizeof(Py_ssize_t))
        if not (self.tables and self.term_positions and self.term_lanes):
            raise MemoryError
        for k in range(self.n_tables):
            self._add_table(k, *tables[k])

    def __dealloc__(self):
        free(self.tables)
        free(self.term_positions)
        free(self.term_lanes)

    def _compile_arcs(self, legal, int form):
        """Compile the arcs between tags."""
        second, first = np.nonzero(legal.T)
        counts = np.bincount(second, minlength=self.n_tags)
        self.arc_offsets = np.append(0, np.cumsum(counts)).astype(np.int32)
        self.arc_tags = first.astype(np.int16)
        ends, begins = np.flatnonzero(self.ends), np.flatnonzero(self.begins)
        between = np.asarray(self.transitions)[np.ix_(ends, begins)]
        self.arcs = Arcs(
            self.n_tags, form, &self.transitions[0, 0], &self.begins[0], &self.ends[0],
            &self.arc_offsets[0], &self.arc_tags[0], between.max() - between.min(),
        )

    def _set_word_tags(self, word_tags, double per_nat):
        """Set the tags of user words."""
        n_openers = len(word_tags.openers)
        self.openers = np.append(word_tags.openers, np.int16(-1))  # never empty
        self.inner, self.closing = word_tags.inner, word_tags.closing
        self.opener_of, self.labels = word_tags.opener_of, word_tags.labels
        # A forced word's score per character, 2^40, exceeds all differences of paths through it.
        self.word_tags = WordTags(
            n_openers, &self.openers[0], &self.inner[0], &self.closing[0], &self.opener_of[0],
            &self.labels[0], per_nat, <int64_t>1 << 40,
        )

    def _add_table(self, Py_ssize_t k, finder, blocks, list parts, int width, int first):
        """Add a kind of patterns; each row of its blocks is a term of the emissions."""
        cdef Table *table = &self.tables[k]
        cdef Py_ssize_t r
        fill_table(table, finder, blocks, parts, width)
        self.arrays += [finder, blocks]
        table.first = first
        for r in range(table.width):
            self.term_positions[self.n_terms] = k * self.chunk_span() + table.width - 1 - r
            self.term_lanes[self.n_terms] = 1 + r * self.n_words
            self.n_terms += 1

    cdef Py_ssize_t chunk_span(self) noexcept nogil:
        """Return the number of positions at which a chunk's patterns may begin."""
        return CHUNK + 2 * self.window

    cdef bint reserve(self, Sentence *sentence, Py_ssize_t n) noexcept nogil:
        """Make room for n characters; False if there is no memory."""
        return make_room(
            sentence, n, self.window, self.n_tags, self.n_tables, self.chunk_span(), CHUNK
        )

    cdef bint match_user_words(self, Sentence *sentence, Trie user_words) noexcept nogil:
        """Match the words of a user's lexicon; False if there is no memory."""
        sentence.matches.n = sentence.matches.longest = 0
        if user_words is None or sentence.n == 0:
            return True
        sentence.matches.longest = user_words.longest
        sentence.matches.has_infinite = user_words.has_infinite
        return user_words.find(sentence.codes, sentence.n, &sentence.matches) and reserve_word_arcs(
            &sentence.word_arcs, user_words.longest, self.word_tags.n_openers
        )

    cdef void compute_emissions(
        self, Sentence *sentence, Py_ssize_t start, Py_ssize_t n
    ) noexcept nogil:
        """Compute the emissions of n characters from ``start`` on; n is at most a chunk."""
        cdef Py_ssize_t k, chunk_span = self.chunk_span()
        cdef const Table *table
        cdef uint32_t *columns[3]
        columns[0], columns[1] = sentence.entries, sentence.lexicon_features
        columns[2] = sentence.word_ids
        for k in range(self.n_tables):
            table = &self.tables[k]
            prefetch_keys(
                table, columns, self.window + start + table.first, n + table.width - 1,
                sentence.keys + k * chunk_span,
            )
        for k in range(self.n_tables):
            table = &self.tables[k]
            sentence.n_present[k] = look_up(
                table, n + table.width - 1, sentence.keys + k * chunk_span,
                sentence.found + k * chunk_span, sentence.present + k * chunk_span,
            )
        for k in range(self.n_tables):
            verify_rows(
                &self.tables[k], sentence.present + k * chunk_span, sentence.n_present[k],
                sentence.keys + k * chunk_span, sentence.found + k * chunk_span,
            )
        add_up(
            sentence.found, n, self.term_positions, self.term_lanes, self.n_terms, self.n_words,
            self.n_tags, self.bits, sentence.emissions,
        )

    cdef void pad_and_match(self, Sentence *sentence) noexcept nogil:
        """Pad the sentence with boundary symbols and run the lexicon and string matchers."""
        cdef Py_ssize_t j, n_padded = sentence.n + 2 * self.window
        for j in range(self.window):
            if sentence.before < 0:
                sentence.entries[j] = BEGIN
            sentence.entries[self.window + sentence.n + j] = END
        if self.lexicon is not None:
            self.lexicon.find(
                sentence.entries, n_padded,
                &self.word_classes[0] if self.word_classes.shape[0] else NULL,
                sentence.lexicon_features, sentence.word_ids,
            )
        elif self.strings is not None:
            memset(sentence.lexicon_features, 0, n_padded * sizeof(uint32_t))
        if self.strings is not None:
            self.strings.find_all(
                sentence.entries, n_padded,
                &self.string_classes[0] if self.string_classes.shape[0] else NULL,
                sentence.lexicon_features,
            )

    cdef void forward_to(self, Sentence *sentence, Py_ssize_t stop) noexcept nogil:
        """Go forward from the beginning of a sentence to the character ``stop``."""
        cdef Py_ssize_t start = 0, skip, n, j
        cdef int64_t *delta = sentence.delta
        cdef bint is_new = sentence.before < 0  # else it continues after a character of that tag
        self.pad_and_match(sentence)
        sentence.word_arcs.n = sentence.word_arcs.next = 0
        for j in range(self.n_tags):
            delta[j] = 0 if j == sentence.before else NEVER
        while start < stop:
            n = min(<Py_ssize_t>CHUNK, stop - start)
            self.compute_emissions(sentence, start, n)
            skip = start == 0 and is_new
            if skip:
                for j in range(self.n_tags):
                    if self.begins[j] and sentence.boundaries[0] >= 0:
                        delta[j] = sentence.emissions[j]
                if sentence.matches.n:
                    open_word_arc(
                        &self.arcs, &self.word_tags, &sentence.matches, &sentence.word_arcs, 0,
                        delta,
                    )
            self.forward_chunk(
                sentence, start + skip, n - skip, sentence.emissions + skip * self.n_tags
            )
            start += CHUNK

    cdef void forward_chunk(
        self, Sentence *sentence, Py_ssize_t start, Py_ssize_t n, const int32_t *emissions
    ) noexcept nogil:
        """Go forward over the n characters from ``start`` on."""
        cdef int16_t *back = sentence.back + start * self.n_tags
        if sentence.matches.n:
            forward_with_words(
                &self.arcs, &self.word_tags, &sentence.matches, &sentence.word_arcs, emissions,
                sentence.boundaries + start, start, n, sentence.delta, back,
            )
        else:
            forward(&self.arcs, emissions, sentence.boundaries + start, n, sentence.delta, back)

    cdef bint decode(self, Sentence *sentence) noexcept nogil:
        """Find the best tag path of a sentence; False if the constraints leave none."""
        cdef Py_ssize_t j
        cdef int16_t best = -1
        cdef const int64_t *delta = sentence.delta
        self.forward_to(sentence, sentence.n)
        for j in range(self.n_tags):
            if self.ends[j] and delta[j] > HARDLY and (best < 0 or delta[j] > delta[best]):
                best = <int16_t>j
        if best >= 0:
            trace_back(
                &self.arcs, &self.word_tags, sentence.back, sentence.n - 1, best, sentence.tags
            )
        return best >= 0

    cdef Py_ssize_t decode_part(self, Sentence *sentence) noexcept nogil:
        """Find the tags of a sentence's prefix that hold however it continues; return their number.

        These are the tags on which the best paths to all tags of a character agree. What follows
        can change the emissions of the last characters, and user words there; they are left out.
        """
        cdef Py_ssize_t t = sentence.n - 1 - max(self.window, sentence.matches.longest)
        if t < 0:
            return 0
        self.forward_to(sentence, t + 1)
        return self.common_prefix(sentence, t)

    cdef Py_ssize_t common_prefix(self, Sentence *sentence, Py_ssize_t t) noexcept nogil:
        """Write the tags on which all best paths to character t agree; return their number."""
        cdef Py_ssize_t j, k, n = -1
        cdef const WordArc *word_arc
        cdef int16_t *tags = <int16_t *>malloc((t + 1) * sizeof(int16_t))
        if tags == NULL:
            return 0
        for j in range(self.n_tags):
            if sentence.delta[j] > HARDLY:
                trace_back(&self.arcs, &self.word_tags, sentence.back, t, <int16_t>j, tags)
                n = shared_prefix(sentence.tags, n, tags, t + 1)
        for k in range(sentence.word_arcs.n):
            word_arc = &sentence.word_arcs.items[k]
            for j in range(self.word_tags.n_openers):
                if word_arc.scores[j] > HARDLY:
                    trace_back(
                        &self.arcs, &self.word_tags, sentence.back, word_arc.start, self.openers[j],
                        tags,
                    )
                    n = shared_prefix(sentence.tags, n, tags, word_arc.start + 1)
        free(tags)
        return max(n, <Py_ssize_t>0)

    def tag(
        self, const uint32_t[::1] codes, const Py_ssize_t[::1] offsets,
        const int8_t[::1] boundaries, Trie user_words=None,
    ):
        """Find the best tags of many sentences.

        Parameters
        ----------
        codes
            The T characters, uint32.
        offsets
            Offset of each of the N sentences, and T; shape (N + 1,); none is empty.
        boundaries
            1 begins a word, -1 does not, 0 is free; shape (T,), int8.
        user_words
            A user's lexicon.

        Returns
        -------
        tags
            Shape (T,), int16. Ties go to the smaller index.
        infeasible
            The first sentence whose constraints leave no path, -1 if there is none.
        """
        tags_array = np.zeros(codes.shape[0], dtype=np.int16)
        cdef int16_t[::1] tags = tags_array
        cdef Sentence sentence
        cdef Py_ssize_t s, t, infeasible = -1
        cdef bint room = True
        memset(&sentence, 0, sizeof(Sentence))
        with nogil:
            for s in range(offsets.shape[0] - 1):
                room = self.load(&sentence, codes, boundaries, offsets[s], offsets[s + 1]) and (
                    self.match_user_words(&sentence, user_words)
                )
                if not room:
                    break
                if self.decode(&sentence):
                    for t in range(sentence.n):
                        tags[offsets[s] + t] = sentence.tags[t]
                elif infeasible < 0:
                    infeasible = s
            release(&sentence)
        if not room:
            raise MemoryError
        return tags_array, infeasible

    cdef bint load(
        self, Sentence *sentence, const uint32_t[::1] codes, const int8_t[::1] boundaries,
        Py_ssize_t begin, Py_ssize_t end,
    ) noexcept nogil:
        """Load a sentence's characters and constraints; False if there is no memory."""
        cdef Py_ssize_t t
        sentence.n, sentence.before = end - begin, -1
        if not self.reserve(sentence, sentence.n):
            return False
        for t in range(sentence.n):
            sentence.codes[t] = codes[begin + t]
            sentence.entries[self.window + t] = entry_of(
                &self.entries[0], self.entries.shape[0], codes[begin + t]
            )
            sentence.boundaries[t] = 0 if boundaries is None else boundaries[begin + t]
        return True

    cdef int load_all(self, Sentence *sentence, const uint32_t[::1] codes) except -1:
        """Load a sentence without constraints; the caller releases it."""
        memset(sentence, 0, sizeof(Sentence))
        if not self.load(sentence, codes, None, 0, codes.shape[0]):
            release(sentence)
            raise MemoryError
        return 0

    def columns(self, const uint32_t[::1] codes):
        """Return entries, lexicon features and word ids of a sentence, padded by ``window``.

        See :mod:`crfseg.features.ngrams`; shape (3, T + 2 * window), uint32; 0 for missing views.
        """
        numbers_array = np.zeros((3, codes.shape[0] + 2 * self.window), dtype=np.uint32)
        cdef uint32_t[:, ::1] numbers = numbers_array
        cdef size_t n_bytes = numbers.shape[1] * sizeof(uint32_t)
        cdef Sentence sentence
        self.load_all(&sentence, codes)
        self.pad_and_match(&sentence)
        memcpy(&numbers[0, 0], sentence.entries, n_bytes)
        if self.lexicon is not None or self.strings is not None:
            memcpy(&numbers[1, 0], sentence.lexicon_features, n_bytes)
        if self.lexicon is not None:
            memcpy(&numbers[2, 0], sentence.word_ids, n_bytes)
        release(&sentence)
        return numbers_array

    def emissions(self, const uint32_t[::1] codes):
        """Return the emissions of a sentence in units; shape (T, L), int32."""
        emissions_array = np.empty((codes.shape[0], self.n_tags), dtype=np.int32)
        cdef int32_t[:, ::1] emissions = emissions_array
        cdef Sentence sentence
        cdef Py_ssize_t start = 0, n
        self.load_all(&sentence, codes)
        self.forward_to(&sentence, 0)
        while start < sentence.n:
            n = min(<Py_ssize_t>CHUNK, sentence.n - start)
            self.compute_emissions(&sentence, start, n)
            memcpy(&emissions[start, 0], sentence.emissions, n * self.n_tags * sizeof(int32_t))
            start += CHUNK
        release(&sentence)
        return emissions_array
