"""The gate lets through what is valid, says first what is first wrong, and never lets anything escape."""

from __future__ import annotations

import re
import threading
from importlib.resources import files
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from schemas.standard import BY_NAMESPACE, MESSAGE_TYPES, RECEIVED, MessageType
from schemas.xml import flood
from schemas.xml.expected import expected_value
from schemas.xml.fault import Fault, shown
from schemas.xml.gate import LARGEST_MESSAGE, Admitted, admit
from schemas.xml.read_declaration import read_declaration
from schemas.xml.xsd import schema_for
from tests.hostile.base import BSNS, CLIENTS, VALID, client, line, message, with_values
from tests.schemas.documents import document
from tests.schemas.model import Element, read_model

_DATA = VALID.encode()
_TYPES = [t for t in MESSAGE_TYPES.values() if t.number in RECEIVED]


def _model(message_type: MessageType) -> Element:
    folder = Path(str(files("schemas"))) / "xsd" / message_type.domain.value
    return read_model(folder / f"{message_type.name}.xsd")


def _fault(text: str) -> Fault:
    result = admit(text.encode())
    assert isinstance(result, Fault)
    return result


@pytest.mark.parametrize("message_type", _TYPES, ids=lambda t: t.name)
def test_a_valid_message_of_every_kind_is_admitted(message_type: MessageType) -> None:
    model = _model(message_type)
    for seed in range(10):
        root, _ = document(model, Random(seed), seed / 9)
        result = admit(etree.tostring(root, encoding="UTF-8"))
        assert isinstance(result, Admitted), result
        assert result.message_type == message_type


@given(st.binary())
def test_any_bytes_get_a_fault(data: bytes) -> None:
    assert isinstance(admit(data), Fault)


@given(st.integers(0, len(_DATA) - 1), st.binary(min_size=1, max_size=4))
def test_a_message_with_other_bytes_somewhere_gets_an_outcome(place: int, octets: bytes) -> None:
    result = admit(_DATA[:place] + octets + _DATA[place + len(octets) :])
    assert isinstance(result, Admitted | Fault)


@given(st.integers(1, len(_DATA.rstrip()) - 1))
def test_a_message_that_is_cut_off_is_never_admitted(end: int) -> None:
    assert isinstance(admit(_DATA[:end]), Fault)


_PIECES = st.lists(
    st.sampled_from(["<!--x-->", "<!---->", "<?p q?>", "<![CDATA[]]>", "", ""]), min_size=6, max_size=6
)


@given(st.integers(0, 99_999), _PIECES)
def test_markup_inside_an_amount_never_changes_it(cents: int, pieces: list[str]) -> None:
    digits = f"{cents:05}"
    text = "".join(piece + digit for piece, digit in zip(pieces, digits + " ", strict=True))
    result = admit(with_values({"Bedrag": text}).encode())
    assert isinstance(result, Admitted)
    declaration = read_declaration(result.root, result.message_type)
    assert not isinstance(declaration, Fault)
    assert declaration.lines[0].amount_cents == cents


def test_the_limit_of_size_is_exact() -> None:
    blanks = b" " * 9_000_000 + b"<!---->"  # the parser takes at most 10 MB of them in one go
    largest = (_DATA + blanks * 3)[: LARGEST_MESSAGE - 7] + b"<!---->"
    assert isinstance(admit(largest), Admitted)
    result = admit(largest + b"\n")
    assert isinstance(result, Fault)
    assert (result.outcome, result.reason) == ("quarantined", "too-large")


def test_the_first_fault_in_the_document_is_told() -> None:
    text = with_values({"Eenheid": "03", "ProductCode": "TOOLONG"}).replace("56160<", "x<")
    fault = _fault(text)
    assert fault.path == "Bericht/Declaratie/Clienten/Client[1]/Prestaties/Prestatie[1]/ProductCode"
    assert (fault.found, fault.expected) == ("TOOLONG", "1 ⟨up_to⟩ 5 ⟨characters⟩, ⟨not_blank⟩")
    assert (fault.sender, fault.receiver) == ("41410001", "0384")
    assert (fault.message_type, fault.identification) == (MESSAGE_TYPES["JW323"], "B900")


def test_the_place_of_a_fault_does_not_depend_on_prefixes() -> None:
    bad = message(CLIENTS + client(BSNS[0], line("R3", "1", "1", "1") + line("R4", "x", "1", "1")))
    expected = "Bericht/Declaratie/Clienten/Client[3]/Prestaties/Prestatie[2]/ToewijzingNummer"
    assert _fault(bad).path == expected
    default = re.sub("(</?)m:", r"\1", bad).replace("xmlns:m=", "xmlns=")
    assert _fault(default).path == expected


def test_an_answer_or_an_older_release_is_set_aside_with_what_is_known() -> None:
    fault = _fault(VALID.replace("jw323", "jw325"))
    assert (fault.reason, fault.found, fault.sender) == ("unknown-message", "JW325", "41410001")
    assert fault.message_type == MESSAGE_TYPES["JW325"]
    older = _fault(VALID.replace("/3_2/", "/2_4/"))
    assert (older.reason, older.message_type, older.receiver) == ("unknown-message", None, "0384")


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("B", "B"),
        ("x" * 12, "x" * 12),
        ("x" * 13, None),
        ("", None),
        ("B\u202e1", "B\\u{202e}1"),
        (BSNS[0], "*" * 9),
    ],
)
def test_an_identification_is_told_when_it_can_be_read(written: str, told: str | None) -> None:
    text = VALID.replace(">B900<", f">{written}<").replace("56160<", "x<")
    assert _fault(text).identification == told


def test_a_sender_that_is_no_number_is_not_repeated() -> None:
    fault = _fault(with_values({"Afzender": "999991012"}))
    assert fault.sender is None
    assert BSNS[0] not in repr(fault)


@given(st.text(max_size=300))
def test_what_is_shown_is_short_and_plain(text: str) -> None:
    result = shown(text)
    assert len(result) <= 80
    assert result.removesuffix("…").isprintable()
    assert re.search("[0-9]{9}", result) is None


@pytest.mark.parametrize(
    "bsn", ["999991012", "9999.91.012", "999 991 012", "9999-91-012", "x999991012y", "9999\u200b91012"]
)
def test_a_bsn_is_masked_however_it_is_written(bsn: str) -> None:
    assert not re.search("[0-9]", shown(bsn))


def test_what_cannot_be_seen_is_written_out() -> None:
    assert shown("a\u202e\\b\n\U0001f600é") == r"a\u{202e}\\b\u{a}\u{1f600}é"


def test_a_date_or_an_agb_code_is_not_masked() -> None:
    assert shown("2026-13-01") == "2026-13-01"
    assert shown("4141000A") == "4141000A"


@pytest.mark.parametrize("message_type", _TYPES, ids=lambda t: t.name)
def test_every_value_has_words_for_what_is_expected(message_type: MessageType) -> None:
    root, _ = document(_model(message_type), Random(1), 1)
    for leaf in root.iter():
        if len(leaf) == 0:
            name = str(leaf.tag).rpartition("}")[2]
            assert expected_value(name, message_type) != "een waarde volgens het schema", name


def test_a_validator_that_gives_up_quarantines(monkeypatch: pytest.MonkeyPatch) -> None:
    class GivesUp:
        def validate(self, root: etree._Element) -> bool:
            raise etree.XMLSchemaValidateError("internal error")

    monkeypatch.setattr("schemas.xml.structure.schema_for", lambda message_type: GivesUp())
    fault = _fault(VALID)
    assert (fault.outcome, fault.reason) == ("quarantined", "validator")


_MISHAPS = (
    (">04<", ">03<"),
    ("<m:Eenheid>04</m:Eenheid>", ""),
    ("<m:Eenheid>", "<m:Eenheid a='1'>"),
    ("</m:Prestatie>", "</m:Prestatie><m:X/>"),
    ("</m:Prestatie>", "</m:Prestatie>tekst"),
)


def test_a_fault_found_piece_by_piece_is_the_fault_found_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = Random(7)
    lines = [line(f"R{n}", "1001", "10", "93600") for n in range(400)]
    for _ in range(20):
        bad = list(lines)
        for place in rng.sample(range(400), rng.randint(1, 30)):
            old, new = rng.choice(_MISHAPS)
            bad[place] = bad[place].replace(old, new)
        text = message(client(BSNS[0], "".join(bad)))
        at_once = _fault_with(monkeypatch, text, suspect=False)
        assert at_once == _fault_with(monkeypatch, text, suspect=True)


def _fault_with(monkeypatch: pytest.MonkeyPatch, text: str, *, suspect: bool) -> Fault:
    monkeypatch.setattr("schemas.xml.structure.is_suspect", lambda *_: suspect)
    monkeypatch.setattr(flood, "_PIECE", 7001)
    return _fault(text)


def test_a_valid_message_that_looks_suspect_is_admitted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("schemas.xml.structure.is_suspect", lambda *_: True)
    assert isinstance(admit(_DATA), Admitted)


def test_large_valid_messages_are_not_suspect() -> None:
    one = "".join(line(f"R{n}", "1001", "10", "93600") for n in range(3000))
    schema = schema_for(MESSAGE_TYPES["JW323"])
    for clients in (client(BSNS[0], one), client(BSNS[0], line("R", "1", "1", "1")) * 3000):
        data = message(clients).encode()
        result = admit(data)
        assert isinstance(result, Admitted)
        assert not flood.is_suspect(result.root, data, schema)


def test_threads_do_not_mix_up_their_faults() -> None:
    texts = {"A": with_values({"Eenheid": "A"}), "B": with_values({"Eenheid": "B"})}
    wrong: list[Fault] = []

    def run(letter: str) -> None:
        faults = [_fault(texts[letter]) for _ in range(200)]
        wrong.extend(fault for fault in faults if fault.found != letter)

    threads = [threading.Thread(target=run, args=(letter,)) for letter in "ABAB"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_every_received_kind_is_recognised_by_its_namespace() -> None:
    assert {t.name for t in BY_NAMESPACE.values() if t.number in RECEIVED} == {t.name for t in _TYPES}
    assert len(_TYPES) == 8


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("  \r\nR1", "  \nR1"),
        ("  \r\n", "  \n"),
        (" \r", " \n"),
        ("R\r1\r\n", "R\n1\n"),
        ("&#13;\r", "\r\n"),
        (" " * 20 + "\r\n", None),
        (" " * 25 + "\r\nR1", None),
    ],
)
def test_line_ends_in_a_value_are_read_as_xml_wants_it(written: str, value: str | None) -> None:
    result = admit(VALID.replace(">R1<", f">{written}<", 1).encode())
    if value is None:
        assert isinstance(result, Fault) and result.reason == "structure"
    else:
        assert isinstance(result, Admitted)
        found = read_declaration(result.root, result.message_type, plain=result.plain)
        assert not isinstance(found, Fault) and found.lines[0].reference == value


@pytest.mark.parametrize("stray", ["\u00a0", "\u2028", "x"])
@pytest.mark.parametrize("before", ["", "<!-- a -->\n ", "<!-- a -->\n<m:Bsn>999991012</m:Bsn>\n "])
def test_text_between_elements_is_shown(stray: str, before: str) -> None:
    text = VALID.replace("<m:Client>", f"<m:Client>\n {before}{stray}\n", 1)
    assert (_fault(text).found, _fault(text).expected) == (shown(stray), "⟨elements_only⟩")


def test_signs_in_comments_and_text_are_no_attributes() -> None:
    for text in ("<!--" + "=" * 150_000 + "-->", "<!--" + ' a="1"' * 150_000 + "-->"):
        assert isinstance(admit(VALID.replace("<m:Clienten>", f"<m:Clienten>{text}").encode()), Admitted)
    lines = "".join(line(f"R{n:05}======", "1001", "10", "93600") for n in range(20_000))
    assert isinstance(admit(message(clients=client(BSNS[0], lines)).encode()), Admitted)
    spaces = "".join(f'<!-- xmlns:a{n}="b" -->' for n in range(60))
    assert isinstance(admit(VALID.replace("<m:Clienten>", f"<m:Clienten>{spaces}").encode()), Admitted)


def test_a_citizen_number_as_a_year_is_not_shown() -> None:
    text = VALID.replace("<b:Begindatum>2026-03-01", f"<b:Begindatum>{BSNS[0]}-03-01", 1)
    result = admit(text.encode())
    assert isinstance(result, Admitted)
    found = read_declaration(result.root, result.message_type)
    assert isinstance(found, Fault) and found.found == "*********-03-01"


def _memory_mb() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4 // 1024


def test_names_of_elements_are_not_kept() -> None:
    """Parsers keep the names that they meet as long as their thread lives."""
    for letter in "abcde":
        names = "".join(f"<{letter}{n:07}/>" for n in range(400_000))
        assert _fault(f"<r>{names}</r>").reason == "unknown-message"
        if letter == "a":
            before = _memory_mb()
    assert _memory_mb() - before < 40


def test_many_comments_before_the_root_take_no_memory() -> None:
    text = VALID.replace("<m:Bericht ", " <!---->" * 3_000_000 + "<m:Bericht ", 1)
    before = _memory_mb()
    assert isinstance(admit(text.encode()), Admitted)
    assert _memory_mb() - before < 150


@pytest.mark.parametrize("kind", ["JW301", "WMO305", "JW307", "JW323"])
@pytest.mark.parametrize("name", ["BerichtCode", "Bsn", "(?:Product)?Categorie"])
def test_a_large_message_has_the_fault_of_a_small_one(kind: str, name: str) -> None:
    """Blanks before a comment belong to the value, wherever a piece ends that is looked at alone."""
    message_type = MESSAGE_TYPES[kind]
    root, _ = document(_model(message_type), Random(kind), 1.0)
    text = etree.tostring(root, encoding="unicode")
    wrong = re.sub(rf"<((?:\w+:)?{name})>", r"<\1> <!-- c -->", text, count=1)
    found = admit(wrong.encode())
    assert isinstance(found, Fault) and found.outcome == "refused"
    for size in (100_000, 131_072, 2_000_000):
        comment = f"<!--{'y' * size}-->"
        for place in (wrong.index("<m:Header"), wrong.rindex("</m:Bericht"), len(wrong)):
            large = admit((wrong[:place] + comment + wrong[place:]).encode())
            assert large == found, (size, place)
