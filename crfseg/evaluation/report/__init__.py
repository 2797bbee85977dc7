"""HTML pages that people look at: one file each, nothing fetched from anywhere.

::

    evaluation.py   write_report(): the page of an evaluation
    differences.py  its list of errors
    comparison.py   write_comparison(): the page of two models or outputs
    audit.py        write_audit(): the page of a corpus that is probably wrong here and there
    page.py         what a page consists of, and how it becomes a file
    items.py        a list of places where segmentations part: filtered, sorted, looked at
    plots.py        the drawings
    drawing.py      SVG that takes fonts, language and colours from its page
    text.py         wording in both languages; strings of a corpus made fit to be shown
    page.*          template, style and script
"""

from crfseg.annotation.label_errors_page import write_audit
from crfseg.evaluation.report.comparison_page import write_comparison
from crfseg.evaluation.report.evaluation_page import write_report
from crfseg.evaluation.report.items import Facet, Items, Measure
from crfseg.evaluation.report.page import (
    Fact,
    Figure,
    Page,
    Plot,
    Plots,
    Table,
    Words,
    write_page,
)
from crfseg.evaluation.report.wording import Text

__all__ = [
    "Facet",
    "Fact",
    "Figure",
    "Items",
    "Measure",
    "Page",
    "Plot",
    "Plots",
    "Table",
    "Text",
    "Words",
    "write_audit",
    "write_comparison",
    "write_page",
    "write_report",
]
