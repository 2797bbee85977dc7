"""The k best tag sequences of a sentence, in integers. Readable twin in crf.py.

Each tag of each character has a list of the K best ways to it, best first::

    delta[t, j] = the K best of  emissions[t, j] + transitions[i, j] + delta[t-1, i, r]  over i, r

``back[t, j, k]`` notes the i and r of each. Lists are merged from their heads, so that a character
costs K steps for each tag, each as long as there are arcs to it. Words of a user's lexicon go along
branches of their own, which are chains (see chains.pyx) with a list for each opening tag.
"""

import numpy as np

from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint32_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy, memset

from crfseg.decoding.chains cimport Matches, behind, worth
from crfseg.decoding.decoder cimport CHUNK, Decoder
from crfseg.decoding.word_sums cimport settle
from crfseg.decoding.sentence cimport Sentence, release
from crfseg.decoding.word_trie cimport Trie
from crfseg.decoding.viterbi cimport HARDLY, NEVER


cdef struct Branch:  # the words that begin at one character
    Py_ssize_t start
    Py_ssize_t end  # behind the longest of them
    Py_ssize_t first  # of their matches
    Py_ssize_t after
    int64_t *delta  # [O, K]
    int16_t *tags  # [O] those that they have come to


cdef struct Lists:
    int k
    Branch *branches  # those that are open
    Py_ssize_t n_branches
    Py_ssize_t next  # of the matches
    int64_t *numbers  # what the branches point to
    int16_t *tags
    int64_t *gains  # [branches] what a tag scores behind each; NEVER: it cannot follow
    int64_t *delta  # [L, K] of the character before
    int64_t *after  # [L, K] of this one
    int32_t *back  # [T, L, K], i * K + r; behind d characters of a branch -(d * K + r) - 1
    int *heads  # [L + branches], how much of each list is taken


def find(
    Decoder decoder, const uint32_t[::1] codes, const int8_t[::1] known, int k, Trie lexicon=None
):
    """Find the best tag sequences of a sentence.

    Parameters
    ----------
    codes
        Its T characters, at least one.
    known
        1 begins a word, -1 does not, 0 nothing is known; shape (T,).
    k
        How many are wanted, at least one.
    lexicon
        A user's words.

    Returns
    -------
    scores
        In units, descending; int64. As many as there are, at most k.
    tags
        Of each, shape (len(scores), T), int16.
    """
    cdef Sentence sentence
    cdef Lists lists
    cdef Py_ssize_t n = codes.shape[0]
    cdef bint room
    memset(&sentence, 0, sizeof(Sentence))
    memset(&lists, 0, sizeof(Lists))
    lists.k = k
    try:
        room = decoder.take(&sentence, codes, known, 0, n) and decoder.consult(&sentence, lexicon)
        if not room or not reserve(decoder, &lists, n, sentence.matches.longest):
            raise MemoryError
        with nogil:
            settle(decoder, &sentence)
            advance_all(decoder, &sentence, &lists)
        return chosen(decoder, n, &lists)
    finally:
        release(&sentence)
        give_back(&lists)


cdef bint reserve(Decoder decoder, Lists *lists, Py_ssize_t n, Py_ssize_t longest) noexcept nogil:
    """Make room for n characters and as many branches as can be open; False without memory."""
    cdef Py_ssize_t b, size = decoder.n_tags * lists.k, n_openers = decoder.spelling.n_openers
    lists.delta = <int64_t *>malloc(size * sizeof(int64_t))
    lists.after = <int64_t *>malloc(size * sizeof(int64_t))
    lists.back = <int32_t *>malloc(n * size * sizeof(int32_t))
    lists.heads = <int *>malloc((decoder.n_tags + longest) * sizeof(int))
    lists.branches = <Branch *>malloc((longest + 1) * sizeof(Branch))
    lists.numbers = <int64_t *>malloc((longest * n_openers * lists.k + 1) * sizeof(int64_t))
    lists.tags = <int16_t *>malloc((longest * n_openers + 1) * sizeof(int16_t))
    lists.gains = <int64_t *>malloc((longest + 1) * sizeof(int64_t))
    if not (lists.branches and lists.numbers and lists.tags):
        return False
    for b in range(longest):
        lists.branches[b].delta = lists.numbers + b * n_openers * lists.k
        lists.branches[b].tags = lists.tags + b * n_openers
    return lists.delta and lists.after and lists.back and lists.heads and lists.gains


cdef void give_back(Lists *lists) noexcept nogil:
    """Give the memory back."""
    free(lists.delta)
    free(lists.after)
    free(lists.back)
    free(lists.heads)
    free(lists.branches)
    free(lists.numbers)
    free(lists.tags)
    free(lists.gains)


cdef void advance_all(Decoder decoder, Sentence *sentence, Lists *lists) noexcept nogil:
    """Go forward through all characters of a sentence."""
    cdef Py_ssize_t start = 0, n, t, n_tags = decoder.n_tags
    cdef const int32_t *emissions
    decoder.look_around(sentence)
    while start < sentence.n:
        n = min(<Py_ssize_t>CHUNK, sentence.n - start)
        decoder.emit(sentence, start, n)
        for t in range(start, start + n):
            emissions = sentence.emissions + (t - start) * n_tags
            if t == 0:
                begin(decoder, lists)
            else:
                advance(decoder, lists, t, &sentence.matches)
            add(decoder, lists, emissions, sentence.known[t])
            extend(decoder, lists, t, emissions)
            branch(decoder, lists, t, &sentence.matches)
        start += n


cdef void begin(Decoder decoder, Lists *lists) noexcept nogil:
    """Let the tags that begin a word have one way each."""
    cdef Py_ssize_t j, r
    for j in range(decoder.n_tags):
        for r in range(lists.k):
            lists.delta[j * lists.k + r] = 0 if r == 0 and decoder.begins[j] else NEVER


cdef void advance(
    Decoder decoder, Lists *lists, Py_ssize_t t, const Matches *matches
) noexcept nogil:
    """Merge the lists of the tags from which each tag is reached, those in branches included."""
    cdef Py_ssize_t j, r, best, k = lists.k
    cdef int32_t *back = lists.back + t * decoder.n_tags * k
    cdef int64_t top
    for j in range(decoder.n_tags):
        memset(lists.heads, 0, (decoder.n_tags + lists.n_branches) * sizeof(int))
        gain(decoder, lists, t, <int16_t>j, matches)
        for r in range(k):
            best = best_head(decoder, lists, j, &top)
            lists.after[j * k + r] = top if top > HARDLY else NEVER
            if best >= decoder.n_tags:
                back[j * k + r] = <int32_t>(
                    -((t - lists.branches[best - decoder.n_tags].start) * k + lists.heads[best]) - 1
                )
            elif best >= 0:
                back[j * k + r] = <int32_t>(best * k + lists.heads[best])
            if best >= 0:
                lists.heads[best] += 1
    memcpy(lists.delta, lists.after, decoder.n_tags * k * sizeof(int64_t))


cdef void gain(
    Decoder decoder, Lists *lists, Py_ssize_t t, int16_t j, const Matches *matches
) noexcept nogil:
    """Note what tag j of character t scores behind each branch, its emission aside."""
    cdef Py_ssize_t b
    cdef int16_t tag, opener = decoder.opener_of[j]
    cdef const Branch *branch
    for b in range(lists.n_branches):
        branch = &lists.branches[b]
        lists.gains[b] = NEVER
        tag = branch.tags[opener] if opener >= 0 else -1
        if tag < 0:
            continue
        if decoder.closing[tag] == j:
            lists.gains[b] = decoder.transitions[tag, j] + worth(
                &decoder.spelling, matches, branch.first, branch.after, t + 1 - branch.start, j
            )
        elif decoder.inner[tag] == j and t == branch.end - 1:
            lists.gains[b] = decoder.transitions[tag, j]


cdef Py_ssize_t best_head(
    Decoder decoder, const Lists *lists, Py_ssize_t j, int64_t *top
) noexcept nogil:
    """Return the list whose next way to tag j is best, those of branches last; -1 for none."""
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
    for b in range(lists.n_branches):
        if lists.gains[b] > HARDLY and lists.heads[decoder.n_tags + b] < k:
            score = lists.gains[b] + lists.branches[b].delta[
                decoder.opener_of[j] * k + lists.heads[decoder.n_tags + b]
            ]
            if score > top[0]:
                top[0], best = score, decoder.n_tags + b
    return best


cdef void extend(
    Decoder decoder, Lists *lists, Py_ssize_t t, const int32_t *emissions
) noexcept nogil:
    """Go to character t with the branches; those that end there, or cannot go on, are closed."""
    cdef Py_ssize_t b, o, r, n = 0
    cdef int16_t tag, j
    cdef Branch *branch
    cdef Branch kept
    for b in range(lists.n_branches):
        branch = &lists.branches[b]
        for o in range(decoder.spelling.n_openers):
            tag = branch.tags[o]
            j = decoder.inner[tag] if tag >= 0 else -1
            branch.tags[o] = j
            for r in range(lists.k if j >= 0 else 0):
                if branch.delta[o * lists.k + r] > HARDLY:
                    branch.delta[o * lists.k + r] += decoder.transitions[tag, j] + emissions[j]
        if t < branch.end - 1:
            kept = lists.branches[n]
            lists.branches[n] = branch[0]
            lists.branches[b] = kept
            n += 1
    lists.n_branches = n


cdef void branch(
    Decoder decoder, Lists *lists, Py_ssize_t t, const Matches *matches
) noexcept nogil:
    """Take the words that begin at character t, if any, out of the lattice."""
    cdef Py_ssize_t j, o, r, first = lists.next, k = lists.k
    cdef Branch *new = &lists.branches[lists.n_branches]
    if first == matches.n or matches.items[first].start != t:
        return
    lists.next = behind(matches, first)
    for j in range(decoder.n_tags):
        if decoder.begins[j] and decoder.ends[j]:
            for r in range(k):
                if lists.delta[j * k + r] > HARDLY:
                    lists.delta[j * k + r] += worth(
                        &decoder.spelling, matches, first, lists.next, 1, <int16_t>j
                    )
    if matches.items[lists.next - 1].length == 1:
        return
    new.start, new.first, new.after = t, first, lists.next
    new.end = t + matches.items[lists.next - 1].length
    for o in range(decoder.spelling.n_openers):
        new.tags[o] = decoder.openers[o]
        for r in range(k):
            new.delta[o * k + r] = lists.delta[decoder.openers[o] * k + r]
            lists.delta[decoder.openers[o] * k + r] = NEVER
    lists.n_branches += 1


cdef void add(
    Decoder decoder, Lists *lists, const int32_t *emissions, int8_t known
) noexcept nogil:
    """Add the emissions of a character; forbid the tags that what is known rules out."""
    if known > 0:
        lists.n_branches = 0
    cdef Py_ssize_t j, r
    cdef int64_t *at = lists.delta
    for j in range(decoder.n_tags):
        for r in range(lists.k):
            if known != 0 and (known > 0) != decoder.begins[j]:
                at[0] = NEVER
            elif at[0] > HARDLY:
                at[0] += emissions[j]
            at += 1


cdef tuple chosen(Decoder decoder, Py_ssize_t n, Lists *lists):
    """Return the scores and tags of the best ways that end a word, best first."""
    cdef Py_ssize_t row
    cdef int16_t[:, ::1] tags
    last = np.asarray(<int64_t[: decoder.n_tags * lists.k]>lists.delta).copy()
    last[~np.repeat(np.asarray(decoder.ends).astype(bool), lists.k)] = NEVER
    best = np.argsort(-last, kind="stable")[: lists.k]
    best = best[last[best] > HARDLY]
    tags_array = np.empty((len(best), n), dtype=np.int16)
    tags = tags_array
    for row in range(tags_array.shape[0]):
        trace(decoder, lists, n - 1, best[row], &tags[row, 0])
    return last[best], tags_array


cdef void trace(
    Decoder decoder, const Lists *lists, Py_ssize_t t, int64_t at, int16_t *tags
) noexcept nogil:
    """Write down the tags of a way to character t, backwards."""
    cdef Py_ssize_t d, begin
    cdef int64_t before
    while t >= 0:
        tags[t] = <int16_t>(at // lists.k)
        before = lists.back[t * decoder.n_tags * lists.k + at] if t > 0 else 0
        if before < 0:  # along a branch
            begin = t - (-before - 1) // lists.k
            tags[begin] = decoder.openers[decoder.opener_of[tags[t]]]
            for d in range(begin + 1, t):
                tags[d] = decoder.inner[tags[d - 1]]
            at = tags[begin] * lists.k + (-before - 1) % lists.k
            before = lists.back[begin * decoder.n_tags * lists.k + at] if begin > 0 else 0
            t = begin
        at = before
        t -= 1
