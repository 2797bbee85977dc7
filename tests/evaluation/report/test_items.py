"""The pages of a comparison and of an audit: what their lists hold."""

import re

from crfseg import Corpus
from crfseg.annotation.label_errors import Suspect
from crfseg.annotation.label_errors_page import write_audit
from crfseg.evaluation.comparison import compare
from crfseg.evaluation.report.comparison_page import write_comparison
from support.corpora import GOLD
from support.pages import items_of, stretches_of


def test_a_comparison_shows_its_places(tmp_path):
    page = tmp_path / "two.html"
    one = Corpus.from_text("我 爱 北 京 天安门\n他 来 了")
    other = Corpus.from_text("我 爱 北京 天安 门\n他 来了")
    found = compare(one, other, GOLD)
    write_comparison(page, found, names=("<one>", "other"))
    assert stretches_of(page) == [
        tuple(" ".join(words) for words in (place.gold, place.one, place.other))
        for place in found.disagreements()
    ]
    assert items_of(page)["facets"]["right"] == found.places.right.tolist() == [1, 0, 0]
    assert [sentence[0] for sentence in items_of(page)["sentences"]] == ["1", "3"]
    text = page.read_text("utf-8")
    assert "&lt;one&gt;" in text
    assert "<one>" not in text


def test_an_audit_shows_its_suspects_mended(tmp_path):
    page = tmp_path / "audit.html"
    parts = [GOLD, Corpus.from_text("北京 人", "more/other.txt")]
    suspects = [
        Suspect("more/other.txt", 1, 0, 3, "", "北京 人", "北京人", "", 0.9, 0.1, 0, 5, "why"),
        Suspect("gold.txt", 3, 1, 3, "他", "来 了", "来了", "", 0.4, 0.1, 0, 5, "why"),
        Suspect("gold.txt", 1, 4, 7, "", "天安门", "天安 门", "", 0.5, 0.1, 0, 5, "why"),
    ]
    write_audit(page, suspects, parts)
    assert stretches_of(page) == [
        ("天安门", "天安 门"), ("来 了", "来了"), ("北京 人", "北京人")
    ]  # fmt: skip
    data = items_of(page)
    assert data["measures"]["score"] == [0.5, 0.4, 0.9]
    assert [place for place, *_ in data["sentences"]] == ["gold.txt:1", "gold.txt:3", "other.txt:1"]
    assert re.search(r'value="score:-1" checked', page.read_text("utf-8"))


def test_pages_without_anything_to_show(tmp_path):
    write_audit(tmp_path / "a.html", [], [GOLD])
    write_comparison(tmp_path / "c.html", compare(GOLD, GOLD, GOLD))
    for name in ("a.html", "c.html"):
        assert items_of(tmp_path / name)["sentence"] == []
