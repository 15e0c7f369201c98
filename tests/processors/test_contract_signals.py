"""Contract signals day by day: when each begins, whom it is for, and that it is told once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from contracts.register import Register
from contracts.tables import TABLES
from processors.contract_signals import Claims, contract_signals

SILENT = Claims({}, {})
_DEFAULTS: dict[str, dict[str, Any]] = {
    "municipalities": {"code": "0513", "name": "Gouda", "valid_from": date(2020, 1, 1)},
    "contracts": {"contract": "MH-08", "name": "Ambulant jeugd", "domains": ("jw",)},
    "contract_terms": {
        "contract": "MH-08", "seq": 1, "valid_from": date(2025, 1, 1), "valid_until": date(2027, 12, 31),
        "renewal": "INITIAL",
    },
    "non_renewals": {
        "contract": "MH-08", "agb": "41410001", "valid_until": date(2027, 12, 31),
        "told_on": date(2027, 5, 1),
    },
    "products": {
        "domain": "jw", "category": "45", "code": "45A04", "unit": "04", "name": "P", "segment": "ambulant",
        "valid_from": date(2020, 1, 1),
    },
    "agreements": {
        "agreement": "A1", "agb": "41410001", "domain": "jw", "kind": "REGULAR",
        "valid_from": date(2025, 1, 1),
    },
    "tariffs": {},
    "procurement_thresholds": {"amount_cents": 75_000_000, "valid_from": date(2025, 1, 1)},
}  # fmt: skip
_NEXT = {"seq": 2, "valid_from": date(2028, 1, 1), "valid_until": date(2029, 12, 31)}


def _register(**tables: list[dict[str, Any]]) -> Register:
    rows = {"municipalities": [{}], **tables}
    return Register(
        1,
        {
            name: tuple(TABLES[name].model_validate({**_DEFAULTS[name], **row}) for row in lines)
            for name, lines in rows.items()
        },
    )


def _kinds(register: Register, day: date, claims: Claims = SILENT) -> list[tuple[str, str, str, str]]:
    return [
        (due.signal.kind, due.signal.municipality, due.signal.found, due.signal.expected)
        for due in contract_signals(register, day, claims)
    ]


def _first_days(register: Register, begin: date, end: date) -> Mapping[str, date]:
    """Per kind of signal the first day on which it is told."""
    first: dict[str, date] = {}
    for number in range((end - begin).days + 1):
        for kind, *_ in _kinds(register, begin + timedelta(days=number)):
            first.setdefault(kind, begin + timedelta(days=number))
    return first


def test_a_tacit_renewal_is_announced_on_1_may_and_unclear_under_the_contract_standard() -> None:
    register = _register(
        contracts=[{"contract_standard": True}], contract_terms=[{}, {**_NEXT, "renewal": "TACIT"}]
    )
    found = _first_days(register, date(2027, 4, 1), date(2027, 12, 31))
    assert found == {"notice_due": date(2027, 5, 1), "renewal_unclear": date(2027, 5, 1)}
    assert _kinds(register, date(2027, 5, 1))[0] == ("notice_due", "0513", "2027-12-31", "2027-06-30")


def test_a_decision_is_asked_for_until_the_deadline_and_then_the_contract_ends() -> None:
    terms = [{}, {**_NEXT, "renewal": "DECISION"}]
    register = _register(contracts=[{}], contract_terms=terms)
    found = _first_days(register, date(2027, 4, 1), date(2027, 12, 31))
    assert found == {"decision_due": date(2027, 5, 1), "contract_ends": date(2027, 7, 1)}
    assert _kinds(register, date(2027, 7, 1)) == [("contract_ends", "0513", "2027-12-31", "⟨undecided⟩")]
    terms[1]["decided_on"] = date(2027, 6, 30)
    decided = _register(contracts=[{}], contract_terms=terms)
    assert _first_days(decided, date(2027, 7, 1), date(2027, 12, 31)) == {}


def test_the_last_term_ends_the_contract_and_an_inactive_one_is_silent() -> None:
    assert _kinds(_register(contracts=[{}], contract_terms=[{}]), date(2027, 7, 1)) == [
        ("contract_ends", "0513", "2027-12-31", "⟨none⟩")
    ]
    assert _kinds(_register(contracts=[{"active": False}], contract_terms=[{}]), date(2027, 7, 1)) == []


def test_a_provider_that_is_not_renewed_is_told_of_six_months_ahead() -> None:
    register = _register(
        contracts=[{"individual_non_renewal": True}],
        contract_terms=[{}, {**_NEXT, "renewal": "TACIT"}],
        non_renewals=[{}],
    )
    assert _first_days(register, date(2027, 1, 1), date(2028, 1, 31))["not_renewed"] == date(2027, 7, 1)
    assert [kind for kind, *_ in _kinds(register, date(2028, 1, 1))] == []


def test_an_agreement_that_ends_is_told_of_unless_it_goes_on_under_its_name() -> None:
    ending = {"valid_until": date(2026, 3, 31)}
    begin, end = date(2025, 9, 1), date(2025, 12, 1)
    assert _first_days(_register(agreements=[ending]), begin, end) == {"agreement_ends": date(2025, 10, 1)}
    goes_on = [ending, {"valid_from": date(2026, 4, 1)}]
    assert _first_days(_register(agreements=goes_on), begin, end) == {}


def test_twelve_months_without_a_claim_in_the_segments_of_the_agreement() -> None:
    register = _register(agreements=[{"segments": ("ambulant",)}], products=[{}])
    day = date(2026, 1, 1)
    assert _kinds(register, date(2025, 12, 31)) == []
    assert _kinds(register, day) == [("nothing_claimed", "0513", "⟨never⟩", "2025-01-01")]
    claimed = {("0513", "41410001", "jw"): {"45A04": date(2025, 3, 10), "99X99": date(2026, 1, 1)}}
    assert _kinds(register, day, Claims(claimed, {})) == []
    assert _kinds(register, date(2026, 3, 9), Claims(claimed, {})) == []
    silent = [("nothing_claimed", "0513", "2025-03-10", "2025-03-10")]
    assert _kinds(register, date(2026, 3, 10), Claims(claimed, {})) == silent


def test_a_client_bound_agreement_is_never_called_silent() -> None:
    assert _kinds(_register(agreements=[{"kind": "URC", "allocation": 7}]), date(2027, 1, 1)) == []


def test_exceptions_of_a_provider_are_added_up_against_the_threshold() -> None:
    exceptions = [
        {"agreement": "U1", "kind": "URC", "allocation": 1, "municipalities": ("0513",)},
        {"agreement": "C1", "kind": "CSA", "allocation": 2, "municipalities": ("0627",)},
        {"agreement": "U2", "kind": "URC", "allocation": 3, "agb": "41410002"},
    ]
    register = _register(agreements=exceptions, procurement_thresholds=[{}])
    day = date(2026, 1, 1)

    def told(cents: int) -> Iterator[tuple[str, str]]:
        claims = Claims({}, {("41410001", "jw"): cents, ("41410002", "jw"): 59_999_999})
        yield from ((kind, place) for kind, place, *_ in _kinds(register, day, claims))

    assert list(told(59_999_999)) == []
    assert list(told(60_000_000)) == [("threshold_near", "0513"), ("threshold_near", "0627")]
    assert list(told(74_999_999)) == [("threshold_near", "0513"), ("threshold_near", "0627")]
    assert list(told(75_000_000)) == [("threshold_passed", "0513"), ("threshold_passed", "0627")]


def test_every_signal_has_a_key_of_its_own_and_keeps_it_while_it_lasts() -> None:
    register = _register(
        municipalities=[{}, {"code": "0627", "name": "Waddinxveen"}],
        contracts=[{"contract_standard": True, "individual_non_renewal": True}],
        contract_terms=[{}, {**_NEXT, "renewal": "TACIT"}],
        non_renewals=[{}],
        agreements=[{"valid_until": date(2027, 12, 31)}, {"agreement": "A2", "agb": "41410002"}],
    )
    days = [date(2027, 7, 1), date(2027, 12, 31)]
    keys = [[due.key for due in contract_signals(register, day, SILENT)] for day in days]
    assert len(set(keys[0])) == len(keys[0]) == 12
    assert sorted(keys[0]) == sorted(keys[1])


def test_an_addendum_for_a_product_that_takes_none_is_told_of() -> None:
    tariff = {"domain": "jw", "code": "45A04", "unit": "04", "cents": 9900, "valid_from": date(2025, 1, 1)}
    register = _register(
        products=[{"own_tariff_allowed": False}, {"code": "45A05", "own_tariff_allowed": True}],
        agreements=[
            {"valid_from": date(2025, 6, 1)}, {"agreement": "U1", "kind": "URC", "allocation": 1},
        ],
        tariffs=[
            {**tariff, "agb": "41410001"}, {**tariff, "agreement": "A1"}, {**tariff, "agreement": "U1"},
            {**tariff, "code": "45A05", "agb": "41410001"}, tariff,
        ],
    )  # fmt: skip
    found = [due.signal for due in contract_signals(register, date(2026, 1, 1), SILENT)]
    assert [(signal.kind, signal.provider, signal.reference) for signal in found] == [
        ("own_tariff_refused", "41410001", "jw 45A04 unit 04 from 2025-01-01, provider 41410001"),
        ("own_tariff_refused", "41410001", "jw 45A04 unit 04 from 2025-01-01, agreement A1"),
    ]
