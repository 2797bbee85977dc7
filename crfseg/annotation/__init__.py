"""Annotation: checks of corpora, detection of label errors, and active learning.

::

    file_checks.py         one file: bytes, characters and format
    corpus_checks.py       check(): words and sentences across corpora
    label_errors.py        audit(): probable segmentation errors in gold corpora
    label_errors_page.py   the label errors as one HTML page
    active_learning.py     suggest(): the most informative sentences to annotate
"""
