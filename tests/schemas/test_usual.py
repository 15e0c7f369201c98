"""What is recognized by its form alone is what the gate, the schema and the reader make of it."""

from __future__ import annotations

import re
import tracemalloc
from importlib.resources import files
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.synthetic.single import one_declaration
from schemas.standard import MessageType
from schemas.xml.gate import LARGEST_MESSAGE
from schemas.xml.usual import read_usual
from tests.hostile.base import BASE_SPACE, CLIENTS, HEADER, MESSAGE_SPACE, VALID, client, line, message
from tests.hostile.corpus import all_cases
from tests.schemas.both_ways import TYPES, by_the_gate, changed_documents, with_tags_swapped

_DOCUMENTS = 5_000
_DATA = VALID.encode()


def _agrees(data: bytes) -> bool:
    """Whether the message is recognized; if it is, it must be what it is by every other way."""
    found = read_usual(data)
    assert found is None or found == by_the_gate(data), data
    return found is not None


@pytest.mark.parametrize("message_type", TYPES, ids=lambda t: t.name)
def test_changed_documents_are_recognized_only_when_they_are_valid(message_type: MessageType) -> None:
    recognized = {True: 0, False: 0}
    for data in changed_documents(message_type, _DOCUMENTS):
        recognized[_agrees(data)] += 1
    assert min(recognized.values()) >= _DOCUMENTS // 20, recognized


@given(st.integers(0, len(_DATA) - 1), st.binary(max_size=4), st.integers(0, 4))
def test_other_bytes_anywhere_are_recognized_only_when_they_mean_the_same(
    place: int, octets: bytes, left_out: int
) -> None:
    _agrees(_DATA[:place] + octets + _DATA[place + left_out :])


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400)), min_size=1, max_size=3))
def test_tags_in_another_order_are_recognized_only_when_they_are_valid(swaps: list[tuple[int, int]]) -> None:
    _agrees(with_tags_swapped(swaps))


def test_hostile_messages() -> None:
    recognized = {case.id for case in all_cases() if _agrees(case.data)}
    assert 10 < len(recognized) < 200


@pytest.mark.parametrize("indented", [True, False])
def test_many_lines_of_many_clients(indented: bool) -> None:
    data = one_declaration(3_000, seed=3, indented=indented).declaration
    found = read_usual(data)
    assert found is not None and found == by_the_gate(data)
    assert len(found.lines) == 3_000 and len(found.clients) > 100


def test_no_group_is_repeated_possessively() -> None:
    """Python 3.11.0 to 3.11.4 do that wrongly, and newer ones hide it (CPython gh-100061)."""
    sources = {path.name: path.read_text() for path in (Path(str(files("schemas"))) / "xml").glob("*.py")}
    assert {"gate.py", "grammar.py", "usual.py", "read_answer.py"} <= sources.keys()
    assert not [
        found for text in sources.values() for found in re.findall(r"\)(?:[?*+]|\{+[0-9,]+\}+)\+", text)
    ]


_OWN_NAMES = VALID.replace("<m:", "<").replace("</m:", "</").replace("xmlns:m=", "xmlns=")
_OTHER_PREFIXES = re.sub(r"(</?)b:", r"\1basis:", VALID).replace("xmlns:b=", "xmlns:basis=")
_BASE_DECLARED_EACH_TIME = re.sub(r"<b:(\w+)>", rf'<\1 xmlns="{BASE_SPACE}">', VALID).replace("</b:", "</")
_BASE_DECLARED_EACH_TIME = _BASE_DECLARED_EACH_TIME.replace(f' xmlns:b="{BASE_SPACE}"', "")
_INSTANCE = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
_SPACES = f'xmlns:m="{MESSAGE_SPACE}" xmlns:b="{BASE_SPACE}"'


@pytest.mark.parametrize(
    "text",
    [
        VALID,
        _OWN_NAMES,
        _OTHER_PREFIXES,
        VALID.replace("\n", "\r\n"),
        VALID.replace("><", ">\n\t <"),
        VALID.partition("\n")[2],
        VALID.replace("UTF-8", "utf-8"),
        "\ufeff" + VALID,
        VALID.replace('"1.0"', "'1.0'").replace('"UTF-8"', "'UTF-8'"),
        VALID.replace('"UTF-8"', '"UTF-8" standalone="yes"'),
        VALID.replace(_SPACES, f'{_SPACES} {_INSTANCE} xsi:schemaLocation="{MESSAGE_SPACE} JW323.xsd"'),
        VALID.replace(_SPACES, f'xmlns:b="{BASE_SPACE}"\n xmlns:m="{MESSAGE_SPACE}"'),
        VALID.replace(_SPACES, f"{_SPACES} {_INSTANCE}"),
        VALID.replace(MESSAGE_SPACE, MESSAGE_SPACE.replace("jw", "wmo"))
        .replace(BASE_SPACE, BASE_SPACE.replace("jw", "wmo"))
        .replace("490", "484")
        .replace(">45<", ">02<"),
        _BASE_DECLARED_EACH_TIME,
        _BASE_DECLARED_EACH_TIME.replace("<m:", "<").replace("</m:", "</").replace("xmlns:m=", "xmlns="),
        VALID.replace(">R1<", ">R 1 <"),
        VALID.replace("<m:Bericht ", "<!-- made - by: x>\n-->\t<!---->\n<m:Bericht "),
    ],
)
def test_usual_forms_are_recognized(text: str) -> None:
    assert _agrees(text.encode())


def _first(old: str, new: str) -> str:
    assert old in VALID
    return VALID.replace(old, new, 1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\ufeff\ufeff" + VALID,
        VALID.replace('"1.0"', "'1.0\""),
        VALID.replace('"UTF-8"', '"UTF-8" standalone="maybe"'),
        VALID.replace('"UTF-8"', '"UTF-8" standalone=""'),
        VALID.replace(_SPACES, f'{_SPACES} xsi:schemaLocation="a b"'),
        VALID.replace(_SPACES, f'{_SPACES} xmlns:xsi="urn:x" xsi:schemaLocation="a b"'),
        VALID.replace(_SPACES, f'{_SPACES} {_INSTANCE} xsi:schemaLocation="a b" xsi:schemaLocation="a b"'),
        VALID.replace(_SPACES, f'{_SPACES} {_INSTANCE} xsi:schemaLocation="a&b"'),
        VALID.replace(_SPACES, f'{_SPACES} {_INSTANCE} xsi:schemaLocation="a<b"'),
        _first("R1", " R1"),
        _first("R1", "  "),
        _first("R1", "R\t1"),
        _first("R1", "R" + " " * 20),
        _first("R1", "R&#49;"),
        _first("R1", "é"),
        _first("R1", "<![CDATA[R1]]>"),
        _first("R1", "R]]>"),
        _first("R1", "R" * 21),
        _first("R1", "R<!--x-->1"),
        _first("R1", ""),
        _first(">10<", ">010<"),
        _first(">10<", ">+10<"),
        _first(">10<", "> 10<"),
        _first(">10<", ">100000000<"),
        _first(">10<", ">1１<"),
        _first("2026-03-31", "2026-02-30"),
        _first("2026-03-31", "0000-01-01"),
        _first("2026-03-31", "2026-03-31Z"),
        _first(">04<", ">05<"),
        _first(">45<", ">99<"),
        _first(">490<", ">484<"),
        _first(">3<", ">4<"),
        _first(">1.0.1<", ">1.0.01<"),
        _first(">1.0.1<", ">1a0.1<"),
        _first(">D900<", ">D-900<"),
        _first("<m:Client>", '<m:Client id="1">'),
        _first("<m:Client>", "<m:Client >"),
        _first("<m:Client>", "<m:Client>x"),
        _first("<m:Client>", "x<m:Client>"),
        _first("</m:Client>", "</m:Client>x"),
        _first("</m:Prestaties></m:Client>", ""),
        _first("<m:Client><m:Bsn>999991061</m:Bsn><m:Prestaties>", ""),
        _first("<m:Prestatie>", "<m:Prestatie><m:Prestatie>"),
        _first("</m:Clienten>", "</m:Clienten></m:Clienten>"),
        _first("<m:Bericht", "<!DOCTYPE m:Bericht><m:Bericht"),
        _first("<m:Bericht", '<?x y?><m:Bericht'),
        _first("<m:Bericht", "<!--" + "a" * 11_000_000 + "--><m:Bericht"),
        _first("<m:Bericht", "<!--" + "-a" * 100 + "--><m:Bericht"),
        _first("<m:Bericht", "<!-- -->" * 10 + "<m:Bericht"),
        _first("<m:Bericht", "<!-- a -- b --><m:Bericht"),
        _first("<m:Bericht", "<!-- a ---><m:Bericht"),
        _first("<m:Bericht", "<!--><m:Bericht"),
        _first("<m:Bericht", "<!-- a\0 --><m:Bericht"),
        _first("<m:Bericht", "<!-- & --><m:Bericht"),
        "<!-- a -->" + VALID,
        VALID.replace("</m:Bericht>", "<!-- a --></m:Bericht>"),
        _BASE_DECLARED_EACH_TIME.replace(BASE_SPACE, BASE_SPACE.replace("jw", "wmo")),
        _BASE_DECLARED_EACH_TIME.replace(BASE_SPACE, BASE_SPACE.replace(".", "x"), 1),
        _BASE_DECLARED_EACH_TIME.replace(f' xmlns="{BASE_SPACE}"', "", 1),
        _first('version="1.0"', 'version="1.1"'),
        _first("UTF-8", "UTF-16"),
        _first(_SPACES, f'{_SPACES} xmlns:m="{MESSAGE_SPACE}"'),
        _first(_SPACES, f'{_SPACES} xmlns:xmlfoo="http://example.org"'),
        _first(_SPACES, f'{_SPACES} xmlns:a="http://a" xmlns:c="http://a" xmlns:d="http://a"'),
        _first(_SPACES, f'{_SPACES} a="1"'),
        _first(_SPACES, f'{_SPACES} xmlns:a="http://{{|}}"'),
        _first(_SPACES, f'{_SPACES} xmlns:a="http://example.org/%zz"'),
        _first(_SPACES, f'{_SPACES} xmlns:a="http://example.org"'),
        _first(_SPACES, f'{_SPACES} xmlns:a="http://www.w3.org/XML/1998/namespace"'),
        _first(_SPACES, f'{_SPACES} xmlns:a="http://www.w3.org/2000/xmlns/"'),
        _first(_SPACES, _SPACES.replace(" xmlns:b", " " * 1_000 + "xmlns:b")),
        _first("R1", "xmlns:a1="),
        _first("1.0.1", "1.0." + "1" * 1_000),
        _first(BASE_SPACE, BASE_SPACE.replace("jw", "wmo")),
        _first(MESSAGE_SPACE, MESSAGE_SPACE.replace("323", "325")),
        VALID + "x",
        VALID + VALID,
        message(clients=""),
        message(clients=client("999991012", "")),
        VALID.replace(HEADER, ""),
        VALID.replace(CLIENTS, line("R1", "1001", "10", "93600")),
    ],
)  # fmt: skip
def test_anything_else_is_left_to_the_gate(text: str) -> None:
    assert not _agrees(text.encode())


def test_long_comments_take_no_memory() -> None:
    data = _first("<m:Bericht ", ("<!--" + "a- " * 33 + "-->") * 9 + "<m:Bericht ").encode()
    assert read_usual(data)
    tracemalloc.start()
    assert read_usual(data) and tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()


@pytest.mark.parametrize("run", [" ", "\n\t", " \r\n"])
def test_blanks_between_elements_are_no_values(run: str) -> None:
    """Whichever way a message is read, and wherever in it they stand."""
    rng = Random(run)
    tags = [match.start() for match in re.finditer("<", VALID[VALID.index("<m:Client>") :])]
    expected = read_usual(_DATA)
    for _ in range(300):
        place = VALID.index("<m:Client>") + rng.choice([at for at in tags if VALID[at : at + 2] != "</"])
        blanks = run * rng.choice([100, 150, 250, 333, 499, 4_000])
        text = VALID[:place] + blanks + VALID[place:]
        if VALID[place - 1] in ">\n" and VALID[place : place + 2] != "</":
            assert by_the_gate(text.encode()) == expected, (place, len(blanks))
            _agrees(text.encode())


def test_a_message_above_the_limit_is_left_to_the_gate() -> None:
    head, clients, tail = VALID.partition(CLIENTS)
    times = (LARGEST_MESSAGE - len(head + tail)) // len(CLIENTS)
    largest = (head + clients * times + tail).encode()
    assert read_usual(largest) is not None
    assert read_usual(largest.replace(b"><", b">\n<", LARGEST_MESSAGE + 1 - len(largest))) is None


def test_more_blanks_than_a_parser_takes_are_left_to_the_gate() -> None:
    assert _agrees(_first("<m:Clienten>", "<m:Clienten>" + " " * 999).encode())
    assert not _agrees(_first("<m:Clienten>", "<m:Clienten>" + " " * 12_000_000).encode())
