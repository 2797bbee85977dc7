"""Models: weights, record, and the file that holds them.

::

    model    Model: everything that tagging needs
    weights  a table of weights for each kind of pattern
    file     the container: header, arrays, digest
    fields   a model's fields as header and arrays, checked
"""
