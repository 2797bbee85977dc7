"""Lines cut part by part, as they come."""

from hypothesis import given, settings
from hypothesis import strategies as st

from crfseg.features.templates import WITH_TRIGRAMS
from crfseg.segmenter import streaming
from support.corpora import DEV
from support.models import EVERY_VIEW, STRINGS_ALONE, coarse_segmenter


@settings(deadline=None, max_examples=100)
@given(
    st.sampled_from(["BMES", "BMES6", "labels"]),
    st.sampled_from([WITH_TRIGRAMS, EVERY_VIEW, STRINGS_ALONE]),
    st.text("abcabcabcdefgh? 京\n", max_size=300),
    st.integers(1, 30),
    st.integers(0, 2),
)
def test_parts_of_lines_equal_the_whole_for_any_model(tags, templates, text, step, seed):
    """Random weights: paths that stay apart for long, words that reach over a part's end."""
    segmenter = coarse_segmenter(seed, tags, templates)
    tagger, data = segmenter.decoder.compiled.tagger, text.replace("\n", " ").encode()
    done, rest, past = b"", b"", (b"", -1)
    for begin in range(0, len(data), step):
        rest += data[begin : begin + step]
        whole = len(rest) - streaming.n_incomplete(rest)
        part, n, past = tagger.cut_part(rest[:whole], past)
        done, rest = done + part, rest[n:]
    done += tagger.cut_utf8(rest, past)
    assert done.decode() == segmenter.cut_lines(text.replace("\n", " "))


def test_a_long_line_needs_little_memory(segmenter):
    """What waits for the rest of the line stays short, however long it gets."""
    text = DEV.read_text("utf-8").replace("\n", "") * 100
    rest, past, longest = b"", (b"", -1), 0
    for begin in range(0, 10**6, 10_000):
        rest += text[begin : begin + 10_000].encode()
        _, n, past = segmenter.decoder.compiled.tagger.cut_part(rest, past)
        rest = rest[n:]
        longest = max(longest, len(rest))
    assert longest < 1000
