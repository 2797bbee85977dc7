"""The exceptions that crfseg raises.

::

    CrfsegError
    ├── CorpusError      (ValueError)  a corpus is not valid in its format or encoding
    ├── TemplateError    (ValueError)  a feature template or feature name is malformed
    ├── TrainingError    (ValueError)  a training option is out of range, or training failed
    ├── ModelFileError   (ValueError)  a file is not a model, is damaged, or is too new
    ├── LexiconError     (ValueError)  a user's lexicon has an invalid word or number
    ├── MarkupError      (ValueError)  boundary constraints of a text are not valid
    ├── OptionError      (ValueError)  an argument is out of range or unknown
    ├── RuleError        (ValueError)  a rule is unknown, or a regular expression not valid
    ├── InfeasibleError  (ValueError)  constraints leave no legal tag sequence
    ├── ShapeError       (ValueError)  arrays have shapes that disagree
    └── FetchError       (OSError)     a public corpus cannot be fetched or verified

A message is one line: location, problem, what was expected, remedy. ``except CrfsegError`` catches
all of them. Files that are missing or unreadable raise Python's own ``OSError``.
"""


class CrfsegError(Exception):
    """Base class of all exceptions of crfseg."""


class CorpusError(CrfsegError, ValueError):
    """A corpus that is not valid in its format or encoding; messages start with file:line."""


class TemplateError(CrfsegError, ValueError):
    """A malformed feature template, or a feature name that no template produces."""


class TrainingError(CrfsegError, ValueError):
    """A training option out of range, no training data, or failed training."""


class ModelFileError(CrfsegError, ValueError):
    """A file that is not a model, is damaged, or was written by a newer version."""


class LexiconError(CrfsegError, ValueError):
    """An invalid word, strength or line of a user's lexicon."""


class MarkupError(CrfsegError, ValueError):
    """Invalid markup, or invalid positions in a text."""


class OptionError(CrfsegError, ValueError):
    """An argument out of range, or not one of its possible values."""


class RuleError(CrfsegError, ValueError):
    """An unknown rule, or an invalid regular expression."""


class InfeasibleError(CrfsegError, ValueError):
    """Constraints that leave no legal tag sequence."""


class ShapeError(CrfsegError, ValueError):
    """Arrays whose shapes disagree; the message names both."""


class FetchError(CrfsegError, OSError):
    """A public corpus that cannot be fetched, or does not match its SHA-256."""
