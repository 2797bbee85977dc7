"""Commands of the command line; each module has its click command as ``command``.

::

    train           train a model from segmented corpora
    segment         segment text, as a filter or file to file
    evaluate        scores of a model or of another segmenter's output
    compare         two models or outputs on one gold corpus
    cross_validate  scores by folds of the training corpora
    learning_curve  scores by training size, with a forecast
    tune            search for settings, and train the best model
    suggest         sentences to annotate, with boundary constraints
    audit           probable segmentation errors in gold corpora
    convert         corpora as training data for other tools
    check           suspicious characters, words and sentences in corpora
    explain         the features that decide one boundary
    inspect         contents and training record of a model file
    corpora         public corpora: a list, and downloads
"""
