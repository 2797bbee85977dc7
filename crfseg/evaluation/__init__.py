"""Evaluation of segmentations against a gold corpus, with significance and breakdowns.

::

    evaluate.py        evaluate(): a segmenter or its output against gold
    scores.py          Scores: the official figures and all further ones
    sighan.py          counts of the official SIGHAN scorer, by sentence
    corpus_counts.py   the same counts for whole corpora, in arrays
    gnu_diff.py        the word alignment of GNU diff, reproduced exactly
    alignment.py       gold and predicted words by position; their differences
    breakdown.py       recall by length, frequency, character class and label
    significance.py    bootstrap intervals and randomisation tests of F1
    calibration.py     confidence against precision; fitting of the temperature
    comparison.py      compare(): two segmentations against one gold corpus
    summary.py         scores as lines of text and as JSON
    report/            HTML pages of evaluations, comparisons and label errors
"""
