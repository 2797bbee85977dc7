"""Words of a user's lexicon in the search for the best tags.

A word adds its strength to every path on which it is a word, exactly that one: no longer, no
shorter. So it must be known where the word of a tag began. Where words of the lexicon begin, the
opening tag leaves the lattice for a chain, which goes along to the end of the longest of them::

    text          北      京      大      学      的        lexicon: 北京, 北京大学

    chain         B ----> M ----> M ----> M --.
                  |       E +2    E +0    E +3 \  joins the lattice
    lattice       S       B M E S B M E S B M E S

A chain may be left at each of its characters by the closing tag, with what the word is worth that
ends there. At its end it joins the lattice: a longer word is nobody's. Thus every tag sequence has
one way through, whatever words overlap, and sums over all ways stay exact. The tests hold all of it
against the enumeration of the ways.
"""

from libc.math cimport isinf, llrint
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t
from libc.stdlib cimport free, realloc

from crfseg.decoding.viterbi cimport HARDLY, NEVER, Arcs, step


cdef bint reserve_matches(Matches *matches, Py_ssize_t n) noexcept nogil:
    """Make room for n matches; False if there is no memory."""
    if n > matches.room:
        matches.room = 2 * n
        matches.items = <Match *>realloc(matches.items, matches.room * sizeof(Match))
    return matches.items != NULL


cdef void release_matches(Matches *matches) noexcept nogil:
    """Give the memory back."""
    free(matches.items)
    free(matches.spare)


cdef bint reserve_chains(Chains *chains, Py_ssize_t longest, Py_ssize_t n_openers) noexcept nogil:
    """Make room for as many chains as can be open; False if there is no memory."""
    cdef Py_ssize_t k
    if longest > chains.room:
        chains.items = <Chain *>realloc(chains.items, longest * sizeof(Chain))
        chains.scores = <int64_t *>realloc(
            chains.scores, (longest * n_openers + 1) * sizeof(int64_t)
        )
        chains.tags = <int16_t *>realloc(chains.tags, (longest * n_openers + 1) * sizeof(int16_t))
        if not (chains.items and chains.scores and chains.tags):
            return False
        chains.room = longest
        for k in range(longest):
            chains.items[k].scores = chains.scores + k * n_openers
            chains.items[k].tags = chains.tags + k * n_openers
    return True


cdef void release_chains(Chains *chains) noexcept nogil:
    """Give the work space back."""
    free(chains.items)
    free(chains.scores)
    free(chains.tags)


cdef Py_ssize_t behind(const Matches *matches, Py_ssize_t first) noexcept nogil:
    """Return the first match that begins later than this one."""
    cdef Py_ssize_t k = first
    while k < matches.n and matches.items[k].start == matches.items[first].start:
        k += 1
    return k


cdef int64_t worth_of_match(
    const Spelling *spelling, const Match *match, int16_t tag
) noexcept nogil:
    """Return what a word is worth in units where its last tag is that one."""
    if match.label >= 0 and match.label != spelling.labels[tag]:
        return 0
    if isinf(match.strength):  # the model is left no choice
        return spelling.always * (match.length if match.strength > 0 else -1)
    return llrint(match.strength * spelling.per_nat)


cdef int64_t worth(
    const Spelling *spelling, const Matches *matches, Py_ssize_t first, Py_ssize_t after,
    Py_ssize_t length, int16_t tag,
) noexcept nogil:
    """Return the same of the word of that length among matches of one start."""
    cdef Py_ssize_t k
    for k in range(first, after):
        if matches.items[k].length == length:
            return worth_of_match(spelling, &matches.items[k], tag)
    return 0


cdef void open_chain(
    const Arcs *arcs, const Spelling *spelling, const Matches *matches, Chains *chains,
    Py_ssize_t t, int64_t *delta,
) noexcept nogil:
    """Take the words that begin at character t, if any, out of the lattice."""
    cdef Py_ssize_t k, first = chains.next
    cdef int16_t j
    cdef Chain *chain = &chains.items[chains.n]
    if first >= matches.n or matches.items[first].start != t:
        return
    chains.next = behind(matches, first)
    if matches.items[first].length == 1:  # it needs no chain
        for j in range(<int16_t>arcs.n_tags):
            if arcs.begins[j] and arcs.ends[j] and delta[j] > HARDLY:
                delta[j] += worth_of_match(spelling, &matches.items[first], j)
    if matches.items[chains.next - 1].length == 1:
        return
    chain.start, chain.first, chain.after = <int32_t>t, first, chains.next
    chain.end = <int32_t>(t + matches.items[chains.next - 1].length)
    chain.next = first + (matches.items[first].length == 1)
    for k in range(spelling.n_openers):
        chain.tags[k] = spelling.openers[k]
        chain.scores[k] = delta[spelling.openers[k]]
        delta[spelling.openers[k]] = NEVER
    chains.n += 1


cdef inline void extend(
    const Arcs *arcs, const Spelling *spelling, const Matches *matches, Chain *chain,
    const int32_t *emissions, Py_ssize_t t, int64_t *delta, int16_t *back,
) noexcept nogil:
    """Go to character t with a chain: let its words end there, and go on, or join the lattice."""
    cdef Py_ssize_t k, so_far = t - chain.start
    cdef const Match *ends = &matches.items[chain.next]
    cdef int16_t tag, j
    cdef int64_t score, more
    if ends.length == so_far + 1:
        chain.next += 1
    else:
        ends = NULL
    for k in range(spelling.n_openers):
        tag, score = chain.tags[k], chain.scores[k]
        j = spelling.closing[tag]
        if j >= 0 and score > HARDLY:
            more = 0 if ends == NULL else worth_of_match(spelling, ends, j)
            offer(
                score + arcs.transitions[tag * arcs.n_tags + j] + emissions[j] + more,
                j, so_far, delta, back,
            )
        j = spelling.inner[tag]
        if j < 0 or score <= HARDLY:
            chain.scores[k] = NEVER
            continue
        chain.tags[k] = j
        chain.scores[k] = score + arcs.transitions[tag * arcs.n_tags + j] + emissions[j]
        if t == chain.end - 1:
            offer(chain.scores[k], j, so_far, delta, back)


cdef inline void offer(
    int64_t score, int16_t tag, Py_ssize_t so_far, int64_t *delta, int16_t *back
) noexcept nogil:
    """Take the way along a chain to a tag if it is the best; ``back`` says how long it was."""
    if score > delta[tag]:
        delta[tag], back[tag] = score, <int16_t>-so_far


cdef void extend_all(
    const Arcs *arcs, const Spelling *spelling, const Matches *matches, Chains *chains,
    const int32_t *emissions, Py_ssize_t t, int64_t *delta, int16_t *back,
) noexcept nogil:
    """Go to character t with all chains; those that end there are closed."""
    cdef Py_ssize_t k, n = 0
    cdef Chain kept
    for k in range(chains.n):
        extend(arcs, spelling, matches, &chains.items[k], emissions, t, delta, back)
        if t == chains.items[k].end - 1:
            continue
        if n < k:  # its work space changes places with that of a closed one
            kept = chains.items[n]
            chains.items[n] = chains.items[k]
            chains.items[k] = kept
        n += 1
    chains.n = n


cdef void forward_chained(
    const Arcs *arcs, const Spelling *spelling, const Matches *matches, Chains *chains,
    const int32_t *emissions, const int8_t *known, Py_ssize_t start, Py_ssize_t n, int64_t *delta,
    int16_t *back,
) noexcept nogil:
    """Go forward over the n characters from ``start`` on, as :func:`crfseg.decoding.viterbi.forward` does.

    ``back`` has -d where the best way to a tag comes from a chain that began d characters before.
    """
    cdef Py_ssize_t t = start, j, k, n_here
    cdef int64_t top = NEVER
    while t < start + n:
        n_here = 1 if chains.n else until_next(matches, chains, t, start + n - t)
        step(arcs, emissions, known, n_here, delta, back)
        t += n_here
        emissions += n_here * arcs.n_tags
        back += n_here * arcs.n_tags
        known += n_here
        if chains.n and (known - 1)[0] > 0:
            chains.n = 0
        if chains.n:
            extend_all(
                arcs, spelling, matches, chains, emissions - arcs.n_tags, t - 1, delta,
                back - arcs.n_tags,
            )
        open_chain(arcs, spelling, matches, chains, t - 1, delta)
    for j in range(arcs.n_tags):
        top = max(top, delta[j])
    for k in range(chains.n):
        for j in range(spelling.n_openers):
            top = max(top, chains.items[k].scores[j])
    lower(delta, arcs.n_tags, top)
    for k in range(chains.n):
        lower(chains.items[k].scores, spelling.n_openers, top)


cdef void trace(
    const Arcs *arcs, const Spelling *spelling, const int16_t *back, Py_ssize_t t, int16_t tag,
    int16_t *tags,
) noexcept nogil:
    """Write down the tags of the best way to a tag of character t, backwards."""
    cdef Py_ssize_t k, begin
    cdef int16_t before
    while t >= 0:
        tags[t] = tag
        before = back[t * arcs.n_tags + tag]
        if before < 0 and t > 0:  # along a chain
            begin = t + before
            tags[begin] = spelling.openers[spelling.opener_of[tag]]
            for k in range(begin + 1, t):
                tags[k] = spelling.inner[tags[k - 1]]
            t, before = begin, back[begin * arcs.n_tags + tags[begin]]
        tag = before
        t -= 1


cdef inline Py_ssize_t until_next(
    const Matches *matches, const Chains *chains, Py_ssize_t t, Py_ssize_t n
) noexcept nogil:
    """Return how many of n characters come up to the next at which words begin, it included."""
    if chains.next == matches.n:
        return n
    return min(n, <Py_ssize_t>matches.items[chains.next].start + 1 - t)


cdef void lower(int64_t *scores, Py_ssize_t n, int64_t top) noexcept nogil:
    """Let scores be relative to the best, so that no sum ever grows too large."""
    cdef Py_ssize_t k
    for k in range(n):
        scores[k] = max(scores[k] - top, NEVER) if top > HARDLY else NEVER
