"""Texts of files in any encoding, block by block."""

import io

import pytest

from crfseg.errors import CorpusError
from crfseg.text import encodings
from support.streams import in_small_pieces


def texts(data, encoding="utf-8"):
    return list(encodings.texts(io.BytesIO(data), "x", encoding))


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_texts_are_blocks_of_whole_lines(monkeypatch, encoding):
    in_small_pieces(monkeypatch, 7)
    text = "我爱北京\n\n天安门\r\n他來了"
    blocks = texts(text.encode(encoding), encoding)
    assert "".join(blocks) == text
    assert all(block.endswith("\n") for block in blocks[:-1])


def test_a_wrong_byte_in_a_later_block_has_its_line(monkeypatch):
    in_small_pieces(monkeypatch, 4)
    with pytest.raises(CorpusError, match="x:3: byte 0xFF"):
        texts("我\n爱\n".encode() + b"ab\xff\n")


def test_only_the_first_byte_order_mark_is_one(monkeypatch):
    in_small_pieces(monkeypatch, 4)
    text = "\ufeffab\n\ufeffcd\n"
    assert "".join(texts(text.encode())) == text[1:]
