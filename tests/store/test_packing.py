"""Messages come out of the store as they went in, packed or as they used to be kept."""

from __future__ import annotations

from cramjam import zstd
from hypothesis import given
from hypothesis import strategies as st

from store.packing import pack, unpack


@given(st.binary())
def test_what_is_packed_comes_out_the_same(body: bytes) -> None:
    assert unpack(pack(body)) == body
    assert unpack(pack(body * 40_000)) == body * 40_000


def test_a_message_that_was_kept_as_it_came_is_read_as_it_is() -> None:
    body = b"<?xml version='1.0'?><Bericht/>"
    assert unpack(body) == body


def test_lines_that_resemble_each_other_take_a_tenth_of_their_room() -> None:
    line = b"<Prestatie><ReferentieNummer>R%d</ReferentieNummer></Prestatie>"
    body = b"".join(line % number for number in range(1000))
    assert len(pack(body)) * 10 < len(body)
    assert len(pack(body[:20_000])) * 4 < 20_000


def test_what_zstandard_packed_before_is_read() -> None:
    assert unpack(bytes(zstd.compress(b"<Bericht/>", level=1))) == b"<Bericht/>"
