"""The model in the package: what it is, that it is there at once, and how well it cuts."""

import pickle
from concurrent.futures import ThreadPoolExecutor

import pytest

import crfseg
from crfseg.errors import ModelFileError
from crfseg.segmenter import loading
from crfseg.segmenter.loading import BUNDLED
from crfseg.text import chars
from support.corpora import SAMPLE

TEXT = "他们在北京的大学学习中文，今年是２０２４年。"
WORDS = ["他们", "在", "北京", "的", "大学", "学习"]


@pytest.fixture
def unloaded():
    loading.bundled_segmenter.cache_clear()
    yield
    loading.bundled_segmenter.cache_clear()


def test_it_is_small_and_says_where_it_comes_from():
    model = crfseg.Model.load(BUNDLED)
    assert BUNDLED.stat().st_size <= 6_000_000
    assert "CC BY-SA 4.0" in model.info["licence"]
    for source in ("UD Chinese GSD", "CC-CEDICT", "wordfreq"):
        assert source in model.info["licence"]
    assert (model.info["criterion"], model.info["protocol"]) == ("everyday, PKU-like", "open")
    for record in (*model.info["corpora"], *model.info["lexicon"]):
        assert len(record["sha256"]) == 64


def test_cut_cuts_with_it():
    assert crfseg.cut(TEXT)[:6] == WORDS
    assert crfseg.cut(TEXT) == crfseg.load().cut(TEXT) == crfseg.load(BUNDLED).cut(TEXT)


@pytest.mark.parametrize("text", ["", " \n", "\0\ud800", "😀" * 100, "a" * 10_000])
def test_any_text_is_cut(text):
    assert "".join(crfseg.cut(text)) == "".join(text.split())


def test_what_is_known_of_a_text_counts():
    assert crfseg.cut(crfseg.ConstrainedText.parse("北|京"))[0] == "北"


@pytest.mark.parametrize("text", [3, None, b"a", ["a"]])
def test_what_is_no_text_is_refused(text):
    with pytest.raises(TypeError, match="expected text as str"):
        crfseg.cut(text)


def test_traditional_script_and_full_width_are_cut_alike():
    pairs = [
        ("汉语是中国的语言", "漢語是中國的語言"),
        ("2024年3月有100台PC", "２０２４年３月有１００台ＰＣ"),
    ]
    for one, other in pairs:
        assert list(map(len, crfseg.cut(one))) == list(map(len, crfseg.cut(other)))
        assert "".join(crfseg.cut(other)) == other


@pytest.mark.usefixtures("unloaded")
def test_it_is_loaded_once_whatever_the_threads(monkeypatch):
    loaded, load = [], loading.loaded_from
    monkeypatch.setattr(loading, "loaded_from", lambda path: loaded.append(path) or load(path))
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: crfseg.load(), range(8)))
    assert loaded == [BUNDLED]
    assert len(set(map(id, found))) == 1


@pytest.mark.usefixtures("unloaded")
def test_a_damaged_one_is_told_of_like_any_other(monkeypatch, tmp_path):
    monkeypatch.setattr(loading, "BUNDLED", tmp_path / "default.crfseg")
    with pytest.raises(FileNotFoundError):
        crfseg.cut("a")
    (tmp_path / "default.crfseg").write_bytes(BUNDLED.read_bytes()[:-1])
    with pytest.raises(ModelFileError, match=r"default\.crfseg: is "):
        crfseg.cut("a")


def test_it_can_be_pickled_and_gone_on_from():
    segmenter = pickle.loads(pickle.dumps(crfseg.load()))
    assert segmenter.cut(TEXT) == crfseg.cut(TEXT)


def test_training_goes_on_from_it():
    text = "我们 用 云帆平台 办公\n云帆平台 今天 升级\n请 登录 云帆平台 。"
    model = crfseg.train(crfseg.Corpus.from_text(text), init=crfseg.load().model)
    assert "云帆平台" not in crfseg.cut("他不会用云帆平台。")
    assert crfseg.Segmenter(model).cut("他不会用云帆平台。") == [
        "他",
        "不",
        "会",
        "用",
        "云帆平台",
        "。",
    ]
    assert model.info["init"]["name"] == "default"


def test_it_cuts_its_own_standard_well():
    gold = crfseg.Corpus.join(
        crfseg.read_corpus(SAMPLE / f"{part}.txt") for part in ("dev", "test")
    )
    scores = crfseg.evaluate(gold, crfseg.load())
    assert scores.f1 > 0.95
    assert not scores.seen.any()


@pytest.mark.parametrize(
    "words",
    [
        "我 爱 北京 天安门", "结婚 的 和 尚未 结婚 的", "她 用 支付宝 付 了 钱", "北京市 政府",
        "他 在 研究 生命 的 起源", "电视台 的 记者", "我们 周末 一起 去 看 电影 吧",
        "她 也 是 学生", "工信处 女 干事 每月 经过 下属 科室", "长春 市长 春节 致辞",
    ],
)  # fmt: skip
def test_everyday_words_are_whole(words):
    assert " ".join(crfseg.cut(words.replace(" ", ""))) == words


def test_both_scripts_are_cut_alike_well(shared):
    gold = crfseg.read_corpus(shared / "ud_zh_gsd_trad" / "dev.txt")
    scores = crfseg.evaluate(gold, crfseg.load())
    assert scores.f1 > 0.81  # by another standard than its own
    assert not scores.seen.any()
    traditional, simplified = chars.scripts()
    table = dict(zip(simplified.tolist(), traditional.tolist(), strict=True))
    text = "\n".join(" ".join(sentence.words) for sentence in gold).translate(table)
    assert crfseg.evaluate(crfseg.Corpus.from_text(text), crfseg.load()).f1 == scores.f1
