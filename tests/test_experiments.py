"""The experiments' pages say what their results say; the runner measures what its config says."""

import re
import runpy
import shutil
import subprocess
import sys
import tomllib

import pytest

from support.corpora import ROOT

pd = pytest.importorskip("pandas")
pytest.importorskip("matplotlib")

NAMES = ("all-corpora", "features", "model-size", "profiles")
SENTENCES = "我们 去 北京\n他 在 北京 工作\n我们 爱 工作\n他们 去 了\n"
CONFIG = """
corpora = ["mini", { name = "other", folder = "mini", ending = ".seg", format = "words" }, "absent"]
seeds = [0, 1]

[options]
threads = 1

[[variant]]
name = "fast"
profile = "fast"
not_on = ["other"]

[[variant]]
name = "no words"
without = "BEPbepWV"
raw = ["dev"]
"""


@pytest.fixture(autouse=True)
def path(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "experiments"))


@pytest.fixture
def pages(tmp_path):
    """Return a copy of the pages and of the results."""
    files = [*ROOT.glob("README*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("experiments/*.*")]
    for file in [*files, *ROOT.glob("experiments/*/*.md"), *ROOT.glob("experiments/*/*.csv")]:
        target = tmp_path / file.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)
    return tmp_path


def change(file, old, new):
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_pages_say_what_the_results_say():
    from results import check

    assert check() == []


def test_every_table_stands_in_a_page():
    from results import MARKED, pages
    from tables import TABLES

    found = {mark[2] for text in pages(ROOT).values() for mark in MARKED.finditer(text)}
    assert found == set(TABLES)


@pytest.mark.parametrize(
    ("page", "old", "new", "expected"),
    [
        ("README.md", "takes 2.4 seconds", "takes five seconds", "found five"),
        ("README.md", "takes 2.4 seconds", "takes 2.8 seconds", "expected 2.358"),
        ("README.md", "takes 2.4 seconds", "is fast", "found no such words"),
        ("README.zh.md", "只要2.4秒", "只要一秒", "found 一"),
        ("docs/training.md", "`fast`", "`fast` (96.55 F1)", "found 96.55"),
        ("experiments/profiles/README.md", "worth 1.4 points", "worth 1.5 points", "found 1.5"),
        ("experiments/features/README.md", " 92.", " 93.", "a table is not what"),
        ("docs/training.md", "| 94.68 /", "| 93.68 /", "a table is not what"),
    ],
)
def test_a_wrong_figure_in_a_page_is_found(pages, page, old, new, expected):
    from results import check

    change(pages / page, old, new)
    assert [line for line in check(pages) if line.startswith(f"{page}: ") and expected in line]


def test_a_figure_that_new_results_no_longer_give_is_found(pages):
    from results import check

    file = pages / "experiments/bench/training.csv"
    rows = pd.read_csv(file)
    mine = (rows.what == "training time") & (rows.who == "crfseg")
    rows.loc[mine, "median"] = 3.5
    rows.to_csv(file, index=False)
    wrong = "\n".join(check(pages))
    assert "README.md: " in wrong
    assert "expected 3.5" in wrong
    assert "docs/training.md: a table is not what the results give" in wrong


def test_a_figure_of_a_variant_that_is_gone_is_found(pages):
    from results import check

    file = pages / "experiments/profiles/results.csv"
    rows = pd.read_csv(file)
    rows[rows.variant != "accurate, strict"].to_csv(file, index=False)
    assert [line for line in check(pages) if "expected nan" in line and "found 0.2" in line]


def test_results_of_before_a_column_was_recorded_give_the_same_tables(pages):
    from results import check

    file = pages / "experiments/features/results.csv"
    pd.read_csv(file).dropna(axis=1, how="all").to_csv(file, index=False)
    assert check(pages) == []


def test_a_page_may_say_a_figure_in_other_digits(pages):
    from results import check

    change(pages / "README.md", "takes 2.4 seconds", "takes 2.36 seconds")
    assert check(pages) == []


@pytest.mark.parametrize(
    ("said", "figure", "half"),
    [("0.25", 0.25, 0.005), ("1,410", 1410, 0.5), ("two", 2, 0.3), ("四百万", 4, 0.6)],
)
def test_a_figure_may_be_off_by_half_of_its_last_digit(said, figure, half):
    from results import SAID, number

    assert number(said) == pytest.approx((figure, half))
    assert re.findall(SAID, f"costs {said}, it says") == [said]


@pytest.mark.parametrize("name", NAMES)
def test_results_are_those_of_the_config(name):
    from run import KEY, runs_of

    place = ROOT / "experiments" / name
    runs = {run.key for run in runs_of(tomllib.loads((place / "config.toml").read_text("utf-8")))}
    rows = pd.read_csv(place / "results.csv")
    assert not rows.duplicated(KEY).any()
    assert set(rows[KEY].itertuples(index=False, name=None)) == runs
    assert (
        rows[["f1", "model_bytes", "crfseg", "train_sha256", "dev_sha256"]].notna().all(axis=None)
    )


def test_the_bundled_model_is_compared_as_its_config_says():
    place = ROOT / "experiments" / "default-model"
    entrants = tomllib.loads((place / "config.toml").read_text("utf-8"))["entrant"]
    rows = pd.read_csv(place / "results.csv")
    assert set(rows.who) == set(entrants)
    f1 = rows[rows.what == "F1"].set_index(["who", "at"])
    for name, entrant in entrants.items():
        seen = f1.loc[name].index[f1.loc[name].note == "seen"]
        assert list(seen) == entrant.get("seen", [])
    own = f1["median"].xs("sample", level="at").sort_values(ascending=False)
    assert list(own.index[:3]) == ["crfseg-bundled", "wapic", "thulac"]
    assert f1["median"].xs("traditional script", level="at").idxmax() == "crfseg-bundled"


@pytest.mark.slow
def test_the_bundled_model_is_built_again_to_the_same_bytes(shared, tmp_path, monkeypatch):
    place = ROOT / "experiments" / "default-model"
    if not (place / "sources" / "ready").exists():
        pytest.skip("needs what `make default-model` fetches")
    monkeypatch.syspath_prepend(str(place))
    from build import BUNDLED, build

    build(shared, tmp_path / "again.crfseg")
    assert (tmp_path / "again.crfseg").read_bytes() == BUNDLED.read_bytes()


def test_a_word_is_cut_across_if_a_found_one_has_a_part_of_it_and_more(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "experiments" / "default-model"))
    from golds import crossed

    from crfseg import Corpus

    gold = Corpus.from_text("甲乙 丙丁 戊")
    for found, expected in [
        ("甲 乙丙 丁 戊", 2), ("甲乙丙丁 戊", 0), ("甲 乙 丙 丁戊", 1), ("甲 乙 丙丁 戊", 0),
    ]:  # fmt: skip
        assert crossed(gold, Corpus.from_text(found)) == pytest.approx(100 * expected / 3)


def test_a_variant_without_views_has_all_other_default_templates():
    from run import templates_of

    from crfseg.features.templates import ACCURATE

    found = templates_of({"without": "WV", "with": ["C[0]C[1]C[2]"]})
    expected = [str(t) for t in ACCURATE.templates if not {"W", "V"} & set(t.views)]
    assert found == [*expected, "C[0]C[1]C[2]"]
    assert templates_of({"profile": "fast"}) is None


def test_what_was_annotated_is_as_the_config_says():
    place = ROOT / "experiments" / "active-learning"
    config = tomllib.loads((place / "config.toml").read_text("utf-8"))
    rows = pd.read_csv(place / "results.csv").dropna(subset=["budget"])
    asked = rows[rows.budget > 0]
    assert not asked.duplicated(["way", "corpus", "seed", "budget"]).any()
    assert asked.way.nunique() * asked.corpus.nunique() == len(asked) / (
        len(config["seeds"]) * len(config["budgets"])
    )
    assert (asked.words >= asked.budget).all()


@pytest.mark.parametrize("name", ["audit", "doubling", "lexicon"])
def test_a_page_ends_with_the_table_of_its_own_results(name):
    from record import ended

    place = ROOT / "experiments" / name
    text = (place / "README.md").read_text("utf-8")
    table = runpy.run_path(str(place / "run.py"))["table"]
    assert ended(text, table(pd.read_csv(place / "results.csv"))) == text


def test_what_is_measured_is_told_and_written_and_gives_the_page_its_last_tables(tmp_path, capsys):
    from record import record

    (tmp_path / "config.toml").write_text('corpora = ["a", "b"]\n', encoding="utf-8")
    page = tmp_path / "README.md"
    page.write_text("Why?\n\n|by hand|\n\nSo.\n\n|old|\n\n|older|\n", encoding="utf-8")

    def measure(folder, config):
        for n, name in enumerate(config["corpora"], 1):
            yield {"corpus": name, "folder": str(folder), "f1": n / 3}

    for _ in range(2):
        record(tmp_path, measure, lambda rows: f"|{len(rows)} rows|", ("corpus", "f1"), "there")
        assert capsys.readouterr().out == "a f1 0.3333\nb f1 0.6667\n"
        assert page.read_text("utf-8") == "Why?\n\n|by hand|\n\nSo.\n\n|2 rows|\n"
    rows = pd.read_csv(tmp_path / "results.csv")
    assert list(rows.columns) == ["corpus", "folder", "f1"]
    assert rows.f1.tolist() == [1 / 3, 2 / 3]
    assert set(rows.folder) == {"there"}


def run(*arguments):
    command = [sys.executable, str(ROOT / "experiments/run.py"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.slow
def test_the_runner_writes_a_row_a_run_and_keeps_those_that_it_does_not_run(tmp_path):
    place, corpora = tmp_path / "experiment", tmp_path / "corpora"
    place.mkdir()
    (corpora / "mini").mkdir(parents=True)
    for name in ("train.txt", "dev.txt", "train.seg", "dev.seg"):
        (corpora / "mini" / name).write_text(SENTENCES, encoding="utf-8")
    (place / "config.toml").write_text(CONFIG, encoding="utf-8")

    done = run(place, corpora)
    assert done.returncode == 0, done.stderr
    assert "absent" in done.stderr
    first = pd.read_csv(place / "results.csv")
    assert list(first.variant) == ["fast"] * 2 + ["no words"] * 4
    assert list(first.protocol) == ["closed"] * 2 + ["open"] * 4
    assert list(first.corpus) == ["mini"] * 4 + ["other"] * 2
    assert first.peak_bytes.gt(1e6).all() or sys.platform != "linux"
    assert first.train_sha256.equals(first.dev_sha256)

    change(place / "config.toml", 'profile = "fast"', 'profile = "fast"\nrate = -1.0')
    failed = run(place, corpora, "fast")
    assert failed.returncode == 1
    assert "fast mini 0 failed: TrainingError" in failed.stderr
    assert pd.read_csv(place / "results.csv").equals(first)

    assert run(place, corpora, "quick").returncode == 2
