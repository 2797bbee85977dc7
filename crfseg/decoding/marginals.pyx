"""Marginals of words and tags, log Z and entropy: sums over all legal tag sequences.

    alpha[t, j]   = potential[t, j] sum_i alpha[t-1, i] arc[i, j],   scaled to sum 1
    beta[t-1, i]  = sum_j arc[i, j] potential[t, j] beta[t, j],      scaled alike

    p(word from s to e) = sum over its tag paths p of
        alpha[s, p_s] arc[p_s, p_s+1] potential[s+1, p_s+1] ... potential[e, p_e] beta[e, p_e]

where p begins with a tag that begins a word, ends with one that ends it, and begins none between.
The entropy needs no backward pass (Hernando, Crespi and Cybenko 2005):

    back[t, i, j] = alpha[t-1, i] arc[i, j] / (their sum over i)
    h[t, j]       = sum_i back[t, i, j] (h[t-1, i] - log back[t, i, j])

Words of a user's lexicon follow word arcs, see word_sums.pyx. :mod:`crfseg.decoding.reference` has
the recurrences in numpy.
"""

import numpy as np

from libc.math cimport NAN, exp, log
from libc.stdint cimport int8_t, int16_t, int32_t, uint8_t, uint32_t
from libc.stdlib cimport free, realloc
from libc.string cimport memset

from crfseg.decoding.decoder cimport CHUNK, Decoder
from crfseg.decoding.sentence cimport Sentence, release
from crfseg.decoding.word_sums cimport (
    SummedArcs, add_tags, backward_arcs, close_arc, constrain_forced, forward_arcs, open_arc,
    release_arcs, reserve_arcs, scale_arcs, word_weight
)
from crfseg.decoding.word_trie cimport Trie

cdef double LEAST = -300  # of a log-potential less the largest, so that no product of two is 0


cdef struct Lattice:  # of one sentence; grows; of one thread
    double *alpha  # [T, L]
    double *potential  # [T, L]
    double *beta  # [L], and twice as much work space
    double *entropy  # [L], and as much work space
    double *plain  # [L], alpha of the character before, without the tags on word arcs
    double *merged  # [L], weights that return from word arcs; and [L] the sums for their entropy
    SummedArcs word_arcs
    double log_z
    Py_ssize_t room


cdef struct Outputs:  # outputs; NULL: not computed
    const uint8_t *starts  # [T], 1 where a word begins
    double *words  # [T]
    double *tags  # [T, L]
    double *log_z  # [N]
    double *entropies  # [N]


cdef class Marginals:
    """Sums over the tag sequences of sentences. Immutable, shared between threads.

    Parameters
    ----------
    decoder
        Computes the emissions.
    transitions
        Log-potentials, -inf where illegal; shape (L, L), float64.
    begins, ends
        1 for tags that begin and end a word; shape (L,), int8.
    temperature
        Divisor of all log-potentials, positive.
    """

    cdef Decoder decoder
    cdef double[:, ::1] arcs
    cdef const int8_t[::1] begins, ends
    cdef double unit
    cdef double shift  # subtracted from all transitions, so that no exponential overflows

    def __init__(
        self, Decoder decoder, transitions, const int8_t[::1] begins, const int8_t[::1] ends,
        double temperature,
    ):
        self.decoder, self.begins, self.ends = decoder, begins, ends
        self.shift = transitions.max() / temperature
        below = transitions / temperature - self.shift
        self.arcs = np.exp(np.where(below > -np.inf, np.maximum(below, LEAST), below))
        self.unit = decoder.unit / temperature

    def of_words(
        self, const uint32_t[::1] codes, const Py_ssize_t[::1] offsets,
        const int8_t[::1] boundaries, const uint8_t[::1] starts, Trie user_words=None,
    ):
        """Return the probability of each word of a segmentation.

        Parameters
        ----------
        codes, offsets, boundaries, user_words
            See :meth:`crfseg.decoding.decoder.Decoder.tag`.
        starts
            1 where a word begins, also at the start of a sentence; shape (T,), uint8.

        Returns
        -------
        probabilities
            At the first character of each word, 0 elsewhere; NaN for the words of a sentence whose
            constraints leave no path. Shape (T,), float64.
        """
        cdef double[::1] words = np.zeros(codes.shape[0])
        cdef Outputs outputs
        memset(&outputs, 0, sizeof(Outputs))
        if codes.shape[0]:
            outputs.starts, outputs.words = &starts[0], &words[0]
        self.sum_up(codes, offsets, boundaries, user_words, outputs)
        return np.asarray(words)

    def of_tags(
        self, const uint32_t[::1] codes, const Py_ssize_t[::1] offsets,
        const int8_t[::1] boundaries, Trie user_words=None,
    ):
        """Return the probability of each tag at each character; (T, L), NaN where no path is left.

        See :meth:`crfseg.decoding.decoder.Decoder.tag` for the parameters.
        """
        cdef double[:, ::1] tags = np.empty((codes.shape[0], self.decoder.n_tags))
        cdef Outputs outputs
        memset(&outputs, 0, sizeof(Outputs))
        if codes.shape[0]:
            outputs.tags = &tags[0, 0]
        self.sum_up(codes, offsets, boundaries, user_words, outputs)
        return np.asarray(tags)

    def of_sentences(
        self, const uint32_t[::1] codes, const Py_ssize_t[::1] offsets,
        const int8_t[::1] boundaries, Trie user_words=None,
    ):
        """Return log Z and the entropy, in nats, of each sentence; (N,), NaN where no path is left.

        See :meth:`crfseg.decoding.decoder.Decoder.tag` for the parameters.
        """
        cdef double[:, ::1] found = np.empty((2, offsets.shape[0] - 1))
        cdef Outputs outputs
        memset(&outputs, 0, sizeof(Outputs))
        if found.shape[1]:
            outputs.log_z, outputs.entropies = &found[0, 0], &found[1, 0]
        self.sum_up(codes, offsets, boundaries, user_words, outputs)
        return tuple(np.asarray(found))

    cdef int sum_up(
        self, const uint32_t[::1] codes, const Py_ssize_t[::1] offsets,
        const int8_t[::1] boundaries, Trie user_words, Outputs outputs,
    ) except -1:
        """Write the outputs of all sentences."""
        cdef Sentence sentence
        cdef Lattice lattice
        cdef Py_ssize_t s, begin
        cdef bint room = True
        memset(&sentence, 0, sizeof(Sentence))
        memset(&lattice, 0, sizeof(Lattice))
        with nogil:
            for s in range(offsets.shape[0] - 1):
                begin = offsets[s]
                room = (
                    self.decoder.load(&sentence, codes, boundaries, begin, offsets[s + 1])
                    and self.decoder.match_user_words(&sentence, user_words)
                    and self.reserve(&lattice, &sentence)
                )
                if not room:
                    break
                if self.forward(&sentence, &lattice, outputs.entropies != NULL):
                    self.write(&lattice, sentence.n, s, begin, &outputs)
                else:
                    self.mark_infeasible(sentence.n, s, begin, &outputs)
            release(&sentence)
            free(lattice.alpha)
            free(lattice.potential)
            free(lattice.beta)
            free(lattice.entropy)
            release_arcs(&lattice.word_arcs)
        if not room:
            raise MemoryError
        return 0

    cdef void write(
        self, Lattice *lattice, Py_ssize_t n, Py_ssize_t s, Py_ssize_t begin, const Outputs *outputs
    ) noexcept nogil:
        """Write the outputs of a sentence."""
        cdef Py_ssize_t j
        cdef const double *last = lattice.alpha + (n - 1) * self.decoder.n_tags
        if outputs.log_z != NULL:
            outputs.log_z[s] = lattice.log_z
        if outputs.entropies != NULL:
            outputs.entropies[s] = 0
            for j in range(self.decoder.n_tags):
                if last[j] > 0:
                    outputs.entropies[s] += last[j] * (lattice.entropy[j] - log(last[j]))
        if outputs.words != NULL or outputs.tags != NULL:
            self.backward(lattice, n, begin, outputs)

    cdef void mark_infeasible(
        self, Py_ssize_t n, Py_ssize_t s, Py_ssize_t begin, const Outputs *outputs
    ) noexcept nogil:
        """Write NaN for a sentence without any path."""
        cdef Py_ssize_t t, n_tags = self.decoder.n_tags
        if outputs.log_z != NULL:
            outputs.log_z[s] = NAN
        if outputs.entropies != NULL:
            outputs.entropies[s] = NAN
        for t in range(n):
            if outputs.words != NULL and outputs.starts[begin + t]:
                outputs.words[begin + t] = NAN
        if outputs.tags != NULL:
            for t in range(begin * n_tags, (begin + n) * n_tags):
                outputs.tags[t] = NAN

    cdef bint reserve(self, Lattice *lattice, Sentence *sentence) noexcept nogil:
        """Make room for a sentence; False if there is no memory."""
        cdef Py_ssize_t n_tags = self.decoder.n_tags, room = max(sentence.n, 2 * lattice.room)
        lattice.word_arcs.n = 0
        if sentence.matches.n:
            constrain_forced(self.decoder, sentence)
            lattice.word_arcs.word_tags = &self.decoder.word_tags
            lattice.word_arcs.matches = &sentence.matches
            lattice.word_arcs.arcs, lattice.word_arcs.n_tags = &self.arcs[0, 0], n_tags
            if not reserve_arcs(&lattice.word_arcs):
                return False
        if sentence.n <= lattice.room:
            return True
        lattice.alpha = <double *>realloc(lattice.alpha, room * n_tags * sizeof(double))
        lattice.potential = <double *>realloc(lattice.potential, room * n_tags * sizeof(double))
        lattice.beta = <double *>realloc(lattice.beta, 3 * n_tags * sizeof(double))
        lattice.entropy = <double *>realloc(lattice.entropy, 5 * n_tags * sizeof(double))
        lattice.plain, lattice.merged = lattice.entropy + 2 * n_tags, lattice.entropy + 3 * n_tags
        lattice.room = room
        return lattice.alpha and lattice.potential and lattice.beta and lattice.entropy

    cdef bint forward(self, Sentence *sentence, Lattice *lattice, bint entropy) noexcept nogil:
        """Compute alpha, the potentials, log Z and the entropy; False if no path is left."""
        cdef Py_ssize_t start = 0, n, t, n_tags = self.decoder.n_tags
        cdef double total
        cdef const double *before = NULL
        cdef double *alpha = lattice.alpha
        cdef double *potential = lattice.potential
        self.decoder.pad_and_match(sentence)
        lattice.log_z = self.shift * (sentence.n - 1)
        while start < sentence.n:
            n = min(<Py_ssize_t>CHUNK, sentence.n - start)
            self.decoder.compute_emissions(sentence, start, n)
            for t in range(start, start + n):
                lattice.log_z += self.exponentials(
                    sentence, lattice, t, sentence.emissions + (t - start) * n_tags, potential
                )
                total = self.advance(lattice, t, before, alpha, potential)
                if not total > 0:
                    return False
                lattice.log_z += log(total)
                if entropy:
                    self.average_entropy(before, lattice)
                before = alpha
                if lattice.word_arcs.n:
                    before = lattice.plain
                    open_arc(&lattice.word_arcs, t, alpha, lattice.entropy, lattice.plain)
                alpha += n_tags
                potential += n_tags
            start += n
        return True

    cdef double exponentials(
        self, const Sentence *sentence, const Lattice *lattice, Py_ssize_t t,
        const int32_t *emissions, double *potential,
    ) noexcept nogil:
        """Write exp(emission - the largest) of each tag, 0 if forbidden; return the largest."""
        cdef Py_ssize_t j, n_tags = self.decoder.n_tags
        cdef bint may_begin = sentence.boundaries[t] >= 0
        cdef bint may_go_on = sentence.boundaries[t] <= 0 and t > 0
        cdef int32_t top = emissions[0]
        for j in range(1, n_tags):
            top = max(top, emissions[j])
        for j in range(n_tags):
            potential[j] = exp(max((emissions[j] - top) * self.unit, LEAST))
            if not (may_begin if self.begins[j] else may_go_on):
                potential[j] = 0
            elif t == sentence.n - 1 and not self.ends[j]:
                potential[j] = 0
            elif sentence.matches.n and self.begins[j] and self.ends[j]:
                potential[j] *= word_weight(&lattice.word_arcs, t, 1, <int16_t>j)
        return top * self.unit

    cdef double advance(
        self, Lattice *lattice, Py_ssize_t t, const double *before, double *alpha,
        double *potential,
    ) noexcept nogil:
        """Compute alpha of character t from ``before``; return its sum before scaling."""
        cdef Py_ssize_t j, n_tags = self.decoder.n_tags
        cdef double total = 0
        for j in range(2 * n_tags):
            lattice.merged[j] = 0
        if lattice.word_arcs.n:
            total = forward_arcs(
                &lattice.word_arcs, t, potential, lattice.merged, lattice.merged + n_tags
            )
        if before == NULL:
            for j in range(n_tags):
                alpha[j] = 1
        else:
            self.follow(before, alpha)
        for j in range(n_tags):
            alpha[j] = (alpha[j] + lattice.merged[j]) * potential[j]
            total += alpha[j]
        for j in range(n_tags):
            if total > 0:
                alpha[j] /= total
                potential[j] /= total
        if lattice.word_arcs.n and total > 0:
            scale_arcs(&lattice.word_arcs, t, total)
        return total

    cdef void average_entropy(self, const double *before, Lattice *lattice) noexcept nogil:
        """Compute the entropy of all paths to each tag of the next character."""
        cdef Py_ssize_t i, j, n_tags = self.decoder.n_tags
        cdef double *entropy = lattice.entropy
        cdef double *after = entropy + n_tags
        cdef double total, weight
        for j in range(n_tags):
            total, after[j] = lattice.merged[j], lattice.merged[n_tags + j]
            for i in range(n_tags if before != NULL else 0):
                weight = before[i] * self.arcs[i, j]
                if weight > 0:
                    total += weight
                    after[j] += weight * (entropy[i] - log(weight))
            # = sum of share (h - log share), where share = weight / total.
            after[j] = max(after[j] / total + log(total), 0.0) if total > 0 else 0
        for j in range(n_tags):
            entropy[j] = after[j]

    cdef void follow(self, const double *before, double *after) noexcept nogil:
        """Compute after[j] = sum_i before[i] arc[i, j]."""
        cdef Py_ssize_t i, j, n_tags = self.decoder.n_tags
        cdef const double *arc = &self.arcs[0, 0]
        for j in range(n_tags):
            after[j] = 0
        for i in range(n_tags):
            if before[i] > 0:
                for j in range(n_tags):
                    after[j] += before[i] * arc[j]
            arc += n_tags

    cdef void backward(
        self, Lattice *lattice, Py_ssize_t n, Py_ssize_t begin, const Outputs *outputs
    ) noexcept nogil:
        """Compute beta from the end; write the probabilities of words and tags on the way."""
        cdef Py_ssize_t t, start, i, j, n_tags = self.decoder.n_tags
        cdef double *beta = lattice.beta
        cdef double *pull = beta + n_tags
        cdef const double *arc
        for j in range(n_tags):
            beta[j] = 1
        for t in range(n - 1, -1, -1):
            if outputs.tags != NULL:
                for j in range(n_tags):
                    outputs.tags[(begin + t) * n_tags + j] = (
                        lattice.alpha[t * n_tags + j] * beta[j]
                    )
                if lattice.word_arcs.n:
                    add_tags(&lattice.word_arcs, t, outputs.tags + (begin + t) * n_tags)
            if outputs.words != NULL and (t == n - 1 or outputs.starts[begin + t + 1]):
                start = t
                while start > 0 and not outputs.starts[begin + start]:
                    start -= 1
                outputs.words[begin + start] = self.word(lattice, start, t)
            if lattice.word_arcs.n:
                backward_arcs(&lattice.word_arcs, t, lattice.potential + t * n_tags, beta)
            for j in range(n_tags):
                pull[j] = lattice.potential[t * n_tags + j] * beta[j]
            for i in range(n_tags):
                arc = &self.arcs[i, 0]
                beta[i] = 0
                for j in range(n_tags):
                    beta[i] += arc[j] * pull[j]
            if lattice.word_arcs.n:
                close_arc(&lattice.word_arcs, t - 1, beta)

    cdef double word(self, Lattice *lattice, Py_ssize_t start, Py_ssize_t end) noexcept nogil:
        """Return the probability of a word; ``lattice.beta`` is that of its last character."""
        cdef Py_ssize_t t, j, n_tags = self.decoder.n_tags
        cdef double total = 0
        cdef double *here = lattice.beta + n_tags
        cdef double *after = here + n_tags
        for j in range(n_tags):
            here[j] = lattice.alpha[start * n_tags + j] if self.begins[j] else 0
        for t in range(start + 1, end + 1):
            self.follow(here, after)
            for j in range(n_tags):
                here[j] = 0 if self.begins[j] else after[j] * lattice.potential[t * n_tags + j]
        for j in range(n_tags):
            if self.ends[j] and lattice.word_arcs.n and end > start:
                here[j] *= word_weight(&lattice.word_arcs, start, end + 1 - start, <int16_t>j)
            if self.ends[j]:
                total += here[j] * lattice.beta[j]
        return min(total, 1.0)  # rounding can exceed 1
