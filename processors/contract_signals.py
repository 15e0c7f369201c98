"""What the passing of time says about contracts: ends, notice, silence, thresholds (contracts.md 1.2, 12).

Everything here is told up to and including a day, told before or not; the clock tells it once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Final, NamedTuple

from contracts.agreements import CLIENT_BOUND, PARTICIPATION
from contracts.contract_tables import ContractRow, ContractTermRow, NonRenewalRow, ProcurementThresholdRow
from contracts.products import ProductList
from contracts.register import Register
from contracts.tables import AgreementRow, ProductRow, TariffRow
from contracts.terms import course, leaves_on
from contracts.validity import valid_on
from schemas.money import euro
from schemas.notice import Due, Signal
from schemas.period import minus_months

NOTICE_DUE, DECISION_DUE, RENEWAL_UNCLEAR = "notice_due", "decision_due", "renewal_unclear"
CONTRACT_ENDS, AGREEMENT_ENDS, NOT_RENEWED = "contract_ends", "agreement_ends", "not_renewed"
OWN_TARIFF_REFUSED = "own_tariff_refused"
NOTHING_CLAIMED, THRESHOLD_NEAR, THRESHOLD_PASSED = "nothing_claimed", "threshold_near", "threshold_passed"

_AHEAD: Final = 2  # months: the list of 1 May for a notice by 30 June
_AGREEMENT_AHEAD: Final = 6
_SILENCE: Final = 12


class Claims(NamedTuple):
    """What the store knows of declared lines: the last day of receipt, per municipality, provider,
    domain and product code; and granted cents of URCs and CSAs, per provider and domain."""

    last_received: Mapping[tuple[str, str, str], Mapping[str, date]]
    exception_cents: Mapping[tuple[str, str], int]


def contract_signals(register: Register, day: date, claims: Claims) -> Iterator[Due]:
    """Everything that fell due about contracts and agreements up to and including a day."""
    tenants = tuple(dict.fromkeys(row.code for row in register.municipalities() if valid_on(row, day)))
    yield from _of_contracts(register, day, tenants)
    yield from _of_agreements(register.rows("agreements", AgreementRow), day, tenants)
    yield from _silence(register, day, tenants, claims)
    yield from _thresholds(register, day, tenants, claims)
    yield from _refused_tariffs(register, day, tenants)


def _due(kind: str, municipality: str, about: str, found: str, expected: str, *, agb: str = "",
         domain: str = "", once_per: str) -> Due:  # fmt: skip
    signal = Signal(municipality, agb, domain, kind, "", about, found, expected, "")
    return Due(f"{kind}/{municipality}/{about}/{agb}/{once_per}", signal)


def _of_contracts(register: Register, day: date, tenants: tuple[str, ...]) -> Iterator[Due]:
    terms: defaultdict[str, list[ContractTermRow]] = defaultdict(list)
    for term in register.rows("contract_terms", ContractTermRow):
        terms[term.contract].append(term)
    leaving = register.rows("non_renewals", NonRenewalRow)
    for contract in register.rows("contracts", ContractRow):
        if contract.active:
            for municipality in contract.municipalities or tenants:
                yield from _of_contract(contract, terms[contract.contract], day, municipality)
                yield from _of_leaving(contract, leaving, day, municipality)


def _of_contract(
    contract: ContractRow, terms: list[ContractTermRow], day: date, municipality: str
) -> Iterator[Due]:
    now = course(terms, day)
    if now is None:
        return
    name, end = contract.contract, now.term.valid_until
    once_per, until = str(end), str(now.deadline)
    if now.following in {"none", "undecided"} and day > now.deadline:
        yield _due(CONTRACT_ENDS, municipality, name, str(end), f"⟨{now.following}⟩", once_per=once_per)
    elif day >= minus_months(_after(now.deadline), _AHEAD):
        if now.following == "undecided":
            yield _due(DECISION_DUE, municipality, name, str(end), until, once_per=once_per)
        elif now.following == "tacit":
            yield _due(NOTICE_DUE, municipality, name, str(end), until, once_per=once_per)
            if contract.contract_standard:
                yield _due(RENEWAL_UNCLEAR, municipality, name, str(end), until, once_per=once_per)


def _of_leaving(
    contract: ContractRow, leaving: Iterable[NonRenewalRow], day: date, municipality: str
) -> Iterator[Due]:
    for agb in sorted({row.agb for row in leaving if row.contract == contract.contract}):
        last = leaves_on(contract, leaving, agb, day)
        if last is not None and day >= minus_months(_after(last), _AGREEMENT_AHEAD):
            yield _due(
                NOT_RENEWED, municipality, contract.contract, str(last), "⟨transfer⟩",
                agb=agb, once_per=str(last),
            )  # fmt: skip


def _of_agreements(agreements: Iterable[AgreementRow], day: date, tenants: tuple[str, ...]) -> Iterator[Due]:
    """Agreements with an end of their own, and no successor of the same name."""
    latest: dict[tuple[str, str], date] = {}
    for row in agreements:
        key = (row.agreement, row.agb)
        latest[key] = max(row.valid_from, latest.get(key, row.valid_from))
    for row in agreements:
        end = row.valid_until
        if end is None or not valid_on(row, day) or latest[row.agreement, row.agb] > end:
            continue
        if day >= minus_months(_after(end), _AGREEMENT_AHEAD):
            for municipality in _places(row, tenants):
                yield _due(
                    AGREEMENT_ENDS, municipality, row.agreement, str(end), row.kind,
                    agb=row.agb, domain=row.domain, once_per=str(end),
                )  # fmt: skip


def _silence(register: Register, day: date, tenants: tuple[str, ...], claims: Claims) -> Iterator[Due]:
    """Agreements under which nothing was claimed for twelve months (CT-05)."""
    segments: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for product in register.rows("products", ProductRow):
        if product.segment is not None:
            segments[product.domain, product.segment].add(product.code)
    before = minus_months(day, _SILENCE)
    for agreement in register.rows("agreements", AgreementRow):
        if agreement.kind not in PARTICIPATION or not valid_on(agreement, day):
            continue
        codes = {code for name in agreement.segments for code in segments[agreement.domain, name]}
        places = _places(agreement, tenants)
        received = [
            last
            for municipality in places
            for code, last in claims.last_received.get(
                (municipality, agreement.agb, agreement.domain), {}
            ).items()
            if not codes or code in codes
        ]
        last = max(received, default=None)
        if max(last or agreement.valid_from, agreement.valid_from) <= before:
            found = "⟨never⟩" if last is None else str(last)
            for municipality in places:
                yield _due(
                    NOTHING_CLAIMED, municipality, agreement.agreement, found, str(before),
                    agb=agreement.agb, domain=agreement.domain, once_per=found.strip("⟨⟩"),
                )  # fmt: skip


def _thresholds(register: Register, day: date, tenants: tuple[str, ...], claims: Claims) -> Iterator[Due]:
    """URCs and CSAs of one provider that near the value from which a tender is due (CT-07)."""
    exceptions = [row for row in register.rows("agreements", AgreementRow) if row.kind in CLIENT_BOUND]
    for threshold in register.rows("procurement_thresholds", ProcurementThresholdRow):
        if not valid_on(threshold, day):
            continue
        for agb in sorted({row.agb for row in exceptions}):
            own = [row for row in exceptions if row.agb == agb and threshold.domain in {None, row.domain}]
            cents = sum(claims.exception_cents.get((agb, name), 0) for name in {row.domain for row in own})
            limit = threshold.amount_cents
            if cents * 100 < limit * threshold.warn_percent:
                continue
            kind = THRESHOLD_PASSED if cents >= limit else THRESHOLD_NEAR
            about = f"{threshold.domain or 'jw+wmo'} {threshold.valid_from}"
            for municipality in sorted({place for row in own for place in _places(row, tenants)}):
                yield _due(kind, municipality, about, euro(cents), euro(limit), agb=agb, once_per="once")


def _refused_tariffs(register: Register, day: date, tenants: tuple[str, ...]) -> Iterator[Due]:
    """Provider-specific tariffs for a product that takes none: they are passed over (TR-04)."""
    lists = {domain: ProductList(register, domain) for domain in ("jw", "wmo")}
    regular = {
        row.agreement: row.agb for row in register.rows("agreements", AgreementRow) if row.kind == "REGULAR"
    }
    for row in register.rows("tariffs", TariffRow):
        agb = row.agb or regular.get(row.agreement or "")
        if agb is None or not valid_on(row, day) or (row.agreement and row.agreement not in regular):
            continue
        if lists[row.domain].refuses_own_tariff(row.code, day):
            for municipality in (row.municipality,) if row.municipality else tenants:
                yield _due(
                    OWN_TARIFF_REFUSED, municipality, row.name, euro(row.cents), row.code,
                    agb=agb, domain=row.domain, once_per="once",
                )  # fmt: skip


def _places(agreement: AgreementRow, tenants: tuple[str, ...]) -> tuple[str, ...]:
    if agreement.municipality is not None:
        return (agreement.municipality,)
    return agreement.municipalities or tenants


def _after(end: date) -> date:
    """The day after a closed end, from which whole months are counted back."""
    return end + timedelta(days=1)
