"""The model file: what is saved comes back; what is damaged is refused, never trusted."""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

import crfseg
from crfseg import chars
from crfseg.errors import ModelFileError
from crfseg.model import Model
from crfseg.modelfile import arrays_of, digest_of, header_of
from crfseg.tables import PRECISIONS
from crfseg.templates import ACCURATE
from material import handmade_model

MODELS = Path(__file__).parent / "data/models"


@pytest.fixture
def with_strings(tmp_path):
    """A file whose model was trained with raw text."""
    path = tmp_path / "a.crfseg"
    path.write_bytes((MODELS / "format4.crfseg").read_bytes())
    return path


@pytest.fixture
def path(tmp_path, sample_model):
    path = tmp_path / "a.crfseg"
    sample_model.quantize().save(path)
    return path


def same(one: Model, two: Model) -> bool:
    arrays, others = arrays_of(one), arrays_of(two)
    return header_of(one) == header_of(two) and all(
        np.array_equal(array, others[name]) and array.dtype == others[name].dtype
        for name, array in arrays.items()
    )


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


@pytest.mark.parametrize("precision", ["int8", "int16"])
def test_quantizing_keeps_weights_within_half_a_step(sample_model, precision):
    small = sample_model.quantize(precision)
    for table, rounded in zip(sample_model.tables, small.tables, strict=True):
        step = rounded.unit * small.scale
        kept = np.isin(table.keys, rounded.keys)
        error = table.weights[kept] - small.potentials(rounded)
        assert np.abs(error).max() <= step / 2 * (1 + 1e-9)
        assert np.abs(table.weights[~kept]).max(initial=0) <= step / 2
        assert step <= np.abs(table.weights).max() / 127 + small.scale
    assert small.quantize() is small


def test_sums_of_int8_weights_fit_16_bits(sample_model):
    """Then four of them are added at once."""
    small = sample_model.quantize()
    assert 2**13 < sum(table.largest_sum for table in small.tables) < 2**15


def test_a_model_of_nothing_but_zeros_quantizes():
    assert handmade_model(京={}).quantize().n_patterns == 0


def test_every_truncation_is_refused(tmp_path, path):
    data = path.read_bytes()
    for size in {0, 1, 7, 8, 9, 100, 1000, len(data) // 2, len(data) - 1}:
        cut = tmp_path / f"cut{size}.crfseg"
        cut.write_bytes(data[:size])
        with pytest.raises(ModelFileError, match=rf"cut{size}\.crfseg: .*Train it or copy it"):
            Model.load(cut)


def test_every_flipped_bit_is_refused(tmp_path, path):
    data = path.read_bytes()
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
        assert same(loaded, Model.load(path)), f"byte {spot} changed the model unseen"


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


def rewritten(path, change):
    """Change header and arrays of a model file, with a digest that fits."""
    with safetensors.safe_open(path, framework="numpy") as file:
        header = json.loads(file.metadata()["crfseg"].partition(" ")[2])
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    change(header, arrays)
    text = json.dumps(header)
    metadata = {"crfseg": f"{digest_of(text, arrays)} {text}"}
    safetensors.numpy.save_file(arrays, path, metadata=metadata)


def test_a_newer_format_is_refused_with_the_remedy(path):
    rewritten(path, lambda header, _: header.update(format=99))
    with pytest.raises(ModelFileError, match=r"has format 99; this crfseg reads up to 5\. Update"):
        Model.load(path)


def lexicon_of(*words):
    """Arrays of a lexicon, whatever its words are."""
    text = np.frombuffer("\n".join(words).encode(), dtype=np.uint8)
    return {"lexicon.words": text, "lexicon.classes": np.ones(len(words), dtype=np.uint8)}


@pytest.mark.parametrize(
    "change",
    [
        lambda h, a: h.update(format="1"),
        lambda h, a: h.update(format=0),
        lambda h, a: h.update(scale=float("nan")),
        lambda h, a: h.update(scale=-1.0),
        lambda h, a: h.update(scale=None),
        lambda h, a: h.update(templates=["C[0]C[7]X"]),
        lambda h, a: h.update(templates=[]),
        lambda h, a: h.update(templates=None),
        lambda h, a: h.update(folding="sideways"),
        lambda h, a: h.update(tag_set=[]),
        lambda h, a: h["tag_set"].update(scheme="XYZ"),
        lambda h, a: h["tag_set"].update(absent=["B"]),
        lambda h, a: h["tag_set"].update(absent=["B", "M", "E", "S"]),
        lambda h, a: h.update(info=3),
        lambda h, a: h.pop("tag_set"),
        lambda h, a: a.pop("words"),
        lambda h, a: h.pop("units"),
        lambda h, a: h.update(units=3),
        lambda h, a: h["units"].update(CC=0),
        lambda h, a: h["units"].update(CC=1.5),
        lambda h, a: h["units"].update(CC=10**9),
        lambda h, a: a.pop("CC.patterns"),
        lambda h, a: a.update({"CC.patterns": a["CC.patterns"][1:]}),
        lambda h, a: a.update({"CC.patterns": a["CC.patterns"][:, :1].copy()}),
        lambda h, a: a.update({"CC.patterns": a["CC.patterns"].ravel()}),
        lambda h, a: a.update({"CC.patterns": a["CC.patterns"].astype(np.int64)}),
        lambda h, a: a.update({"CC.weights": a["CC.weights"].astype(np.float64)}),
        lambda h, a: a.update({"CC.weights": a["CC.weights"][:, 1:].copy()}),
        lambda h, a: a.update(transitions=a["transitions"][1:]),
        lambda h, a: a.update(transitions=a["transitions"].astype(np.int32)),
        lambda h, a: a.update(alphabet=a["alphabet"].astype(np.int64)),
        lambda h, a: a.update(alphabet=a["alphabet"] + np.uint32(0x110000)),
        lambda h, a: a.update(words=np.array([0xFF], dtype=np.uint8)),
        lambda h, a: a.update(words=np.array([65], dtype=np.uint32)),
        lambda h, a: a.update(transitions=a["transitions"].astype(np.float64)),
        lambda h, a: h.update(format=True),
        lambda h, a: h.update(scale="1.5"),
        lambda h, a: h.update(scale=10**400),
        lambda h, a: h.update(scale=1e300),
        lambda h, a: h["tag_set"].update(labels=[{}, {}]),
        lambda h, a: h["tag_set"].update(labels=["\ud800"]),
        lambda h, a: h["tag_set"].update(labels=["n"] * 2),
        lambda h, a: h["tag_set"].update(labels=[str(i) for i in range(5000)]),
        lambda h, a: h["tag_set"].update(absent=["S"]),
        lambda h, a: h.update(info=[]),
        lambda h, a: a.pop("groups"),
        lambda h, a: a.update(groups=np.append(a["groups"], np.uint8(1))),
        lambda h, a: a.update(groups=a["groups"][None]),
        lambda h, a: a.update(groups=a["groups"].astype(np.uint16)),
        lambda h, a: a.update(groups=a["groups"] + np.uint8(64)),
        lambda h, a: a.pop("lexicon.words"),
        lambda h, a: a.pop("lexicon.classes"),
        lambda h, a: a.update({"lexicon.words": a["lexicon.words"][1:].copy()}),
        lambda h, a: a.update({"lexicon.words": a["lexicon.words"].astype(np.int8)}),
        lambda h, a: a.update({"lexicon.words": a["lexicon.words"] | np.uint8(128)}),
        lambda h, a: a.update({"lexicon.classes": a["lexicon.classes"][1:].copy()}),
        lambda h, a: a.update({"lexicon.classes": a["lexicon.classes"] * np.uint8(0)}),
        lambda h, a: a.update({"lexicon.classes": a["lexicon.classes"] | np.uint8(33)}),
        lambda h, a: a.update(lexicon_of("的", "的")),
        lambda h, a: a.update(lexicon_of("的" * 9)),
        lambda h, a: a.update(lexicon_of("的", "")),
        lambda h, a: a.update(lexicon_of("ꙮ")),
        lambda h, a: a.update({"GG.patterns": a["GG.patterns"] | np.uint16(256)}),
        lambda h, a: a.update({"TTT.patterns": a["TTT.patterns"] | np.uint16(256)}),
        lambda h, a: a.update({"e0P1b1.patterns": a["e0P1b1.patterns"] | np.uint16(8)}),
        lambda h, a: h.pop("temperature"),
        lambda h, a: h.update(temperature=0),
        lambda h, a: h.update(temperature=-1.5),
        lambda h, a: h.update(temperature=float("nan")),
        lambda h, a: h.update(temperature=float("inf")),
        lambda h, a: h.update(temperature="1.5"),
        lambda h, a: h.update(temperature=True),
        lambda h, a: h.update(temperature=None),
        lambda h, a: a.pop("words.frequencies"),
        lambda h, a: a.update({"words.frequencies": a["words.frequencies"][1:].copy()}),
        lambda h, a: a.update({"words.frequencies": a["words.frequencies"][None].copy()}),
        lambda h, a: a.update({"words.frequencies": a["words.frequencies"].astype(np.uint16)}),
        lambda h, a: a.update({"words.frequencies": a["words.frequencies"] * np.uint8(0)}),
        lambda h, a: a.update({"words.frequencies": a["words.frequencies"] | np.uint8(128)}),
        lambda h, a: a.pop("sentences"),
        lambda h, a: a.update(sentences=a["sentences"][::-1].copy()),
        lambda h, a: a.update(sentences=np.repeat(a["sentences"], 2)),
        lambda h, a: a.update(sentences=a["sentences"][None].copy()),
        lambda h, a: a.update(sentences=a["sentences"].astype(np.int64)),
        lambda h, a: a.update(sentences=a["sentences"].astype(np.float64)),
        lambda h, a: a.update(sentences=a["sentences"][0, ...]),
    ],
)
def test_contents_that_make_no_sense_are_refused(path, change):
    rewritten(path, change)
    with pytest.raises(ModelFileError, match=r"^[^\n]*a\.crfseg: [^\n]*$"):
        Model.load(path)


def strings_of(*strings, classes=None):
    """Arrays of strings of two symbols, whatever they are."""
    rows = np.array([[*string, 0, 0] for string in strings], dtype=np.uint16)
    classes = [32] * len(rows) if classes is None else classes
    return {"varieties.strings": rows, "varieties.classes": np.array(classes, dtype=np.uint8)}


@pytest.mark.parametrize("name", ["varieties.strings", "varieties.classes"])
@pytest.mark.parametrize(
    "change",
    [
        lambda array: None,
        lambda array: array[1:].copy(),
        lambda array: np.concatenate([array, array[:1]]),
        lambda array: array[None],
        lambda array: array.ravel()[:-1].copy(),
        lambda array: array[:0].copy(),
        lambda array: array.astype(np.uint32),
        lambda array: array.astype(np.int16),
        lambda array: array.astype(np.float64),
        lambda array: array * np.uint8(0),
        lambda array: array | np.uint8(3),
        lambda array: np.ones_like(array),
        lambda array: array[0, ...].copy(),
    ],
)
def test_damaged_varieties_are_refused(with_strings, name, change):
    def damage(_, arrays):
        changed = change(arrays.pop(name))
        arrays |= {} if changed is None else {name: changed}

    rewritten(with_strings, damage)
    with pytest.raises(ModelFileError, match=r"^[^\n]*a\.crfseg: is damaged [^\n]*$"):
        Model.load(with_strings)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        (strings_of((3, 4), (5, 6), (3, 4)), "word 2 is there twice"),
        (strings_of((3, 0)), "a string of 1 characters"),
        (strings_of((0, 0)), "a string of 0 characters"),
        (strings_of((0, 3)), "with gaps"),
        (strings_of((3, 1)), "which is no character's"),
        (strings_of((2, 3)), "which is no character's"),
        (strings_of((3, 4), classes=[0]), "a string of 2 characters has a class of another length"),
        (strings_of((3, 4), classes=[4]), "a string of 2 characters has a class of another length"),
        (strings_of((3, 4), classes=[33]), "a string of 2 characters has a class of another"),
        (strings_of((3, 4), (4, 5), classes=[32]), "strings of shape"),
    ],
)
def test_strings_that_are_none_are_refused(with_strings, arrays, message):
    rewritten(with_strings, lambda _, old: old.update(arrays))
    with pytest.raises(ModelFileError, match=rf"^[^\n]*a\.crfseg: is damaged [^\n]*{message}"):
        Model.load(with_strings)


def test_a_weight_that_is_no_number_is_refused(tmp_path, sample_model):
    path = tmp_path / "a.crfseg"
    sample_model.save(path)

    def poison(_, arrays):
        arrays["C.weights"] = arrays["C.weights"].copy()
        arrays["C.weights"][0, 0, 0] = np.nan

    rewritten(path, poison)
    with pytest.raises(ModelFileError, match="a weight is not a number"):
        Model.load(path)


def test_an_old_file_survives_a_failed_save(tmp_path, path, monkeypatch):
    before = path.read_bytes()

    def fail(*_, **__):
        raise OSError("disk full")

    monkeypatch.setattr(Path, "write_bytes", fail)
    with pytest.raises(OSError, match="disk full"):
        handmade_model(京={"S": 1.0}).save(path)
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.crfseg"]


def test_top_features_are_named_and_ordered():
    model = handmade_model(京={"E": 2.0, "B": -3.0}, 我={"S": 1.0})
    assert model.top_features(2) == [("C[0]=京", "B", -3.0), ("C[0]=京", "E", 2.0)]


def test_repr_tells_what_one_holds(sample_model):
    assert repr(sample_model).startswith("Model('train', BMES, 4 tags, ")
    assert "MB" in repr(crfseg.Segmenter(sample_model))


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
    assert len(model.alphabet.groups) == len(model.alphabet.characters) == 766
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
        for row, level in zip(model.varieties.strings, model.varieties.classes, strict=True)
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
    sure = segmenter.confidences(crfseg.Corpus.from_text("昨天 在 成都 正式 开通 。"))
    assert sure == pytest.approx([0.988, 0.464, 0.191, 0.303, 0.633, 1.0], abs=1e-3)


def test_a_file_with_everything_comes_back_byte_by_byte(tmp_path):
    Model.load(MODELS / "format5.crfseg").save(tmp_path / "b")
    assert (tmp_path / "b").read_bytes() == (MODELS / "format5.crfseg").read_bytes()
    assert same(Model.load(tmp_path / "b"), Model.load(MODELS / "format5.crfseg"))


@pytest.mark.parametrize("name", ["words.frequencies", "sentences"])
def test_nobody_need_have_counted(path, name):
    rewritten(path, lambda _, arrays: arrays.update({name: arrays[name][:0].copy()}))
    segmenter = crfseg.load(path)
    scores = crfseg.evaluate(segmenter, crfseg.Corpus.from_text("我们 去 了 北京"))
    assert ("frequency" in scores.breakdown) == (name == "sentences")
    assert scores.oov_rate is not None
    assert not scores.seen.any()


def test_an_older_file_has_no_temperature(path):
    rewritten(path, lambda header, _: header.update(format=4, temperature=3.0))
    assert Model.load(path).temperature == 1.0


def test_an_older_file_has_no_strings(path):
    def older(header, arrays):
        header.update(format=3)
        del arrays["varieties.strings"], arrays["varieties.classes"]

    rewritten(path, older)
    assert len(Model.load(path).varieties.strings) == 0


def test_a_model_that_was_trained_further_is_read(tmp_path):
    """Its newer characters have no group."""
    init = crfseg.train(crfseg.Corpus.from_text("我 爱 北京\n他 在 北京"))
    model = crfseg.train(crfseg.Corpus.from_text("你 去 上海"), init=init)
    model.save(tmp_path / "a")
    assert len(model.alphabet.groups) < len(model.alphabet.characters)
    assert same(Model.load(tmp_path / "a"), model)


def test_words_that_no_encoding_knows_are_saved_too(tmp_path):
    corpus = crfseg.Corpus.from_text("\ud800北京 爱 \udfff\n我 爱 北京\n" * 3, "\ud800.txt")
    model = crfseg.train(corpus, max_iterations=3)
    model.save(tmp_path / "a")
    assert same(Model.load(tmp_path / "a"), model)
    assert "\ud800北京" in Model.load(tmp_path / "a").vocabulary


def test_a_key_that_is_there_many_times_is_refused_in_time(tmp_path):
    """Not a hang: looking up one of many equal keys takes ever longer."""
    path = tmp_path / "a.crfseg"
    handmade_model(京={"S": 1.0}).save(path)

    def repeat(_, arrays):
        arrays["C.patterns"] = np.full((200_000, 1), 3, dtype=np.uint16)
        arrays["C.weights"] = np.ones((200_000, 1, 4))

    rewritten(path, repeat)
    with pytest.raises(ModelFileError, match=r"a\.crfseg: is damaged .*there twice"):
        crfseg.load(path)


def test_a_header_nested_too_deep_is_refused(path):
    with safetensors.safe_open(path, framework="numpy") as file:
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    text = "[" * 100_000
    metadata = {"crfseg": f"{digest_of(text, arrays)} {text}"}
    safetensors.numpy.save_file(arrays, path, metadata=metadata)
    with pytest.raises(ModelFileError, match="is damaged"):
        Model.load(path)


def test_features_of_symbols_that_do_not_exist_are_shown_as_unknown(tmp_path):
    path = tmp_path / "a.crfseg"
    handmade_model(京={"S": 1.0}).save(path)
    unknown = {"C.patterns": np.array([[0xFFFF]], np.uint16)}
    rewritten(path, lambda _, arrays: arrays.update(unknown))
    assert Model.load(path).top_features(1)[0][0] == "C[0]=<unknown>"


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
