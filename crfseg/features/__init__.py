"""Features: templates, n-gram keys, and all that is fitted on text before the weights.

::

    templates         Template, PatternKind, Templates: definition of all features
    ngrams            views of a text: symbols, n-gram keys, padding
    alphabet          Alphabet: known characters, their folding and symbols
    clusters          clusters of characters with similar neighbours, by k-means
    lexicon           Lexicon: words with cross-fitted classes of reliability
    lexicon_matcher   Matcher: finds the words of a list with a trie
    accessor_variety  Varieties: accessor variety of strings, from unsegmented text
    extractor         Extractor: alphabet, clusters, lexicon, varieties fitted together
    counting          counts and numbers distinct n-gram keys, compiled
    dataset           Dataset: pattern ids and gold tags of a corpus
    export            convert(): training data for CRF++, CRFsuite and others
    prefetch          memory prefetch, for the compiled modules
"""
