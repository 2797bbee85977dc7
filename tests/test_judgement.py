"""Gold and predicted words, place by place, against sets of spans."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from crfseg import Corpus
from crfseg.evaluation.judgement import KINDS, Judgement


@st.composite
def segmented_twice(draw):
    """Sentences of some characters, each cut in two ways."""
    lengths = draw(st.lists(st.integers(1, 8), min_size=1, max_size=5))
    return [
        tuple(
            " ".join(
                "".join(
                    c + (" " if cut else "") for c, cut in zip("天地人山水火木金", cuts)
                ).split()
            )
            for cuts in (draw(st.lists(st.booleans(), min_size=n, max_size=n)) for _ in range(2))
        )
        for n in lengths
    ]


def spans(corpus):
    return [[tuple(span) for span in sentence.spans] for sentence in corpus]


def judged(pairs):
    gold, predicted = ("\n".join(lines) for lines in zip(*pairs, strict=True))
    return Judgement(Corpus.from_text(gold), Corpus.from_text(predicted))
