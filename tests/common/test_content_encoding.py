"""Bodies are decompressed in bounded steps, and only from what was asked for."""

from __future__ import annotations

import gzip

import pytest

from tgi_common.content_encoding import EncodingError, decoder


def undone(encoding: str | None, *pieces: bytes) -> bytes:
    body = decoder(encoding)
    parts = [part for piece in pieces for part in body.feed(piece)]
    body.finish()
    return b"".join(parts)


@pytest.mark.parametrize("encoding", [None, "", "identity", " Identity "])
def test_a_body_without_encoding_comes_as_it_is(encoding: str | None) -> None:
    assert b"ab" == undone(encoding, b"a", b"b")


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "GZIP"])
def test_gzip_is_undone_however_it_is_cut(encoding: str) -> None:
    whole = gzip.compress(b"x" * 300_000)

    assert b"x" * 300_000 == undone(encoding, whole[:7], whole[7:])


def test_nothing_is_nothing() -> None:
    assert b"" == undone("gzip")


def test_a_bomb_comes_in_steps() -> None:
    steps = [len(part) for part in decoder("gzip").feed(gzip.compress(bytes(10_000_000)))]

    assert (10_000_000, True) == (sum(steps), max(steps) <= 65_536)


@pytest.mark.parametrize(
    "body",
    [b"no gzip", gzip.compress(b"x" * 1000)[:-9], gzip.compress(b"x") + b"more"],
    ids=["none", "cut off", "more behind"],
)
def test_broken_gzip_is_refused(body: bytes) -> None:
    with pytest.raises(EncodingError, match="gzip"):
        undone("gzip", body)


@pytest.mark.parametrize("encoding", ["gzip, gzip", "br", "zstd", "deflate"])
def test_other_encodings_are_refused(encoding: str) -> None:
    with pytest.raises(EncodingError, match=encoding):
        decoder(encoding)
