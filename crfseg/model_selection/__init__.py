"""Model selection: many trainings, to choose settings and to plan.

::

    cross_validation  scores without a dev set
    learning_curve    scores by the size of the corpus
    tuning            the search for settings
    selection_bias    the part of a gain that is chance
    trials            trainings side by side
"""
