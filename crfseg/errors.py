"""The exceptions that crfseg raises.

::

    CrfsegError
    ├── CorpusError      (ValueError)  a corpus cannot be read as what it should be
    ├── TemplateError    (ValueError)  a feature template or a feature's name is malformed
    ├── TrainingError    (ValueError)  a training option is out of range, or training failed
    ├── ModelFileError   (ValueError)  a file is no model, or a damaged or newer one
    ├── LexiconError     (ValueError)  a user's lexicon has what is no word, or no number
    ├── MarkupError      (ValueError)  what is said of a text's boundaries makes no sense
    ├── OptionError      (ValueError)  an argument is out of range, or none of its values
    ├── RuleError        (ValueError)  there is no such rule, or a regular expression is none
    ├── InfeasibleError  (ValueError)  constraints leave no legal tag sequence
    ├── ShapeError       (ValueError)  arrays that belong together disagree
    └── FetchError       (OSError)     a public corpus cannot be fetched or verified

A message is one line: where, what, what was expected, what to do. ``except CrfsegError`` catches
all of them. Files that are missing or unreadable raise Python's own ``OSError``.
"""


class CrfsegError(Exception):
    """Anything that crfseg reports."""


class CorpusError(CrfsegError, ValueError):
    """Text that cannot be read as the corpus it should be; the message starts with file:line."""


class TemplateError(CrfsegError, ValueError):
    """A malformed feature template, or a feature's name that no template makes."""


class TrainingError(CrfsegError, ValueError):
    """A training option out of range, nothing to train on, or training that gave no model."""


class ModelFileError(CrfsegError, ValueError):
    """A file that is no model, is damaged, or was written by a newer version."""


class LexiconError(CrfsegError, ValueError):
    """A word, a strength or a line of a user's lexicon that is none."""


class MarkupError(CrfsegError, ValueError):
    """Markup, or places in a text, that make no sense."""


class OptionError(CrfsegError, ValueError):
    """An argument out of range, or none of the values that it can have."""


class RuleError(CrfsegError, ValueError):
    """A rule that there is not, or a regular expression that is none."""


class InfeasibleError(CrfsegError, ValueError):
    """Constraints under which no legal tag sequence is left."""


class ShapeError(CrfsegError, ValueError):
    """Arrays whose shapes disagree; the message names both."""


class FetchError(CrfsegError, OSError):
    """A public corpus that could not be fetched, or did not match its SHA-256."""
