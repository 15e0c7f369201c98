"""What is read in pieces is what the gate, the schema and the reader make of the whole."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.synthetic.single import one_declaration
from schemas.standard import MessageType
from schemas.xml import read_large as module
from schemas.xml.read_large import read_large
from tests.hostile.base import BSNS, VALID, client, line, message
from tests.hostile.corpus import all_cases
from tests.schemas.both_ways import TYPES, by_the_gate, changed_documents, with_tags_swapped

_DOCUMENTS = 4_000
_DATA = VALID.encode()


def _agrees(data: bytes) -> bool:
    """Whether the message is read; it must be read exactly when it is valid, and be the same then."""
    found = read_large(data)
    assert found == by_the_gate(data), data[:2000]
    return found is not None


@pytest.fixture(params=[7, 64 * 1024], ids=["small pieces", "as they are"])
def pieces(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces that end anywhere in a tag or value, and those of real use."""
    monkeypatch.setattr(module, "_PIECE", request.param)


@pytest.mark.usefixtures("pieces")
@pytest.mark.parametrize("message_type", TYPES, ids=lambda t: t.name)
def test_changed_documents_are_read_exactly_when_they_are_valid(message_type: MessageType) -> None:
    read = {True: 0, False: 0}
    for data in changed_documents(message_type, _DOCUMENTS):
        read[_agrees(data)] += 1
    assert min(read.values()) >= _DOCUMENTS // 10, read


@given(st.integers(0, len(_DATA) - 1), st.binary(max_size=4), st.integers(0, 4))
def test_other_bytes_anywhere(place: int, octets: bytes, left_out: int) -> None:
    _agrees(_DATA[:place] + octets + _DATA[place + left_out :])


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400)), min_size=1, max_size=3))
def test_tags_in_another_order(swaps: list[tuple[int, int]]) -> None:
    _agrees(with_tags_swapped(swaps))


@pytest.mark.parametrize("end", range(0, len(_DATA), 23))
def test_a_document_that_ends_too_early(end: int) -> None:
    assert not _agrees(_DATA[:end])


_ENDS = "< <! <!- <!-- <!--x-- <? <?x <?x? </ <x <x/> x &amp; ]]> <![CDATA[ <!DOCTYPE"


@pytest.mark.parametrize("tail", _ENDS.split())
@pytest.mark.parametrize("form", ["{}", " {}", "\n<!-- </m:Bericht> -->{}", "{} ", "{}</m:Bericht>"])
def test_what_may_not_stand_behind_the_root(tail: str, form: str) -> None:
    assert not _agrees(_DATA + form.format(tail).encode())


@pytest.mark.parametrize("tail", ["", "\n", "<!-- x -->", "<?x y?>\n<!---->"])
def test_what_may_stand_behind_the_root(tail: str) -> None:
    assert _agrees(_DATA + tail.encode())


def test_a_root_of_an_undeclared_prefix() -> None:
    assert not _agrees(VALID.replace("xmlns:m=", "xmlns_m=").encode())


def test_hostile_messages() -> None:
    assert len({case.id for case in all_cases() if _agrees(case.data)}) > 20


@pytest.mark.usefixtures("pieces")
@pytest.mark.parametrize(
    "text",
    [
        VALID,
        VALID.replace("\n", "\r\n"),
        VALID.replace(">R1<", ">  R<!-- - -->1&amp;é <"),
        VALID.replace(">R1<", "><![CDATA[R<1]]><"),
        VALID.replace(">10<", ">+010<"),
        VALID.replace("><", "> <?x y?><"),
        VALID.replace("<m:Client>", "<m:Client >"),
        "\ufeff" + VALID,
    ],
)
def test_every_way_of_writing(text: str) -> None:
    assert _agrees(text.encode())


@pytest.mark.parametrize("indented", [True, False])
def test_many_lines_of_many_clients(indented: bool) -> None:
    assert _agrees(one_declaration(3_000, seed=3, indented=indented).declaration)


def test_many_lines_of_one_client() -> None:
    lines = "".join(line(f"R{n}", "1001", "10", "93600") for n in range(2_000))
    assert _agrees(message(client(BSNS[0], lines), 93_600 * 2_000).encode())


def test_no_other_kind_is_read() -> None:
    answer = VALID.replace("jw323", "jw325").encode()
    assert read_large(answer) is None and read_large(b"<x/>") is None


def test_a_large_message_takes_little_memory() -> None:
    """A tree of this message alone would take over a hundred megabytes."""
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE], check=True, stdout=subprocess.PIPE, text=True, timeout=120
    )
    before, after = map(int, done.stdout.split())
    assert after - before < 100_000


_MEASURE = """
from pathlib import Path
from desk.synthetic.single import one_declaration
from streams.handle import read_message

def peak():
    rows = Path("/proc/self/status").read_text().splitlines()
    return next(row.split()[1] for row in rows if "VmHWM" in row)

data = one_declaration(30_000, seed=1, indented=True).declaration.replace(b"<Clienten>", b"<Clienten >")
print(peak())
assert len(read_message(data).lines) == 30_000
print(peak())
"""
