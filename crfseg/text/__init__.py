"""Text: characters, white space, offsets, encodings and files; knows no word.

::

    chars       classes and folded forms of characters
    whitespace  lines of a text, split at white space
    boundaries  constraints on where words begin; ConstrainedText
    offsets     offsets in code points, UTF-8 and UTF-16
    encodings   text files in any encoding
    files       files written beside and renamed
    scratch     large arrays in memory or in temporary files
    blocks      long arrays, a part at a time
    utf8        UTF-8 decoded in C
"""
