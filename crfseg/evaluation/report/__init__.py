"""Reports: HTML pages of evaluations and comparisons, one self-contained file each.

::

    evaluation_page  write_report(): the page of an evaluation
    comparison_page  write_comparison(): the page of two segmentations
    page             page, sections and facts; rendering to one file
    items            lists of differences, as data for the script
    differences      the list of all differences of an evaluation
    plots            recall, calibration, training history, learning curve
    svg              matplotlib drawings as SVG with the page's style
    wording          bilingual text; visible characters, widths, percentages
    assets/          the template, the style and the script
"""
