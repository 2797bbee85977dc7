"""Commands of the command line; each module has its click command as ``command``.

::

    train.py            train a model from segmented corpora
    segment.py          segment text, as a filter or file to file
    evaluate.py         scores of a model or of another segmenter's output
    compare.py          two models or outputs on one gold corpus
    cross_validate.py   scores by folds of the training corpora
    learning_curve.py   scores by training size, with a forecast
    tune.py             search for settings, and train the best model
    suggest.py          sentences to annotate, with boundary constraints
    audit.py            probable segmentation errors in gold corpora
    convert.py          corpora as training data for other tools
    check.py            suspicious characters, words and sentences in corpora
    explain.py          the features that decide one boundary
    inspect.py          contents and training record of a model file
    corpora.py          public corpora: a list, and downloads
"""
