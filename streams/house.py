"""What stays the same from message to message: rules, register, choices, secrets."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from typing import Any

from contracts.pricing import PriceList, ProductList, index_of
from contracts.register import Register
from contracts.tables import MunicipalityRow, ProductRow
from processors.assess import DeclarationRules
from processors.notify import Pseudonym, pseudonyms
from reference.working_days import after_working_days
from rules import RULE_SET
from rules.catalogue import Catalogue, discover
from rules.facts import Choices
from schemas.standard import Domain

EMPTY = Register(0, {})


def choices_of(basis: str) -> Choices:
    """The choices under which a message was decided, from its stored basis."""
    stored: dict[str, Any] = json.loads(basis)["choices"]
    values: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in stored.items()}
    return Choices(**values)


class House:
    """The rules and the register as one worker uses them. `use` brings a newer register in."""

    def __init__(self, choices: Choices, pseudonym_key: bytes | None = None) -> None:
        self.choices = choices
        self.catalogue = discover()
        self._rules: dict[tuple[int, str], DeclarationRules] = {}
        self.basis = json.dumps({"rules": RULE_SET, "choices": asdict(choices)}, sort_keys=True)
        self._catalogues: dict[date, Catalogue] = {}
        self.sent_on: date | None = None
        self._key = pseudonym_key
        self._pseudonyms: dict[str, Pseudonym] = {}
        self.use(EMPTY)

    def use(self, register: Register) -> None:
        """Decide under this register from now on."""
        self.register = register
        self.providers = register.providers()
        self._municipalities: dict[str, list[MunicipalityRow]] = {}
        for row in register.municipalities():
            self._municipalities.setdefault(row.code, []).append(row)
        self._prices: dict[tuple[str | None, str, Domain], PriceList] = {}
        products = register.rows("products", ProductRow)
        self._task_based = {
            domain: frozenset(
                (p.category, p.code) for p in products if p.domain == domain.value and p.funding == "lump_sum"
            )
            for domain in Domain
        }

    def catalogue_on(self, received_on: date) -> Catalogue:
        """The rules in force for a message received on that day."""
        found = self._catalogues.get(received_on)
        if found is None:
            found = self._catalogues[received_on] = self.catalogue.on(received_on)
        return found

    def declaration_rules(self, message: str, received_on: date) -> DeclarationRules:
        """The rules on one kind of 323 received on that day, grouped once."""
        catalogue = self.catalogue_on(received_on)
        key = (id(catalogue), message)
        found = self._rules.get(key)
        if found is None:
            found = self._rules[key] = DeclarationRules(catalogue, message)
        return found

    def answered_on(self, received_on: date) -> date:
        """Dagtekening of our own messages: the day of receipt, unless a live service dates them when sent."""
        return self.sent_on or received_on

    def due(self, received_on: date, working_days: int) -> date:
        """The last day on which an answer is in time (OC-27)."""
        return after_working_days(received_on, working_days, frozenset(self.choices.worked_holidays))

    def knows_municipality(self, code: str) -> bool:
        """Whether the code was ever a tenant."""
        return code in self._municipalities

    def municipality_valid(self, code: str, day: date) -> bool:
        """Whether the municipality existed on that day."""
        return any(
            row.valid_from <= day and (row.valid_until is None or day <= row.valid_until)
            for row in self._municipalities.get(code, ())
        )

    def prices(self, municipality: str, provider: str, domain: Domain) -> PriceList:
        """What was agreed with a provider; made on first use, for all municipalities if it is the same."""
        index = index_of(self.register)
        key = (municipality if index.is_local(provider, domain.value) else None, provider, domain)
        found = self._prices.get(key)
        if found is None:
            found = self._prices[key] = PriceList(self.register, municipality, provider, domain.value, index)
        return found

    def products(self, domain: Domain) -> ProductList:
        """The product list of a domain."""
        return index_of(self.register).products[domain.value]

    def task_based(self, domain: Domain) -> frozenset[tuple[str, str]]:
        """Products paid by lump sum: delivered without an allocation (IV096)."""
        return self._task_based[domain]

    def pseudonym(self, municipality: str) -> Pseudonym:
        """How clients are named in the notices of a municipality."""
        if municipality not in self._pseudonyms:
            self._pseudonyms[municipality] = pseudonyms(self._key, municipality)
        return self._pseudonyms[municipality]
