"""Words of a user's lexicon in sums over all tag sequences: chains.pyx, added up.

A link has the tags from the opening one to the end of the longest word that begins with it. Its
weight leaves the lattice at its start, and comes back where a word ends, times exp(strength), and
at its end::

    alpha_link[t] = alpha_link[t-1] arc potential[t, inner]
    alpha[t, closing] += alpha_link[t-1] arc exp(strength) potential[t, closing]

    beta_link[t-1] = arc potential[t, inner] beta_link[t]
                   + arc exp(strength) potential[t, closing] beta[t, closing]

where at its end the lattice's alpha and beta of the inner tag take the place of the link's.
"""

from libc.math cimport exp, isinf, log
from libc.stdint cimport int16_t
from libc.stdlib cimport free, malloc

from crfseg.decoding.chains cimport MOST, Match, Spelling, behind, worth
from crfseg.decoding.decoder cimport Decoder
from crfseg.decoding.sentence cimport Sentence


cdef bint lay(Links *links) noexcept nogil:
    """Lay the links of all matches out; False if there is no memory."""
    cdef Py_ssize_t n_openers = links.spelling.n_openers, n_numbers = 0, n = 0, first = 0, after
    cdef const Link *link
    release_links(links)
    links.n = links.next = 0
    while first < links.matches.n:
        after = behind(links.matches, first)
        n += 1
        n_numbers += (links.matches.items[after - 1].length + 2) * n_openers
        first = after
    links.items = <Link *>malloc((n + 1) * sizeof(Link))
    links.numbers = <double *>malloc((n_numbers + 1) * sizeof(double))
    links.tags = <int16_t *>malloc((links.matches.longest + 1) * (n_openers + 1) * sizeof(int16_t))
    if not (links.items and links.numbers and links.tags):
        return False
    spell(links)
    enter(links)
    return True


cdef void release_links(Links *links) noexcept nogil:
    """Give the memory back."""
    free(links.items)
    free(links.numbers)
    free(links.tags)
    links.items, links.numbers, links.tags = NULL, NULL, NULL


cdef void spell(Links *links) noexcept nogil:
    """Write down the tags on the way from each opening one."""
    cdef Py_ssize_t d, k, n_openers = links.spelling.n_openers
    cdef int16_t tag
    for k in range(n_openers):
        tag = links.spelling.openers[k]
        for d in range(links.matches.longest):
            links.tags[d * n_openers + k] = tag
            tag = links.spelling.inner[tag] if tag >= 0 else -1


cdef void enter(Links *links) noexcept nogil:
    """Enter the places at which words of several characters begin."""
    cdef Py_ssize_t first = 0, after, length, k, n_openers = links.spelling.n_openers
    cdef double *numbers = links.numbers
    cdef Link *link
    while first < links.matches.n:
        after = behind(links.matches, first)
        length = links.matches.items[after - 1].length
        if length > 1:
            link = &links.items[links.n]
            link.start, link.first, link.after = links.matches.items[first].start, first, after
            link.end, link.alpha = link.start + length, numbers
            link.beta = numbers + length * n_openers
            link.entropy = link.beta + n_openers
            for k in range((length + 2) * n_openers):
                numbers[k] = 0
            numbers += (length + 2) * n_openers
            links.n += 1
        first = after


cdef double worth_of(
    const Links *links, Py_ssize_t start, Py_ssize_t length, int16_t tag
) noexcept nogil:
    """Return exp(strength) of the word that begins at a character and ends with a tag."""
    cdef Py_ssize_t low = 0, high = links.matches.n, middle
    while low < high:
        middle = (low + high) // 2
        if links.matches.items[middle].start < start:
            low = middle + 1
        else:
            high = middle
    if low == links.matches.n or links.matches.items[low].start != start:
        return 1
    return factor(links, low, behind(links.matches, low), length, tag)


cdef inline double worth_in(
    const Links *links, const Link *link, Py_ssize_t length, int16_t tag
) noexcept nogil:
    """Return the same of a word of a link."""
    return factor(links, link.first, link.after, length, tag)


cdef inline double factor(
    const Links *links, Py_ssize_t first, Py_ssize_t after, Py_ssize_t length, int16_t tag
) noexcept nogil:
    """Return the same of a word of that length among matches of one start.

    The strength counts in whole units, as in searches: else the ways would not add up to the sum.
    """
    cdef const Spelling *spelling = links.spelling
    return exp(worth(spelling, links.matches, first, after, length, tag) / spelling.per_nat)


cdef inline Py_ssize_t earliest(const Links *links, Py_ssize_t t) noexcept nogil:
    """Return the first link that may go as far as character t."""
    cdef Py_ssize_t k = links.next
    while k > 0 and links.items[k - 1].start >= t - links.matches.longest:
        k -= 1
    return k


cdef void open_link(
    Links *links, Py_ssize_t t, const double *alpha, const double *entropy, double *plain
) noexcept nogil:
    """Take what opens words at character t, if any do, out of ``plain``, a copy of alpha."""
    cdef Py_ssize_t j, k
    cdef Link *link = &links.items[links.next]
    for j in range(links.n_tags):
        plain[j] = alpha[j]
    if links.next == links.n or link.start != t:
        return
    for k in range(links.spelling.n_openers):
        j = links.spelling.openers[k]
        link.alpha[k], link.entropy[k], plain[j] = alpha[j], entropy[j], 0
    links.next += 1


cdef inline void bring(
    double weight, double entropy, Py_ssize_t tag, double *alpha, double *spread
) noexcept nogil:
    """Add the weight of a way to a tag; ``spread`` sums what makes its entropy."""
    alpha[tag] += weight
    if weight > 0:
        spread[tag] += weight * (entropy - log(weight))


cdef double follow_links(
    Links *links, Py_ssize_t t, const double *potential, double *alpha, double *spread
) noexcept nogil:
    """Go along all links to character t; return the weight that stays in them.

    ``alpha`` and ``spread`` get what comes back to the lattice, potentials not yet in it.
    """
    cdef Py_ssize_t k, o, d, n_openers = links.spelling.n_openers
    cdef int16_t tag, j
    cdef double weight, stays = 0
    cdef Link *link
    for k in range(earliest(links, t), links.next):
        link = &links.items[k]
        d = t - link.start
        for o in range(n_openers if t < link.end else 0):
            tag, weight = links.tags[(d - 1) * n_openers + o], link.alpha[(d - 1) * n_openers + o]
            if tag < 0 or weight <= 0:
                continue
            j = links.spelling.closing[tag]
            if j >= 0:
                bring(
                    weight * links.arcs[tag * links.n_tags + j] * worth_in(links, link, d + 1, j),
                    link.entropy[o], j, alpha, spread,
                )
            j = links.spelling.inner[tag]
            weight *= links.arcs[tag * links.n_tags + j] if j >= 0 else 0
            if t == link.end - 1 and j >= 0:
                bring(weight, link.entropy[o], j, alpha, spread)
            elif j >= 0:
                link.alpha[d * n_openers + o] = weight * potential[j]
                stays += link.alpha[d * n_openers + o]
    return stays


cdef void scale_links(Links *links, Py_ssize_t t, double total) noexcept nogil:
    """Divide the weights at character t by a sum."""
    cdef Py_ssize_t k, o, d, n_openers = links.spelling.n_openers
    for k in range(earliest(links, t), links.next):
        d = t - links.items[k].start
        for o in range(n_openers if t < links.items[k].end else 0):
            links.items[k].alpha[d * n_openers + o] /= total


cdef void add_tags(const Links *links, Py_ssize_t t, double *tags) noexcept nogil:
    """Add the probabilities of the tags of character t that are inside links."""
    cdef Py_ssize_t k, o, d, n_openers = links.spelling.n_openers
    cdef const Link *link
    for k in range(earliest(links, t), links.next):
        link = &links.items[k]
        d = t - link.start
        for o in range(n_openers if 0 < d and t < link.end - 1 else 0):
            if links.tags[d * n_openers + o] >= 0:
                tags[links.tags[d * n_openers + o]] += link.alpha[d * n_openers + o] * link.beta[o]


cdef void pull_links(
    Links *links, Py_ssize_t t, const double *potential, const double *beta
) noexcept nogil:
    """Go back along all links from character t to the one before."""
    cdef Py_ssize_t k, o, d, n_openers = links.spelling.n_openers
    cdef int16_t tag, j
    cdef double total
    cdef const double *arc
    cdef Link *link
    for k in range(earliest(links, t), links.next):
        link = &links.items[k]
        d = t - link.start
        for o in range(n_openers if 0 < d and t < link.end else 0):
            total, tag = 0, links.tags[(d - 1) * n_openers + o]
            if tag >= 0:
                arc = links.arcs + tag * links.n_tags
                j = links.spelling.closing[tag]
                if j >= 0:
                    total += arc[j] * potential[j] * beta[j] * worth_in(links, link, d + 1, j)
                j = links.spelling.inner[tag]
                if j >= 0:
                    total += arc[j] * potential[j] * (
                        beta[j] if t == link.end - 1 else link.beta[o]
                    )
            link.beta[o] = total


cdef void close_link(Links *links, Py_ssize_t t, double *beta) noexcept nogil:
    """Let what opens words at character t have the beta of the link; it is done with then."""
    cdef Py_ssize_t k
    cdef const Link *link = &links.items[links.next - 1]
    if links.next == 0 or link.start != t:
        return
    for k in range(links.spelling.n_openers):
        beta[links.spelling.openers[k]] = link.beta[k]
    links.next -= 1


cdef void settle(Decoder decoder, Sentence *sentence) noexcept nogil:
    """Turn infinite strengths into what is known, so that sums and lists need not have them.

    The words that are always words on the best way are so on all; other labels of theirs, and words
    that never are, become as improbable as a finite strength can make them.
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
            match.strength = -MOST
        elif is_word(decoder, sentence, match):
            sentence.known[match.start] = 1
            for t in range(match.start + 1, match.start + match.length):
                sentence.known[t] = -1
            if match.start + match.length < sentence.n:
                sentence.known[match.start + match.length] = 1
            match.strength = MOST if match.label >= 0 else 0
        else:
            match.strength = 0


cdef bint is_word(
    Decoder decoder, const Sentence *sentence, const Match *match
) noexcept nogil:
    """Tell whether the tags found have a match as a word, with its label."""
    cdef Py_ssize_t t, end = match.start + match.length
    if match.label >= 0 and decoder.labels[sentence.tags[match.start]] != match.label:
        return False
    for t in range(match.start + 1, end):
        if decoder.begins[sentence.tags[t]]:
            return False
    return decoder.begins[sentence.tags[match.start]] and (
        end == sentence.n or decoder.begins[sentence.tags[end]]
    )
