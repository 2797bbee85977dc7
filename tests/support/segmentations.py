"""Sentences cut in several ways, drawn at random."""

from itertools import pairwise

from hypothesis import strategies as st

from crfseg import Corpus
from crfseg.evaluation.alignment import Alignment


@st.composite
def segmented_twice(draw):
    """Some sentences of 1 to 8 characters, each cut in two ways: pairs of lists of lengths."""
    lengths = draw(st.lists(st.integers(1, 8), max_size=5))
    return [(draw(cuts_of(n)), draw(cuts_of(n))) for n in lengths]


def cuts_of(n):
    inner = st.lists(st.booleans(), min_size=n - 1, max_size=n - 1)
    return inner.map(lambda cut: [k for k, is_cut in enumerate([True, *cut, True]) if is_cut])


def judged(pairs):
    gold, predicted = (
        "\n".join(" ".join("天地人山水火木金"[a:b] for a, b in pairwise(cuts)) for cuts in side)
        for side in ([gold for gold, _ in pairs], [predicted for _, predicted in pairs])
    )
    return Alignment(Corpus.from_text(gold), Corpus.from_text(predicted))
