"""Scores, how far they can be trusted, and what is behind them.

::

    scores.py       the official figures, and Scores, what evaluate() returns
    sighan.py       what the official scorer counts in a sentence, with the alignment of diff
    tally.py        the same for a whole corpus, fast
    judgement.py    gold and predicted words, place by place: which are right, where they part
    breakdown.py    recall of the words of one length, frequency, kind or part of speech
    resampling.py   how much of a figure, or of a difference, is chance
    calibration.py  how right a model is where it is how sure; the temperature that makes it so
    comparison.py   two segmentations against one gold
    summary.py      scores as people and as programs read them
    workers.py      many trainings side by side
    folds.py        cross-validation
    curve.py        scores by the size of the training text
    tuning.py       the search for settings
    selection.py    what choosing the best of several does to its figure
    audit.py        the gold's own mistakes
"""
