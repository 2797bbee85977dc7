"""Reports: HTML pages of evaluations and comparisons, one file each that fetches nothing.

::

    page             the parts of a page, and the file
    evaluation_page  the page of an evaluation
    comparison_page  the page of a comparison
    differences      the section of errors
    items            places that can be filtered and sorted
    plots            the drawings
    svg              SVG in the page's fonts and colours
    wording          text in both languages
"""
