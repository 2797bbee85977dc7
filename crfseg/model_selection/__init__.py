"""Model selection: cross-validation, learning curves, and tuning of settings.

::

    cross_validation  cross_validate(): scores by folds of the corpora
    learning_curve    learning_curve(): scores by training size; a forecast
    tuning            tune(): search for the best settings within a budget
    selection_bias    tests for the luck in choosing the best
    trials            many trainings side by side, in several processes
"""
