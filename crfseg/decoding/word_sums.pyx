"""Word arcs in sums over all tag sequences: user words in alpha, beta and the entropy.

A word arc, see viterbi.pyx, takes the weight of the opening tag out of the lattice. The weight
returns where a word ends, times exp(strength), and at the end of the arc::

    alpha_arc[t] = alpha_arc[t-1] arc potential[t, inner]
    alpha[t, closing] += alpha_arc[t-1] arc exp(strength) potential[t, closing]

    beta_arc[t-1] = arc potential[t, inner] beta_arc[t]
                  + arc exp(strength) potential[t, closing] beta[t, closing]

At the end of a word arc the lattice's alpha and beta of the inner tag replace the arc's.
"""

from libc.math cimport exp, isinf, log
from libc.stdint cimport int16_t
from libc.stdlib cimport free, malloc

from crfseg.decoding.decoder cimport Decoder
from crfseg.decoding.sentence cimport Sentence
from crfseg.decoding.viterbi cimport MAX_STRENGTH, Match, WordTags, next_start, word_score


cdef bint reserve_arcs(SummedArcs *word_arcs) noexcept nogil:
    """Make the word arcs of all matches; False if there is no memory."""
    cdef Py_ssize_t n_openers = word_arcs.word_tags.n_openers, n_values = 0, n = 0
    cdef Py_ssize_t first = 0, after
    release_arcs(word_arcs)
    word_arcs.n = word_arcs.next = 0
    while first < word_arcs.matches.n:
        after = next_start(word_arcs.matches, first)
        n += 1
        n_values += (word_arcs.matches.items[after - 1].length + 2) * n_openers
        first = after
    word_arcs.items = <SummedArc *>malloc((n + 1) * sizeof(SummedArc))
    word_arcs.values = <double *>malloc((n_values + 1) * sizeof(double))
    word_arcs.tags = <int16_t *>malloc(
        (word_arcs.matches.longest + 1) * (n_openers + 1) * sizeof(int16_t)
    )
    if not (word_arcs.items and word_arcs.values and word_arcs.tags):
        return False
    list_tags(word_arcs)
    list_arcs(word_arcs)
    return True


cdef void release_arcs(SummedArcs *word_arcs) noexcept nogil:
    """Free the memory."""
    free(word_arcs.items)
    free(word_arcs.values)
    free(word_arcs.tags)
    word_arcs.items, word_arcs.values, word_arcs.tags = NULL, NULL, NULL


cdef void list_tags(SummedArcs *word_arcs) noexcept nogil:
    """List the tags along a word arc from each opening tag."""
    cdef Py_ssize_t d, k, n_openers = word_arcs.word_tags.n_openers
    cdef int16_t tag
    for k in range(n_openers):
        tag = word_arcs.word_tags.openers[k]
        for d in range(word_arcs.matches.longest):
            word_arcs.tags[d * n_openers + k] = tag
            tag = word_arcs.word_tags.inner[tag] if tag >= 0 else -1


cdef void list_arcs(SummedArcs *word_arcs) noexcept nogil:
    """List the word arcs: one where words of several characters begin."""
    cdef Py_ssize_t first = 0, after, length, k, n_openers = word_arcs.word_tags.n_openers
    cdef double *values = word_arcs.values
    cdef SummedArc *word_arc
    while first < word_arcs.matches.n:
        after = next_start(word_arcs.matches, first)
        length = word_arcs.matches.items[after - 1].length
        if length > 1:
            word_arc = &word_arcs.items[word_arcs.n]
            word_arc.start = word_arcs.matches.items[first].start
            word_arc.first, word_arc.after = first, after
            word_arc.end, word_arc.alpha = word_arc.start + length, values
            word_arc.beta = values + length * n_openers
            word_arc.entropy = word_arc.beta + n_openers
            for k in range((length + 2) * n_openers):
                values[k] = 0
            values += (length + 2) * n_openers
            word_arcs.n += 1
        first = after


cdef double word_weight(
    const SummedArcs *word_arcs, Py_ssize_t start, Py_ssize_t length, int16_t tag
) noexcept nogil:
    """Return exp(strength) of the word of this start and length that ends with a tag; else 1."""
    cdef Py_ssize_t low = 0, high = word_arcs.matches.n, middle
    while low < high:
        middle = (low + high) // 2
        if word_arcs.matches.items[middle].start < start:
            low = middle + 1
        else:
            high = middle
    if low == word_arcs.matches.n or word_arcs.matches.items[low].start != start:
        return 1
    return factor(word_arcs, low, next_start(word_arcs.matches, low), length, tag)


cdef inline double weight_in(
    const SummedArcs *word_arcs, const SummedArc *word_arc, Py_ssize_t length, int16_t tag
) noexcept nogil:
    """Return the same for a word on a word arc."""
    return factor(word_arcs, word_arc.first, word_arc.after, length, tag)


cdef inline double factor(
    const SummedArcs *word_arcs, Py_ssize_t first, Py_ssize_t after, Py_ssize_t length, int16_t tag
) noexcept nogil:
    """Return the same for a word among matches of one start.

    The strength is rounded to whole units as in the Viterbi pass, so that probabilities sum to 1.
    """
    cdef const WordTags *word_tags = word_arcs.word_tags
    return exp(
        word_score(word_tags, word_arcs.matches, first, after, length, tag) / word_tags.per_nat
    )


cdef inline Py_ssize_t earliest(const SummedArcs *word_arcs, Py_ssize_t t) noexcept nogil:
    """Return the first word arc that may reach character t."""
    cdef Py_ssize_t k = word_arcs.next
    while k > 0 and word_arcs.items[k - 1].start >= t - word_arcs.matches.longest:
        k -= 1
    return k


cdef void open_arc(
    SummedArcs *word_arcs, Py_ssize_t t, const double *alpha, const double *entropy, double *plain
) noexcept nogil:
    """Copy alpha to ``plain``; if user words begin at character t, move their weight to an arc."""
    cdef Py_ssize_t j, k
    cdef SummedArc *word_arc = &word_arcs.items[word_arcs.next]
    for j in range(word_arcs.n_tags):
        plain[j] = alpha[j]
    if word_arcs.next == word_arcs.n or word_arc.start != t:
        return
    for k in range(word_arcs.word_tags.n_openers):
        j = word_arcs.word_tags.openers[k]
        word_arc.alpha[k], word_arc.entropy[k], plain[j] = alpha[j], entropy[j], 0
    word_arcs.next += 1


cdef inline void add_weighted(
    double weight, double entropy, Py_ssize_t tag, double *alpha, double *spread
) noexcept nogil:
    """Add the weight of paths to a tag; ``spread`` gets its term of the entropy."""
    alpha[tag] += weight
    if weight > 0:
        spread[tag] += weight * (entropy - log(weight))


cdef double forward_arcs(
    SummedArcs *word_arcs, Py_ssize_t t, const double *potential, double *alpha, double *spread
) noexcept nogil:
    """Extend all word arcs to character t; return the weight that stays on them.

    ``alpha`` and ``spread`` get the weight that returns to the lattice, without potentials.
    """
    cdef Py_ssize_t k, o, d, n_openers = word_arcs.word_tags.n_openers
    cdef int16_t tag, j
    cdef double weight, stays = 0
    cdef SummedArc *word_arc
    for k in range(earliest(word_arcs, t), word_arcs.next):
        word_arc = &word_arcs.items[k]
        d = t - word_arc.start
        for o in range(n_openers if t < word_arc.end else 0):
            tag = word_arcs.tags[(d - 1) * n_openers + o]
            weight = word_arc.alpha[(d - 1) * n_openers + o]
            if tag < 0 or weight <= 0:
                continue
            j = word_arcs.word_tags.closing[tag]
            if j >= 0:
                add_weighted(
                    weight * word_arcs.arcs[tag * word_arcs.n_tags + j]
                    * weight_in(word_arcs, word_arc, d + 1, j),
                    word_arc.entropy[o], j, alpha, spread,
                )
            j = word_arcs.word_tags.inner[tag]
            weight *= word_arcs.arcs[tag * word_arcs.n_tags + j] if j >= 0 else 0
            if t == word_arc.end - 1 and j >= 0:
                add_weighted(weight, word_arc.entropy[o], j, alpha, spread)
            elif j >= 0:
                word_arc.alpha[d * n_openers + o] = weight * potential[j]
                stays += word_arc.alpha[d * n_openers + o]
    return stays


cdef void scale_arcs(SummedArcs *word_arcs, Py_ssize_t t, double total) noexcept nogil:
    """Divide the weights of word arcs at character t by ``total``."""
    cdef Py_ssize_t k, o, d, n_openers = word_arcs.word_tags.n_openers
    for k in range(earliest(word_arcs, t), word_arcs.next):
        d = t - word_arcs.items[k].start
        for o in range(n_openers if t < word_arcs.items[k].end else 0):
            word_arcs.items[k].alpha[d * n_openers + o] /= total


cdef void add_tags(const SummedArcs *word_arcs, Py_ssize_t t, double *tags) noexcept nogil:
    """Add the probabilities of the tags of character t on word arcs."""
    cdef Py_ssize_t k, o, d, n_openers = word_arcs.word_tags.n_openers
    cdef const SummedArc *word_arc
    for k in range(earliest(word_arcs, t), word_arcs.next):
        word_arc = &word_arcs.items[k]
        d = t - word_arc.start
        for o in range(n_openers if 0 < d and t < word_arc.end - 1 else 0):
            if word_arcs.tags[d * n_openers + o] >= 0:
                tags[word_arcs.tags[d * n_openers + o]] += (
                    word_arc.alpha[d * n_openers + o] * word_arc.beta[o]
                )


cdef void backward_arcs(
    SummedArcs *word_arcs, Py_ssize_t t, const double *potential, const double *beta
) noexcept nogil:
    """Compute the beta of all word arcs at the character before t."""
    cdef Py_ssize_t k, o, d, n_openers = word_arcs.word_tags.n_openers
    cdef int16_t tag, j
    cdef double total
    cdef const double *arc
    cdef SummedArc *word_arc
    for k in range(earliest(word_arcs, t), word_arcs.next):
        word_arc = &word_arcs.items[k]
        d = t - word_arc.start
        for o in range(n_openers if 0 < d and t < word_arc.end else 0):
            total, tag = 0, word_arcs.tags[(d - 1) * n_openers + o]
            if tag >= 0:
                arc = word_arcs.arcs + tag * word_arcs.n_tags
                j = word_arcs.word_tags.closing[tag]
                if j >= 0:
                    total += (
                        arc[j] * potential[j] * beta[j] * weight_in(word_arcs, word_arc, d + 1, j)
                    )
                j = word_arcs.word_tags.inner[tag]
                if j >= 0:
                    total += arc[j] * potential[j] * (
                        beta[j] if t == word_arc.end - 1 else word_arc.beta[o]
                    )
            word_arc.beta[o] = total


cdef void close_arc(SummedArcs *word_arcs, Py_ssize_t t, double *beta) noexcept nogil:
    """Copy the beta of the word arc that begins at character t, if any, to its opening tags."""
    cdef Py_ssize_t k
    cdef const SummedArc *word_arc = &word_arcs.items[word_arcs.next - 1]
    if word_arcs.next == 0 or word_arc.start != t:
        return
    for k in range(word_arcs.word_tags.n_openers):
        beta[word_arcs.word_tags.openers[k]] = word_arc.beta[k]
    word_arcs.next -= 1


cdef void constrain_forced(Decoder decoder, Sentence *sentence) noexcept nogil:
    """Replace forced and forbidden words by boundary constraints and finite strengths.

    Later code sees finite weights only. Forced words on the best path are constrained; the other
    forced words lose their strength. Forbidden words get the lowest finite strength.
    """
    cdef Py_ssize_t k, t
    cdef Match *match
    if not sentence.matches.has_infinite or not decoder.decode(sentence):
        return
    for k in range(sentence.matches.n):
        match = &sentence.matches.items[k]
        if not isinf(match.strength):
            continue
        if match.strength < 0:
            match.strength = -MAX_STRENGTH
        elif is_word(decoder, sentence, match):
            sentence.boundaries[match.start] = 1
            for t in range(match.start + 1, match.start + match.length):
                sentence.boundaries[t] = -1
            if match.start + match.length < sentence.n:
                sentence.boundaries[match.start + match.length] = 1
            match.strength = MAX_STRENGTH if match.label >= 0 else 0
        else:
            match.strength = 0


cdef bint is_word(
    Decoder decoder, const Sentence *sentence, const Match *match
) noexcept nogil:
    """Return True if a match is a word on the best path, with its label."""
    cdef Py_ssize_t t, end = match.start + match.length
    if match.label >= 0 and decoder.labels[sentence.tags[match.start]] != match.label:
        return False
    for t in range(match.start + 1, end):
        if decoder.begins[sentence.tags[t]]:
            return False
    return decoder.begins[sentence.tags[match.start]] and (
        end == sentence.n or decoder.begins[sentence.tags[end]]
    )
