"""Files of any length and encoding, lines without end, threads: always what cut says."""

import os
import threading

import numpy as np
import pytest

from crfseg.errors import CorpusError
from crfseg.segmenter import streaming
from support.corpora import DEV
from support.models import coarse_segmenter
from support.streams import cut_stream, in_small_pieces

TEXT = DEV.read_text("utf-8")


@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize("chunk", [1, 7, 100, 10_000])
def test_pieces_and_threads_change_nothing(segmenter, monkeypatch, chunk, threads):
    in_small_pieces(monkeypatch, chunk, 10**9)
    text = "\n\n  \r\n" + TEXT[:3000] + "\n \n完"
    assert cut_stream(segmenter, text.encode(), threads=threads).decode() == segmenter.cut_lines(
        text
    )


@pytest.mark.parametrize(("chunk", "long_line"), [(3, 10), (50, 20), (999, 500), (2000, 3000)])
def test_a_line_without_end_is_cut_as_if_it_were_whole(segmenter, monkeypatch, chunk, long_line):
    in_small_pieces(monkeypatch, chunk, long_line)
    text = TEXT[:6000].replace("\n", " ") + "\n又 一 行\n" + TEXT[-2000:].replace("\n", "　")
    assert cut_stream(segmenter, text.encode()).decode() == segmenter.cut_lines(text)


@pytest.mark.parametrize("tags", ["BMES", "labels"])
def test_words_across_the_cuts_of_a_line_change_nothing(monkeypatch, tags):
    """Blocks shorter than the words of a lexicon, and than what templates see of them."""
    segmenter = coarse_segmenter(0, tags)
    words = segmenter.model.lexicon.words
    assert max(map(len, words)) == 8
    rng = np.random.default_rng(0)
    text = "".join(rng.choice([*words, *words, " ", "?", "h"], 400))
    for chunk, long_line in ((1, 2), (5, 7), (64, 40)):
        in_small_pieces(monkeypatch, chunk, long_line)
        assert cut_stream(segmenter, text.encode()).decode() == segmenter.cut_lines(text)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16", "utf-16-le", "big5"])
def test_every_encoding_is_read_in_pieces(segmenter, monkeypatch, encoding):
    in_small_pieces(monkeypatch, 7, 10**9)
    text = "我愛北京天安門\r\n\n  他說\n" * 3
    found = cut_stream(segmenter, text.encode(encoding), encoding=encoding)
    assert found.decode() == segmenter.cut_lines(text)


def test_a_byte_order_mark_is_no_character(segmenter):
    assert cut_stream(segmenter, b"\xef\xbb\xbf" + "我爱".encode()).decode() == segmenter.cut_lines(
        "我爱"
    )


@pytest.mark.parametrize(("encoding", "bad"), [("utf-8", b"\xff"), ("gb18030", b"\xff\xff")])
@pytest.mark.parametrize("ending", [b"\n", b""])
@pytest.mark.parametrize("chunk", [5, 10**6])
def test_what_is_not_in_the_encoding_is_reported_by_line(
    segmenter, monkeypatch, encoding, bad, ending, chunk
):
    in_small_pieces(monkeypatch, chunk, 8)
    data = "一\n\n二三四五六七八九十\n".encode(encoding) + b"ab " + bad + ending
    with pytest.raises(CorpusError, match=r"x\.txt:4: byte 0xFF is not"):
        cut_stream(segmenter, data, encoding=encoding)


def test_a_character_cut_off_at_the_end_is_reported(segmenter):
    with pytest.raises(CorpusError, match=r"x\.txt:2: byte 0xE6 is not utf-8"):
        cut_stream(segmenter, "一\n我".encode()[:-1])


def test_a_filter_answers_before_the_next_line_comes(segmenter):
    read, write = os.pipe()
    with os.fdopen(read, "rb") as source, os.fdopen(write, "wb") as sink:
        cuts = segmenter.cut_stream(source, threads=3)
        for line in ("我爱北京\n", "天安门\n", "完\n"):
            sink.write(line.encode())
            sink.flush()
            assert next(cuts).decode() == segmenter.cut_lines(line)
        sink.close()
        assert list(cuts) == []


def test_results_come_in_order_lazily_and_a_few_ahead():
    taken, lock = [], threading.Lock()

    def items():
        for n in range(1000):
            with lock:
                taken.append(n)
            yield n

    results = streaming.in_order(lambda n: n * n, items(), threads=3)
    for n in range(200):
        assert next(results) == n * n
        assert len(taken) <= n + 2 * 3 + 2
    results.close()
    assert threading.active_count() < 10


def test_an_error_in_a_thread_is_raised_in_its_place():
    results = streaming.in_order(lambda n: 1 // (3 - n), range(10), threads=2)
    assert [next(results), next(results), next(results)] == [0, 0, 1]
    with pytest.raises(ZeroDivisionError):
        next(results)


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_cut_many_says_the_same_with_any_number_of_threads(segmenter, threads):
    texts = [*TEXT.split("\n"), "", "\ud800", "a\nb"] * 3
    found = segmenter.cut_many(texts, threads=threads)
    assert list(found) == [segmenter.cut(text) for text in texts]


def test_what_is_no_text_among_many_is_reported(segmenter):
    with pytest.raises(TypeError, match="expected text as str, got int"):
        list(segmenter.cut_many(["我", 5]))
