from __future__ import annotations

import hashlib
import json
from datetime import date
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from contracts.tables import ProviderRow
from processors.batch_json import batch_json
from processors.pain001 import NAMESPACE, check, euros, pain001
from processors.sepa_text import sepa_text
from schemas.batch import Batch, ConservationError
from tests.processors.batches import ELM, MUNICIPALITY, OAK, PROVIDERS, block, closed, granted

SCHEMA = etree.XMLSchema(
    etree.fromstring(files("sepaxml").joinpath("schemas/pain.001.001.09.xsd").read_bytes())
)
SEPA = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-?:().,'+ ")


def written(batch: Batch) -> bytes:
    content = pain001(batch, MUNICIPALITY)
    assert content is not None
    return content


def texts(content: bytes, path: str) -> list[str]:
    found = etree.fromstring(content).findall(f".//{{*}}{path.replace('/', '/{*}')}")
    return [str(element.text) for element in found]


def named(name: str) -> Batch:
    return closed(granted(1, 100), providers={OAK: PROVIDERS[OAK].model_copy(update={"name": name})})


def test_the_file_is_valid_and_says_what_the_batch_says() -> None:
    batch = closed(granted(1, 123456), granted(2, 44, domain="wmo"), granted(3, 5, ELM))
    content = written(batch)
    SCHEMA.assertValid(etree.fromstring(content))
    assert content.startswith(b'<?xml version="1.0" encoding="UTF-8"?>')
    assert etree.fromstring(content).tag == f"{{{NAMESPACE}}}Document"
    assert texts(content, "MsgId") == texts(content, "PmtInfId") == ["0384-2026-0001"]
    assert texts(content, "CreDtTm") == ["2026-03-31T00:00:00"]
    assert texts(content, "NbOfTxs") == ["2", "2"]
    assert texts(content, "CtrlSum") == ["1235.05", "1235.05"]
    assert texts(content, "InstdAmt") == ["1235.00", "0.05"]
    assert texts(content, "EndToEndId") == ["0384-2026-0001-41410001", "0384-2026-0001-41410002"]
    assert texts(content, "ReqdExctnDt/Dt") == ["2026-04-08"]
    assert texts(content, "PmtMtd") + texts(content, "BtchBookg") == ["TRF", "true"]
    assert texts(content, "SvcLvl/Cd") + texts(content, "ChrgBr") == ["SEPA", "SLEV"]
    assert texts(content, "IBAN") == ["NL91ABNA0417164300", "DE89370400440532013000", "BE71096123456769"]
    assert texts(content, "BICFI") == ["ABNANL2A"]
    assert texts(content, "Ustrd") == [
        "Betaalbatch 0384-2026-0001, declaraties: 2",
        "Betaalbatch 0384-2026-0001, declaraties: 1",
    ]


def test_the_same_batch_gives_the_same_bytes_and_their_hash_is_in_the_json() -> None:
    batch = closed(granted(1, 123456), granted(2, 5, ELM))
    content = written(batch)
    assert written(batch) == content == written(closed(granted(2, 5, ELM), granted(1, 123456)))
    document = json.loads(batch_json(batch, content))
    assert document["sha256"] == hashlib.sha256(content).hexdigest()


def test_batch_json_has_the_keys_of_the_contract_in_order() -> None:
    batch = closed(granted(1, 900), granted(2, -50, ELM), blocks=[block(amount_cents=300)])
    content = batch_json(batch, written(batch))
    assert content.endswith(b"}\n")
    document = json.loads(content)
    assert list(document) == [
        "batch", "municipality", "cut_off", "due", "total_cents",
        "transactions", "carried_forward", "blocked", "sha256",
    ]  # fmt: skip
    assert document["transactions"] == [
        {
            "provider": OAK,
            "name": "De Eik",
            "iban": "DE89370400440532013000",
            "amount_cents": 600,
            "end_to_end_id": "0384-2026-0001-41410001",
            "declarations": [{"declaration": "D1", "domain": "jw", "granted_cents": 900}],
            "carried_in_cents": 0,
            "set_off_cents": 0,
            "lump_sums": [],
        }
    ]
    assert document["carried_forward"] == [{"provider": ELM, "amount_cents": -50}]
    assert document["blocked"] == [{"provider": OAK, "amount_cents": 300, "reason": "OTHER"}]


def test_a_batch_that_pays_nothing_has_no_file_and_no_hash() -> None:
    batch = closed(granted(1, -100))
    assert pain001(batch, MUNICIPALITY) is None
    document = json.loads(batch_json(batch, None))
    assert (document["sha256"], document["transactions"], document["total_cents"]) == (None, [], 0)


@pytest.mark.parametrize(
    ("name", "sepa"),
    [
        ("Zorg & Zn <B.V.>", "Zorg + Zn (B.V.)"),
        ("Žeñora's Ümlaut-Straße Ørsted Łódź", "Zenora's Umlaut-Strasse Orsted Lodz"),
        ("Zorg € 😀 24/7", "Zorg EUR . 24/7"),
        ("/Zorg//Thuis/", "Zorg/Thuis"),
        ("Zorg\n\tThuis  BV", "Zorg Thuis BV"),
        ("é" * 200, "e" * 70),
        ("a" * 69 + "/b", "a" * 69),
        ("😀", OAK),
        ("///", OAK),
        ("Забота", OAK),
    ],
)
def test_names_are_written_in_the_sepa_set(name: str, sepa: str) -> None:
    content = written(named(name))
    SCHEMA.assertValid(etree.fromstring(content))
    assert texts(content, "Cdtr/Nm") == [sepa]


@given(st.text(), st.integers(1, 140))
def test_any_text_becomes_a_sepa_text_and_stays_one(text: str, longest: int) -> None:
    result = sepa_text(text, longest, "x")
    assert 1 <= len(result) <= longest
    assert set(result) <= SEPA
    assert not result.startswith("/") and not result.endswith("/") and "//" not in result
    assert sepa_text(result, longest, "x") == result


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=200))
def test_no_name_makes_the_file_invalid(name: str) -> None:
    SCHEMA.assertValid(etree.fromstring(written(named(name))))


@pytest.mark.parametrize("bic", [None, "", "ABNANL2", "abnanl2a"])
def test_a_missing_or_wrong_bic_never_stops_a_payment(bic: str | None) -> None:
    content = pain001(closed(granted(1, 100)), MUNICIPALITY.model_copy(update={"bic": bic}))
    assert content is not None
    SCHEMA.assertValid(etree.fromstring(content))
    assert texts(content, "DbtrAgt/FinInstnId/Othr/Id") == ["NOTPROVIDED"]


def test_an_invalid_iban_of_the_municipality_makes_no_file() -> None:
    with pytest.raises(ValueError, match="IBAN"):
        pain001(closed(granted(1, 100)), MUNICIPALITY.model_copy(update={"iban": "NL00ABNA0417164300"}))


def test_a_large_batch_adds_up_in_whole_cents() -> None:
    agbs = [f"{41000000 + n}" for n in range(2000)]
    providers = {agb: ProviderRow(agb=agb, name=f"Zorg {agb}", iban="NL91ABNA0417164300") for agb in agbs}
    cents = [49_999_999] * 1999 + [99_999_999_999 - 1999 * 49_999_999]
    batch = closed(
        *(granted(n, c, agb) for n, (agb, c) in enumerate(zip(agbs, cents, strict=True))), providers=providers
    )
    content = written(batch)
    SCHEMA.assertValid(etree.fromstring(content))
    assert texts(content, "CtrlSum") == ["999999999.99"] * 2
    assert texts(content, "NbOfTxs") == ["2000"] * 2
    assert len(set(texts(content, "EndToEndId"))) == 2000


@pytest.mark.parametrize(
    ("cents", "text"), [(0, "0.00"), (5, "0.05"), (100, "1.00"), (99_999_999_999, "999999999.99")]
)
def test_amounts_are_written_from_whole_cents(cents: int, text: str) -> None:
    assert euros(cents) == text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b">1.00<", b">1.01<"),
        (b"<NbOfTxs>1<", b"<NbOfTxs>2<"),
        (b"DE89370400440532013000", b"DE75512108001245126199"),
        (b"-41410001<", b"-41410002<"),
        (b"<EndToEndId>0384-2026-0001-41410001</EndToEndId>", b""),
    ],
)
def test_a_file_that_was_changed_is_not_the_batch(old: bytes, new: bytes) -> None:
    batch = closed(granted(1, 100))
    content = written(batch)
    check(content, batch)
    assert old in content
    with pytest.raises(ConservationError):
        check(content.replace(old, new, 1), batch)


def test_the_creation_moment_follows_the_cut_off() -> None:
    earlier = written(closed(granted(1, 100), cut_off=date(2026, 3, 30)))
    assert texts(earlier, "CreDtTm") == ["2026-03-30T00:00:00"]
