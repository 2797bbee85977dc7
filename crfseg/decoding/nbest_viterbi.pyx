"""K-best Viterbi: the k best tag sequences of a sentence, in integers.

Each tag of each character has a list of the K best paths to it, best first::

    delta[t, j] = the K best of  emissions[t, j] + transitions[i, j] + delta[t-1, i, r]  over i, r

``back[t, j, k]`` holds the i and r of each. Lists are merged from their heads: a character takes
K steps for each tag, and each step compares the tag's arcs. Words of a user's lexicon follow word
arcs, see viterbi.pyx, with a list for each opening tag.
"""

import numpy as np

from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint32_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy, memset

from crfseg.decoding.decoder cimport CHUNK, Decoder
from crfseg.decoding.sentence cimport Sentence, release
from crfseg.decoding.viterbi cimport HARDLY, NEVER, Matches, next_start, word_score
from crfseg.decoding.word_sums cimport constrain_forced
from crfseg.decoding.word_trie cimport Trie


cdef struct WordArc:  # the user words that begin at one character
    Py_ssize_t start
    Py_ssize_t end  # of the longest of them
    Py_ssize_t first  # the first of their matches
    Py_ssize_t after  # the first match after them
    int64_t *delta  # [O, K], scores of the arc's current tags
    int16_t *tags  # [O], these tags, for each opening tag


cdef struct Lists:
    int k
    WordArc *word_arcs  # the open ones
    Py_ssize_t n_word_arcs
    Py_ssize_t next  # the first match that begins later
    int64_t *arc_deltas  # memory of the word arcs
    int16_t *arc_tags
    int64_t *gains  # [arcs], score of a tag after each word arc; NEVER: it cannot follow
    int64_t *delta  # [L, K] of the character before
    int64_t *after  # [L, K] of this one
    int32_t *back  # [T, L, K], i * K + r; after a word arc of d characters -(d * K + r) - 1
    int *heads  # [L + arcs], number of paths taken from each list


def find(
    Decoder decoder, const uint32_t[::1] codes, const int8_t[::1] boundaries, int k,
    Trie user_words=None,
):
    """Find the k best tag sequences of a sentence.

    Parameters
    ----------
    decoder
        The compiled model.
    codes
        The T characters, at least one.
    boundaries
        1 begins a word, -1 does not, 0 is free; shape (T,), int8.
    k
        Number of sequences, at least one.
    user_words
        A user's lexicon.

    Returns
    -------
    scores
        In units, descending; int64. Fewer than k if there are not as many sequences.
    tags
        The sequences, shape (len(scores), T), int16.
    """
    cdef Sentence sentence
    cdef Lists lists
    cdef Py_ssize_t n = codes.shape[0]
    cdef bint room
    memset(&sentence, 0, sizeof(Sentence))
    memset(&lists, 0, sizeof(Lists))
    lists.k = k
    try:
        room = decoder.load(&sentence, codes, boundaries, 0, n) and (
            decoder.match_user_words(&sentence, user_words)
        )
        if not room or not reserve(decoder, &lists, n, sentence.matches.longest):
            raise MemoryError
        with nogil:
            constrain_forced(decoder, &sentence)
            forward(decoder, &sentence, &lists)
        return best_paths(decoder, n, &lists)
    finally:
        release(&sentence)
        release_lists(&lists)


cdef bint reserve(Decoder decoder, Lists *lists, Py_ssize_t n, Py_ssize_t longest) noexcept nogil:
    """Make room for n characters and as many word arcs as can be open; False without memory."""
    cdef Py_ssize_t b, size = decoder.n_tags * lists.k, n_openers = decoder.word_tags.n_openers
    lists.delta = <int64_t *>malloc(size * sizeof(int64_t))
    lists.after = <int64_t *>malloc(size * sizeof(int64_t))
    lists.back = <int32_t *>malloc(n * size * sizeof(int32_t))
    lists.heads = <int *>malloc((decoder.n_tags + longest) * sizeof(int))
    lists.word_arcs = <WordArc *>malloc((longest + 1) * sizeof(WordArc))
    lists.arc_deltas = <int64_t *>malloc((longest * n_openers * lists.k + 1) * sizeof(int64_t))
    lists.arc_tags = <int16_t *>malloc((longest * n_openers + 1) * sizeof(int16_t))
    lists.gains = <int64_t *>malloc((longest + 1) * sizeof(int64_t))
    if not (lists.word_arcs and lists.arc_deltas and lists.arc_tags):
        return False
    for b in range(longest):
        lists.word_arcs[b].delta = lists.arc_deltas + b * n_openers * lists.k
        lists.word_arcs[b].tags = lists.arc_tags + b * n_openers
    return lists.delta and lists.after and lists.back and lists.heads and lists.gains


cdef void release_lists(Lists *lists) noexcept nogil:
    """Free the memory."""
    free(lists.delta)
    free(lists.after)
    free(lists.back)
    free(lists.heads)
    free(lists.word_arcs)
    free(lists.arc_deltas)
    free(lists.arc_tags)
    free(lists.gains)


cdef void forward(Decoder decoder, Sentence *sentence, Lists *lists) noexcept nogil:
    """Fill the lists of all characters of a sentence."""
    cdef Py_ssize_t start = 0, n, t, n_tags = decoder.n_tags
    cdef const int32_t *emissions
    decoder.pad_and_match(sentence)
    while start < sentence.n:
        n = min(<Py_ssize_t>CHUNK, sentence.n - start)
        decoder.compute_emissions(sentence, start, n)
        for t in range(start, start + n):
            emissions = sentence.emissions + (t - start) * n_tags
            if t == 0:
                begin(decoder, lists)
            else:
                merge_lists(decoder, lists, t, &sentence.matches)
            add_emissions(decoder, lists, emissions, sentence.boundaries[t])
            extend_word_arcs(decoder, lists, t, emissions)
            open_word_arc(decoder, lists, t, &sentence.matches)
        start += n


cdef void begin(Decoder decoder, Lists *lists) noexcept nogil:
    """Give each tag that begins a word one path."""
    cdef Py_ssize_t j, r
    for j in range(decoder.n_tags):
        for r in range(lists.k):
            lists.delta[j * lists.k + r] = 0 if r == 0 and decoder.begins[j] else NEVER


cdef void merge_lists(
    Decoder decoder, Lists *lists, Py_ssize_t t, const Matches *matches
) noexcept nogil:
    """Merge for each tag the lists of its previous tags and of word arcs."""
    cdef Py_ssize_t j, r, best, k = lists.k
    cdef int32_t *back = lists.back + t * decoder.n_tags * k
    cdef int64_t top
    for j in range(decoder.n_tags):
        memset(lists.heads, 0, (decoder.n_tags + lists.n_word_arcs) * sizeof(int))
        score_word_arcs(decoder, lists, t, <int16_t>j, matches)
        for r in range(k):
            best = best_head(decoder, lists, j, &top)
            lists.after[j * k + r] = top if top > HARDLY else NEVER
            if best >= decoder.n_tags:
                back[j * k + r] = <int32_t>(
                    -((t - lists.word_arcs[best - decoder.n_tags].start) * k + lists.heads[best])
                    - 1
                )
            elif best >= 0:
                back[j * k + r] = <int32_t>(best * k + lists.heads[best])
            if best >= 0:
                lists.heads[best] += 1
    memcpy(lists.delta, lists.after, decoder.n_tags * k * sizeof(int64_t))


cdef void score_word_arcs(
    Decoder decoder, Lists *lists, Py_ssize_t t, int16_t j, const Matches *matches
) noexcept nogil:
    """Write the score of tag j of character t after each word arc, without its emission."""
    cdef Py_ssize_t b
    cdef int16_t tag, opener = decoder.opener_of[j]
    cdef const WordArc *word_arc
    for b in range(lists.n_word_arcs):
        word_arc = &lists.word_arcs[b]
        lists.gains[b] = NEVER
        tag = word_arc.tags[opener] if opener >= 0 else -1
        if tag < 0:
            continue
        if decoder.closing[tag] == j:
            lists.gains[b] = decoder.transitions[tag, j] + word_score(
                &decoder.word_tags, matches, word_arc.first, word_arc.after,
                t + 1 - word_arc.start, j,
            )
        elif decoder.inner[tag] == j and t == word_arc.end - 1:
            lists.gains[b] = decoder.transitions[tag, j]


cdef Py_ssize_t best_head(
    Decoder decoder, const Lists *lists, Py_ssize_t j, int64_t *top
) noexcept nogil:
    """Return the list whose next path to tag j is best; L + b for word arc b, -1 for none."""
    cdef Py_ssize_t a, b, best = -1, k = lists.k
    cdef int16_t i
    cdef int64_t score
    top[0] = 2 * NEVER
    for a in range(decoder.arcs.offsets[j], decoder.arcs.offsets[j + 1]):
        i = decoder.arcs.first[a]
        if lists.heads[i] < k:
            score = lists.delta[i * k + lists.heads[i]]
            score += decoder.arcs.transitions[i * decoder.n_tags + j]
            if score > top[0]:
                top[0], best = score, i
    for b in range(lists.n_word_arcs):
        if lists.gains[b] > HARDLY and lists.heads[decoder.n_tags + b] < k:
            score = lists.gains[b] + lists.word_arcs[b].delta[
                decoder.opener_of[j] * k + lists.heads[decoder.n_tags + b]
            ]
            if score > top[0]:
                top[0], best = score, decoder.n_tags + b
    return best


cdef void extend_word_arcs(
    Decoder decoder, Lists *lists, Py_ssize_t t, const int32_t *emissions
) noexcept nogil:
    """Extend all word arcs to character t; close those that end there."""
    cdef Py_ssize_t b, o, r, n = 0
    cdef int16_t tag, j
    cdef WordArc *word_arc
    cdef WordArc kept
    for b in range(lists.n_word_arcs):
        word_arc = &lists.word_arcs[b]
        for o in range(decoder.word_tags.n_openers):
            tag = word_arc.tags[o]
            j = decoder.inner[tag] if tag >= 0 else -1
            word_arc.tags[o] = j
            for r in range(lists.k if j >= 0 else 0):
                if word_arc.delta[o * lists.k + r] > HARDLY:
                    word_arc.delta[o * lists.k + r] += decoder.transitions[tag, j] + emissions[j]
        if t < word_arc.end - 1:
            kept = lists.word_arcs[n]
            lists.word_arcs[n] = word_arc[0]
            lists.word_arcs[b] = kept
            n += 1
    lists.n_word_arcs = n


cdef void open_word_arc(
    Decoder decoder, Lists *lists, Py_ssize_t t, const Matches *matches
) noexcept nogil:
    """Open a word arc at character t if user words begin there."""
    cdef Py_ssize_t j, o, r, first = lists.next, k = lists.k
    cdef WordArc *new = &lists.word_arcs[lists.n_word_arcs]
    if first == matches.n or matches.items[first].start != t:
        return
    lists.next = next_start(matches, first)
    for j in range(decoder.n_tags):
        if decoder.begins[j] and decoder.ends[j]:
            for r in range(k):
                if lists.delta[j * k + r] > HARDLY:
                    lists.delta[j * k + r] += word_score(
                        &decoder.word_tags, matches, first, lists.next, 1, <int16_t>j
                    )
    if matches.items[lists.next - 1].length == 1:
        return
    new.start, new.first, new.after = t, first, lists.next
    new.end = t + matches.items[lists.next - 1].length
    for o in range(decoder.word_tags.n_openers):
        new.tags[o] = decoder.openers[o]
        for r in range(k):
            new.delta[o * k + r] = lists.delta[decoder.openers[o] * k + r]
            lists.delta[decoder.openers[o] * k + r] = NEVER
    lists.n_word_arcs += 1


cdef void add_emissions(
    Decoder decoder, Lists *lists, const int32_t *emissions, int8_t boundary
) noexcept nogil:
    """Add the emissions of a character; forbid the tags that its boundary constraint excludes."""
    if boundary > 0:
        lists.n_word_arcs = 0
    cdef Py_ssize_t j, r
    cdef int64_t *at = lists.delta
    for j in range(decoder.n_tags):
        for r in range(lists.k):
            if boundary != 0 and (boundary > 0) != decoder.begins[j]:
                at[0] = NEVER
            elif at[0] > HARDLY:
                at[0] += emissions[j]
            at += 1


cdef tuple best_paths(Decoder decoder, Py_ssize_t n, Lists *lists):
    """Return the scores and tags of the best paths that end a word, best first."""
    cdef Py_ssize_t row
    cdef int16_t[:, ::1] tags
    last = np.asarray(<int64_t[: decoder.n_tags * lists.k]>lists.delta).copy()
    last[~np.repeat(np.asarray(decoder.ends).astype(bool), lists.k)] = NEVER
    best = np.argsort(-last, kind="stable")[: lists.k]
    best = best[last[best] > HARDLY]
    tags_array = np.empty((len(best), n), dtype=np.int16)
    tags = tags_array
    for row in range(tags_array.shape[0]):
        trace_back(decoder, lists, n - 1, best[row], &tags[row, 0])
    return last[best], tags_array


cdef void trace_back(
    Decoder decoder, const Lists *lists, Py_ssize_t t, int64_t at, int16_t *tags
) noexcept nogil:
    """Write the tags of a path to character t, backwards; ``at`` is its index in back[t]."""
    cdef Py_ssize_t d, begin
    cdef int64_t before
    while t >= 0:
        tags[t] = <int16_t>(at // lists.k)
        before = lists.back[t * decoder.n_tags * lists.k + at] if t > 0 else 0
        if before < 0:  # along a word arc
            begin = t - (-before - 1) // lists.k
            tags[begin] = decoder.openers[decoder.opener_of[tags[t]]]
            for d in range(begin + 1, t):
                tags[d] = decoder.inner[tags[d - 1]]
            at = tags[begin] * lists.k + (-before - 1) % lists.k
            before = lists.back[begin * decoder.n_tags * lists.k + at] if begin > 0 else 0
            t = begin
        at = before
        t -= 1
