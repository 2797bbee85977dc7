"""Evaluation: gold against predicted, and the pages that show it.

::

    evaluate       evaluate(): a segmenter or an output against a gold
    scores         Scores: the figures of two corpora
    alignment      gold and predicted words by position; F1
    sighan         the official scorer's counts of a sentence
    corpus_counts  the same counts for a whole corpus, fast
    gnu_diff       the alignment that GNU diff finds
    breakdown      recall by length, frequency, class, label
    significance   bootstrap intervals and p-values
    comparison     compare(): two segmentations, one gold
    calibration    confidence against precision; temperature
    summary        scores as text and as JSON
    report         HTML pages
"""
