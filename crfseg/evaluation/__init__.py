"""Evaluation of segmentations against a gold corpus, with significance and breakdowns.

::

    evaluate       evaluate(): a segmenter or its output against gold
    scores         Scores: the official figures and all further ones
    sighan         counts of the official SIGHAN scorer, by sentence
    corpus_counts  the same counts for whole corpora, in arrays
    gnu_diff       the word alignment of GNU diff, reproduced exactly
    alignment      gold and predicted words by position; their differences
    breakdown      recall by length, frequency, character class and label
    significance   bootstrap intervals and randomisation tests of F1
    calibration    confidence against precision; fitting of the temperature
    comparison     compare(): two segmentations against one gold corpus
    summary        scores as lines of text and as JSON
    report/        HTML pages of evaluations, comparisons and label errors
"""
