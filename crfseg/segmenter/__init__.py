"""Segmenters: what users hold to cut text into words.

::

    segmenter    Segmenter: words, spans, tags, tokens
    constrained  decoding under constraints; arrays
    word_spans   words as index ranges
    tokens       words with offsets of every kind
    granularity  finer and coarser words
    nbest        the most probable segmentations
    confidence   the probability of each word
    explanation  the features behind a boundary
    streaming    files and streams through several threads
    loading      the bundled model, and models from files
"""
