"""Archives: what goes in comes out, and what was tampered with gives a fault, never an exception."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from schemas.xml.fault import Fault
from schemas.xml.gate import LARGEST_MESSAGE
from schemas.xml.zip import messages_in_zip
from tests.hostile.archives import archive

_ARCHIVE = archive([("a.xml", b"<a/>" * 100), ("b.xml", b"<b/>")])


@given(st.lists(st.binary(max_size=500), min_size=1, max_size=20), st.sampled_from([0, 8]))
def test_every_file_comes_out_in_its_place(contents: list[bytes], method: int) -> None:
    data = archive([(f"{n}.xml", content) for n, content in enumerate(contents)], method)
    assert messages_in_zip(data) == list(enumerate(contents))


@given(st.integers(0, len(_ARCHIVE) - 1), st.binary(min_size=1, max_size=4))
def test_other_bytes_somewhere_give_the_same_files_or_a_fault(place: int, octets: bytes) -> None:
    result = messages_in_zip(_ARCHIVE[:place] + octets + _ARCHIVE[place + len(octets) :])
    if isinstance(result, Fault):
        assert result.outcome == "quarantined"
        assert result.reason.startswith("zip-")
    else:
        assert sorted(content for _, content in result) == [b"<a/>" * 100, b"<b/>"]


@given(st.integers(0, len(_ARCHIVE) - 1))
def test_a_cut_archive_gives_nothing(end: int) -> None:
    assert isinstance(messages_in_zip(_ARCHIVE[:end]), Fault)


@given(st.binary())
def test_any_bytes_give_a_fault(data: bytes) -> None:
    assert isinstance(messages_in_zip(data), Fault)


def test_the_limits_of_size_are_exact() -> None:
    largest = bytes(LARGEST_MESSAGE)
    assert messages_in_zip(archive([("a", largest)])) == [(0, largest)]
    for files in ([("a", largest + b"x")], [(str(n), largest) for n in range(11)]):
        result = messages_in_zip(archive(files))
        assert isinstance(result, Fault)
        assert result.reason == "zip-size"
