"""Annotation: a better corpus, by checks, probable errors and what to annotate next.

::

    file_checks        suspicious places in one file
    corpus_checks      check(): suspicious places in all files
    label_errors       audit(): probable errors of the gold
    label_errors_page  the page of these
    active_learning    suggest(): sentences to annotate next
"""
