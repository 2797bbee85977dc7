"""Declarations of viterbi.pyx."""

from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint32_t

cdef extern from *:
    """
    #define CRFSEG_NEVER (-((int64_t)1 << 60))
    """
    int64_t NEVER "CRFSEG_NEVER"  # minus infinity
    int64_t HARDLY "(CRFSEG_NEVER / 2)"  # a smaller score contains NEVER: no path


cdef struct Arcs:
    Py_ssize_t n_tags
    int form  # 4 or 6 for the tags of BMES or BMES6, in order; 0 for others
    const int64_t *transitions  # [L, L]
    const int8_t *begins  # [L], 1 for tags that begin a word
    const int8_t *ends  # [L], 1 for tags that end a word
    const int32_t *offsets  # [L + 1], offsets into first of the arcs to each tag
    const int16_t *first  # the tags from which there is an arc, ascending
    int64_t spread  # largest score of an arc between words, less the smallest


cdef void step(
    const Arcs *arcs, const int32_t *emissions, const int8_t *boundaries, Py_ssize_t n,
    int64_t *delta, int16_t *back,
) noexcept nogil
cdef void forward(
    const Arcs *arcs, const int32_t *emissions, const int8_t *boundaries, Py_ssize_t n,
    int64_t *delta, int16_t *back,
) noexcept nogil


cdef enum:
    MAX_STRENGTH = 100  # nats, of a finite strength


cdef struct Match:  # a word of a user's lexicon in a sentence
    int32_t start
    int32_t length
    int32_t label  # of the words to which the strength applies, -1 for any
    float strength  # in nats; infinite: always a word, or never


cdef struct Matches:  # ordered by start, then by length; grows; of one thread
    Match *items
    Py_ssize_t n
    Py_ssize_t room
    Match *spare  # work space
    Py_ssize_t spare_room
    Py_ssize_t longest  # length of the lexicon's longest word, 0 without a lexicon
    bint has_infinite


cdef struct WordArc:  # the user words that begin at one character
    int32_t start
    int32_t end  # of the longest of them
    Py_ssize_t first  # the first of its matches
    Py_ssize_t after  # the first match after them
    Py_ssize_t next  # the first of them that has not ended yet
    int64_t *scores  # [O], score of the arc's current tag, for each opening tag
    int16_t *tags  # [O], that tag


cdef struct WordArcs:  # the open ones
    WordArc *items
    Py_ssize_t n
    Py_ssize_t room
    Py_ssize_t next  # the first match that begins later
    int64_t *scores
    int16_t *tags


cdef struct WordTags:  # the tags of words of several characters
    Py_ssize_t n_openers
    const int16_t *openers  # [O], the opening tags
    const int16_t *inner  # [L], the tag that continues a tag's word, -1 for none
    const int16_t *closing  # [L], the tag that ends it, -1 for none
    const int16_t *opener_of  # [L], index of the opening tag that began it, -1 for none
    const int32_t *labels  # [L], label of each tag
    double per_nat  # units
    int64_t always  # score of a forced word per character; a forbidden word scores its negative


cdef Py_ssize_t next_start(const Matches *matches, Py_ssize_t first) noexcept nogil
cdef int64_t word_score(
    const WordTags *word_tags, const Matches *matches, Py_ssize_t first, Py_ssize_t after,
    Py_ssize_t length, int16_t tag,
) noexcept nogil
cdef int64_t match_score(const WordTags *word_tags, const Match *match, int16_t tag) noexcept nogil
cdef void forward_with_words(
    const Arcs *arcs, const WordTags *word_tags, const Matches *matches, WordArcs *word_arcs,
    const int32_t *emissions, const int8_t *boundaries, Py_ssize_t start, Py_ssize_t n,
    int64_t *delta, int16_t *back,
) noexcept nogil
cdef void open_word_arc(
    const Arcs *arcs, const WordTags *word_tags, const Matches *matches, WordArcs *word_arcs,
    Py_ssize_t t, int64_t *delta,
) noexcept nogil
cdef void trace_back(
    const Arcs *arcs, const WordTags *word_tags, const int16_t *back, Py_ssize_t t, int16_t tag,
    int16_t *tags,
) noexcept nogil
