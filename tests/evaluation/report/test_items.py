"""The pages of a comparison and of an audit: what their lists hold."""

import json
import re

import pytest
from test_cli import assert_one_line_error, run

import crfseg
from crfseg import Corpus
from crfseg.evaluation.audit import Suspect, audit
from crfseg.evaluation.comparison import compare
from crfseg.report import write_audit, write_comparison
from material import SAMPLE

GOLD = Corpus.from_text("我 爱 北京 天安门\n\n他 来 了", "gold.txt")


def items_of(path):
    """Return the data of the only list of a page."""
    (data,) = re.findall(
        r'<script type="application/json">(.*?)</script>', path.read_text("utf-8"), re.DOTALL
    )
    return json.loads(data)


def stretches_of(path):
    """Return the words of all rows at each item, by its bounds."""
    data = items_of(path)
    found = []
    for n, start, end in zip(data["sentence"], data["start"], data["end"], strict=True):
        rows = []
        for line in data["sentences"][n][1:]:
            at, words = 0, []
            for word in line.split(" "):
                if start <= at < end:
                    words.append(word)
                at += len(word)
            rows.append(" ".join(words))
        found.append(tuple(rows))
    return found


def test_a_comparison_shows_its_places(tmp_path):
    page = tmp_path / "two.html"
    one = Corpus.from_text("我 爱 北 京 天安门\n他 来 了")
    other = Corpus.from_text("我 爱 北京 天安 门\n他 来了")
    found = compare(one, other, GOLD)
    write_comparison(page, found, names=("<one>", "other"))
    assert stretches_of(page) == [
        tuple(" ".join(words) for words in (place.gold, place.one, place.other))
        for place in found.partings()
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


@pytest.mark.slow
def test_the_command_line_writes_both(tmp_path, sample_model):
    two, suspects, model = (tmp_path / name for name in ("two.html", "audit.html", "m.crfseg"))
    sample_model.save(model)
    characters = tmp_path / "characters.txt"
    gold = crfseg.read_corpus(SAMPLE / "dev.txt")
    characters.write_text("\n".join(map(" ".join, gold.texts())), "utf-8")
    run("compare", characters, model, SAMPLE / "dev.txt", "--report", two)
    assert len(items_of(two)["sentence"]) == len(
        compare(characters, crfseg.load(model), gold).places
    )
    run("audit", SAMPLE / "dev.txt", "--folds", "3", "--report", suspects)
    assert len(items_of(suspects)["sentence"]) == len(audit(gold, folds=3))


@pytest.mark.slow
def test_a_learning_curve_is_drawn_from_its_file(tmp_path, sample_model):
    curve, page, model = (tmp_path / name for name in ("curve.csv", "out.html", "m.crfseg"))
    sample_model.save(model)
    given = ("evaluate", SAMPLE / "dev.txt", "-m", model, "--report", page, "--curve", curve)
    curve.write_text(
        "share,repeat,words,f1\n1/2,0,400,0.7\n1/2,1,420,0.72\n1,0,800,0.75\n", "utf-8"
    )
    assert run(*given).returncode == 0
    text = page.read_text("utf-8")
    assert "F1 by size of the training text" in text
    assert "71.00 %" in text  # the mean of the repeats
    curve.write_text("words\n1\n", "utf-8")
    assert_one_line_error(run(*given), "curve.csv: no learning curve; expected what")
    assert run(*given[:4], "--curve", curve).returncode == 2
