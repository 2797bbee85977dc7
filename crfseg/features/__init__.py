"""Features: from text to n-gram keys, and all that is fitted for it.

::

    templates         the feature templates: the only definition of the features
    ngrams            views of a text, and keys of n-grams
    alphabet          the characters known, and their folding
    clusters          clusters of characters with like neighbours
    lexicon           the words of the training text, cross-fitted
    lexicon_matcher   words of a list found in text
    accessor_variety  accessor variety of strings in unsegmented text
    extractor         all of these, fitted on a training text
    counting          distinct keys counted and numbered
    dataset           a corpus as pattern ids and gold tags
    export            training data for CRF++, CRFsuite and others
    prefetch          memory prefetch for compiled modules
"""
