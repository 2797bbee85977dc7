"""Text: characters, white space, boundary constraints, offsets, encodings and files.

::

    chars       code points, character classes, white space, folding tables
    whitespace  splits a text into lines and words at white space
    boundaries  ConstrainedText: constraints on where words begin, their markup
    offsets     offsets of characters in code points, UTF-8, UTF-16
    encodings   decodes and encodes text files of any encoding in pieces
    files       writes files under a temporary name, then renames them
    scratch     allocates large arrays in memory or in temporary files
    blocks      slices that process long arrays block by block
    utf8        decodes UTF-8 by characters, for the compiled modules
"""
