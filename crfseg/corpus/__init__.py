"""Corpora: segmented text in memory, its file formats, and public sources.

::

    corpus    Corpus and Sentence: segmented text as flat arrays, as words
    tagset    TagSet: words to tags and back, legal transitions
    readers   reads words, pos, columns, CoNLL-U and partial annotation
    writers   writes words, pos, plain text and tagged characters
    treebank  reads the Chinese Treebank as the LDC ships it
    registry  public corpora: files, licences, standards and SHA-256 digests
    download  fetches public corpora, verifies and converts their files
"""
