"""Tagger: segments str to lists of words and UTF-8 to UTF-8, without an object per character.

A line is read into a Sentence, the decoder finds its tags, and the words are written as strings or
as UTF-8.
"""

import numpy as np

from libc.stdint cimport int8_t, int16_t, int64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memset

from crfseg.decoding.decoder cimport Decoder
from crfseg.decoding.sentence cimport Sentence, release
from crfseg.decoding.text_io cimport (
    DONE, INFEASIBLE, NO_MEMORY, NOT_UTF8, Bytes, Status, TaggedSpans, Text, WordStrings, Writer,
    add_words, point_at_bytes, point_at_string, read_line
)
from crfseg.decoding.word_trie cimport Trie
from crfseg.errors import InfeasibleError
from crfseg.features.ngrams cimport BEGIN

cdef enum:
    LONG = 500  # code points from which the GIL is released
    SPARE = 10000  # characters of work space that are kept from one call to the next


cdef Status tag_line(
    Decoder decoder, Trie user_words, Text *text, Sentence *sentence, bint surrogates
) noexcept nogil:
    """Read the next line and find its tags."""
    cdef Status status = read_line(decoder, text, sentence, surrogates)
    if status != DONE or sentence.n == 0:
        return status
    if not decoder.match_user_words(sentence, user_words):
        return NO_MEMORY
    return DONE if decoder.decode(sentence) else INFEASIBLE


cdef Status find_words(
    Decoder decoder, Trie user_words, Text *texts, Py_ssize_t n, Sentence *sentence,
    TaggedSpans *words, Py_ssize_t *ends,
) noexcept nogil:
    """Find the words of n strings; ``ends`` gets the number of words up to the end of each."""
    cdef Status status = DONE if decoder.reserve(sentence, 64) else NO_MEMORY
    cdef Text *text
    cdef Py_ssize_t k
    words.n, sentence.before = 0, -1
    for k in range(n):
        text = &texts[k]
        while text.at < text.n and status == DONE:
            status = tag_line(decoder, user_words, text, sentence, True)
            if status == DONE and sentence.n and not add_words(decoder, sentence, words):
                status = NO_MEMORY
        ends[k] = words.n
    return status


cdef int raise_for(Status status, const Text *text) except -1:
    """Raise the exception of a status; none if it is DONE."""
    if status == NO_MEMORY:
        raise MemoryError
    if status == INFEASIBLE:
        raise InfeasibleError("the constraints on a line leave no tag path")
    if status == NOT_UTF8:
        data = (<const char *>text.data)[: text.n]
        raise UnicodeDecodeError("utf-8", data, text.at, text.at + 1, "invalid byte")
    return 0


cdef class Tagger:
    """Segments texts with a decoder. Immutable, shared between threads.

    Parameters
    ----------
    decoder
        Finds the tags.
    suffixes
        For each of the L tags, UTF-8 that is written after a word whose first tag it is.
    """

    cdef readonly Decoder decoder
    cdef Writer writer
    cdef WordStrings strings
    cdef Sentence spare_sentence  # work space for the next call, if it is not in use
    cdef TaggedSpans spare_words

    def __dealloc__(self):
        free(self.spare_words.items)
        release(&self.spare_sentence)

    def __init__(self, Decoder decoder, list suffixes):
        self.decoder, self.writer, self.strings = decoder, Writer(decoder, suffixes), WordStrings()

    def cut(self, string, const int8_t[::1] boundaries=None, Trie user_words=None):
        """Return the words of a string, with its constraints and a user's lexicon, if any."""
        cdef Sentence sentence
        cdef TaggedSpans words
        self._borrow(&sentence, &words)
        try:
            self._find(string, boundaries, user_words, &sentence, &words)
            return self.strings.of_words(string, words.items, words.n)
        finally:
            self._give_back(&sentence, &words)

    def spans(self, string, const int8_t[::1] boundaries=None, Trie user_words=None):
        """Return the starts, ends and first tags of the words; (W,), int64, int64, int16."""
        cdef TaggedSpans words
        cdef Py_ssize_t k
        cdef int64_t[:, ::1] positions
        cdef int16_t[::1] tags
        cdef Sentence sentence
        self._borrow(&sentence, &words)
        try:
            self._find(string, boundaries, user_words, &sentence, &words)
            spans_array = np.empty((2, words.n), dtype=np.int64)
            tags_array = np.empty(words.n, dtype=np.int16)
            positions, tags = spans_array, tags_array
            for k in range(words.n):
                positions[0, k], positions[1, k] = words.items[k].start, words.items[k].end
                tags[k] = words.items[k].tag
        finally:
            self._give_back(&sentence, &words)
        return *spans_array, tags_array

    cdef void _borrow(self, Sentence *sentence, TaggedSpans *words):
        """Take the spare work space, if there is one; the GIL keeps it to one call."""
        sentence[0], words[0] = self.spare_sentence, self.spare_words
        memset(&self.spare_sentence, 0, sizeof(Sentence))
        memset(&self.spare_words, 0, sizeof(TaggedSpans))

    cdef void _give_back(self, Sentence *sentence, TaggedSpans *words):
        """Keep the work space for the next call, unless there is one already or this is large."""
        if self.spare_sentence.room == 0 and max(sentence.room, words.room) <= SPARE:
            self.spare_sentence, self.spare_words = sentence[0], words[0]
        else:
            release(sentence)
            free(words.items)

    cdef int _find(
        self, object string, const int8_t[::1] boundaries, Trie user_words, Sentence *sentence,
        TaggedSpans *words,
    ) except -1:
        """Find the words of a string."""
        cdef Text text
        cdef Status status
        cdef Py_ssize_t end
        point_at_string(&text, string, boundaries)
        if text.n < LONG:
            status = find_words(self.decoder, user_words, &text, 1, sentence, words, &end)
        else:
            with nogil:
                status = find_words(self.decoder, user_words, &text, 1, sentence, words, &end)
        return raise_for(status, &text)

    def cut_many(self, list strings, list boundaries=None, Trie user_words=None):
        """Return the words of each of many strings, with the constraints of each, if any."""
        cdef Py_ssize_t k, begin = 0, n = len(strings)
        cdef Sentence sentence
        cdef TaggedSpans words
        cdef Status status
        cdef Text *texts = <Text *>malloc((n + 1) * sizeof(Text))
        cdef Py_ssize_t *ends = <Py_ssize_t *>malloc((n + 1) * sizeof(Py_ssize_t))
        cdef list found = []
        self._borrow(&sentence, &words)
        try:
            if texts == NULL or ends == NULL:
                raise MemoryError
            for k in range(n):
                point_at_string(
                    &texts[k], strings[k], None if boundaries is None else boundaries[k]
                )
            with nogil:
                status = find_words(self.decoder, user_words, texts, n, &sentence, &words, ends)
            raise_for(status, &texts[0])
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
        self, bytes data, context=(b"", -1), bint surrogates=False,
        const int8_t[::1] boundaries=None, Trie user_words=None,
    ):
        """Segment lines, UTF-8 to UTF-8: one space between words, newlines kept.

        Parameters
        ----------
        data
            UTF-8; any number of lines.
        context
            The context that :meth:`cut_part` returned, if this text continues that part.
        surrogates
            Accept lone surrogates, as Python strings can have them.
        boundaries
            Constraint at each byte, as in :class:`crfseg.ConstrainedText`; None: no constraints.
        user_words
            A user's lexicon.

        Raises
        ------
        UnicodeDecodeError
            If the data is not UTF-8.
        InfeasibleError
            If the constraints on a line leave no tag path.
        """
        cdef Text text
        cdef Sentence sentence
        cdef Bytes out
        cdef Status status
        point_at_bytes(&text, data, boundaries)
        memset(&sentence, 0, sizeof(Sentence))
        memset(&out, 0, sizeof(Bytes))
        try:
            self._resume(&sentence, context)
            with nogil:
                status = self.write_lines(user_words, &text, &sentence, surrogates, &out)
            raise_for(status, &text)
            return out.data[: out.n] if out.n else b""
        finally:
            release(&sentence)
            free(out.data)

    def cut_part(
        self, bytes data, context=(b"", -1), const int8_t[::1] boundaries=None, Trie user_words=None
    ):
        """Segment the longest prefix of a line whose words hold however the line continues.

        Parameters
        ----------
        data
            UTF-8, whole characters, no newline.
        context
            The context returned for the part before.
        boundaries, user_words
            As for :meth:`cut_utf8`.

        Returns
        -------
        cut
            The words, UTF-8.
        n
            Bytes of data that are segmented; the rest begins with a new word.
        context
            Context for the rest: the last visible characters of the prefix, as many as the
            templates' window has, and the tag of the last of them.
        """
        cdef Text text
        cdef Sentence sentence
        cdef Bytes out
        cdef Status status
        cdef Py_ssize_t n, at, window = self.decoder.window
        point_at_bytes(&text, data, boundaries)
        memset(&sentence, 0, sizeof(Sentence))
        memset(&out, 0, sizeof(Bytes))
        try:
            self._resume(&sentence, context)
            with nogil:
                status = read_line(self.decoder, &text, &sentence, False)
                if status == DONE and not self.decoder.match_user_words(&sentence, user_words):
                    status = NO_MEMORY
                n = self.decoder.decode_part(&sentence) - 1 if status == DONE else 0
                while n > 0 and not self.decoder.begins[sentence.tags[n]]:
                    n -= 1
                if n > 0 and not self.writer.write_words(&text, &sentence, n, &out):
                    status = NO_MEMORY
            raise_for(status, &text)
            if n <= 0:
                return b"", 0, context
            at = sentence.positions[n]
            seen = data[sentence.positions[max(0, n - window)] : at]
            return (
                out.data[: out.n], at, (seen if n >= window else context[0] + seen,
                sentence.tags[n - 1]),
            )
        finally:
            release(&sentence)
            free(out.data)

    cdef int _resume(self, Sentence *sentence, context) except -1:
        """Continue after the characters and the tag of a part."""
        cdef bint seen
        cdef Py_ssize_t k, window = self.decoder.window
        cdef Text text
        point_at_bytes(&text, context[0], None)
        if not self.decoder.reserve(sentence, 64):
            raise MemoryError
        raise_for(read_line(self.decoder, &text, sentence, False), &text)
        # The last characters read become those before the sentence; <s> where there are too few.
        for k in range(window):
            seen = k + sentence.n >= window
            sentence.entries[k] = sentence.entries[k + sentence.n] if seen else BEGIN
        sentence.before = context[1]
        return 0

    cdef Status write_lines(
        self, Trie user_words, Text *text, Sentence *sentence, bint surrogates, Bytes *out
    ) noexcept nogil:
        """Read, tag and write all lines."""
        cdef Status status
        while text.at < text.n:
            status = tag_line(self.decoder, user_words, text, sentence, surrogates)
            if status != DONE:
                return status
            if not self.writer.write_line(text, sentence, out):
                return NO_MEMORY
            sentence.before = -1
        return DONE
