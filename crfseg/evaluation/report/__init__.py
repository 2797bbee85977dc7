"""Reports: HTML pages of evaluations and comparisons, one self-contained file each.

::

    evaluation_page.py   write_report(): the page of an evaluation
    comparison_page.py   write_comparison(): the page of two segmentations
    page.py              page, sections and facts; rendering to one file
    items.py             lists of differences, as data for the script
    differences.py       the list of all differences of an evaluation
    plots.py             recall, calibration, training history, learning curve
    svg.py               matplotlib drawings as SVG with the page's style
    wording.py           bilingual text; visible characters, widths, percentages
    assets/              the template, the style and the script
"""
