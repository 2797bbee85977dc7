"""Train, tag and evaluate Chinese word segmentation with linear-chain CRFs.

Modules import from their own package and from packages higher in this list::

    errors           all exceptions
    text             characters, white space, offsets, encodings, files
    corpus           segmented text, its formats and public sources
    features         templates, alphabet, clusters, lexicon, datasets
    model            weights, training record, and the model file
    decoding         Viterbi, n-best and marginals, compiled
    constraints      user lexicons and rules
    segmenter        text to words, spans and tokens with a model
    evaluation       scores, significance, comparison, reports
    training         from corpora to a model
    model_selection  cross-validation, learning curves, tuning
    annotation       corpus checks, label errors, active learning
    cli              the command line
    jieba            the functions of jieba with a model of crfseg
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from crfseg.version import __version__

if TYPE_CHECKING:
    from crfseg.annotation.active_learning import suggest
    from crfseg.annotation.corpus_checks import check
    from crfseg.annotation.label_errors import audit
    from crfseg.constraints.user_lexicon import UserLexicon
    from crfseg.corpus.corpus import Corpus, Sentence, Span
    from crfseg.corpus.readers import read_corpus
    from crfseg.errors import CrfsegError
    from crfseg.evaluation.comparison import compare
    from crfseg.evaluation.evaluate import evaluate
    from crfseg.evaluation.scores import Scores
    from crfseg.features.export import convert
    from crfseg.model.model import Model
    from crfseg.model_selection.cross_validation import cross_validate
    from crfseg.model_selection.learning_curve import learning_curve
    from crfseg.model_selection.tuning import tune
    from crfseg.segmenter.explanation import Explanation
    from crfseg.segmenter.loading import cut, load
    from crfseg.segmenter.nbest import Candidate
    from crfseg.segmenter.segmenter import Segmenter
    from crfseg.segmenter.tokens import Token
    from crfseg.text.boundaries import ConstrainedText
    from crfseg.training.progress import Progress
    from crfseg.training.train import train

# Each name is loaded from its module when it is first used.
_MODULES: Final = {
    "Candidate": "segmenter.nbest",
    "ConstrainedText": "text.boundaries",
    "Corpus": "corpus.corpus",
    "CrfsegError": "errors",
    "Explanation": "segmenter.explanation",
    "Model": "model.model",
    "Progress": "training.progress",
    "Scores": "evaluation.scores",
    "Segmenter": "segmenter.segmenter",
    "Sentence": "corpus.corpus",
    "Span": "corpus.corpus",
    "Token": "segmenter.tokens",
    "UserLexicon": "constraints.user_lexicon",
    "audit": "annotation.label_errors",
    "check": "annotation.corpus_checks",
    "compare": "evaluation.comparison",
    "convert": "features.export",
    "cross_validate": "model_selection.cross_validation",
    "cut": "segmenter.loading",
    "evaluate": "evaluation.evaluate",
    "learning_curve": "model_selection.learning_curve",
    "load": "segmenter.loading",
    "read_corpus": "corpus.readers",
    "suggest": "annotation.active_learning",
    "train": "training.train",
    "tune": "model_selection.tuning",
}

__all__ = [
    "Candidate",
    "ConstrainedText",
    "Corpus",
    "CrfsegError",
    "Explanation",
    "Model",
    "Progress",
    "Scores",
    "Segmenter",
    "Sentence",
    "Span",
    "Token",
    "UserLexicon",
    "__version__",
    "audit",
    "check",
    "compare",
    "convert",
    "cross_validate",
    "cut",
    "evaluate",
    "learning_curve",
    "load",
    "read_corpus",
    "suggest",
    "train",
    "tune",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module 'crfseg' has no attribute {name!r}")
    value = getattr(import_module(f"crfseg.{_MODULES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, *(name for name in globals() if name.startswith("__"))]
