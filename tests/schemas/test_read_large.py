"""What is read in pieces is what the gate, the schema and the reader make of the whole."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from desk.synthetic.single import one_declaration
from schemas.declaration import Declaration
from schemas.standard import MESSAGE_TYPES, MessageType
from schemas.xml import read_large as module
from schemas.xml.fault import Fault
from schemas.xml.gate import admit
from schemas.xml.read_declaration import read_declaration
from schemas.xml.read_large import read_large
from tests.hostile.base import BSNS, VALID, client, line, message
from tests.hostile.corpus import all_cases
from tests.schemas.model import Element, read_model
from tests.schemas.mutations import Workshop

_DOCUMENTS = 4_000
_TYPES = [MESSAGE_TYPES["JW323"], MESSAGE_TYPES["WMO323"]]
_DATA = VALID.encode()


def _whole(data: bytes) -> Declaration | None:
    admitted = admit(data)
    if isinstance(admitted, Fault) or admitted.message_type.number != "323":
        return None
    found = read_declaration(admitted.root, admitted.message_type, plain=admitted.plain)
    return None if isinstance(found, Fault) else found


def _agrees(data: bytes) -> bool:
    """Whether the message is read; it must be read exactly when it is valid, and be the same then."""
    found = read_large(data)
    assert found == _whole(data), data[:2000]
    return found is not None


@pytest.fixture(params=[7, 64 * 1024], ids=["small pieces", "as they are"])
def pieces(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces that end anywhere in a tag or value, and those of real use."""
    monkeypatch.setattr(module, "_PIECE", request.param)


@pytest.mark.usefixtures("pieces")
@pytest.mark.parametrize("message_type", _TYPES, ids=lambda t: t.name)
def test_changed_documents_are_read_exactly_when_they_are_valid(message_type: MessageType) -> None:
    rng = Random(message_type.name)
    (other,) = set(_TYPES) - {message_type}
    workshop = Workshop(_model(message_type), _model(other), rng)
    paths = [*workshop.declared]
    read = {True: 0, False: 0}
    for number in range(_DOCUMENTS):
        root = workshop.changed(paths[number % len(paths)])
        if number % 3 == 0:
            etree.indent(root, rng.choice((" ", "\t", "  ")))
        read[_agrees(etree.tostring(root, encoding="UTF-8", xml_declaration=number % 2 == 0))] += 1
    assert min(read.values()) >= _DOCUMENTS // 10, read


def _model(message_type: MessageType) -> Element:
    return read_model(
        Path(str(files("schemas"))) / "xsd" / message_type.domain.value / f"{message_type.name}.xsd"
    )


@given(st.integers(0, len(_DATA) - 1), st.binary(max_size=4), st.integers(0, 4))
def test_other_bytes_anywhere(place: int, octets: bytes, left_out: int) -> None:
    _agrees(_DATA[:place] + octets + _DATA[place + left_out :])


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400)), min_size=1, max_size=3))
def test_tags_in_another_order(swaps: list[tuple[int, int]]) -> None:
    tokens = re.split("(<[^>]*>)", VALID)
    for one, other in swaps:
        a, b = one % len(tokens), other % len(tokens)
        tokens[a], tokens[b] = tokens[b], tokens[a]
    _agrees("".join(tokens).encode())


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
