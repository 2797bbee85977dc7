"""The benchmarks' own arithmetic, and that their page says what their figures say."""

import os
import sys

import pytest

from support.corpora import ROOT

BENCH = ROOT / "experiments" / "bench"


@pytest.fixture(autouse=True)
def path(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCH))


def test_words_begin_at_b_and_s_and_at_the_first_character():
    from toolkits import words

    assert words("我爱北京", "SSBE") == ["我", "爱", "北京"]
    assert words("我爱北京", "MEMM") == ["我爱北京"]
    assert words("", "") == []


def test_a_corpus_of_any_size_is_made_of_the_lines_again_and_again(tmp_path):
    from scaling import length_of, write_corpus

    write_corpus(tmp_path / "corpus", ["我 爱\n", "北京\n"], 5)
    assert (tmp_path / "corpus").read_text("utf-8") == "我 爱\n北京\n我 爱\n"
    assert length_of("我　爱 \n") == 2


def test_a_new_figure_takes_the_place_of_the_old_one(tmp_path, monkeypatch, capsys):
    import measure

    monkeypatch.setattr(measure, "HERE", tmp_path)
    for values in ([1.0], [3.0, 1.0, 2.0]):
        measure.Results("a.csv").add("speed", "jieba", values, "x", at=10)
    (row,) = measure.read_rows(tmp_path / "a.csv")
    assert (row["median"], row["min"], row["max"], row["runs"]) == ("2", "1", "3", "3")
    assert "jieba" in capsys.readouterr().out


def test_who_fails_is_reported_and_not_asked_again():
    from measure import rounds

    def fail():
        raise RuntimeError("no")

    failures = []
    figures = list(rounds(2, {"a": lambda: 1.0, "b": fail}, lambda *why: failures.append(why[0])))
    assert figures == [{"a": 1.0}, {"a": 1.0}]
    assert failures == ["b"]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_worker_tells_of_a_job_that_fails_or_dies_or_takes_too_long():
    import time

    from measure import Worker, peak_bytes

    with Worker(limit=60) as worker, Worker(limit=60) as dying:
        assert worker.do(peak_bytes) > 1e6
        for _ in range(2):
            with pytest.raises(RuntimeError, match="the process died"):
                dying.do(os._exit, 1)
        with pytest.raises(RuntimeError, match="ValueError"):
            worker.do(int, "a")
        worker.limit = 0.1
        with pytest.raises(RuntimeError, match="no end within"):
            worker.do(time.sleep, 60)
    assert not worker.process.is_alive()


def test_the_page_says_what_the_figures_say():
    pytest.importorskip("matplotlib")
    from page import text

    assert (BENCH / "README.md").read_text("utf-8") == text()


@pytest.mark.parametrize(
    ("value", "shown"), [(0.01234, "0.0123"), (1.5, "1.50"), (61.47, "61.5"), (1200, "1,200")]
)
def test_numbers_have_three_digits(value, shown):
    pytest.importorskip("matplotlib")
    from page import number

    assert number(value) == shown
