"""The model file: what is saved comes back; what is damaged is refused, never trusted."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

import crfseg
from crfseg.errors import ModelFileError
from crfseg.features.templates import ACCURATE
from crfseg.model.model import Model
from crfseg.model.weights import PRECISIONS
from crfseg.text import chars
from support.model_files import MODELS, same
from support.models import handmade_model


@pytest.mark.parametrize("precision", PRECISIONS)
def test_a_model_comes_back_from_its_file(tmp_path, sample_model, precision):
    model = sample_model.quantize(precision)
    assert model.precision == precision
    model.save(tmp_path / "a.crfseg")
    assert same(Model.load(tmp_path / "a.crfseg"), model)


def test_the_same_model_gives_the_same_bytes(tmp_path, sample_model):
    for name in "ab":
        sample_model.save(tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_labels_and_absent_tags_come_back(tmp_path):
    sentences = [crfseg.Sentence(("高勇", "说"), ("PER", "O"), 1)]
    corpus = crfseg.Corpus.from_sentences(sentences)
    model = crfseg.train(corpus, labels=True, max_iterations=2)
    model.save(tmp_path / "a")
    loaded = Model.load(tmp_path / "a")
    assert loaded.tag_set == model.tag_set
    assert loaded.tag_set.names == ("B-PER", "E-PER", "O")


def test_every_truncation_is_refused(tmp_path, model_file):
    data = model_file.read_bytes()
    for size in {0, 1, 7, 8, 9, 100, 1000, len(data) // 2, len(data) - 1}:
        cut = tmp_path / f"cut{size}.crfseg"
        cut.write_bytes(data[:size])
        with pytest.raises(ModelFileError, match=rf"cut{size}\.crfseg: .*Train it or copy it"):
            Model.load(cut)


def test_every_flipped_bit_is_refused(tmp_path, model_file):
    data = model_file.read_bytes()
    header_end = 8 + int.from_bytes(data[:8], "little")
    rng = np.random.default_rng(0)
    spots = {*range(8), *rng.integers(8, header_end, 150), *rng.integers(header_end, len(data), 50)}
    bad = tmp_path / "bad.crfseg"
    for spot in map(int, spots):
        flipped = bytearray(data)
        flipped[spot] ^= 1 << int(rng.integers(8))
        bad.write_bytes(flipped)
        try:
            loaded = Model.load(bad)
        except ModelFileError:
            continue
        assert same(loaded, Model.load(model_file)), f"byte {spot} changed the model unseen"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is not a model"),
        ("我 爱 北京\n".encode() * 50, "is not a model"),
        (b"lCRF" + bytes(100), "is not a model"),
    ],
)
def test_files_that_are_no_models_are_refused(tmp_path, content, message):
    path = tmp_path / "a.txt"
    path.write_bytes(content)
    with pytest.raises(ModelFileError, match=message):
        crfseg.load(path)


def test_a_foreign_safetensors_file_is_refused(tmp_path):
    safetensors.numpy.save_file({"x": np.zeros(3)}, tmp_path / "a")
    with pytest.raises(ModelFileError, match="not one of crfseg's"):
        Model.load(tmp_path / "a")


@pytest.mark.parametrize("missing", ["missing.crfseg", "."])
def test_a_missing_file_or_a_folder_is_the_system_s_error(tmp_path, missing):
    with pytest.raises(OSError, match=str(tmp_path)):
        Model.load(tmp_path / missing)


def test_an_old_file_survives_a_failed_save(tmp_path, model_file, monkeypatch):
    before = model_file.read_bytes()

    def fail(*_, **__):
        raise OSError("disk full")

    monkeypatch.setattr(Path, "write_bytes", fail)
    with pytest.raises(OSError, match="disk full"):
        handmade_model(京={"S": 1.0}).save(model_file)
    assert model_file.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.crfseg"]


@pytest.mark.parametrize("name", ["format1", "format2"])
def test_files_of_every_format_are_read_forever(name):
    segmenter = crfseg.load(MODELS / f"{name}.crfseg")
    assert segmenter.model.info["name"] == name
    assert segmenter.cut("我北京") == ["我", "北京"]
    assert segmenter.model.vocabulary == ("北京", "我")
    assert knows_nothing_of_its_text(segmenter.model)


def knows_nothing_of_its_text(model):
    """What came with format 5 is as in a model that nobody counted for."""
    empty = not len(model.frequencies) and not len(model.sentences)
    return empty and model.temperature == 1 and set(model.frequency_of.values()) == {0}


def test_files_with_words_and_groups_are_read_forever():
    model = Model.load(MODELS / "format3.crfseg")  # 60 sentences of the sample
    assert model.info["name"] == "format3"
    assert knows_nothing_of_its_text(model)
    assert model.templates.views == ACCURATE.views
    assert len(model.alphabet.clusters) == len(model.alphabet.characters) == 766
    assert model.lexicon.words[:5] == (",", "的", "。", "了", "一")
    assert model.lexicon.classes[:5].tolist() == [20, 20, 20, 16, 12]
    text = "差额 部分 将 由 保险 公司 赔付 。\n由 三 家 保险 公司 联合推 出 的 “ 脐橙 价格 保险 ”"
    assert crfseg.Segmenter(model).cut_lines(text.replace(" ", "")) == text


def test_files_with_strings_are_read_forever():
    model = Model.load(MODELS / "format4.crfseg")  # the same, and the text of test.txt as raw text
    assert model.info["name"] == "format4"
    assert knows_nothing_of_its_text(model)
    assert model.templates.views == ACCURATE.views | {"A"}
    assert len(model.alphabet.characters) == 1103
    assert model.lexicon.words[:5] == (",", "的", "。", "了", "一")
    found = {
        chars.to_text(model.alphabet.characters[row[row > 0] - 3]): level
        for row, level in zip(
            model.extractor.varieties.strings, model.extractor.varieties.classes, strict=True
        )
    }
    assert len(found) == 3861
    assert [found[string] for string in ("没有", "机器人", "三分之二")] == [4 << 5, 2 << 2, 1]
    text = "昨天 在成 都 正式 开通 。\n老人 一 边 说 ， 手艺 人靠 的 是 手艺 ， 不 是 牌子 。"
    assert crfseg.Segmenter(model).cut_lines(text.replace(" ", "")) == text


def test_files_with_a_temperature_frequencies_and_sentences_are_read_forever():
    model = Model.load(MODELS / "format5.crfseg")  # the same, and dev.txt as dev
    assert model.info["name"] == "format5"
    assert model.temperature == 1.74
    often = {word: level for word, level in model.frequency_of.items() if level > 4}
    assert often == {"。": 6, "一": 5, "了": 6, "是": 5, "的": 7, "，": 7}
    assert len(model.frequencies) == len(model.vocabulary) == 828
    assert len(model.sentences) == 60
    text = "昨天 在成 都 正 式 开通 。\n老人 一 边 说 ， 手艺 人靠 的 是 手艺 ， 不 是 牌子 。"
    segmenter = crfseg.Segmenter(model)
    assert segmenter.cut_lines(text.replace(" ", "")) == text
    sure = segmenter.decoder.confidences(crfseg.Corpus.from_text("昨天 在 成都 正式 开通 。"))
    assert sure == pytest.approx([0.988, 0.464, 0.191, 0.303, 0.633, 1.0], abs=1e-3)


def test_a_file_with_everything_comes_back_byte_by_byte(tmp_path):
    Model.load(MODELS / "format5.crfseg").save(tmp_path / "b")
    assert (tmp_path / "b").read_bytes() == (MODELS / "format5.crfseg").read_bytes()
    assert same(Model.load(tmp_path / "b"), Model.load(MODELS / "format5.crfseg"))


def test_a_model_that_was_trained_further_is_read(tmp_path):
    """Its newer characters have no group."""
    init = crfseg.train(crfseg.Corpus.from_text("我 爱 北京\n他 在 北京"))
    model = crfseg.train(crfseg.Corpus.from_text("你 去 上海"), init=init)
    model.save(tmp_path / "a")
    assert len(model.alphabet.clusters) < len(model.alphabet.characters)
    assert same(Model.load(tmp_path / "a"), model)


def test_words_that_no_encoding_knows_are_saved_too(tmp_path):
    corpus = crfseg.Corpus.from_text("\ud800北京 爱 \udfff\n我 爱 北京\n" * 3, "\ud800.txt")
    model = crfseg.train(corpus, max_iterations=3)
    model.save(tmp_path / "a")
    assert same(Model.load(tmp_path / "a"), model)
    assert "\ud800北京" in Model.load(tmp_path / "a").vocabulary


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_written_to_and_stays_one(tmp_path, sample_model):
    pipe, copy = tmp_path / "pipe", tmp_path / "copy.crfseg"
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as pool:
        read = pool.submit(pipe.read_bytes)
        sample_model.save(pipe)
        copy.write_bytes(read.result(timeout=20))
    assert pipe.is_fifo()
    assert same(Model.load(copy), sample_model)
