"""Segmentation of text with a trained model, from arrays of tags to words and tokens.

::

    segmenter.py     Segmenter: words, spans, tags, tokens and files
    loading.py       load() and cut(); the bundled model
    constrained.py   decoding under boundary constraints, rules and user words
    word_spans.py    words as index ranges over visible characters
    tokens.py        tokens with offsets in code points, UTF-8, UTF-16
    confidence.py    the probability of each word, overlapping words too
    nbest.py         the k most probable segmentations of a text
    granularity.py   finer, coarser and overlapping words from one model
    explanation.py   the features that decide one boundary, with weights
    streaming.py     long texts in blocks, by several threads, in order
"""
