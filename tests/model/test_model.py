"""Models: what they say of themselves."""

import numpy as np

import crfseg
from crfseg.model.model import Model
from support.model_files import rewritten
from support.models import handmade_model


def test_top_features_are_named_and_ordered():
    model = handmade_model(京={"E": 2.0, "B": -3.0}, 我={"S": 1.0})
    assert model.top_features(2) == [("C[0]=京", "B", -3.0), ("C[0]=京", "E", 2.0)]


def test_repr_tells_what_one_holds(sample_model):
    assert repr(sample_model).startswith("Model('train', BMES, 4 tags, ")
    assert "MB" in repr(crfseg.Segmenter(sample_model))


def test_features_of_symbols_that_do_not_exist_are_shown_as_unknown(tmp_path):
    path = tmp_path / "a.crfseg"
    handmade_model(京={"S": 1.0}).save(path)
    unknown = {"C.patterns": np.array([[0xFFFF]], np.uint16)}
    rewritten(path, lambda _, arrays: arrays.update(unknown))
    assert Model.load(path).top_features(1)[0][0] == "C[0]=<unknown>"
