"""Corpora: segmented text in memory, in every file format, from public sources.

::

    corpus    Corpus and Sentence: flat arrays, and words
    tagset    words to tags, tags to words, legal transitions
    readers   files to corpora
    writers   corpora to files
    treebank  the Chinese Treebank as the LDC ships it
    registry  public corpora: where they are, on what terms
    download  public corpora fetched and converted
"""
