import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import crfseg
from crfseg.decoding import reference
from crfseg.errors import CorpusError, TrainingError
from support.corpora import SAMPLE
from support.models import handmade_model, labelled_segmenter
from support.texts import STRANGE, any_text, check_spans, with_examples


@with_examples
@given(any_text)
def test_any_string_comes_back_whole(segmenter, text):
    spans = segmenter.spans(text)
    check_spans(text, spans)
    assert segmenter.cut(text) == [text[start:end] for start, end in spans]


@with_examples
@given(any_text)
def test_cut_lines_says_the_same_and_keeps_the_lines(segmenter, text):
    lines = segmenter.cut_lines(text).split("\n")
    assert lines == [" ".join(segmenter.cut(line)) for line in text.split("\n")]


@given(st.lists(any_text | st.sampled_from(STRANGE)))
def test_cut_many_says_the_same_as_cut(segmenter, texts):
    assert list(segmenter.cut_many(texts)) == [segmenter.cut(text) for text in texts]


@given(any_text)
def test_tags_are_legal_and_say_the_same_as_spans(segmenter, text):
    tags = segmenter.tags(text)
    spans = segmenter.spans(text)
    lengths = [end - start for start, end in spans]
    expected = "".join("S" if n == 1 else "B" + "M" * (n - 2) + "E" for n in lengths)
    assert "".join(tags) == expected


def test_a_line_of_a_million_characters(segmenter):
    text = (SAMPLE / "dev.txt").read_text("utf-8").replace("\n", " ")
    text = (text * (1_000_000 // len(text) + 1))[:1_000_000]
    check_spans(text, segmenter.spans(text))


def test_cut_many_is_lazy(segmenter):
    def texts():
        for _ in range(300):
            yield "我爱北京"
        raise AssertionError("read too far")

    assert next(segmenter.cut_many(texts())) == segmenter.cut("我爱北京")


def test_white_space_separates_and_context_reaches_over_it():
    """京 must end a word and 北 must begin one, but not across a blank."""
    segmenter = crfseg.Segmenter(handmade_model(北={"B": 9.0}, 京={"E": 9.0}))
    assert segmenter.cut("北京") == ["北京"]
    assert segmenter.cut("北 京") == ["北", "京"]
    assert segmenter.spans(" 北京") == [(1, 3)]


def test_emissions_and_tags_equal_the_reference():
    """Every feature by name, summed one by one, then the readable Viterbi."""
    some = list(crfseg.read_corpus(SAMPLE / "dev.txt"))[:25]
    corpus = crfseg.Corpus.from_sentences(some)
    model = crfseg.train(corpus, profile="fast", precision="float64")
    text = "他说：“２０２１年，iPhone 卖了１.5万部。”"
    weights = {}
    for feature, tag, weight in model.top_features(10**9):
        weights[feature, tag] = weight
    visible = "".join(text.split())
    codes = crfseg.text.chars.code_points(visible)
    views = {view: model.alphabet.print(codes, view) for view in "CT"}
    names = model.tag_set.names
    expected = np.array(
        [
            [sum(weights.get((name, tag), 0.0) for name in features) for tag in names]
            for features in model.templates.feature_names(views)
        ]
    )
    segmenter = crfseg.Segmenter(model, rules="none")
    assert segmenter.decoder.emissions(codes) == pytest.approx(expected, abs=1e-6)
    starts = crfseg.text.whitespace.split_lines(text).starts.astype(np.int8)
    constrained = reference.constrain(expected, model.tag_set, starts)
    path, _ = reference.viterbi(constrained, reference.mask(model.transitions, model.tag_set))
    assert segmenter.tags(text) == [names[tag] for tag in path]


def test_full_width_reads_as_half_width_but_comes_back_as_given(segmenter):
    narrow, wide = "共20名", "共２０名"
    assert segmenter.spans(narrow) == segmenter.spans(wide)
    assert "".join(segmenter.cut(wide)) == wide


def test_a_corpus_is_tagged_without_seeing_its_segmentation(segmenter):
    gold = crfseg.read_corpus(SAMPLE / "dev.txt")
    predicted = segmenter.tag_corpus(gold)
    assert [s.words for s in predicted] == [tuple(segmenter.cut(text)) for text in gold.texts()]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_cut_file_says_the_same_and_keeps_the_lines(tmp_path, segmenter, monkeypatch, encoding):
    monkeypatch.setattr("crfseg.text.encodings.CHUNK", 50)
    text = "我爱北京天安门。\r\n\n  他说：\n" * 20 + "完了"
    (tmp_path / "in.txt").write_bytes(text.encode(encoding))
    read = []
    segmenter.cut_file(
        tmp_path / "in.txt", tmp_path / "out.txt", encoding=encoding, progress=read.append
    )
    assert (tmp_path / "out.txt").read_bytes().decode(encoding) == segmenter.cut_lines(text)
    assert read[-1] == (tmp_path / "in.txt").stat().st_size


def test_a_failed_cut_file_leaves_the_old_file(tmp_path, segmenter):
    (tmp_path / "in.txt").write_bytes(b"abc\n\xff\n")
    (tmp_path / "out.txt").write_text("old")
    with pytest.raises(CorpusError, match=r"in\.txt:2"):
        segmenter.cut_file(tmp_path / "in.txt", tmp_path / "out.txt")
    assert (tmp_path / "out.txt").read_text() == "old"
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["in.txt", "out.txt"]


def test_sixteen_threads_share_one_segmenter(segmenter):
    texts = [text for text in (SAMPLE / "dev.txt").read_text("utf-8").split("\n") if text]
    expected = [segmenter.cut(text) for text in texts]
    fresh = crfseg.Segmenter(segmenter.model)
    with ThreadPoolExecutor(16) as pool:
        for _ in range(5):
            assert list(pool.map(fresh.cut, texts)) == expected


def test_a_segmenter_travels_by_pickle(segmenter):
    assert pickle.loads(pickle.dumps(segmenter)).cut("我爱北京") == segmenter.cut("我爱北京")


def test_labels_are_predicted_with_the_words():
    segmenter = labelled_segmenter()
    text = "高勇 说北京好\n\n王明来"
    found = [(text[a:b], label) for (a, b), label in segmenter.labelled(text)]
    assert found[0] == ("高勇", "PER")
    assert [word for word, _ in found] == segmenter.cut(text)
    lines = segmenter.cut_lines(text).split("\n")
    assert lines[0] == "高勇/PER 说/O 北京/LOC 好/O"
    assert lines[1] == ""


@pytest.mark.parametrize("text", [None, b"abc", 5, ["a"]])
def test_what_is_no_text_is_reported(segmenter, text):
    with pytest.raises(TypeError, match="expected text as str, got"):
        segmenter.cut(text)


def test_too_many_labels_are_reported():
    sentences = [crfseg.Sentence((f"w{i}",), (f"l{i}",), i) for i in range(1001)]
    with pytest.raises(TrainingError, match="1,001 labels; expected at most 1,000"):
        crfseg.train(crfseg.Corpus.from_sentences(sentences), labels=True)
