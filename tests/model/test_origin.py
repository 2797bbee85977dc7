"""Models travel by path where there is one, and with all that is in them where there is none."""

import dataclasses
import multiprocessing
import pickle
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import pytest

import crfseg
from crfseg import UserLexicon
from crfseg.errors import ModelFileError
from crfseg.model.model import restored as restored
from support.corpora import SAMPLE

TEXT = "我们去了北京的大学。"


@pytest.fixture(autouse=True)
def _fresh():
    restored.cache_clear()


@pytest.fixture
def path(tmp_path, segmenter):
    segmenter.model.save(tmp_path / "a.crfseg")
    return tmp_path / "a.crfseg"


def test_a_segmenter_of_a_file_is_a_path_when_pickled(path, segmenter):
    data = pickle.dumps(crfseg.load(path))
    assert len(data) < 1000
    assert len(pickle.dumps(segmenter)) > 100_000
    again = pickle.loads(data)
    assert again.cut(TEXT) == segmenter.cut(TEXT)
    assert pickle.loads(data).model is again.model  # loaded once
    assert pickle.loads(pickle.dumps(again)).model is again.model


def test_the_options_travel_too(path):
    lexicon = UserLexicon(["去了北京"], mode="force")
    again = pickle.loads(pickle.dumps(crfseg.load(path, lexicon=lexicon)))
    assert again.cut(TEXT) == crfseg.load(path, lexicon=lexicon).cut(TEXT)
    assert "去了北京" in again.cut(TEXT)


def test_a_changed_model_is_no_longer_its_file(path):
    model = crfseg.load(path).model
    assert model.origin.path == str(path)
    warmer = dataclasses.replace(model, temperature=9.0)
    assert warmer.origin is None
    assert pickle.loads(pickle.dumps(warmer)).temperature == 9.0


@pytest.mark.parametrize("what", ["gone", "another"])
def test_a_file_that_changed_before_pickling_is_not_needed(path, segmenter, sample_model, what):
    held = crfseg.load(path)
    path.unlink() if what == "gone" else sample_model.save(path)
    assert pickle.loads(pickle.dumps(held)).cut(TEXT) == segmenter.cut(TEXT)


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("gone", r"a\.crfseg: No such file or directory; expected the model's file where it was"),
        ("another", r"a\.crfseg: is another model than the one that was pickled"),
        ("damaged", r"a\.crfseg: is not a model"),
    ],
)
def test_a_file_that_changed_after_pickling_is_reported(path, sample_model, what, message):
    data = pickle.dumps(crfseg.load(path))
    if what == "gone":
        path.unlink()
    elif what == "another":
        sample_model.save(path)
    else:
        path.write_bytes(b"abc")
    with pytest.raises(ModelFileError, match=message) as caught:
        pickle.loads(data)
    assert "\n" not in str(caught.value)


def _cut(segmenter, text):
    return segmenter.cut(text), id(segmenter.model)


@pytest.mark.slow
def test_workers_load_the_model_once(path):
    held = crfseg.load(path, lexicon=UserLexicon(["去了北京"]))
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        found = [pool.submit(_cut, held, TEXT) for _ in range(5)]
        results = [each.result() for each in found]
    assert all(words == held.cut(TEXT) for words, _ in results)
    assert len({model for _, model in results}) == 1


METHODS = [
    lambda held, text: held.cut(text),
    lambda held, text: held.cut_for_search(text),
    lambda held, text: held.cut(text, "fine"),
    lambda held, text: held.cut(text, "coarse"),
    lambda held, text: held.tokens(text, white_space="keep"),
    lambda held, text: held.confidence(text, "search").tolist(),
    lambda held, text: pickle.loads(pickle.dumps(held)).cut(text),
]


def test_sixteen_threads_agree_with_one(path):
    texts = (SAMPLE / "dev.txt").read_text("utf-8").split("\n")
    expected = [[method(crfseg.load(path), text) for text in texts[:20]] for method in METHODS]
    held, start = crfseg.load(path), threading.Barrier(16)

    def work(n):
        start.wait()
        return [METHODS[n % len(METHODS)](held, text) for text in texts[:20]]

    with ThreadPoolExecutor(16) as pool:
        for n, found in enumerate(pool.map(work, range(16))):
            assert found == expected[n % len(METHODS)]
