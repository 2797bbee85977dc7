"""Which sentences are suggested, and what is marked in them."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import crfseg
from crfseg import ConstrainedText, Corpus, Segmenter
from crfseg.annotation.active_learning import suggest
from crfseg.errors import CorpusError
from support.corpora import SAMPLE
from support.models import handmade_model

# 京 ends a word almost surely; of all other characters nothing is known.
SEGMENTER = Segmenter(handmade_model(京={"E": 9.0}, 我={"S": 9.0}, 北={"B": 9.0}))


@pytest.fixture
def raw(tmp_path):
    """Return what writes lines into a file."""

    def write(*lines, name="raw.txt"):
        (tmp_path / name).write_bytes("\n".join(lines).encode())
        return tmp_path / name

    return write


def test_what_is_sure_is_not_asked_about(raw):
    assert suggest(SEGMENTER, raw("我北京", "我", "", "北京")) == []
    (found,) = suggest(SEGMENTER, raw("我北京", "我北京大小"))
    assert found.text == "我北京大小"
    assert np.flatnonzero(found.boundaries).tolist() == [3, 4]  # 大小: both ends and inside


def test_the_marks_are_what_the_model_would_cut(segmenter, raw):
    lines = crfseg.read_corpus(SAMPLE / "dev.txt").texts()
    found = suggest(segmenter, raw(*lines), 1000)
    assert len(found) > 20
    for marked in found:
        starts = np.zeros(len(marked), dtype=bool)
        starts[[start for start, _ in segmenter.spans(marked.text)]] = True
        said = marked.boundaries != 0
        assert np.array_equal(starts[said], marked.boundaries[said] > 0)
        assert not marked.boundaries[0]
        doubtful = segmenter.confidence(marked.text) < 0.95
        places = set()
        for start, end in np.array(segmenter.spans(marked.text))[doubtful].tolist():
            places.update(range(start, end + 1))
        assert set(np.flatnonzero(said).tolist()) == places - {0, len(marked)}


def slowly(segmenter, lines, n):
    """Return what suggest should choose, by its definition and in any time."""
    pairs = [list(pairwise(line)) for line in lines]
    every = [pair for some in pairs for pair in some]
    begins = segmenter.model.tag_set.begins
    worth = []
    for line, some in zip(lines, pairs, strict=True):
        p = segmenter.marginals(line)[:, begins].sum(axis=1)[1:].clip(1e-12, 1 - 1e-12)
        entropy = -p * np.log(p) - (1 - p) * np.log(1 - p)
        asked = np.zeros(len(line) + 1, dtype=bool)
        for (start, end), sure in zip(
            segmenter.spans(line), segmenter.confidence(line), strict=True
        ):
            asked[start : end + 1] |= sure < 0.95
        worth.append([h * np.sqrt(every.count(pair)) * ask for h, pair, ask in
                      zip(entropy, some, asked[1:-1], strict=True)])  # fmt: skip
    chosen, seen = [], set()
    for _ in range(n):
        values = [
            sum(
                {
                    p: w
                    for p, w in reversed(list(zip(some, of, strict=True)))
                    if w and p not in seen
                }.values()
            )
            / len(line)
            for of, some, line in zip(worth, pairs, lines, strict=True)
        ]
        best = int(np.argmax(values))
        chosen.append(lines[best])
        seen.update(pair for pair, w in zip(pairs[best], worth[best], strict=True) if w)
    return chosen


def test_the_choice_is_that_of_the_definition(segmenter, raw):
    lines = crfseg.read_corpus(SAMPLE / "dev.txt").texts()
    found = suggest(segmenter, raw(*lines), 6)
    assert [marked.text for marked in found] == slowly(segmenter, lines, 6)


def test_what_is_asked_already_is_not_asked_again(raw):
    found = suggest(SEGMENTER, raw("大小", "大小大小", "大小", "多少"), 10)
    assert len({marked.text for marked in found}) == len(found)
    assert suggest(SEGMENTER, raw("大小", "大小"), 10)[0].markup in ("大|小", "大-小")
    assert len(suggest(SEGMENTER, raw("大小", "大小"), 10)) == 1


def test_several_files_are_one_text(raw):
    lines = crfseg.read_corpus(SAMPLE / "dev.txt").texts()
    parts = [raw(*lines[:20], name="a"), raw(*lines[20:], name="b")]
    together = [marked.markup for marked in suggest(SEGMENTER, parts, 5)]
    assert together == [marked.markup for marked in suggest(SEGMENTER, raw(*lines), 5)]


def test_sentences_of_the_training_are_passed_over(raw):
    asked = suggest(SEGMENTER, raw("大小多少", "天地玄黄"), 10)
    model = crfseg.train(Corpus.from_constrained(asked[0]), init=SEGMENTER.model)
    left = suggest(Segmenter(model), raw("大小多少", "天地玄黄"), 10)
    assert asked[0].text not in [marked.text for marked in left]


def test_white_space_says_it_already(raw):
    (found,) = suggest(SEGMENTER, raw("  大小 多少"))
    assert set(np.flatnonzero(found.boundaries).tolist()) <= {3, 6}


@settings(max_examples=25)
@given(st.text(st.sampled_from("我北京大|-\\ \n\0\ufeff") | st.characters(codec="utf-8")))
def test_any_text_comes_back_as_lines_that_are_read_again(tmp_path_factory, text):
    file = tmp_path_factory.getbasetemp() / "any.txt"
    file.write_bytes(text.encode())
    found = suggest(SEGMENTER, file, 1000)
    lines = text.removeprefix("\ufeff").split("\n")
    for marked in found:
        assert marked.text in lines
        again = ConstrainedText.parse(marked.markup)
        assert (again.text, again.boundaries.tolist()) == (marked.text, marked.boundaries.tolist())
        assert not marked.boundaries[0]
        assert "\0" not in marked.text


def test_files_that_cannot_be_read_are_named(raw, tmp_path):
    with pytest.raises(FileNotFoundError):
        suggest(SEGMENTER, tmp_path / "missing")
    file = raw("大小")
    file.write_bytes("大小\n".encode() + b"\x80")
    with pytest.raises(CorpusError, match=r"raw.txt:2: byte 0x80 is not utf-8"):
        suggest(SEGMENTER, file)
    with pytest.raises(CorpusError, match="is no file; expected one, to be read twice"):
        suggest(SEGMENTER, tmp_path)
