"""Model selection: cross-validation, learning curves, and tuning of settings.

::

    cross_validation.py   cross_validate(): scores by folds of the corpora
    learning_curve.py     learning_curve(): scores by training size; a forecast
    tuning.py             tune(): search for the best settings within a budget
    selection_bias.py     tests for the luck in choosing the best
    trials.py             many trainings side by side, in several processes
"""
