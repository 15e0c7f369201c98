"""Checks over contracts, their terms, indexations and growth paths of a whole register."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal

from contracts.contract_tables import ContractRow, ContractTermRow, NonRenewalRow, SubcontractorRow
from contracts.index_tables import GrowthPathRow, IndexComponentRow
from contracts.register_faults import Numbered, NumberedRow, RegisterFault, typed
from contracts.tables import AgreementRow
from contracts.terms import notice_deadline


def contract_faults(tables: Numbered, state: Numbered) -> Iterator[RegisterFault]:
    """Faults in the tables of an import; `state` is the whole register as it would be after it."""
    contracts = {row.contract: row for _, row in typed(state.get("contracts", ()), ContractRow)}
    terms: defaultdict[str, list[ContractTermRow]] = defaultdict(list)
    for _, term in typed(state.get("contract_terms", ()), ContractTermRow):
        terms[term.contract].append(term)
    yield from _shared_segments(tables.get("contracts", ()))
    yield from _loose_terms(tables.get("contract_terms", ()))
    yield from _foreign_segments(tables.get("agreements", ()), contracts)
    yield from _late_non_renewals(tables.get("non_renewals", ()), contracts, terms)
    yield from _without_permission(tables.get("subcontractors", ()))
    yield from _uneven_weights(tables.get("index_components", ()))
    yield from _double_paths(tables.get("growth_paths", ()))


def _shared_segments(rows: Iterable[NumberedRow]) -> Iterator[RegisterFault]:
    """A product lives in one contract (CT-01)."""
    first: dict[tuple[str, str], int] = {}
    for number, row in typed(rows, ContractRow):
        for domain in row.domains:
            for segment in row.segments:
                earlier = first.setdefault((domain, segment), number)
                if earlier != number:
                    expected = f"a segment of one contract: row {earlier} has it too"
                    yield RegisterFault.at("contracts", number, "segments", segment, expected)


def _loose_terms(rows: Iterable[NumberedRow]) -> Iterator[RegisterFault]:
    """Terms follow each other without a gap; the first is INITIAL; a decision comes in time (CT-03)."""
    of_contract: defaultdict[str, list[tuple[int, ContractTermRow]]] = defaultdict(list)
    for number, row in typed(rows, ContractTermRow):
        of_contract[row.contract].append((number, row))
    for numbered in of_contract.values():
        before: ContractTermRow | None = None
        for number, row in sorted(numbered, key=lambda each: each[1].seq):
            if (row.renewal == "INITIAL") != (before is None):
                expected = "INITIAL" if before is None else "TACIT or DECISION, after the first term"
                yield RegisterFault.at("contract_terms", number, "renewal", row.renewal, expected)
            if before is not None:
                begin = before.valid_until + timedelta(days=1)
                if row.valid_from != begin:
                    expected = f"{begin}, the day after term {before.seq}"
                    yield RegisterFault.at(
                        "contract_terms", number, "valid_from", str(row.valid_from), expected
                    )
                deadline = notice_deadline(before.valid_until, before.notice_months)
                if row.decided_on is not None and row.decided_on > deadline:
                    expected = f"a day up to {deadline}, {before.notice_months} months before the end"
                    yield RegisterFault.at(
                        "contract_terms", number, "decided_on", str(row.decided_on), expected
                    )
            before = row


def _foreign_segments(
    rows: Iterable[NumberedRow], contracts: dict[str, ContractRow]
) -> Iterator[RegisterFault]:
    """An agreement under a contract keeps to its domains and segments."""
    for number, row in typed(rows, AgreementRow):
        contract = contracts.get(row.contract or "")
        if contract is None:
            continue
        if row.domain not in contract.domains:
            expected = f"a domain of contract {contract.contract}: {', '.join(contract.domains)}"
            yield RegisterFault.at("agreements", number, "domain", row.domain, expected)
        foreign = sorted(set(row.segments) - set(contract.segments)) if contract.segments else []
        if foreign:
            expected = f"segments of contract {contract.contract}: {', '.join(contract.segments)}"
            yield RegisterFault.at("agreements", number, "segments", "; ".join(foreign), expected)


def _late_non_renewals(
    rows: Iterable[NumberedRow],
    contracts: dict[str, ContractRow],
    terms: dict[str, list[ContractTermRow]],
) -> Iterator[RegisterFault]:
    """Individual non-renewal is part of the contract, counts at the end of a term, and is told in time."""
    for number, row in typed(rows, NonRenewalRow):
        contract = contracts.get(row.contract)
        if contract is None:
            continue
        if not contract.individual_non_renewal:
            expected = "a contract with individual_non_renewal"
            yield RegisterFault.at("non_renewals", number, "contract", row.contract, expected)
        ending = [term for term in terms.get(row.contract, ()) if term.valid_until == row.valid_until]
        if not ending:
            expected = f"the last day of a term of contract {row.contract}"
            yield RegisterFault.at("non_renewals", number, "valid_until", str(row.valid_until), expected)
            continue
        deadline = notice_deadline(row.valid_until, ending[0].notice_months)
        if row.told_on > deadline:
            expected = f"a day up to {deadline}"
            yield RegisterFault.at("non_renewals", number, "told_on", str(row.told_on), expected)


def _without_permission(rows: Iterable[NumberedRow]) -> Iterator[RegisterFault]:
    """A subcontractor needs permission in writing, unless self-employed without staff (CT-14)."""
    for number, row in typed(rows, SubcontractorRow):
        if row.permission is None and not row.self_employed:
            expected = "the document of the permission, or yes in self_employed"
            yield RegisterFault.at("subcontractors", number, "permission", "", expected)


def _uneven_weights(rows: Iterable[NumberedRow]) -> Iterator[RegisterFault]:
    """The components of a year weigh 100 together."""
    years: defaultdict[tuple[str, int], list[tuple[int, IndexComponentRow]]] = defaultdict(list)
    for number, row in typed(rows, IndexComponentRow):
        years[row.indexation, row.year].append((number, row))
    for (_, year), members in years.items():
        total = sum((row.weight for _, row in members), Decimal(0))
        if total != 100:
            number, row = members[-1]
            expected = f"weights of {year} that add up to 100, not {total}"
            yield RegisterFault.at("index_components", number, "weight", str(row.weight), expected)


def _double_paths(rows: Iterable[NumberedRow]) -> Iterator[RegisterFault]:
    """On a day a provider has one growth path for a product."""
    earlier: defaultdict[tuple[str, str, str], list[tuple[int, GrowthPathRow]]] = defaultdict(list)
    for number, row in typed(rows, GrowthPathRow):
        known = earlier[row.agb, row.domain, row.code]
        for other, before in known:
            if row.valid_from <= (before.valid_until or date.max) and before.valid_from <= (
                row.valid_until or date.max
            ):
                expected = f"a period beside that of row {other}"
                yield RegisterFault.at("growth_paths", number, "valid_from", str(row.valid_from), expected)
                break
        known.append((number, row))
