"""Annotation: checks of corpora, detection of label errors, and active learning.

::

    file_checks        one file: bytes, characters and format
    corpus_checks      check(): words and sentences across corpora
    label_errors       audit(): probable segmentation errors in gold corpora
    label_errors_page  the label errors as one HTML page
    active_learning    suggest(): the most informative sentences to annotate
"""
