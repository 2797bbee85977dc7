"""Slow and plain definitions that the fast code is held against."""

from functools import cache
from itertools import product

import numpy as np

from crfseg.decoding import reference
from crfseg.features import ngrams
from crfseg.features.ngrams import VIEWS
from crfseg.text import chars
from crfseg.text.whitespace import split_lines


def steps_taken_once(weights, start):
    """Return, of patterns that occur once, where each weight is and how far it has moved.

    ``weights`` have taken the first steps, ``start`` none; others take several in one batch.
    """
    return [
        (before[row, 0], place, after[row, 0, place] - before[row, 0, place])
        for patterns, before, after in zip(
            start.dataset.patterns, start.blocks, weights.blocks, strict=True
        )
        for row in np.flatnonzero(patterns.counts == 1)
        for place in range(before.shape[2])
    ]


def first_step(array, at, loss):
    """Return AdaGrad's first step on a weight at rate 0.5, its gradient by finite differences."""
    before, losses = array[at], []
    for shift in (1e-2, -1e-2):
        array[at] = before + shift
        losses.append(loss())
    array[at] = before
    gradient = (losses[0] - losses[1]) / 2e-2
    return -0.5 * gradient / np.sqrt(1 + gradient**2)


def occurrences(words, entries):
    """Return begin, end and rank of every word in the text."""
    text = [int(entry) & 0xFFFF for entry in entries]
    return [
        (begin, begin + len(word), k)
        for k, word in enumerate(words)
        for begin in range(len(text) - len(word) + 1)
        if tuple(text[begin : begin + len(word)]) == tuple(word)
    ]


def reference_marks(words, classes, entries):
    """Return marks and words, from all occurrences at each place."""
    known = [found for found in occurrences(words, entries) if classes[found[2]]]
    by_length = sorted(known, key=lambda found: (found[1] - found[0], found[0]))

    def longest(holds):
        chosen = [found for found in by_length if holds(*found[:2])]
        if not chosen:
            return 0, 0
        begin, end, k = chosen[-1]
        return min(end - begin, 6) << 5 | (classes[k] - 1), 3 + k if 3 + k < 1 << 16 else 0

    marks, found = [], []
    for i, entry in enumerate(entries):
        symbol = int(entry) & 0xFFFF
        if symbol in (1, 2):
            marks.append(symbol * 0x10101)
            found.append(symbol * 0x10001)
            continue
        begins, first = longest(lambda begin, end, i=i: begin == i)
        ends, last = longest(lambda begin, end, i=i: end == i + 1)
        passes, _ = longest(lambda begin, end, i=i: begin < i < end)
        marks.append(begins | ends << 8 | passes << 16)
        found.append(first | last << 16)
    return marks, found


def reference_bits(words, bits, entries):
    """Return the bits of all words that begin at each place together; at edges the symbol."""
    found = [symbol if symbol in (1, 2) else 0 for symbol in (int(e) & 0xFFFF for e in entries)]
    for begin, _, k in occurrences(words, entries):
        found[begin] |= bits[k]
    return found


def reference_symbols(model, codes):
    """Return the symbols of each view, the sentence between edges."""
    window, lexicon = model.templates.window, model.lexicon
    entries = ngrams.pad(model.alphabet.entries_of(codes), np.array([0, len(codes)]), window)
    words = [model.alphabet.ids(chars.code_points(word), "C").tolist() for word in lexicon.words]
    marks, ranks = reference_marks(words, lexicon.classes.tolist(), entries)
    strings = [
        [symbol for symbol in row if symbol] for row in model.extractor.varieties.strings.tolist()
    ]
    from_starts = reference_bits(strings, model.extractor.varieties.classes.tolist(), entries)
    marks = [mark | bits << 24 for mark, bits in zip(marks, from_starts, strict=True)]
    places = entries.tolist(), marks, ranks
    return {
        name: [at >> view.shift & (1 << view.bits) - 1 for at in places[view.number]]
        for name, view in VIEWS.items()
    }


@cache
def blocks_of(model):
    """Return for each kind the blocks of its patterns."""
    found = []
    for table in model.tables:
        patterns = map(tuple, ngrams.unpacked(table.keys, table.kind.views).tolist())
        found.append(dict(zip(patterns, model.potentials(table), strict=True)))
    return found


def reference_emissions(model, codes):
    """Sum the weights pattern by pattern, as docs/file-format.md says."""
    window, found = model.templates.window, reference_symbols(model, codes)
    total = np.zeros((len(codes) + 2 * window, len(model.tag_set.names)))
    for kind, blocks in zip(model.templates.kinds, blocks_of(model), strict=True):
        for i in range(len(total) - kind.shape[-1]):
            pattern = tuple(found[v][i + k] for v, k in zip(kind.views, kind.shape, strict=True))
            for r, row in enumerate(blocks.get(pattern, ())):
                if 0 <= i - kind.reach + r < len(total):
                    total[i - kind.reach + r] += row
    return total[window:-window]


def potentials(segmenter, codes, temperature):
    """Return emissions and transitions of a sentence at a temperature."""
    model = segmenter.model.quantize("float64")
    emissions = reference.constrain(segmenter.decoder.emissions(codes), model.tag_set)
    transitions = reference.mask(model.transitions * model.scale, model.tag_set)
    return emissions / temperature, transitions / temperature


def all_segmentations(emissions, transitions, tag_set):
    """Return every segmentation of a short sentence, as its spans, and its probability."""
    totals = {}
    for path in product(range(len(tag_set.names)), repeat=len(emissions)):
        score = reference.path_score(emissions, transitions, np.array(path))
        if score > -np.inf:
            starts = tuple(tag_set.begins[list(path)].tolist())
            totals[starts] = totals.get(starts, 0.0) + np.exp(score)
    z = sum(totals.values())
    return {starts: total / z for starts, total in totals.items()}


def all_paths(segmenter, text, temperature):
    """Return the log-probability of every legal tag sequence of a line, and the sequence."""
    lines = split_lines(text)
    emissions, transitions = potentials(segmenter, lines.codes, temperature)
    tag_set = segmenter.model.tag_set
    known = lines.starts
    found = []
    for path in product(range(len(tag_set.names)), repeat=len(lines.codes)):
        score = reference.path_score(emissions, transitions, np.array(path))
        if score > -np.inf and tag_set.begins[list(path)][known].all():
            found.append((score, path))
    log_z = np.logaddexp.reduce([score for score, _ in found])
    return sorted(((score - log_z, path) for score, path in found), key=lambda each: -each[0])
