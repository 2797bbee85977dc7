"""Train, tag and evaluate Chinese word segmentation with linear-chain CRFs."""

from crfseg.bundled import cut, load
from crfseg.candidates import Candidate
from crfseg.corpus import Corpus, Sentence, Span
from crfseg.errors import CrfsegError
from crfseg.evaluation.scores import Scores, evaluate
from crfseg.explanation import Explanation
from crfseg.formats import read_corpus
from crfseg.marked import Marked
from crfseg.model import Model
from crfseg.segmenter import Segmenter
from crfseg.tokens import Token
from crfseg.train import Progress, train
from crfseg.userlexicon import UserLexicon

__version__ = "0.1.0"

__all__ = [
    "Candidate",
    "Corpus",
    "CrfsegError",
    "Explanation",
    "Marked",
    "Model",
    "Progress",
    "Scores",
    "Segmenter",
    "Sentence",
    "Span",
    "Token",
    "UserLexicon",
    "cut",
    "evaluate",
    "load",
    "read_corpus",
    "train",
]
