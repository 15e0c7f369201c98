"""Checks on tariffs: of a product that the list holds, and in a domain of their agreement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from contracts.register_faults import Numbered, RegisterFault, typed
from contracts.tables import AgreementRow, ProductRow, TariffRow


def tariff_faults(tables: Numbered, state: Numbered) -> Iterator[RegisterFault]:
    """Tariffs of an import that no line could ever ask for; `state` is the register after the import.

    A tariff is not judged by a table of which a row could not be read, nor by one without rows. A
    product that leaves the list does not take its stored tariffs with it: those of old care stay.
    """
    domains: defaultdict[str, set[str]] = defaultdict(set)
    agreements = state.get("agreements", ())
    if all(row.row is not None for row in agreements):
        for _, agreement in typed(agreements, AgreementRow):
            domains[agreement.agreement].add(agreement.domain)
    listed: defaultdict[str, set[str]] = defaultdict(set)
    products = state.get("products", ())
    if all(row.row is not None for row in products):
        for _, product in typed(products, ProductRow):
            listed[product.code].add(product.domain)
    for number, row in typed(tables.get("tariffs", ()), TariffRow):
        agreed = domains.get(row.agreement or "", {row.domain})
        if row.domain not in agreed:
            expected = f"{' or '.join(sorted(agreed))}, the domain of agreement {row.agreement}:"
            yield RegisterFault.at(
                "tariffs", number, "domain", row.domain, f"{expected} correct the domain or the agreement"
            )
        elif listed and row.domain not in listed.get(row.code, ()):
            expected = f"the code of a product of {row.domain}: add it to products, or correct the tariff"
            yield RegisterFault.at("tariffs", number, "code", row.code, expected)
