"""Synthetic regions: the same seed gives the same bytes, what is called valid is valid, faults add up."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections import Counter, defaultdict
from datetime import date
from itertools import islice
from pathlib import Path
from random import Random
from zipfile import ZipFile

import pytest
from lxml import etree

from contracts.pricing import PriceList
from contracts.register import Register
from contracts.register_checks import register_faults
from contracts.tables import TABLES
from desk.synthetic.care_mishaps import CARE_MISHAPS
from desk.synthetic.manifest import Message
from desk.synthetic.mishaps import MISHAPS
from desk.synthetic.numbers import bsns
from desk.synthetic.products import of_domain
from desk.synthetic.region import Region, make_region, months_from
from desk.synthetic.register import register_rows
from desk.synthetic.scenes import LINE_FAULTS
from desk.synthetic.shares import read_shares
from desk.synthetic.single import one_declaration
from desk.synthetic.traffic import messages_of, region_messages
from desk.synthetic.wire import WireLine, declaration_xml
from desk.synthetic.write import generate
from schemas.numbers import clean_iban, is_bsn
from schemas.standard import BY_NAMESPACE, Domain, MessageType
from schemas.xml.xsd import schema_for
from store.register_files import read_register

MARCH = date(2026, 3, 1)
OFFICIAL = os.environ.get("ISTANDAARDEN_XSD_DIR")


def region_of(lines: int, *, seed: int = 1, months: int = 1) -> Region:
    """A region of four municipalities."""
    return make_region(Random(seed), municipalities=4, lines=lines, months=months_from(MARCH, months))


def written(out: Path, seed: int = 7, **changes: object) -> Path:
    """A small region with faults, on disk."""
    wishes = {"municipalities": 3, "lines": 600, "months": 2, "first_month": MARCH, "fault_share": 0.1}
    wishes |= {"faults": {}, "progress": lambda done, wanted: None, **changes}
    generate(out, seed=seed, **wishes)  # type: ignore[arg-type]  # values differ in type
    return out


def contents(folder: Path) -> dict[str, bytes]:
    """All files below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def schemas_of(message_type: MessageType) -> list[etree.XMLSchema]:
    """Our schema, and the official one where the installation has it."""
    schemas = [schema_for(message_type)]
    if OFFICIAL:
        path = Path(OFFICIAL) / f"i{message_type.domain.value}" / f"{message_type.name}.xsd"
        schemas.append(etree.XMLSchema(etree.parse(path)))
    return schemas


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second, other = (
        contents(written(tmp_path / name, seed)) for name, seed in (("a", 7), ("b", 7), ("c", 8))
    )
    assert first == second
    assert first["manifest.json"] != other["manifest.json"]
    assert list(first) != list(other)


def test_five_providers_carry_half_of_the_money() -> None:
    claimed: Counter[str] = Counter()
    for message in messages_of(Random(3), region_of(15_000, seed=3), fault_share=0, faults={}):
        if message.outcome:
            claimed[message.name.rsplit("/", 1)[1].split("-")[1]] += message.outcome.claimed_cents
    shares = [100 * cents // claimed.total() for _, cents in claimed.most_common(5)]
    assert len(claimed) > 200
    assert 16 <= shares[0] <= 24
    assert 44 <= sum(shares) <= 56


@pytest.fixture(scope="module")
def messages() -> list[Message]:
    """Two months with every fault."""
    faults = dict.fromkeys([*LINE_FAULTS, *MISHAPS, *CARE_MISHAPS], 0.02)
    return list(messages_of(Random(5), region_of(2400, seed=5, months=2), fault_share=0, faults=faults))


def faults_of(message: Message) -> set[str]:
    return {expected.fault for expected in message.expected}


def test_messages_are_valid_unless_their_structure_is_the_fault(messages: list[Message]) -> None:
    checkers: dict[MessageType, list[etree.XMLSchema]] = {}
    verdicts: defaultdict[str, set[bool]] = defaultdict(set)
    for message in messages:
        if faults_of(message) == {"GARBAGE"}:
            continue
        root = etree.fromstring(message.content)
        message_type = BY_NAMESPACE[etree.QName(root).namespace or ""]
        for schema in checkers.setdefault(message_type, schemas_of(message_type)):
            broken = any("STRUCTURE" in fault for fault in faults_of(message))
            verdicts["broken" if broken else message_type.name].add(schema.validate(root))
    assert verdicts.pop("broken") == {False}
    assert set(verdicts) == {f"{d}{n}" for d in ("JW", "WMO") for n in ("301", "305", "307", "323")}
    assert all(found == {True} for found in verdicts.values())


def test_messages_are_utf8_with_crlf_and_without_a_byte_order_mark(messages: list[Message]) -> None:
    for message in messages:
        message.content.decode("utf-8")
        assert not message.content.startswith(b"\xef\xbb\xbf")
        assert message.content.count(b"\n") == message.content.count(b"\r\n") > 0


def test_no_name_holds_a_citizen_number(messages: list[Message]) -> None:
    allocated = (etree.fromstring(message.content) for message in messages if "301" in message.name)
    numbers = {client.text for root in allocated for client in root.iter("{*}Bsn")}
    assert len(numbers) > 500
    digits = {part for message in messages for part in re.findall("[0-9]{9}", message.name)}
    assert not digits & numbers


def test_every_fault_is_in_the_account(messages: list[Message]) -> None:
    found = {fault for message in messages for fault in faults_of(message)}
    assert found == {*LINE_FAULTS, *MISHAPS, *CARE_MISHAPS} - {"CREDIT", "CORRECTION"}
    for message in messages:
        for expected in message.expected:
            assert expected.file == message.name
            if expected.level == "line":
                assert f">{expected.reference}<".encode() in message.content
                assert f">{expected.allocation}<".encode() in message.content


def test_names_in_order_bring_allocations_first(messages: list[Message]) -> None:
    names = [message.name for message in messages]
    assert len(set(names)) == len(names)
    kinds = [name.split("/")[0] for name in sorted(names)]
    assert [*dict.fromkeys(kinds)] == [
        "0001-301", "0001-305", "0001-307", "0002-323", "0003-301", "0003-305", "0003-307",
    ]  # fmt: skip
    by_partition: defaultdict[str, list[str]] = defaultdict(list)
    for name in names:
        if name.startswith("0002"):
            by_partition[name.rsplit("/", 1)[1].rsplit("-", 1)[0]].append(name)
    assert all(made == sorted(made) for made in by_partition.values())


def test_shares_are_kept() -> None:
    faults = {"9321": 0.01, "0611": 0.05}
    traffic = messages_of(Random(2), region_of(4000), fault_share=0, faults=faults)
    found = Counter(expected.fault for message in traffic for expected in message.expected)
    assert found.keys() == faults.keys()
    assert abs(found["9321"] - 40) <= 1
    assert abs(found["0611"] - 200) <= 1


def test_without_faults_the_lines_asked_for_and_no_more() -> None:
    traffic = list(messages_of(Random(2), region_of(1234, months=3), fault_share=0, faults={}))
    outcomes = [message.outcome for message in traffic if message.outcome]
    assert sum(outcome.lines for outcome in outcomes) == 1234
    assert sum(message.content.count(b"<Prestatie>") for message in traffic) == 1234
    assert all(outcome.claimed_cents == outcome.granted_cents for outcome in outcomes)


def test_the_manifest_tells_what_is_on_disk(tmp_path: Path) -> None:
    out = written(tmp_path)
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    files = Counter(path.relative_to(out / "messages").parts[0][-3:] for path in out.rglob("*.xml"))
    assert manifest["files"] == files
    assert {outcome["file"] for outcome in manifest["declarations"]} == {
        path.relative_to(out / "messages").as_posix() for path in out.glob("messages/0002-323/**/*.xml")
    }
    rejected = [fault for fault in manifest["faults"] if fault["level"] == "line"]
    assert manifest["rejected"] == len(rejected) > 0
    assert manifest["granted_cents"] < manifest["claimed_cents"]


def test_the_register_fits_its_tables(tmp_path: Path) -> None:
    out = written(tmp_path)
    rows = {}
    for table, row_type in TABLES.items():
        with (out / "register" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            filled = ({name: cell for name, cell in row.items() if cell} for row in csv.DictReader(file))
            rows[table] = [row_type.model_validate(row) for row in filled]
        keys = [tuple(getattr(row, name) for name in row_type.KEY) for row in rows[table]]
        assert len(set(keys)) == len(keys), table
    providers = {row.agb: row for row in rows["providers"]}  # type: ignore[attr-defined]  # rows of that table
    assert providers
    assert all(clean_iban(row.iban) == row.iban for row in providers.values())  # type: ignore[attr-defined]  # rows of that table
    assert {row.agb for row in rows["agreements"] if row.kind == "REGULAR"} == set(providers)  # type: ignore[attr-defined]  # rows of that table
    assert {table for table, found in rows.items() if not found} == {
        "sanctions", "transitions", "contracts", "contract_terms", "non_renewals", "subcontractors",
        "procurement_thresholds", "indexations", "index_components", "growth_paths", "cost_bearers",
    }  # fmt: skip


def test_the_register_can_be_imported(tmp_path: Path) -> None:
    read = read_register(written(tmp_path) / "register")
    assert not read.faults
    assert not list(register_faults(read.tables, Register(0, {})))
    assert set(read.tables) == set(TABLES)


def test_packed_messages_are_the_same_messages(tmp_path: Path) -> None:
    faults = {"301-CS089": 0.1, "305-9019": 0.1}
    loose = contents(written(tmp_path / "loose", faults=faults) / "messages")
    packed = contents(written(tmp_path / "packed", faults=faults, packed=True) / "messages")
    unpacked = {name: content for name, content in packed.items() if name.endswith(".xml")}
    for name, content in packed.items():
        if name.endswith(".zip"):
            kind, archive = name.split("/")[0], ZipFile(io.BytesIO(content))
            for entry in archive.namelist():
                unpacked[f"{kind}/{entry[:4]}/{entry[5:]}"] = archive.read(entry)
    assert unpacked == loose
    assert packed == contents(written(tmp_path / "again", faults=faults, packed=True) / "messages")


def test_lines_are_priced_as_the_contract_says() -> None:
    region = region_of(9000)
    register = Register(1, register_rows(region))
    sources = set()
    for provider in region.providers:
        for domain in provider.domains:
            prices = PriceList(register, region.towns[0].code, provider.agb, domain.value)
            ours = region.prices(provider, domain)
            for year in (2025, 2026):
                for product in of_domain(domain):
                    agreed = prices.price(
                        product.code,
                        product.unit,
                        date(year, 3, 1),
                        allocation=1,
                        bsn="",
                        allocation_start=None,
                    )
                    assert agreed.cents == ours[year, product.code, product.unit].tariff_cents, product
                    sources.add(str(agreed.source))
    assert {"cao", "base", "everybody", "provider"} <= sources


def test_citizen_numbers_begin_in_the_test_range() -> None:
    numbers = list(islice(bsns(), 12_000))
    kept_for_tests = [str(number) for number in range(999_900_006, 999_999_991) if is_bsn(str(number))]
    assert numbers[: len(kept_for_tests)] == kept_for_tests
    assert all(is_bsn(number) and number.startswith("9") for number in numbers)
    assert len(set(numbers)) == len(numbers)


@pytest.mark.parametrize(("domain", "indented"), [(Domain.JW, False), (Domain.WMO, True)])
def test_one_declaration_has_exactly_the_lines_asked_for(domain: Domain, indented: bool) -> None:
    one = one_declaration(501, 4, domain=domain, indented=indented)
    root = etree.fromstring(one.declaration)
    assert len(list(root.iter("{*}Prestatie"))) == 501
    assert schema_for(BY_NAMESPACE[etree.QName(root).namespace or ""]).validate(root)
    allocated = {
        element.text
        for content in one.allocations
        for element in etree.fromstring(content).iter("{*}ToewijzingNummer")
    }
    assert {element.text for element in root.iter("{*}ToewijzingNummer")} <= allocated


def test_the_largest_declaration_fits_in_a_message() -> None:
    one = one_declaration(37_000, 1)
    assert one.declaration.count(b"<Prestatie>") == 37_000
    assert len(one.declaration) <= 25_000_000


def test_values_are_escaped() -> None:
    line = WireLine("A<&>\r B", None, 1, "45", "4&5", MARCH, MARCH, 1, "04", 1, 1, "D")
    content = declaration_xml(
        Domain.JW, "0384", "99000001", "<&>", MARCH, number="D1", month=MARCH, signed_on=MARCH,
        clients=[("999900006", [line])],
    )  # fmt: skip
    root = etree.fromstring(content)
    assert root.findtext(".//{*}ReferentieNummer") == "A<&>\r B"
    assert root.findtext(".//{*}ProductCode") == "4&5"
    assert root.findtext(".//{*}Identificatie") == "<&>"


def test_shares_are_read_from_text() -> None:
    assert read_shares("9321=0.01, 0611=0.02") == {"9321": 0.01, "0611": 0.02}
    assert read_shares("9321=1,0611=.5") == {"9321": 1.0, "0611": 0.5}
    assert read_shares("9321=0.000001") == {"9321": 0.000001}
    assert read_shares("") == {}


@pytest.mark.parametrize(
    "text",
    [
        *(
            "9321",
            "9321=",
            "9321=a",
            "1234=0.1",
            "9321=2",
            "9321=-1",
            "9321=0.1=5",
            "9321=\u0661",
            "9321=1e0",
        ),
        *("9321=0.0000001", "9321=0.1,9321=0.2"),
    ],
)
def test_a_share_that_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=text.split("=", maxsplit=1)[0]):
        read_shares(text)


def test_a_region_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="municipality"):
        list(region_messages(1, municipalities=0, lines=10))
    with pytest.raises(ValueError, match="2021-02"):
        list(region_messages(1, municipalities=1, lines=10, first_month=date(2021, 1, 1)))


def _made(out: Path, lines: int) -> set[str]:
    generate(
        out, seed=1, municipalities=1, lines=lines, months=1, first_month=MARCH, fault_share=0, faults={},
        progress=lambda done, wanted: None,
    )  # fmt: skip
    return {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}


def test_a_region_takes_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    (tmp_path / "region").mkdir()
    (tmp_path / "region" / "notes.txt").write_text("mine")
    assert len(_made(tmp_path / "region", 60)) > len(_made(tmp_path / "other", 20)) + 1
    assert _made(tmp_path / "region", 20) == _made(tmp_path / "other", 20) | {"notes.txt"}


def test_messages_of_anybody_else_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "messages").mkdir()
    (tmp_path / "messages" / "323.xml").write_text("mine")
    with pytest.raises(FileExistsError, match="manifest"):
        _made(tmp_path, 20)
    assert [path.name for path in tmp_path.rglob("*")] == ["messages", "323.xml"]
