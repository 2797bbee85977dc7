r"""Forward pass of the Viterbi algorithm in integers, with the words of a user's lexicon.

::

    delta[t, j] = emissions[t, j] + max_i (delta[t-1, i] + transitions[i, j])

``back`` holds the i of each maximum, the smallest of equals. :mod:`crfseg.decoding.reference` is
the same in numpy.

A user's word adds its strength to the paths that have exactly this word. At a character where user
words begin, the opening tag leaves the lattice for a word arc along the longest of them::

    text          北      京      大      学      的        lexicon: 北京, 北京大学

    word arc      B ----> M ----> M ----> M --.
                  |       E +2    E +0    E +3 \  joins the lattice
    lattice       S       B M E S B M E S B M E S

The closing tag returns to the lattice from any character of the arc, with the strength of the word
that ends there. After its longest match a word arc is merged into the lattice: no lexicon word is
longer. So every tag sequence has one path, and sums over all paths are exact.
"""

from libc.math cimport isinf, llrint
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t

MAX_NATS = MAX_STRENGTH  # for Python


cdef inline int64_t best_of(
    int64_t one, int64_t two, int16_t tag_one, int16_t tag_two, int16_t *tag
) noexcept nogil:
    """Return the larger score and write its tag; of equals the first."""
    tag[0] = tag_two if two > one else tag_one
    return two if two > one else one


cdef void forward_bmes(
    const int32_t *emissions, const int8_t *boundaries, Py_ssize_t n, const int64_t *arcs,
    int64_t *delta, int16_t *back,
) noexcept nogil:
    """Go forward with the tags B M E S, arc by arc."""
    cdef int64_t b = delta[0], m = delta[1], e = delta[2], s = delta[3], new_b, new_m, new_e
    cdef Py_ssize_t t
    for t in range(n):
        new_b = emissions[0] + best_of(e + arcs[8], s + arcs[12], 2, 3, back)
        new_m = emissions[1] + best_of(b + arcs[1], m + arcs[5], 0, 1, back + 1)
        new_e = emissions[2] + best_of(b + arcs[2], m + arcs[6], 0, 1, back + 2)
        s = emissions[3] + best_of(e + arcs[11], s + arcs[15], 2, 3, back + 3)
        b, m, e = new_b, new_m, new_e
        if boundaries[t] > 0:
            m = e = NEVER
        elif boundaries[t] < 0:
            b = s = NEVER
        emissions += 4
        back += 4
    delta[0], delta[1], delta[2], delta[3] = b, m, e, s


cdef void forward_bmes6(
    const int32_t *emissions, const int8_t *boundaries, Py_ssize_t n, const int64_t *arcs,
    int64_t *delta, int16_t *back,
) noexcept nogil:
    """Go forward with the tags B B2 B3 M E S, arc by arc."""
    cdef int64_t b = delta[0], b2 = delta[1], b3 = delta[2], m = delta[3], e = delta[4]
    cdef int64_t s = delta[5], new_b, new_m, new_e, other
    cdef int16_t early, late
    cdef Py_ssize_t t
    for t in range(n):
        new_b = emissions[0] + best_of(e + arcs[24], s + arcs[30], 4, 5, back)
        new_m = emissions[3] + best_of(b3 + arcs[15], m + arcs[21], 2, 3, back + 3)
        new_e = best_of(b + arcs[4], b2 + arcs[10], 0, 1, &early)
        other = best_of(b3 + arcs[16], m + arcs[22], 2, 3, &late)
        new_e = emissions[4] + best_of(new_e, other, early, late, back + 4)
        s = emissions[5] + best_of(e + arcs[29], s + arcs[35], 4, 5, back + 5)
        b3 = emissions[2] + b2 + arcs[8]
        b2 = emissions[1] + b + arcs[1]
        back[1], back[2] = 0, 1
        b, m, e = new_b, new_m, new_e
        if boundaries[t] > 0:
            b2 = b3 = m = e = NEVER
        elif boundaries[t] < 0:
            b = s = NEVER
        emissions += 6
        back += 6
    delta[0], delta[1], delta[2] = b, b2, b3
    delta[3], delta[4], delta[5] = m, e, s


cdef void forward_any(
    const Arcs *arcs, const int32_t *emissions, const int8_t *boundaries, Py_ssize_t n,
    int64_t *delta, int16_t *back,
) noexcept nogil:
    """Go forward with any tags.

    Between words every arc is legal. A closing tag that is below the best one by more than the
    spread of these arcs precedes no tag on a best path, so few are compared.
    """
    cdef Py_ssize_t t, k, n_ends, n_tags = arcs.n_tags
    cdef int16_t j
    cdef int64_t score
    cdef int64_t *after = delta + n_tags
    cdef int16_t *ends = <int16_t *>(after + n_tags)
    for t in range(n):
        n_ends = leading_ends(arcs, delta, ends)
        for j in range(n_tags):
            after[j] = 2 * NEVER
            if arcs.begins[j]:
                for k in range(n_ends):
                    score = delta[ends[k]] + arcs.transitions[ends[k] * n_tags + j]
                    if score > after[j]:
                        after[j], back[j] = score, ends[k]
            else:
                for k in range(arcs.offsets[j], arcs.offsets[j + 1]):
                    score = delta[arcs.first[k]] + arcs.transitions[arcs.first[k] * n_tags + j]
                    if score > after[j]:
                        after[j], back[j] = score, arcs.first[k]
            if boundaries[t] != 0 and (boundaries[t] > 0) != arcs.begins[j]:
                after[j] = NEVER
            after[j] += emissions[j]
        for j in range(n_tags):
            delta[j] = after[j]
        emissions += n_tags
        back += n_tags


cdef Py_ssize_t leading_ends(const Arcs *arcs, const int64_t *delta, int16_t *ends) noexcept nogil:
    """List the closing tags at most the spread below the best one; return their number."""
    cdef Py_ssize_t n = 0
    cdef int16_t i
    cdef int64_t top = 2 * NEVER
    for i in range(<int16_t>arcs.n_tags):
        if arcs.ends[i] and delta[i] > top:
            top = delta[i]
    for i in range(<int16_t>arcs.n_tags):
        if arcs.ends[i] and delta[i] >= top - arcs.spread:
            ends[n] = i
            n += 1
    return n


cdef int64_t largest(const int64_t *scores, Py_ssize_t n, int64_t top) noexcept nogil:
    """Return the largest of n scores and ``top``."""
    cdef Py_ssize_t k
    for k in range(n):
        top = max(top, scores[k])
    return top


cdef void subtract_top(int64_t *scores, Py_ssize_t n, int64_t top) noexcept nogil:
    """Subtract the best score from n scores, so that sums never overflow."""
    cdef Py_ssize_t k
    for k in range(n):
        scores[k] = max(scores[k] - top, NEVER) if top > HARDLY else NEVER


cdef void step(
    const Arcs *arcs, const int32_t *emissions, const int8_t *boundaries, Py_ssize_t n,
    int64_t *delta, int16_t *back,
) noexcept nogil:
    """Go n characters forward as :func:`forward` does, without bringing the best score to 0."""
    if arcs.form == 4:
        forward_bmes(emissions, boundaries, n, arcs.transitions, delta, back)
    elif arcs.form == 6:
        forward_bmes6(emissions, boundaries, n, arcs.transitions, delta, back)
    else:
        forward_any(arcs, emissions, boundaries, n, delta, back)


cdef void forward(
    const Arcs *arcs, const int32_t *emissions, const int8_t *boundaries, Py_ssize_t n,
    int64_t *delta, int16_t *back,
) noexcept nogil:
    """Go forward over n characters with emissions (n, L) and boundary constraints (n,).

    ``delta`` holds the best score of each tag of the character before, (L,), and 2 L more of work
    space; on return those of the last character, less the largest. ``back``, (n, L), is written.
    """
    step(arcs, emissions, boundaries, n, delta, back)
    subtract_top(delta, arcs.n_tags, largest(delta, arcs.n_tags, NEVER))


cdef Py_ssize_t next_start(const Matches *matches, Py_ssize_t first) noexcept nogil:
    """Return the number of the first match that begins later than match ``first``."""
    cdef Py_ssize_t k = first
    while k < matches.n and matches.items[k].start == matches.items[first].start:
        k += 1
    return k


cdef int64_t match_score(const WordTags *word_tags, const Match *match, int16_t tag) noexcept nogil:
    """Return the strength, in units, of a word that ends with a tag."""
    if match.label >= 0 and match.label != word_tags.labels[tag]:
        return 0
    if isinf(match.strength):  # outweighs the model
        return word_tags.always * (match.length if match.strength > 0 else -1)
    return llrint(match.strength * word_tags.per_nat)


cdef int64_t word_score(
    const WordTags *word_tags, const Matches *matches, Py_ssize_t first, Py_ssize_t after,
    Py_ssize_t length, int16_t tag,
) noexcept nogil:
    """Return the strength, in units, of the word of a length among matches of one start."""
    cdef Py_ssize_t k
    for k in range(first, after):
        if matches.items[k].length == length:
            return match_score(word_tags, &matches.items[k], tag)
    return 0


cdef void open_word_arc(
    const Arcs *arcs, const WordTags *word_tags, const Matches *matches, WordArcs *word_arcs,
    Py_ssize_t t, int64_t *delta,
) noexcept nogil:
    """Open a word arc at character t if user words begin there."""
    cdef Py_ssize_t k, first = word_arcs.next
    cdef int16_t j
    cdef WordArc *word_arc = &word_arcs.items[word_arcs.n]
    if first >= matches.n or matches.items[first].start != t:
        return
    word_arcs.next = next_start(matches, first)
    if matches.items[first].length == 1:  # needs no arc
        for j in range(<int16_t>arcs.n_tags):
            if arcs.begins[j] and arcs.ends[j] and delta[j] > HARDLY:
                delta[j] += match_score(word_tags, &matches.items[first], j)
    if matches.items[word_arcs.next - 1].length == 1:
        return
    word_arc.start, word_arc.first, word_arc.after = <int32_t>t, first, word_arcs.next
    word_arc.end = <int32_t>(t + matches.items[word_arcs.next - 1].length)
    word_arc.next = first + (matches.items[first].length == 1)
    for k in range(word_tags.n_openers):
        word_arc.tags[k] = word_tags.openers[k]
        word_arc.scores[k] = delta[word_tags.openers[k]]
        delta[word_tags.openers[k]] = NEVER
    word_arcs.n += 1


cdef inline void extend_word_arc(
    const Arcs *arcs, const WordTags *word_tags, const Matches *matches, WordArc *word_arc,
    const int32_t *emissions, Py_ssize_t t, int64_t *delta, int16_t *back,
) noexcept nogil:
    """Extend a word arc to character t; merge it into the lattice at its end."""
    cdef Py_ssize_t k, so_far = t - word_arc.start
    cdef const Match *ends = &matches.items[word_arc.next]
    cdef int16_t tag, j
    cdef int64_t score, more
    if ends.length == so_far + 1:
        word_arc.next += 1
    else:
        ends = NULL
    for k in range(word_tags.n_openers):
        tag, score = word_arc.tags[k], word_arc.scores[k]
        j = word_tags.closing[tag]
        if j >= 0 and score > HARDLY:
            more = 0 if ends == NULL else match_score(word_tags, ends, j)
            offer(
                score + arcs.transitions[tag * arcs.n_tags + j] + emissions[j] + more,
                j, so_far, delta, back,
            )
        j = word_tags.inner[tag]
        if j < 0 or score <= HARDLY:
            word_arc.scores[k] = NEVER
            continue
        word_arc.tags[k] = j
        word_arc.scores[k] = score + arcs.transitions[tag * arcs.n_tags + j] + emissions[j]
        if t == word_arc.end - 1:
            offer(word_arc.scores[k], j, so_far, delta, back)


cdef inline void offer(
    int64_t score, int16_t tag, Py_ssize_t so_far, int64_t *delta, int16_t *back
) noexcept nogil:
    """Take the path along a word arc to a tag if it is the best; ``back`` gets -(its length)."""
    if score > delta[tag]:
        delta[tag], back[tag] = score, <int16_t>-so_far


cdef void extend_word_arcs(
    const Arcs *arcs, const WordTags *word_tags, const Matches *matches, WordArcs *word_arcs,
    const int32_t *emissions, Py_ssize_t t, int64_t *delta, int16_t *back,
) noexcept nogil:
    """Extend all word arcs to character t; close those that end there."""
    cdef Py_ssize_t k, n = 0
    cdef WordArc kept
    for k in range(word_arcs.n):
        extend_word_arc(arcs, word_tags, matches, &word_arcs.items[k], emissions, t, delta, back)
        if t == word_arcs.items[k].end - 1:
            continue
        if n < k:  # swap, so that no work space is lost
            kept = word_arcs.items[n]
            word_arcs.items[n] = word_arcs.items[k]
            word_arcs.items[k] = kept
        n += 1
    word_arcs.n = n


cdef void forward_with_words(
    const Arcs *arcs, const WordTags *word_tags, const Matches *matches, WordArcs *word_arcs,
    const int32_t *emissions, const int8_t *boundaries, Py_ssize_t start, Py_ssize_t n,
    int64_t *delta, int16_t *back,
) noexcept nogil:
    """Go forward over the n characters from ``start`` on, as :func:`forward` does, with word arcs.

    ``back`` has -d where the best path to a tag comes along a word arc opened d characters before.
    """
    cdef Py_ssize_t t = start, k, n_here
    cdef int64_t top = NEVER
    while t < start + n:
        n_here = 1 if word_arcs.n else until_next_word(matches, word_arcs, t, start + n - t)
        step(arcs, emissions, boundaries, n_here, delta, back)
        t += n_here
        emissions += n_here * arcs.n_tags
        back += n_here * arcs.n_tags
        boundaries += n_here
        if word_arcs.n and (boundaries - 1)[0] > 0:
            word_arcs.n = 0
        if word_arcs.n:
            extend_word_arcs(
                arcs, word_tags, matches, word_arcs, emissions - arcs.n_tags, t - 1,
                delta, back - arcs.n_tags,
            )
        open_word_arc(arcs, word_tags, matches, word_arcs, t - 1, delta)
    top = largest(delta, arcs.n_tags, NEVER)
    for k in range(word_arcs.n):
        top = largest(word_arcs.items[k].scores, word_tags.n_openers, top)
    subtract_top(delta, arcs.n_tags, top)
    for k in range(word_arcs.n):
        subtract_top(word_arcs.items[k].scores, word_tags.n_openers, top)


cdef void trace_back(
    const Arcs *arcs, const WordTags *word_tags, const int16_t *back, Py_ssize_t t, int16_t tag,
    int16_t *tags,
) noexcept nogil:
    """Write the tags of the best path to a tag of character t, backwards."""
    cdef Py_ssize_t k, begin
    cdef int16_t before
    while t >= 0:
        tags[t] = tag
        before = back[t * arcs.n_tags + tag]
        if before < 0 and t > 0:  # along a word arc
            begin = t + before
            tags[begin] = word_tags.openers[word_tags.opener_of[tag]]
            for k in range(begin + 1, t):
                tags[k] = word_tags.inner[tags[k - 1]]
            t, before = begin, back[begin * arcs.n_tags + tags[begin]]
        tag = before
        t -= 1


cdef inline Py_ssize_t until_next_word(
    const Matches *matches, const WordArcs *word_arcs, Py_ssize_t t, Py_ssize_t n
) noexcept nogil:
    """Return the number of characters, at most n, through the next where user words begin."""
    if word_arcs.next == matches.n:
        return n
    return min(n, <Py_ssize_t>matches.items[word_arcs.next].start + 1 - t)
