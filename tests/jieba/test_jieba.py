"""jieba's functions: the same calls, the text whole, user words acting."""

import io
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

import crfseg
from crfseg import jieba
from crfseg.errors import CorpusError, LexiconError, OptionError
from crfseg.jieba import posseg
from support.models import labelled_segmenter
from support.texts import STRANGE, any_text


@pytest.fixture
def tokenizer(segmenter):
    return jieba.Tokenizer(segmenter)


@given(st.sampled_from(STRANGE) | any_text)
def test_words_end_to_end_are_the_text(segmenter, text):
    tokenizer = jieba.Tokenizer(segmenter)
    words = tokenizer.lcut(text)
    assert "".join(words) == text
    assert [word for word in words if not word.isspace()] == segmenter.cut(text)
    tokens = list(tokenizer.tokenize(text))
    assert [word for word, _, _ in tokens] == words
    assert all(text[start:end] == word for word, start, end in tokens)
    found = list(tokenizer.tokenize(text, mode="search"))
    assert [start for _, start, _ in found] == sorted(start for _, start, _ in found)
    assert tokenizer.lcut_for_search(text) == [word for word, _, _ in found]
    assert set(tokens) <= set(found)
    begun = text[:200]
    every = tokenizer.lcut(begun, cut_all=True)
    assert {word for word in tokenizer.lcut(begun) if len(word) > 1} <= set(every)
    assert set("".join(every)) == set(begun)


def test_every_character_of_white_space_is_a_word_but_crlf(tokenizer):
    assert tokenizer.lcut("我  去\r\n\n　了") == ["我", " ", " ", "去", "\r\n", "\n", "　", "了"]


def test_words_come_one_by_one(tokenizer):
    assert next(tokenizer.cut("我们去")) == "我们"
    assert tokenizer.lcut("我们去", HMM=False) == tokenizer.lcut("我们去", False, True)


def test_all_words_of_a_text(tokenizer):
    tokenizer.add_word("国大")
    found = tokenizer.lcut("中国大学 我", cut_all=True)
    assert found == ["中国", "国大", "大学", " ", "我"]


def test_bytes_are_utf8(tokenizer):
    assert tokenizer.lcut("我们去".encode()) == tokenizer.lcut("我们去")
    with pytest.raises(CorpusError, match="<bytes>:1: byte 0xCE is not utf-8"):
        tokenizer.lcut("我们".encode("gbk"))


def test_words_come_and_go(tokenizer):
    text = "他们在云计算大会"
    assert "云计算" not in tokenizer.lcut(text)
    tokenizer.add_word("云计算", freq=3, tag="n")
    assert "云计算" in tokenizer.lcut(text)
    tokenizer.del_word("云计算")
    assert "云计算" not in tokenizer.lcut(text)
    tokenizer.suggest_freq("云计算", tune=True)
    assert "云计算" in tokenizer.lcut(text)
    tokenizer.add_word("云计算", 0)
    assert "云计算" not in tokenizer.lcut(text)


def test_parting_a_word(tokenizer):
    assert tokenizer.suggest_freq("中国") > 0
    assert tokenizer.lcut("去中国") == ["去", "中国"]
    assert tokenizer.suggest_freq(("中", "国"), True) == 0
    assert "中国" not in tokenizer.lcut("去中国")


@pytest.mark.parametrize("kind", ["path", "text", "bytes"])
def test_a_file_of_words(tmp_path, tokenizer, kind):
    words = "云计算 5 n\n慢阻肺\n"
    (tmp_path / "words.txt").write_text(words, "utf-8")
    if kind == "path":
        tokenizer.load_userdict(tmp_path / "words.txt")
    elif kind == "text":
        tokenizer.load_userdict(io.StringIO(words))
    else:
        with (tmp_path / "words.txt").open("rb") as file:
            tokenizer.load_userdict(file)
    assert {"云计算", "慢阻肺"} <= set(tokenizer.lcut("他有慢阻肺，她用云计算"))


def test_what_is_no_list_of_words_is_reported(tmp_path, tokenizer):
    with pytest.raises(LexiconError, match=r"<file>: line 1: 'a 1\.5 n'"):
        tokenizer.load_userdict(io.StringIO("a 1.5 n"))
    with pytest.raises(LexiconError, match="is no word"):
        tokenizer.add_word("")
    with pytest.raises(OSError, match="No such file"):
        tokenizer.load_userdict(tmp_path / "none.txt")


def test_lines_are_a_list_of_words_too(tokenizer):
    tokenizer.load_userdict(["石墨烯量子点 3 n", "Edu Trust认证 2000"])
    assert tokenizer.lcut("石墨烯量子点") == ["石墨烯量子点"]


def test_the_model_can_be_chosen(tmp_path, segmenter, tokenizer):
    segmenter.model.save(tmp_path / "a.crfseg")
    tokenizer.add_word("云计算")
    tokenizer.initialize(tmp_path / "a.crfseg")
    assert "云计算" in tokenizer.lcut("他们在云计算大会")
    (tmp_path / "dict.txt").write_text("云计算 5 n\n", "utf-8")
    with pytest.raises(OptionError, match=r"dict\.txt: is no model; .* call load_userdict"):
        tokenizer.set_dictionary(tmp_path / "dict.txt")
    again = pickle.loads(pickle.dumps(tokenizer))
    assert again.lcut("他们在云计算大会") == tokenizer.lcut("他们在云计算大会")


def test_the_functions_are_those_of_one_tokenizer(segmenter, monkeypatch):
    monkeypatch.setitem(jieba.dt.__dict__, "segmenter", segmenter)
    assert jieba.lcut("我们去") == list(jieba.cut("我们去")) == segmenter.cut("我们去")
    assert jieba.enable_parallel(4) is jieba.disable_parallel() is jieba.setLogLevel(20) is None
    assert next(jieba.tokenize("我们去")) == ("我们", 0, 2)
    with pytest.raises(OptionError, match="the model has no labels; expected one that was trained"):
        posseg.lcut("我们去")


def test_parts_of_speech():
    tokenizer = posseg.POSTokenizer(jieba.Tokenizer(labelled_segmenter()))
    found = tokenizer.lcut("高勇 说北京好")
    assert found[:2] == [("高勇", "PER"), (" ", "x")]
    assert found[0].word + found[0].flag == "高勇PER"


def test_a_tokenizer_without_a_model_loads_none_before_it_is_needed(segmenter, monkeypatch):
    monkeypatch.setattr(crfseg, "load", lambda lexicon: crfseg.Segmenter(segmenter.model, lexicon))
    tokenizer = jieba.Tokenizer()
    tokenizer.add_word("云计算")
    assert "segmenter" not in tokenizer.__dict__
    assert "云计算" in tokenizer.lcut("他们在云计算大会")
