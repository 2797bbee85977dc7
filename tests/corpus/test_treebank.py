"""Treebanks: trees become their leaves, and files find their part."""

import pytest

from crfseg.corpus import treebank
from crfseg.corpus.download import fetch
from crfseg.corpus.registry import sources
from crfseg.errors import CorpusError
from support.archives import TREES, assert_fetch_error, texts_in


def test_treebank_splits_do_not_overlap():
    split = sources()["ctb"].split
    assert not treebank.file_numbers(split["dev"]) & treebank.file_numbers(split["test"])


@pytest.mark.usefixtures("no_network")
def test_trees_become_their_leaves_without_traces(tmp_path):
    copy = tmp_path / "bracketed"
    copy.mkdir()
    (copy / "chtb_0041.fid").write_text(TREES, encoding="utf-8")
    (copy / "chtb_0001.nw").write_text("( (NP (NN 上海)) )\n( (NP (-NONE- *)) )", encoding="utf-8")
    (copy / "chtb_4000.bn").write_text("( (IP (VV 走)) )", encoding="utf-8")
    fetch("ctb", tmp_path / "out", copy)
    assert texts_in(tmp_path / "out") == {
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
    assert texts_in(tmp_path / "out") == {"train.txt": "我 爱 北京\n（ 完 ）\n"}


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
