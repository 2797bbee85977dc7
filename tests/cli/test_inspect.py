"""crfseg inspect: what a model is, and its features."""

import dataclasses
import re

import pytest

import crfseg
from support.commands import run
from support.models import handmade_model


def test_what_the_terminal_s_encoding_lacks_is_escaped(model):
    result = run("inspect", "--top", "50", model, env={"PYTHONIOENCODING": "latin-1"})
    assert (result.returncode, result.stderr) == (0, "")
    assert "\\u" in result.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    "info", [{}, {"corpora": None}, {"corpora": [{}, 5]}, {"dev": {"f1": "x"}}]
)
def test_inspect_shows_any_record(tmp_path, info):
    model = dataclasses.replace(handmade_model(京={"S": 1.0}), info={**info, "name": "\ud800"})
    model.save(tmp_path / "m")
    result = run("inspect", tmp_path / "m")
    assert (result.returncode, result.stderr) == (0, "")


def test_inspect_names_features_of_every_view(tmp_path):
    """Each sentence three times: characters that come less often have no group."""
    corpus = crfseg.Corpus.from_text("我 爱 北京\n他 在 北京\n我 在 天安门\n" * 3)
    raw = crfseg.Corpus.from_text("我们在北京\n北京人")
    crfseg.train(corpus, raw=raw, prune=0).save(tmp_path / "m")
    shown = run("inspect", "--top", "100000", tmp_path / "m").stdout
    features = {line.split()[2] for line in shown.splitlines() if line.strip()[0] in "+-"}
    assert {
        "C[0]=北", "C[-1]C[0]=<s>我", "T[0]T[1]T[2]=hh</s>", "B[0]=<2.19>", "E[0]=<1.18>",
        "P[0]=<0>", "P[1]=</s>", "e[-1]P[0]b[0]=<1><0><2>", "W[0]=<北京>", "V[0]=<unknown>",
        "V[0]W[1]=<北京></s>", "A[0]=<2.0.0>", "A[1]=</s>", "A[0]=<1.1.0>", "A[1]=<0.0.0>",
    } <= features  # fmt: skip
    for name in (r"G\[0\]G\[1\]=<\d><\d>", r"C\[0\]G\[1\]=北<\d>", r"G\[-1\]C\[0\]=<\d>京"):
        assert any(re.fullmatch(name, feature) for feature in features), name
