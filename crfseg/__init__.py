"""Train, tag and evaluate Chinese word segmentation with linear-chain CRFs."""

from crfseg.constraints.user_lexicon import UserLexicon
from crfseg.corpus.corpus import Corpus, Sentence, Span
from crfseg.corpus.readers import read_corpus
from crfseg.errors import CrfsegError
from crfseg.evaluation.scores import Scores, evaluate
from crfseg.model.model import Model
from crfseg.segmenter.explanation import Explanation
from crfseg.segmenter.loading import cut, load
from crfseg.segmenter.nbest import Candidate
from crfseg.segmenter.segmenter import Segmenter
from crfseg.segmenter.tokens import Token
from crfseg.text.boundaries import ConstrainedText
from crfseg.training.train import Progress, train
from crfseg.version import __version__

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
