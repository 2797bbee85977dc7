"""Models: tag set, feature extractor, weights and training record, and their file.

::

    model    Model: all that tagging needs, and its training record
    weights  PatternTable: the weights of one kind of pattern
    file     container of a JSON header and arrays, with SHA-256
    fields   converts fields to header and arrays, checks them on reading
"""
