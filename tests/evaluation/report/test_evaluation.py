"""The HTML report: what it says, against the scores; what it must never have in it."""

import json
import re
import sys
from html.parser import HTMLParser
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import UndefinedError

from crfseg import Corpus, evaluate
from crfseg.errors import CrfsegError
from crfseg.evaluation.alignment import KINDS
from crfseg.evaluation.breakdown import Slice
from crfseg.evaluation.report import differences, plots
from crfseg.evaluation.report.evaluation_page import write_report
from crfseg.evaluation.report.items import Items
from crfseg.evaluation.report.page import Page, Table, render, write_page
from crfseg.evaluation.report.wording import shown
from support.corpora import SAMPLE

HOSTILE = "</script><script>window.hurt=1</script>"
WORDS = st.lists(
    st.text(st.characters(exclude_categories=("Zs", "Zl", "Zp", "Cc")), min_size=1, max_size=4),
    min_size=1, max_size=6,
)  # fmt: skip


class Reader(HTMLParser):
    """Collects the elements of a page, and the text of those with a class."""

    def __init__(self, code):
        super().__init__()
        self.elements, self.data, self.inside = [], [], None
        self.feed(code)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self.inside = "" if dict(attrs).get("type") == "application/json" else None

    def handle_data(self, text):
        if self.inside is not None:
            self.inside += text

    def handle_endtag(self, _):
        if self.inside is not None:
            self.data.append(json.loads(self.inside))
        self.inside = None

    def of(self, tag):
        return [attrs for name, attrs in self.elements if name == tag]


@pytest.fixture(scope="module")
def scores(segmenter):
    return evaluate(SAMPLE / "test.txt", segmenter)


@pytest.fixture(scope="module")
def code(scores, segmenter, tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "out.html"
    info = {
        **segmenter.model.info,
        "history": [
            {"iteration": n, "loss": 900.0 / n, "dev_f1": 0.8 + n / 100} for n in range(1, 4)
        ],
    }
    write_report(
        path, scores, predicted="sample.crfseg", info=info,
        learning_curve=[(1000, 0.8), (2000, 0.85)],
    )  # fmt: skip
    return path.read_text("utf-8")


def written(tmp_path, predicted, gold, **options):
    scores = evaluate(Corpus.from_text(gold), Corpus.from_text(predicted), **options)
    write_report(tmp_path / "out.html", scores)
    return (tmp_path / "out.html").read_text("utf-8")


def stretch(sentence, start, end, row):
    """Return the words of a row from one character to another, as the page does."""
    places = np.cumsum([0, *map(len, sentence[row].split(" "))]).tolist()
    return sentence[row].split(" ")[places.index(start) : places.index(end)]


def test_the_figures_are_those_of_the_scores(code, scores):
    figures = re.findall(r"<dd>([\d.]+)\s%", code)
    wanted = [
        *(scores.f1, scores.precision, scores.recall, scores.boundary_f1),
        *(scores.sentence_accuracy, scores.oov_rate, scores.oov_recall, scores.iv_recall),
    ]
    assert figures == [f"{100 * each:.2f}" for each in wanted]
    assert f"95 % interval {100 * scores.interval[0]:.2f} – {100 * scores.interval[1]:.2f}" in code
    assert scores.alignment.gold.sha256 in code


def test_the_differences_are_those_of_the_judgement(code, scores):
    (data,) = Reader(code).data
    alignment, apart = scores.alignment, scores.alignment.differences
    assert len(data["start"]) == len(apart) > 100
    lines = alignment.gold.lines[apart.sentences]
    for i in range(len(apart)):
        sentence = data["sentences"][data["sentence"][i]]
        gold, predicted = (stretch(sentence, data["start"][i], data["end"][i], r) for r in (1, 2))
        assert sentence[0] == str(lines[i])
        assert "".join(gold) == "".join(predicted)
        kind = "merge" if len(predicted) == 1 else "split" if len(gold) == 1 else "cross"
        assert KINDS[data["facets"]["kind"][i]] == kind
        known = all(word in scores.frequency_of for word in gold)
        assert (data["facets"]["frequency"][i] == 0) == (not known)


def test_a_difference_is_as_sure_as_its_least_sure_word(code, scores):
    (data,) = Reader(code).data
    alignment = scores.alignment
    words, apart = alignment.predicted_words, alignment.differences
    for i in range(len(apart)):
        inside = (words.starts >= apart.starts[i]) & (words.ends <= apart.ends[i])
        least = alignment.confidence[inside].min()
        assert data["measures"]["confidence"][i] == pytest.approx(least, abs=1e-4)


@given(st.data())
def test_the_least_of_stretches(data):
    begins = np.array([True, *data.draw(st.lists(st.booleans(), max_size=12))])
    values = np.array([data.draw(st.integers(0, 9)) for _ in range(begins.sum())])
    bounds = [*np.flatnonzero(begins).tolist(), len(begins)]
    cuts = sorted(data.draw(st.sets(st.sampled_from(bounds), max_size=len(bounds))))
    pairs = list(pairwise(cuts))[:: data.draw(st.integers(1, 2))]
    starts, ends = (np.array([pair[i] for pair in pairs], dtype=np.intp) for i in (0, 1))
    words = np.cumsum(begins) - 1
    least = [values[np.unique(words[a:b])].min() for a, b in pairs]
    assert differences.least_within(begins, values, starts, ends).tolist() == least


def test_nothing_is_fetched_from_anywhere(code):
    reader = Reader(code)
    fetching = {"src", "srcset", "data", "action", "poster", "background"}
    for tag, attrs in reader.elements:
        assert tag not in {"link", "img", "iframe", "object", "embed", "base"}
        links = [attrs[name] for name in attrs.keys() & {*fetching, "href"}]
        assert all(link.startswith("#") for link in links)
    assert not re.search(r"https?:|//\w+\.\w|url\((?!#)|@import", code)


def test_only_the_page_s_own_script_may_run(code):
    (policy,) = (a["content"] for a in Reader(code).of("meta") if "http-equiv" in a)
    assert "default-src 'none'" in policy
    assert re.search(r"script-src 'sha256-[\w+/]{43}='", policy)


def test_everything_is_said_in_both_languages(code):
    classes = [a.get("class", "") for _, a in Reader(code).elements]
    assert classes.count("en") == classes.count("zh") > 80
    body = code[code.index("<body>") : code.index('<script type="application/json"')]
    chinese = re.findall(r'class="zh"[^>]*>([^<]*)<', body)
    assert [text for text in chinese if not text.strip()] == []


@pytest.mark.parametrize("title", ["Training", "Unknown words", "F1 by size of the training text"])
def test_what_is_known_has_its_section(code, title):
    assert f">{title}</span>" in code


def test_what_is_not_known_has_none(tmp_path):
    code = written(tmp_path, "我 爱北京", "我 爱 北京")
    for absent in ("Training<", "OOV", "Unknown words", "confidence<", "training frequency"):
        assert absent not in code
    assert Reader(code).data[0]["measures"] == {}


def test_sentences_of_the_training_text_are_warned_of(segmenter, tmp_path):
    scores = evaluate(SAMPLE / "train.txt", segmenter)
    write_report(tmp_path / "out.html", scores)
    n = len(scores.rows)
    assert f"{n:,} of {n:,} sentences, 100.0% of the text" in (tmp_path / "out.html").read_text()


@pytest.mark.parametrize(("predicted", "gold"), [("", ""), ("我 爱", "我 爱"), ("我爱", "我 爱")])
def test_small_corpora_have_a_page_too(tmp_path, predicted, gold):
    code = written(tmp_path, predicted, gold, known_words={"我": 3})
    assert len(Reader(code).data[0]["start"]) == (predicted != gold)


@settings(deadline=None, max_examples=30)
@given(WORDS)
def test_data_holds_any_words(words):
    gold, predicted = Corpus.from_text(" ".join(words)), Corpus.from_text("".join(words))
    apart = np.array([0])
    items = Items("a", "b", ("gold", "predicted"), (gold, predicted), apart)
    code = render(Page(words[0], [], [], [], [items]))
    code.encode("utf-8")
    (data,) = Reader(code).data
    assert data["sentences"][0][1] == shown(" ".join(gold[0].words))


def test_hostile_words_are_text(tmp_path):
    code = written(tmp_path, f"{HOSTILE} \0a&amp;", f"{HOSTILE} \0 a&amp;", known_words={"a": 1})
    assert HOSTILE not in code
    assert code.count("</script>") == 2
    assert "\0" not in code
    assert Reader(code).data[0]["sentences"][0][1] == f"{HOSTILE} ␀ a&amp;"


def test_lone_surrogates_are_replaced(tmp_path):
    assert "\ufffd" in written(tmp_path, "\ud800北 京", "\ud800 北京", known_words={"京"})


def test_three_segmentations_of_whole_sentences():
    texts = "他 来 了\n我 爱", "他 来了\n我爱", "他来 了\n我 爱"
    corpora = [Corpus.from_text(text) for text in texts]
    items = Items("a", "b", ("gold", "A", "B"), corpora, np.array([1, 0]))
    first, second = items.data()["sentences"]
    assert first == ["1", "他 来 了", "他 来了", "他来 了"]
    assert second == ["2", "我 爱", "我爱", "我 爱"]
    assert items.data()["sentence"] == [1, 0]
    assert "start" not in items.data()


def test_lines_of_several_files_have_their_names():
    parts = [Corpus.from_text("我 爱", "one.txt"), Corpus.from_text("他 来", "two.txt")]
    gold = Corpus.join(parts)
    items = Items("a", "b", ("gold", "A"), (gold, gold), np.array([0, 1]), parts=parts)
    assert [each[0] for each in items.data()["sentences"]] == ["one.txt:1", "two.txt:1"]


@pytest.mark.parametrize("label", ["名 词", "$x$", "<b>&", "\ud800", "a" * 99])
def test_drawings_hold_any_label(label):
    slices = [Slice(label, 5, 4), Slice("x", 50, 1)]
    root = ElementTree.fromstring(plots.recall("name", slices, {}, plots.scale_of([slices])))
    text = "".join(root.itertext())
    assert shown(label)[:12] in text
    assert "80.0 %" in text


def test_drawings_have_no_colour_font_or_language_of_their_own(code):
    drawings = re.findall(r"<svg.*?</svg>", code, re.DOTALL)
    assert len(drawings) == 8
    for drawing in drawings:
        ElementTree.fromstring(drawing)
        assert not re.search(r"#[0-9a-f]{6}\b(?!['\")])|font-family|DejaVu|~\d", drawing)


def test_the_same_scores_give_the_same_page(scores, tmp_path):
    for name in "ab":
        write_report(tmp_path / name, scores)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize("package", ["jinja2", "matplotlib"])
def test_a_missing_package_is_named(package, scores, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(CrfsegError, match=f"not installed: {package}; install"):
        write_report(tmp_path / "out.html", scores)
    assert list(tmp_path.iterdir()) == []


def test_a_page_that_cannot_be_written_leaves_the_old_one(tmp_path):
    old = tmp_path / "out.html"
    old.write_text("old")
    with pytest.raises(UndefinedError):
        write_page(old, Page("title", [], [], [], [Table("a", "b", ["c"], [["d", "e"]], shades=3)]))
    assert old.read_text() == "old"
    with pytest.raises(FileNotFoundError):
        write_page(tmp_path / "missing" / "out.html", Page("title", [], [], [], []))
