"""Train, tag and evaluate Chinese word segmentation with linear-chain CRFs."""

from crfseg.corpus import Corpus, Sentence, Span
from crfseg.formats import read_corpus
from crfseg.model import Model
from crfseg.segmenter import Segmenter, load

__version__ = "0.1.0"
