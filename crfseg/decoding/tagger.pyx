"""Text in, words out: strings to lists of words, UTF-8 to UTF-8. No Python object per character.

A line is read into a Sentence, the decoder finds its tags, and the words are written down: as
strings or as UTF-8.
"""

import numpy as np

from libc.stdint cimport int8_t, int16_t, int64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memset

from crfseg.decoding.decoder cimport Decoder
from crfseg.errors import InfeasibleError
from crfseg.decoding.reader cimport (
    DONE, INFEASIBLE, NO_MEMORY, NOT_UTF8, Outcome, Text, point, point_at_bytes, read_line
)
from crfseg.decoding.sentence cimport Sentence, release
from crfseg.decoding.strings cimport Strings, Words, add_words
from crfseg.features.ngrams cimport BEGIN
from crfseg.decoding.word_trie cimport Trie
from crfseg.decoding.writer cimport Bytes, Writer

cdef enum:
    LONG = 500  # code points worth letting other threads run meanwhile
    SPARE = 10000  # characters for which work space is kept from one call to the next


cdef Outcome tag_line(
    Decoder decoder, Trie lexicon, Text *text, Sentence *sentence, bint surrogates
) noexcept nogil:
    """Read the next line and find its tags."""
    cdef Outcome outcome = read_line(decoder, text, sentence, surrogates)
    if outcome != DONE or sentence.n == 0:
        return outcome
    if not decoder.consult(sentence, lexicon):
        return NO_MEMORY
    return DONE if decoder.decode(sentence) else INFEASIBLE


cdef Outcome find_words(
    Decoder decoder, Trie lexicon, Text *texts, Py_ssize_t n, Sentence *sentence, Words *words,
    Py_ssize_t *ends,
) noexcept nogil:
    """Find the words of all lines of n strings; note how many there are up to the end of each."""
    cdef Outcome outcome = DONE if decoder.reserve(sentence, 64) else NO_MEMORY
    cdef Text *text
    cdef Py_ssize_t k
    words.n, sentence.before = 0, -1
    for k in range(n):
        text = &texts[k]
        while text.at < text.n and outcome == DONE:
            outcome = tag_line(decoder, lexicon, text, sentence, True)
            if outcome == DONE and sentence.n and not add_words(decoder, sentence, words):
                outcome = NO_MEMORY
        ends[k] = words.n
    return outcome


cdef int raise_for(Outcome outcome, const Text *text) except -1:
    """Raise what the outcome calls for."""
    if outcome == NO_MEMORY:
        raise MemoryError
    if outcome == INFEASIBLE:
        raise InfeasibleError("what is known of a line's words leaves no way to tag it")
    if outcome == NOT_UTF8:
        data = (<const char *>text.data)[: text.n]
        raise UnicodeDecodeError("utf-8", data, text.at, text.at + 1, "invalid byte")
    return 0


cdef class Tagger:
    """Cuts texts into words with a decoder. Immutable, shared between threads.

    Parameters
    ----------
    decoder
        It finds the tags.
    suffixes
        What is written behind a word whose first character has this tag, for each of the L tags.
    """

    cdef readonly Decoder decoder
    cdef Writer writer
    cdef Strings strings
    cdef Sentence spare_sentence  # work space for the next call, if it is not in use
    cdef Words spare_words

    def __dealloc__(self):
        free(self.spare_words.items)
        release(&self.spare_sentence)

    def __init__(self, Decoder decoder, list suffixes):
        self.decoder, self.writer, self.strings = decoder, Writer(decoder, suffixes), Strings()

    def cut(self, string, const int8_t[::1] marks=None, Trie lexicon=None):
        """Return the words of a string; marks and a user's lexicon have their say."""
        cdef Sentence sentence
        cdef Words words
        self._borrow(&sentence, &words)
        try:
            self._find(string, marks, lexicon, &sentence, &words)
            return self.strings.of_words(string, words.items, words.n)
        finally:
            self._give_back(&sentence, &words)

    def places(self, string, const int8_t[::1] marks=None, Trie lexicon=None):
        """Return the starts, ends and first characters' tags of the words; (W,), int64, int16."""
        cdef Words words
        cdef Py_ssize_t k
        cdef int64_t[:, ::1] places
        cdef int16_t[::1] tags
        cdef Sentence sentence
        self._borrow(&sentence, &words)
        try:
            self._find(string, marks, lexicon, &sentence, &words)
            places_array = np.empty((2, words.n), dtype=np.int64)
            tags_array = np.empty(words.n, dtype=np.int16)
            places, tags = places_array, tags_array
            for k in range(words.n):
                places[0, k], places[1, k] = words.items[k].start, words.items[k].end
                tags[k] = words.items[k].tag
        finally:
            self._give_back(&sentence, &words)
        return *places_array, tags_array

    cdef void _borrow(self, Sentence *sentence, Words *words):
        """Take the spare work space, if it is there; the GIL sees to it that one call has it."""
        sentence[0], words[0] = self.spare_sentence, self.spare_words
        memset(&self.spare_sentence, 0, sizeof(Sentence))
        memset(&self.spare_words, 0, sizeof(Words))

    cdef void _give_back(self, Sentence *sentence, Words *words):
        """Keep work space for the next call, unless there is some or this is large."""
        if self.spare_sentence.room == 0 and max(sentence.room, words.room) <= SPARE:
            self.spare_sentence, self.spare_words = sentence[0], words[0]
        else:
            release(sentence)
            free(words.items)

    cdef int _find(
        self, object string, const int8_t[::1] marks, Trie lexicon, Sentence *sentence,
        Words *words,
    ) except -1:
        """Find the words of a string."""
        cdef Text text
        cdef Outcome outcome
        cdef Py_ssize_t end
        point(&text, string, marks)
        if text.n < LONG:
            outcome = find_words(self.decoder, lexicon, &text, 1, sentence, words, &end)
        else:
            with nogil:
                outcome = find_words(self.decoder, lexicon, &text, 1, sentence, words, &end)
        return raise_for(outcome, &text)

    def cut_many(self, list strings, list marks=None, Trie lexicon=None):
        """Return the words of each of many strings, with the marks of each, if there are any."""
        cdef Py_ssize_t k, begin = 0, n = len(strings)
        cdef Sentence sentence
        cdef Words words
        cdef Outcome outcome
        cdef Text *texts = <Text *>malloc((n + 1) * sizeof(Text))
        cdef Py_ssize_t *ends = <Py_ssize_t *>malloc((n + 1) * sizeof(Py_ssize_t))
        cdef list found = []
        self._borrow(&sentence, &words)
        try:
            if texts == NULL or ends == NULL:
                raise MemoryError
            for k in range(n):
                point(&texts[k], strings[k], None if marks is None else marks[k])
            with nogil:
                outcome = find_words(self.decoder, lexicon, texts, n, &sentence, &words, ends)
            raise_for(outcome, &texts[0])
            for k in range(n):
                found.append(
                    self.strings.of_words(strings[k], words.items + begin, ends[k] - begin)
                )
                begin = ends[k]
        finally:
            free(texts)
            free(ends)
            self._give_back(&sentence, &words)
        return found

    def cut_utf8(
        self, bytes data, past=(b"", -1), bint surrogates=False, const int8_t[::1] marks=None,
        Trie lexicon=None,
    ):
        """Cut lines into words, UTF-8 to UTF-8: one space between words, newlines kept.

        Parameters
        ----------
        data
            UTF-8; any number of lines.
        past
            What :meth:`cut_part` returned, if this goes on where that stopped.
        surrogates
            Take lone surrogates for characters too, as Python strings can have them.
        marks
            What is known of each byte's place, as in :class:`crfseg.Marked`, if anything.
        lexicon
            A user's words.

        Raises
        ------
        UnicodeDecodeError
            If the data is not UTF-8.
        """
        cdef Text text
        cdef Sentence sentence
        cdef Bytes out
        cdef Outcome outcome
        point_at_bytes(&text, data, marks)
        memset(&sentence, 0, sizeof(Sentence))
        memset(&out, 0, sizeof(Bytes))
        try:
            self._recall(&sentence, past)
            with nogil:
                outcome = self.write_lines(lexicon, &text, &sentence, surrogates, &out)
            raise_for(outcome, &text)
            return out.data[: out.n] if out.n else b""
        finally:
            release(&sentence)
            free(out.data)

    def cut_part(
        self, bytes data, past=(b"", -1), const int8_t[::1] marks=None, Trie lexicon=None
    ):
        """Cut that beginning of a line into words which is the same however the line goes on.

        Parameters
        ----------
        data
            UTF-8, whole characters, no newline.
        past
            What this returned for the part before.
        marks, lexicon
            As for :meth:`cut_utf8`.

        Returns
        -------
        cut
            UTF-8.
        n
            How many bytes of the data that is; the rest begins a word.
        past
            To go on with: the visible characters before that word as far as the templates look,
            and the tag of the last of them.
        """
        cdef Text text
        cdef Sentence sentence
        cdef Bytes out
        cdef Outcome outcome
        cdef Py_ssize_t n, at, window = self.decoder.window
        point_at_bytes(&text, data, marks)
        memset(&sentence, 0, sizeof(Sentence))
        memset(&out, 0, sizeof(Bytes))
        try:
            self._recall(&sentence, past)
            with nogil:
                outcome = read_line(self.decoder, &text, &sentence, False)
                if outcome == DONE and not self.decoder.consult(&sentence, lexicon):
                    outcome = NO_MEMORY
                n = self.decoder.decode_part(&sentence) - 1 if outcome == DONE else 0
                while n > 0 and not self.decoder.begins[sentence.tags[n]]:
                    n -= 1
                if n > 0 and not self.writer.write_words(&text, &sentence, n, &out):
                    outcome = NO_MEMORY
            raise_for(outcome, &text)
            if n <= 0:
                return b"", 0, past
            at = sentence.places[n]
            seen = data[sentence.places[max(0, n - window)] : at]
            return (
                out.data[: out.n], at, (seen if n >= window else past[0] + seen,
                sentence.tags[n - 1]),
            )
        finally:
            release(&sentence)
            free(out.data)

    cdef int _recall(self, Sentence *sentence, past) except -1:
        """Go on behind the characters and the tag of a part."""
        cdef bint seen
        cdef Py_ssize_t k, window = self.decoder.window
        cdef Text text
        point_at_bytes(&text, past[0], None)
        if not self.decoder.reserve(sentence, 64):
            raise MemoryError
        raise_for(read_line(self.decoder, &text, sentence, False), &text)
        # The last characters read become those before the window; <s> where there are too few.
        for k in range(window):
            seen = k + sentence.n >= window
            sentence.entries[k] = sentence.entries[k + sentence.n] if seen else BEGIN
        sentence.before = past[1]
        return 0

    cdef Outcome write_lines(
        self, Trie lexicon, Text *text, Sentence *sentence, bint surrogates, Bytes *out
    ) noexcept nogil:
        """Read, tag and write all lines."""
        cdef Outcome outcome
        while text.at < text.n:
            outcome = tag_line(self.decoder, lexicon, text, sentence, surrogates)
            if outcome != DONE:
                return outcome
            if not self.writer.write_line(text, sentence, out):
                return NO_MEMORY
            sentence.before = -1
        return DONE
