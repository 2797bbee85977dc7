"""Streams, cut in pieces as small as one likes."""

import io

from crfseg.segmenter import streaming
from crfseg.text import encodings


def cut_stream(segmenter, data, **options):
    """Return what a stream of these bytes is cut into."""
    return b"".join(segmenter.cut_stream(io.BytesIO(data), "x.txt", **options))


def in_small_pieces(monkeypatch, chunk, long_line=None, reach=None):
    """Read files in chunks of so many bytes; cut longer lines in parts; let rules reach so far."""
    monkeypatch.setattr(encodings, "CHUNK", chunk)
    if long_line is not None:
        monkeypatch.setattr(streaming, "LONG_LINE", long_line)
    if reach is not None:
        monkeypatch.setattr(streaming, "REACH", reach)
