"""Checks between rows and tables of a register, and what an import would change."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.register import Register
from contracts.register_checks import REFERENCES, register_faults
from contracts.register_difference import table_difference
from contracts.register_faults import NumberedRow
from contracts.tables import TABLES, AgreementRow, CeilingRow, ProviderRow, Row, TariffRow
from tests.contracts.test_tables import VALID

EMPTY = Register(0, {})


def row(table: str, **cells: str) -> Row:
    return TABLES[table].model_validate(VALID[table] | cells)


def told(stored: Register = EMPTY, **tables: list[Row]) -> list[str]:
    """The faults of an import of these tables; rows are numbered from 2, below the first row."""
    numbered = {
        table: [NumberedRow(number, row) for number, row in enumerate(rows, 2)]
        for table, rows in tables.items()
    }
    return [str(fault) for fault in register_faults(numbered, stored)]


def test_a_key_occurs_once() -> None:
    rows = [row("tariffs"), row("tariffs", micro="yes"), row("tariffs", cents="1")]
    assert told(tariffs=rows) == [
        "tariffs:4:domain found domain jw, code 45A04, unit 04, valid_from 2025-01-01"
        " expected a key that occurs once: row 2 has it too"
    ]


@pytest.mark.parametrize("reference", REFERENCES, ids=lambda reference: ".".join(reference[:2]))
def test_a_reference_needs_its_row(reference: tuple[str, str, str, str]) -> None:
    table, column, target, key = reference
    wrong = {"providers": "41419999", "municipalities": "0999"}.get(target, "UNKNOWN")
    rows = [row(table, **{column: wrong})]
    expected = f"{table}:2:{column} found {wrong} expected a value of {target}.{key}"
    assert expected in told(**{table: rows, target: [row(target)]})
    assert expected in told(Register(1, {target: (row(target),)}), **{table: rows})
    assert expected in told(**{table: rows, target: []})
    assert expected not in told(**{table: rows, target: [row(target, **{key: wrong})]})
    assert expected not in told(Register(1, {target: (row(target, **{key: wrong}),)}), **{table: rows})


def test_a_table_that_nobody_keeps_is_not_missed() -> None:
    assert told(tariffs=[row("tariffs", agb="41419999")]) == []


@pytest.mark.parametrize(
    ("table", "column", "target"),
    [
        ("lump_sums", "cost_key", "cost_keys"),
        ("cost_regimes", "key", "cost_keys"),
        ("tariffs", "agreement", "agreements"),
        ("sanctions", "agreement", "agreements"),
        ("transitions", "from_agreement", "agreements"),
    ],
)
def test_what_prices_or_pays_is_missed_even_when_its_table_is_empty(
    table: str, column: str, target: str
) -> None:
    rows = [row(table, **{column: "NOPE"})]
    key = {"cost_keys": "key", "agreements": "agreement"}[target]
    expected = f"a value of {target}.{key}: the register has no {target} yet, import them too"
    assert f"{table}:2:{column} found NOPE expected {expected}" in told(
        Register(0, {target: ()}), **{table: rows}
    )
    assert told(Register(1, {table: tuple(rows), target: ()}), providers=[row("providers")]) == []


def test_every_item_of_a_list_is_looked_up() -> None:
    ceiling = row("ceilings", agb="41410001;41410002;41410003")
    assert told(ceilings=[ceiling], providers=[row("providers"), row("providers", agb="41410003")]) == [
        "ceilings:2:agb found 41410002 expected a value of providers.agb"
    ]


def test_a_row_that_stored_tables_still_name_may_not_go() -> None:
    stored = Register(3, {"providers": (row("providers"),), "agreements": (row("agreements"),) * 2})
    assert told(stored, providers=[row("providers", agb="41410002")]) == [
        "providers:1:agb found nothing expected 41410001, which stored agreements still name"
    ]
    assert told(stored, providers=[row("providers", agb="41410002")], agreements=[]) == []


def test_a_broken_row_can_still_be_named_and_names_others() -> None:
    broken = NumberedRow(2, None, ProviderRow.part({"agb": "41410001"}, ()))
    stopped = NumberedRow(2, None, CeilingRow.part({"agb": "41410002;41410001", "ceiling": "BP25"}, ()))
    agreement = NumberedRow(2, row("agreements"))
    found = register_faults({"providers": [broken], "agreements": [agreement], "ceilings": [stopped]}, EMPTY)
    assert [str(fault) for fault in found] == [
        "ceilings:2:agb found 41410002 expected a value of providers.agb"
    ]


def test_nothing_is_said_about_references_to_a_column_that_could_not_be_read() -> None:
    nameless = NumberedRow(2, None, ProviderRow.part({"name": "De Voorbeeldboom"}, {"agb"}))
    agreement = NumberedRow(2, row("agreements"))
    assert not [*register_faults({"providers": [nameless], "agreements": [agreement]}, EMPTY)]


def test_a_key_that_could_not_be_read_makes_no_faults_elsewhere() -> None:
    nameless = NumberedRow(3, None, ProviderRow.part({"name": "Boom"}, {"agb"}))
    providers = [NumberedRow(2, row("providers", agb="41410002")), nameless]
    agreements = [NumberedRow(2, row("agreements"))]
    assert not [*register_faults({"providers": providers, "agreements": agreements}, EMPTY)]
    agreements.append(NumberedRow(3, row("agreements", agb="41410003")))
    found = register_faults({"providers": providers, "agreements": agreements}, EMPTY)
    assert [fault.found for fault in found] == ["41410001", "41410003"]


def test_a_row_with_a_fault_still_doubles_the_key_of_another() -> None:
    cells = VALID["tariffs"] | {"micro": "nee", "cents": "x"}
    broken = NumberedRow(3, None, TariffRow.part(cells, {"cents"}))
    keyless = NumberedRow(4, None, TariffRow.part(cells, {"cents", "unit"}))
    found = register_faults({"tariffs": [NumberedRow(2, row("tariffs")), broken, keyless]}, EMPTY)
    assert [(fault.row, fault.expected) for fault in found] == [
        (3, "a key that occurs once: row 2 has it too")
    ]


@pytest.mark.parametrize(
    ("domain", "wrong", "right"),
    [
        ("jw", ("01", "30", "39", "56", "99"), ("31", "38", "40", "55")),
        ("wmo", ("00", "19", "45"), ("01", "18")),
    ],
)
def test_a_product_stands_in_a_category_of_its_domain(
    domain: str, wrong: tuple[str, ...], right: tuple[str, ...]
) -> None:
    products = [row("products", domain=domain, category=category) for category in (*wrong, *right)]
    faults = [fault for fault in told(products=products) if ":category " in fault]
    named = {"jw": "31 to 38 or 40 to 55", "wmo": "01 to 18"}[domain]
    assert faults == [
        f"products:{number}:category found {category} expected a category of {domain}: {named}"
        for number, category in enumerate(wrong, 2)
    ]


@pytest.mark.parametrize(
    ("end", "until", "limit"),
    [
        ("2024-12-31", "2025-12-31", None),
        ("2024-12-31", "2026-01-01", "2025-12-31"),
        ("2024-02-29", "2025-02-28", None),
        ("2024-02-29", "2025-03-01", "2025-02-28"),
        ("9999-12-31", "9999-12-31", None),
    ],
)
def test_a_transition_lasts_at_most_a_year(end: str, until: str, limit: str | None) -> None:
    old = row("agreements", agreement="JW21-1", valid_from="2021-01-01", valid_until=end)
    expected = f"transitions:2:until found {until} expected a day up to {limit}, one year after the change"
    assert told(agreements=[old], transitions=[row("transitions", until=until)]) == [expected] * bool(limit)


def test_a_transition_names_its_change() -> None:
    old = row("agreements", agreement="JW21-1", valid_from="2021-01-01")
    by_start = row("transitions", until="2025-12-31", allocation_start_before="2025-01-01")
    too_long = row("transitions", until="2026-01-01", allocation_start_before="2025-01-01", code="45A05")
    assert told(agreements=[old], transitions=[by_start, too_long]) == [
        "transitions:3:until found 2026-01-01 expected a day up to 2025-12-31, one year after the change"
    ]
    assert told(agreements=[old], transitions=[row("transitions")]) == [
        "transitions:2:until found 2025-08-31 expected a day up to one year after the change,"
        " which needs an end of agreement JW21-1 or a date in allocation_start_before"
    ]
    ancient = row("transitions", until="0001-01-02", allocation_start_before="0001-01-01")
    assert told(agreements=[old], transitions=[ancient]) == []


def test_a_transition_follows_from_an_agreement_of_its_provider() -> None:
    other = row("agreements", agreement="JW21-1", agb="41410002", valid_until="2025-06-30")
    assert told(agreements=[other], transitions=[row("transitions")]) == [
        "transitions:2:agb found 41410001 expected the provider of agreement JW21-1"
    ]


def test_a_cost_key_has_one_method_and_something_to_split_by() -> None:
    members = [
        row("cost_keys", weight="0"),
        row("cost_keys", municipality="0406", method="EXACT", weight="0"),
        row("cost_keys", valid_from="2026-01-01", method="EXACT"),
    ]
    assert told(cost_keys=members) == [
        "cost_keys:3:method found EXACT expected PERCENT_0, as row 2 of the same key has",
        "cost_keys:2:weight found 0 expected weights that add up to more than 0",
    ]


def test_a_code_has_one_regime_in_a_year() -> None:
    rows = [
        row("cost_regimes", codes="43A01;45A04"),
        row("cost_regimes", codes="45A04", regime="OWN"),
        row("cost_regimes", codes="45A04", year="2026"),
        row("cost_regimes", codes="45A04", domain="wmo"),
    ]
    assert told(cost_regimes=rows) == [
        "cost_regimes:3:codes found 45A04 expected a code with one regime in 2025: row 2 has it too"
    ]


def test_every_instalment_of_a_lump_sum_has_somebody_to_pay_it() -> None:
    towns = [row("municipalities"), row("municipalities", code="0406")]
    keys = [row("cost_keys", valid_until="2025-05-31")]
    sums = [row("lump_sums"), row("lump_sums", schedule="B", cost_key="INWONERS", first_due="2025-03-15")]
    assert told(municipalities=towns, providers=[row("providers")], cost_keys=keys, lump_sums=sums) == [
        "lump_sums:2:municipality found nothing expected who pays the instalment of 2025-01-01:"
        " a municipality, or a cost key with members",
        "lump_sums:3:cost_key found INWONERS expected who pays the instalment of 2025-06-15: a municipality,"
        " or a cost key with members",
    ]


def test_a_key_that_loses_its_members_is_held_against_the_stored_lump_sums() -> None:
    stored = Register(1, {"lump_sums": (row("lump_sums", cost_key="INWONERS"),)})
    tables = {"cost_keys": [NumberedRow(2, row("cost_keys", valid_until="2025-01-31"))]}
    (fault,) = register_faults(tables, stored)
    assert str(fault).startswith("cost_keys:1:valid_until") and "pays lump sum" in fault.expected


def test_a_tariff_of_an_agreement_is_not_that_of_another_provider() -> None:
    providers = [row("providers"), row("providers", agb="41410002")]
    agreement, other = row("agreements"), row("agreements", agb="41410002")
    wrong = row("tariffs", agreement="JW25-1", agb="41410002")
    tables = {"providers": providers, "agreements": [agreement]}
    assert told(**tables, tariffs=[wrong]) == [
        "tariffs:2:agb found 41410002 expected a provider of agreement JW25-1 (41410001), or nothing"
    ]
    assert told(**tables, tariffs=[row("tariffs", agreement="JW25-1", agb="41410001")]) == []
    assert told(**tables | {"agreements": [agreement, other]}, tariffs=[wrong]) == []
    stored = Register(1, {"tariffs": (wrong,), "providers": tuple(providers)})
    assert told(stored, agreements=[agreement]) == [
        "agreements:1:agb found nothing expected 41410002 in agreement JW25-1,"
        " as a stored tariff of it still names"
    ]
    assert told(Register(1, {**stored.tables, "agreements": (agreement,)}), providers=providers) == []


def test_an_agreement_that_could_not_be_read_makes_no_fault_of_its_tariffs() -> None:
    broken = NumberedRow(3, None, AgreementRow.part({"agreement": "JW25-1"}, ()))
    tariff = NumberedRow(2, row("tariffs", agreement="JW25-1", agb="41410002"))
    agreements = [NumberedRow(2, row("agreements")), broken]
    assert not [*register_faults({"agreements": agreements, "tariffs": [tariff]}, EMPTY)]


def test_a_tariff_is_of_a_listed_product() -> None:
    product, ended = row("products"), row("products", code="45A05", valid_until="2025-12-31")
    unknown, other_domain = row("tariffs", code="45A99"), row("tariffs", domain="wmo")
    expected = "the code of a product of {}: add it to products, or correct the tariff"
    assert told(products=[product], tariffs=[row("tariffs"), unknown, other_domain]) == [
        f"tariffs:3:code found 45A99 expected {expected.format('jw')}",
        f"tariffs:4:code found 45A04 expected {expected.format('wmo')}",
    ]
    stored = Register(1, {"products": (product, ended)})
    assert told(stored, tariffs=[unknown]) == [f"tariffs:2:code found 45A99 expected {expected.format('jw')}"]
    assert told(stored, tariffs=[row("tariffs", code="45A05"), row("tariffs", unit="01")]) == []
    assert told(tariffs=[unknown]) == told(products=[], tariffs=[unknown]) == []
    assert told(Register(1, {"tariffs": (unknown,)}), products=[product]) == []
    unreadable = {"products": [NumberedRow(2, None), NumberedRow(3, product)]}
    assert not [*register_faults({**unreadable, "tariffs": [NumberedRow(2, unknown)]}, EMPTY)]


def test_a_tariff_is_of_the_domain_of_its_agreement() -> None:
    providers, agreement = [row("providers")], row("agreements")
    both = [agreement, row("agreements", domain="wmo")]
    right, wrong = (row("tariffs", agreement="JW25-1", domain=domain) for domain in ("jw", "wmo"))
    tables = {"providers": providers, "products": [row("products")], "tariffs": [right, wrong]}
    assert told(**tables, agreements=[agreement]) == [
        "tariffs:3:domain found wmo expected jw, the domain of agreement JW25-1:"
        " correct the domain or the agreement"
    ]
    tables["products"] += [row("products", domain="wmo", category="01")]
    assert told(**tables, agreements=both) == []
    assert told(Register(1, {"agreements": (agreement,)}), **tables) != []
    broken = NumberedRow(3, None, AgreementRow.part({"agreement": "JW25-1"}, ()))
    imported = {"agreements": [NumberedRow(2, agreement), broken], "tariffs": [NumberedRow(2, wrong)]}
    assert not [*register_faults(imported, EMPTY)]


def test_a_municipality_is_valid_once_on_a_day() -> None:
    newer = row("municipalities", valid_from="2026-01-01")
    until = row("municipalities", valid_until="2025-12-31")
    assert told(municipalities=[newer, until]) == []
    assert told(municipalities=[row("municipalities"), row("municipalities", code="0406")]) == []
    for valid_until in ("2026-01-01", ""):
        overlapping = row("municipalities", **({"valid_until": valid_until} if valid_until else {}))
        assert told(municipalities=[newer, overlapping]) == [
            "municipalities:2:valid_from found 2026-01-01 expected a day after valid_until of row 3,"
            " which holds the same code"
        ]
    short = row("municipalities", valid_from="2025-03-01", valid_until="2025-03-31")
    faults = told(municipalities=[row("municipalities"), short, newer])
    assert [fault.split(" found")[0] for fault in faults] == [
        "municipalities:3:valid_from",
        "municipalities:4:valid_from",
    ]


def test_a_ceiling_is_for_one_year_and_an_indication_for_as_long_as_it_says() -> None:
    long = row("ceilings", valid_until="2026-12-31")
    part = row("ceilings", version="2", valid_from="2025-07-01")
    target = row("ceilings", ceiling="IND25", kind="INDICATION", valid_until="2026-12-31")
    assert told(ceilings=[long, part, target]) == [
        "ceilings:2:valid_until found 2026-12-31 expected a day of 2025:"
        " each calendar year has a ceiling of its own"
    ]


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ({}, {}, None),
        ({}, {"cents": "9601"}, "changed"),
        ({}, {"valid_until": "2025-12-31"}, "ended"),
        ({"valid_until": "2025-12-31"}, {"valid_until": "2025-06-30"}, "ended"),
        ({"valid_until": "2025-06-30"}, {"valid_until": "2025-12-31"}, "changed"),
        ({"valid_until": "2025-06-30"}, {}, "changed"),
        ({}, {"valid_until": "2025-12-31", "cents": "9601"}, "changed"),
    ],
)
def test_a_row_changes_or_ends(before: dict[str, str], after: dict[str, str], kind: str | None) -> None:
    changes = table_difference([row("tariffs", **before)], [row("tariffs", **after)])
    assert [name for name, rows in changes._asdict().items() if rows] == ([kind] if kind else [])


def test_changes_are_told_without_bsn() -> None:
    before = row("providers", name="Boom", cao="GGZ")
    changes = table_difference([before], [row("providers", name="Boom bv", iban="NL1")])
    assert [str(change) for change in changes.changed] == [
        "agb 41410001: name Boom -> Boom bv, iban nothing -> NL1, cao GGZ -> nothing"
    ]
    client = row("agreements", kind="CSA", bsn="999991012")
    told = [str(change) for kind in table_difference([client], [row("agreements")]) for change in kind]
    assert len(told) == 2
    assert "999991012" not in "".join(told)


tariffs = st.builds(
    lambda code, cents, until: TariffRow.model_validate(
        VALID["tariffs"] | {"code": code, "cents": cents} | ({"valid_until": until} if until else {})
    ),
    st.sampled_from(["45A04", "45A05", "45A06"]),
    st.sampled_from(["100", "200"]),
    st.sampled_from(["", "2025-06-30", "2025-12-31"]),
)
states = st.lists(tariffs, unique_by=lambda row: row.identity())


@given(states, states)
def test_a_difference_leads_from_the_old_state_to_the_new(before: list[Row], after: list[Row]) -> None:
    state = {row.identity(): row for row in before}
    for changes in table_difference(before, after):
        for old, new in changes:
            if old is not None:
                assert state.pop(old.identity()) == old
            if new is not None:
                state[new.identity()] = new
    assert state == {row.identity(): row for row in after}
    assert not any(table_difference(after, reversed(after)))
