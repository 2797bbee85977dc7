"""Fields of a model file: contents that make no sense are refused, older ones are understood."""

import numpy as np
import pytest
import safetensors.numpy

import crfseg
from crfseg.errors import ModelFileError
from crfseg.model.file import digest_of
from crfseg.model.model import Model
from support.model_files import MODELS, rewritten
from support.models import handmade_model


@pytest.fixture
def with_strings(tmp_path):
    """A file whose model was trained with raw text."""
    path = tmp_path / "a.crfseg"
    path.write_bytes((MODELS / "format4.crfseg").read_bytes())
    return path


def test_a_newer_format_is_refused_with_the_remedy(model_file):
    rewritten(model_file, lambda header, _: header.update(format=99))
    with pytest.raises(ModelFileError, match=r"has format 99; this crfseg reads up to 5\. Update"):
        Model.load(model_file)


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
def test_contents_that_make_no_sense_are_refused(model_file, change):
    rewritten(model_file, change)
    with pytest.raises(ModelFileError, match=r"^[^\n]*a\.crfseg: [^\n]*$"):
        Model.load(model_file)


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


@pytest.mark.parametrize("name", ["words.frequencies", "sentences"])
def test_nobody_need_have_counted(model_file, name):
    rewritten(model_file, lambda _, arrays: arrays.update({name: arrays[name][:0].copy()}))
    segmenter = crfseg.load(model_file)
    scores = crfseg.evaluate(crfseg.Corpus.from_text("我们 去 了 北京"), segmenter)
    assert ("frequency" in scores.breakdown) == (name == "sentences")
    assert scores.oov_rate is not None
    assert not scores.seen.any()


def test_an_older_file_has_no_temperature(model_file):
    rewritten(model_file, lambda header, _: header.update(format=4, temperature=3.0))
    assert Model.load(model_file).temperature == 1.0


def test_an_older_file_has_no_strings(model_file):
    def older(header, arrays):
        header.update(format=3)
        del arrays["varieties.strings"], arrays["varieties.classes"]

    rewritten(model_file, older)
    assert len(Model.load(model_file).extractor.varieties.strings) == 0


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


def test_a_header_nested_too_deep_is_refused(model_file):
    with safetensors.safe_open(model_file, framework="numpy") as file:
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    text = "[" * 100_000
    metadata = {"crfseg": f"{digest_of(text, arrays)} {text}"}
    safetensors.numpy.save_file(arrays, model_file, metadata=metadata)
    with pytest.raises(ModelFileError, match="is damaged"):
        Model.load(model_file)
