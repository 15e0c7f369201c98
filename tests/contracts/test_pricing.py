"""Tariff selection: the examples of pricing.yaml, agreed units, and properties over any register."""

import gc
import random
import weakref
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from contracts.pricing import Price, PriceList, RegisterIndex, index_of
from contracts.register import Register
from contracts.tables import (
    TABLES,
    AgreementRow,
    ProductRow,
    ProviderRow,
    Row,
    SanctionRow,
    TariffRow,
    TransitionRow,
)
from schemas.money import half_up

_TABLE = yaml.safe_load(Path(__file__).with_name("pricing.yaml").read_text(encoding="utf-8"))
_DEFAULTS = _TABLE["defaults"]
AGB, MUNICIPALITY, CODE = "41410001", "0384", "45A04"
DAY = date(2026, 1, 1)


def _register(example: dict[str, Any]) -> Register:
    tables = {
        name: tuple(TABLES[name].model_validate({**_DEFAULTS[name], **row}) for row in example.get(name, []))
        for name in _DEFAULTS.keys() - {"ask"}
    }
    return Register(1, tables)


def _ask(register: Register, ask: dict[str, Any]) -> Price:
    asked = {**_DEFAULTS["ask"], **ask}
    prices = PriceList(register, asked.get("municipality", MUNICIPALITY), asked.get("agb", AGB), "jw")
    return prices.price(
        asked["code"],
        asked["unit"],
        asked["day"],
        allocation=asked["allocation"],
        bsn=asked["bsn"],
        allocation_start=asked["allocation_start"],
    )


_CASES = [
    pytest.param(_register(example), ask, id=f"{example['sentence']} [{number}]")
    for example in _TABLE["examples"]
    for number, ask in enumerate(example["ask"], start=1)
]


@pytest.mark.parametrize(("register", "ask"), _CASES)
def test_example(register: Register, ask: dict[str, Any]) -> None:
    price = _ask(register, ask)
    assert (price.cents, price.source) == (ask["cents"], ask["source"])
    assert price.ambiguous is ask.get("ambiguous", False)
    assert price.per_hour is ask.get("per_hour", False)
    assert price.steps
    if "agreement" in ask:
        assert price.agreement == ask["agreement"]
    if "rows" in ask:
        assert list(price.rows) == ask["rows"]
    if "step" in ask:
        assert ask["step"] in price.steps
    if "minutes" in ask:
        assert price.cents is not None
        assert half_up(price.cents, 60) == ask["tariff_cents"]
        assert half_up(price.cents * ask["minutes"], 60) == ask["amount_cents"]


def test_an_index_of_4_957_percent_differs_from_the_published_4_96() -> None:
    assert half_up(25_000 * 104_957, 100_000) == 26_239
    assert half_up(25_000 * 10_496, 10_000) == 26_240


def _units(register: Register, **ask: Any) -> frozenset[str]:
    asked = {**_DEFAULTS["ask"], **ask}
    return PriceList(register, MUNICIPALITY, AGB, "jw").agreed_units(
        "45",
        asked["code"],
        asked["day"],
        allocation=asked["allocation"],
        bsn=asked["bsn"],
        allocation_start=asked["allocation_start"],
    )


def test_agreed_units_are_those_of_the_tariffs_without_minutes_for_hours() -> None:
    example = {
        "products": [{"unit": "14"}],
        "agreements": [{}],
        "tariffs": [{"cents": 1}, {"unit": "16", "cents": 1, "valid_from": date(2026, 2, 1)}],
    }
    assert _units(_register(example)) == {"04"}
    assert _units(_register(example), day=date(2026, 2, 1)) == {"04", "16"}


def test_a_unit_with_two_equally_valid_tariffs_is_agreed() -> None:
    rows = [{"cents": 1}, {"cents": 1, "valid_from": date(2026, 1, 1)}]
    assert _units(_register({"agreements": [{}], "tariffs": rows})) == {"04"}


def test_without_a_tariff_or_an_agreement_no_unit_is_agreed() -> None:
    assert _units(_register({"products": [{"unit": "14"}, {"unit": "16"}]})) == frozenset()
    other = {"products": [{"unit": "14"}], "agreements": [{"agb": "41410002"}], "tariffs": [{"cents": 1}]}
    assert _units(_register(other)) == frozenset()
    assert _units(_register({})) == frozenset()


def test_a_product_listed_in_euros_is_always_agreed_in_euros() -> None:
    example = {"products": [{"unit": "83"}], "agreements": [{}], "tariffs": [{"cents": 1}]}
    assert _units(_register(example)) == {"04", "83"}


def test_a_running_trajectory_keeps_its_euros() -> None:
    ended = {"unit": "83", "valid_until": date(2024, 12, 31)}
    example = {"products": [ended], "agreements": [{}], "tariffs": [{"cents": 1}]}
    assert _units(_register(example), allocation_start=date(2024, 12, 31)) == {"04", "83"}
    assert _units(_register(example), allocation_start=date(2025, 1, 1)) == {"04"}


def test_the_units_of_a_client_are_those_of_his_own_agreement() -> None:
    example = {
        "agreements": [{}, {"agreement": "C1", "kind": "CSA", "bsn": "123456782"}],
        "tariffs": [{"cents": 1}, {"agreement": "C1", "unit": "16", "cents": 1}],
    }
    assert _units(_register(example)) == {"04", "16"}
    assert _units(_register(example), bsn="111222333") == {"04"}


def test_an_hour_tariff_does_not_agree_minutes_that_ended() -> None:
    minutes = {"unit": "01", "cents": 1, "valid_until": date(2025, 12, 31)}
    register = _register({"agreements": [{}], "tariffs": [{"cents": 1}, minutes]})
    assert _units(register, day=date(2025, 12, 31)) == {"01", "04"}
    assert _units(register, day=date(2026, 1, 1)) == {"04"}


def test_the_number_of_a_client_is_in_no_explanation() -> None:
    example = {
        "agreements": [{"agreement": "C1", "kind": "CSA", "bsn": "123456782"}],
        "tariffs": [{"agreement": "C1", "cents": 8000}],
    }
    assert "123456782" not in str(_ask(_register(example), {}))


def test_the_index_is_made_once_and_goes_with_its_register() -> None:
    register = _register({"tariffs": [{"cents": 1}]})
    first = index_of(register)
    assert index_of(register) is first
    assert index_of(_register({"tariffs": [{"cents": 1}]})) is not first
    gone = weakref.ref(first)
    del register, first
    gc.collect()
    assert gone() is None


def test_an_index_may_be_handed_over() -> None:
    register = _register({"tariffs": [{"cents": 9600}]})
    prices = PriceList(Register(0, {}), MUNICIPALITY, AGB, "jw", RegisterIndex(register))
    assert prices.price(CODE, "04", DAY, allocation=1, bsn="", allocation_start=None).cents == 9600


_CAOS = st.sampled_from([None, "GGZ", "VVT", "Jeugdzorg"])
_DAYS = st.sampled_from([date(2025, 1, 1), date(2026, 1, 1), date(2026, 2, 1)])


@st.composite
def _tariffs(draw: st.DrawFn) -> TariffRow:
    owner = draw(st.sampled_from([{}, {}, {"agreement": "R1"}, {"agreement": "U1"}, {"agb": AGB}]))
    return TariffRow.model_validate(
        {
            "domain": "jw",
            "code": CODE,
            "unit": draw(st.sampled_from(["01", "04"])),
            "cents": draw(st.integers(1, 5)),
            "valid_from": draw(_DAYS),
            "municipality": draw(st.sampled_from([None, MUNICIPALITY, "0307"])),
            "micro": draw(st.booleans()),
            **(owner or {"cao": draw(_CAOS)}),
        }
    )


@st.composite
def _registers(draw: st.DrawFn) -> Register:
    kinds = {"R1": "REGULAR", "R2": "LOCAL", "U1": "URC"}
    names = draw(st.lists(st.sampled_from(sorted(kinds)), unique=True))
    tables: dict[str, tuple[Row, ...]] = {
        "providers": (ProviderRow(agb=AGB, name="Provider", cao=draw(_CAOS), micro_from=draw(_DAYS)),),
        "products": (
            ProductRow(domain="jw", category="45", code=CODE, unit="04", name="P", valid_from=draw(_DAYS)),
        ),
        "agreements": tuple(
            AgreementRow.model_validate(
                {**_DEFAULTS["agreements"], "agreement": name, "kind": kinds[name], "valid_from": draw(_DAYS)}
                | ({"allocation": 5001} if name == "U1" else {})
            )
            for name in names
        ),
        "tariffs": tuple(draw(st.lists(_tariffs(), max_size=8))),
        "sanctions": tuple(
            SanctionRow(agreement=name, percent=50, valid_from=begin, valid_until=DAY, document="letter")
            for name, begin in draw(st.lists(st.tuples(st.sampled_from(sorted(kinds)), _DAYS), max_size=2))
            if begin <= DAY
        ),
        "transitions": tuple(
            TransitionRow.model_validate(
                {**_DEFAULTS["transitions"], "from_agreement": "R1", "basis": basis, "until": DAY, **limit}
            )
            for basis, limit in draw(
                st.dictionaries(
                    st.sampled_from(["OLD", "NEW", "URC"]),
                    st.sampled_from([{}, {"allocation_start_before": DAY}]),
                    max_size=2,
                ).map(dict.items)
            )
        ),
    }
    return Register(1, tables)


_ASKS = st.fixed_dictionaries(
    {
        "unit": st.sampled_from(["01", "04"]),
        "day": _DAYS,
        "allocation": st.sampled_from([5001, 5002]),
        "allocation_start": st.sampled_from([None, date(2025, 12, 31), DAY]),
    }
)


@given(_registers(), _ASKS, st.randoms(use_true_random=False))
def test_the_order_of_rows_never_matters(
    register: Register, ask: dict[str, Any], shuffler: random.Random
) -> None:
    shuffled = {name: tuple(shuffler.sample(rows, len(rows))) for name, rows in register.tables.items()}
    assert _ask(register, ask) == _ask(Register(1, shuffled), ask)


@given(_registers(), st.lists(_ASKS, min_size=2, max_size=8))
def test_what_was_asked_before_never_matters(register: Register, asks: list[dict[str, Any]]) -> None:
    prices = PriceList(register, MUNICIPALITY, AGB, "jw")
    for ask in asks:
        who = {key: value for key, value in ask.items() if key not in {"unit", "day"}}
        who["bsn"] = "123456782"
        assert prices.price(CODE, ask["unit"], ask["day"], **who) == _ask(register, ask)
        assert prices.agreed_units("45", CODE, ask["day"], **who) == _units(register, **ask)


@given(_registers(), st.lists(st.tuples(st.sampled_from([MUNICIPALITY, "0307", "0342"]), _ASKS), min_size=2))
def test_who_asked_before_never_matters(register: Register, asks: list[tuple[str, dict[str, Any]]]) -> None:
    index = RegisterIndex(register)
    for municipality, ask in asks:
        prices = PriceList(register, municipality, AGB, "jw", index)
        who = {key: value for key, value in ask.items() if key not in {"unit", "day"}}
        price = prices.price(CODE, ask["unit"], ask["day"], bsn=_DEFAULTS["ask"]["bsn"], **who)
        assert price == _ask(register, {**ask, "municipality": municipality})


@given(_registers(), _ASKS)
def test_what_is_not_local_is_the_same_everywhere(register: Register, ask: dict[str, Any]) -> None:
    here, there = (_ask(register, {**ask, "municipality": m}) for m in (MUNICIPALITY, "0307"))
    assert here == there or index_of(register).is_local(AGB, "jw")


@pytest.mark.parametrize(
    ("example", "local"),
    [
        ({"tariffs": [{"cents": 1}]}, False),
        ({"tariffs": [{"cents": 1}, {"cents": 2, "code": "45A05", "municipality": "0307"}]}, True),
        ({"agreements": [{}]}, False),
        ({"agreements": [{"municipalities": ["0307"]}]}, True),
        ({"agreements": [{"municipality": "0307", "allocation": 5001, "kind": "URC"}]}, True),
        ({"agreements": [{"agb": "41410002", "municipalities": ["0307"]}]}, False),
    ],
)
def test_a_register_is_local_where_a_municipality_is_named(example: dict[str, Any], local: bool) -> None:
    assert index_of(_register(example)).is_local(AGB, "jw") is local


@given(_registers(), _ASKS)
def test_a_price_is_that_of_one_valid_row_and_nothing_is_both_priced_and_ambiguous(
    register: Register, ask: dict[str, Any]
) -> None:
    price = _ask(register, ask)
    valid = {row.cents for row in register.rows("tariffs", TariffRow) if row.valid_from <= ask["day"]}
    allowed = valid | {half_up(cents, 2) for cents in valid}
    assert price.cents is None or (price.cents in allowed and not price.ambiguous and len(price.rows) == 1)
    assert not price.ambiguous or (price.cents is None and price.rows)
    assert not price.per_hour or ask["unit"] == "01"


@given(st.dictionaries(st.sampled_from("ABCDEFGH"), st.integers(1, 10_000), min_size=1))
def test_the_base_tariff_is_the_minimum(cents: dict[str, int]) -> None:
    rows = [{"cao": cao, "cents": amount} for cao, amount in cents.items()]
    price = _ask(_register({"tariffs": rows}), {})
    assert (price.cents, price.source) == (min(cents.values()), "base")


@given(st.integers(0, 10**9), st.integers(1, 100))
def test_a_sanction_never_raises_a_price(cents: int, percent: int) -> None:
    sanction = {"percent": percent, "valid_from": DAY, "valid_until": DAY}
    example = {"agreements": [{}], "tariffs": [{"cents": cents}], "sanctions": [sanction]}
    price = _ask(_register(example), {"day": DAY})
    assert price.cents == half_up(cents * (100 - percent), 100)
    assert price.cents <= cents
