"""Findings of a check, to be compared with what is expected."""

from crfseg.annotation.corpus_checks import check


def findings_of(path, kind=None, **options):
    """What is found in one file, as ``line: message``."""
    findings = check([path], **options).findings
    return [f"{f.line}: {f.message}" for f in findings if kind in (None, f.kind)]
