"""Agreements, transitions and sanctions of one provider (contracts.md 2.2 step 1, 6, TR-14)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from typing import Final, NamedTuple

from contracts.register import Register
from contracts.tables import AgreementRow, SanctionRow, TransitionRow
from contracts.validity import valid_on

CLIENT_BOUND: Final = frozenset({"URC", "CSA"})
PARTICIPATION: Final = frozenset({"REGULAR", "LOCAL", "NATIONAL", "OTHER_REGION"})


class Naming(NamedTuple):
    """A URC or CSA that names a client, without saying whom; its dates are those for this client."""

    agreement: str
    valid_from: date
    valid_until: date | None


class Case(NamedTuple):
    """What sets one line apart from the provider's other lines for the same product and day.

    `named`: the URCs and CSAs that name its client or allocation, `transitions`: those that cover
    its allocation; of all days.
    """

    named: tuple[Naming, ...] = ()
    transitions: tuple[TransitionRow, ...] = ()


class AgreementIndex:
    """The agreement tables of a register by provider; built once for all providers."""

    def __init__(self, register: Register) -> None:
        self.agreements: defaultdict[tuple[str, str], list[AgreementRow]] = defaultdict(list)
        self.domains: defaultdict[str, set[str]] = defaultdict(set)
        self.local: set[tuple[str, str]] = set()  # those of which an agreement names municipalities
        self.transitions: defaultdict[str, list[TransitionRow]] = defaultdict(list)
        self.sanctions: defaultdict[str, list[SanctionRow]] = defaultdict(list)
        for agreement in register.rows("agreements", AgreementRow):
            self.agreements[agreement.agb, agreement.domain].append(agreement)
            self.domains[agreement.agreement].add(agreement.domain)
            if agreement.municipality is not None or agreement.municipalities:
                self.local.add((agreement.agb, agreement.domain))
        for transition in register.rows("transitions", TransitionRow):
            self.transitions[transition.agb].append(transition)
        for sanction in register.rows("sanctions", SanctionRow):
            self.sanctions[sanction.agreement].append(sanction)

    @property
    def administered(self) -> bool:
        """False when the register keeps no agreements at all: then every provider takes part."""
        return bool(self.domains)


class Agreements:
    """What one provider agreed in one domain, as far as it may count for one municipality."""

    def __init__(self, index: AgreementIndex, municipality: str, agb: str, domain: str) -> None:
        self._index = index
        self._rows = [
            row
            for row in index.agreements.get((agb, domain), ())
            if row.municipality in {None, municipality}
            and (not row.municipalities or municipality in row.municipalities)
        ]
        self._regular: dict[date, list[tuple[str, tuple[str, ...]]]] = {}
        self._transitions: defaultdict[str, list[TransitionRow]] = defaultdict(list)
        for transition in index.transitions.get(agb, ()):
            if domain in index.domains.get(transition.from_agreement, {domain}):
                self._transitions[transition.code].append(transition)
        self._by_allocation: defaultdict[int, set[Naming]] = defaultdict(set)
        self._by_bsn: defaultdict[str, set[Naming]] = defaultdict(set)
        for row in self._rows:
            naming = Naming(row.agreement, row.valid_from, row.valid_until)
            if row.kind in CLIENT_BOUND and row.allocation is not None:
                self._by_allocation[row.allocation].add(naming)
            if row.kind in CLIENT_BOUND and row.bsn is not None:
                self._by_bsn[row.bsn].add(naming)

    @property
    def administered(self) -> bool:
        """Whether participation is kept in this register at all."""
        return self._index.administered

    @property
    def client_bound(self) -> AbstractSet[str]:
        """URCs and CSAs of the provider, whoever they name."""
        return {row.agreement for row in self._rows if row.kind in CLIENT_BOUND}

    @property
    def names(self) -> AbstractSet[str]:
        """Agreements of the provider, of every kind and day."""
        return {row.agreement for row in self._rows}

    @property
    def codes_in_transition(self) -> AbstractSet[str]:
        """Products with a transition, whatever allocation it covers."""
        return self._transitions.keys()

    def case(self, code: str, allocation: int, bsn: str, allocation_start: date | None) -> Case:
        """What sets this line apart. An unknown allocation is not covered by a limited transition."""
        named = self._by_allocation.get(allocation, set()) | self._by_bsn.get(bsn, set())
        covering = [
            row
            for row in self._transitions.get(code, ())
            if row.allocation_start_before is None
            or (allocation_start is not None and allocation_start < row.allocation_start_before)
        ]
        covering.sort(key=lambda row: (row.from_agreement, row.basis, row.until))
        by_name = sorted(named, key=lambda each: (each.agreement, each.valid_from, str(each.valid_until)))
        return Case(tuple(by_name), tuple(covering))

    def in_force(self, agreement: str, day: date) -> bool:
        """Whether the provider's agreement of that name is valid on that day."""
        return any(row.agreement == agreement and valid_on(row, day) for row in self._rows)

    def participation(self, segments: AbstractSet[str], day: date) -> tuple[str, ...]:
        """Regular agreements valid on that day that contain a product of these segments, by name."""
        regular = self._regular.get(day)
        if regular is None:
            regular = self._regular[day] = [
                (row.agreement, row.segments)
                for row in self._rows
                if row.kind in PARTICIPATION and valid_on(row, day)
            ]
        names = {name for name, own in regular if not own or not segments.isdisjoint(own)}
        return tuple(sorted(names))

    def is_regular(self, agreement: str, day: date) -> bool:
        """Whether the agreement is plain participation that day: tariff rows of its own are addenda."""
        return any(
            row.agreement == agreement and row.kind == "REGULAR" and valid_on(row, day) for row in self._rows
        )

    def urcs(self) -> tuple[str, ...]:
        """URCs of the provider, whoever they name, by name, of all days."""
        return tuple(sorted({row.agreement for row in self._rows if row.kind == "URC"}))

    def sanctions(self, agreements: Sequence[str], day: date) -> list[list[SanctionRow]]:
        """Sanctions that are active that day on each of these agreements, unless there is none at all;
        more than one on an agreement is an error."""
        known = self._index.sanctions
        if known.keys().isdisjoint(agreements):
            return []
        return [[row for row in known.get(name, ()) if valid_on(row, day)] for name in agreements]
