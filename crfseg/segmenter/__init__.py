"""Segmentation of text with a trained model, from arrays of tags to words and tokens.

::

    segmenter    Segmenter: words, spans, tags, tokens and files
    loading      load() and cut(); the bundled model
    constrained  decoding under boundary constraints, rules and user words
    word_spans   words as index ranges over visible characters
    tokens       tokens with offsets in code points, UTF-8, UTF-16
    confidence   the probability of each word, overlapping words too
    nbest        the k most probable segmentations of a text
    granularity  finer, coarser and overlapping words from one model
    explanation  the features that decide one boundary, with weights
    streaming    long texts in blocks, by several threads, in order
"""
