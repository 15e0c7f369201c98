"""All messages of a region, in an order in which they may be processed.

Partitions (municipality, provider, domain) do not depend on each other, so they come one after
the other and only one is in memory. Sorting the names gives another valid order: first every 301,
305 and 307, then the 323s by month, and last the 301s, 305s and 307s with a fault.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from random import Random
from typing import Final

from desk.synthetic.care import Client, Intake, decision_day, lines_of, month_of
from desk.synthetic.care_mishaps import CARE_MISHAPS, IMPOSSIBLE
from desk.synthetic.letters import AS_PLANNED, new_letters
from desk.synthetic.manifest import Expected, Message, Outcome
from desk.synthetic.mishaps import MISHAPS, Attempt, Envelope, write_declaration
from desk.synthetic.numbers import Numbers
from desk.synthetic.region import Partition, Region, make_region, months_from
from desk.synthetic.scenes import LINE_FAULTS, valid
from desk.synthetic.shares import Quota, check_shares, line_quota, mishap_quota
from desk.synthetic.stage import Claim, Scene, Stage
from desk.synthetic.wire import ClientLines, Person, WireLine, allocation_xml, start_xml, stop_xml
from schemas.allocation import Allocation
from schemas.delivery import Delivery
from schemas.money import split

LINES_PER_MESSAGE: Final = 10_000


def region_messages(
    seed: int,
    *,
    municipalities: int,
    lines: int,
    months: int = 1,
    first_month: date = date(2026, 3, 1),
    fault_share: float = 0.0,
    faults: Mapping[str, float] | None = None,
) -> Iterator[tuple[str, bytes]]:
    """Names (paths below `messages`) and contents of all messages; the same seed gives the same bytes."""
    rng = Random(seed)
    region = make_region(
        rng, municipalities=municipalities, lines=lines, months=months_from(first_month, months)
    )
    for message in messages_of(rng, region, fault_share=fault_share, faults=faults or {}):
        yield message.name, message.content


def messages_of(
    rng: Random, region: Region, *, fault_share: float, faults: Mapping[str, float]
) -> Iterator[Message]:
    """All messages of a region with what is expected of them. Raises ValueError for an unknown fault."""
    check_shares(fault_share, faults)
    numbers = Numbers()
    quotas = line_quota(rng, fault_share, faults), mishap_quota(rng, fault_share, faults)
    for partition in region.partitions:
        yield from Traffic(rng, region, partition, numbers, quotas=quotas).messages()


class _Script:
    """What scenes put into one declaration: lines by client, and what must become of them."""

    def __init__(self) -> None:
        self.lines: dict[str, list[WireLine]] = {}
        self.parts: list[tuple[str, Claim, str | None]] = []

    def add(self, fault: str, claims: tuple[Claim, ...], client_code: str | None = None) -> None:
        """Take in one step of a scene; the code of a client counts once."""
        for place, claim in enumerate(claims):
            self.lines.setdefault(claim.bsn, []).append(claim.line)
            self.parts.append((fault, claim, client_code if place == 0 else None))

    def expected(self, file: str) -> Iterator[Expected]:
        """What must be found, line by line; granted lines are left out."""
        for fault, (_, line, codes), client_code in self.parts:
            where = (line.reference, line.allocation)
            if client_code:
                yield Expected(file, fault, "answered", "client", *where, (client_code,))
            if codes:
                yield Expected(file, fault, "answered", "line", *where, codes)

    @property
    def rejected(self) -> list[WireLine]:
        """Lines that must not be granted."""
        return [claim.line for _, claim, _ in self.parts if claim.codes]


class Traffic:
    """The messages of one partition, month after month.

    Later steps of a scene wait in `_later` for the next declaration of the partition.
    """

    def __init__(
        self,
        rng: Random,
        region: Region,
        partition: Partition,
        numbers: Numbers,
        *,
        quotas: tuple[Quota, Quota],
    ) -> None:
        self._rng, self._region, self._partition, self._numbers = rng, region, partition, numbers
        self._line_faults, self._mishaps = quotas
        self._prices = region.prices(partition.provider, partition.domain)
        self._intake = Intake(rng, numbers, partition, self._prices, len(region.months))
        self._clients: list[Client] = []
        self._later: list[tuple[str, tuple[tuple[Claim, ...], ...]]] = []
        self._parties = (partition.domain, partition.town.code, partition.provider.agb)

    def messages(self) -> Iterator[Message]:
        """Everything this provider and municipality send each other under one law."""
        months = self._region.months
        shares = split(self._partition.lines, {first.isoformat(): 1 for first in months})
        stage, dated_on = self._stage(months[0]), months[0]
        for first in months:
            stage = self._stage(first)
            dated_on = stage.month.end + timedelta(days=3 + self._rng.getrandbits(2))
            returning = iter(self._clients[:])
            left = shares[first.isoformat()]
            while left > 0:
                wanted = min(left, LINES_PER_MESSAGE)
                left -= wanted
                yield from self._ordinary(stage, dated_on, wanted, returning)
        while self._later:
            dated_on += timedelta(days=1)
            script = self._next_steps()
            yield self._declaration(stage, self._envelope(stage, dated_on), [*script.lines.items()], script)

    def _stage(self, first: date) -> Stage:
        return Stage(self._rng, self._numbers, self._partition, self._prices, month_of(first))

    def _envelope(self, stage: Stage, dated_on: date) -> Envelope:
        number = self._numbers.message()
        return Envelope(number, f"M{number:09d}", dated_on, f"D{number:09d}", stage.month.begin)

    def _next_steps(self) -> _Script:
        script, waiting = _Script(), self._later
        self._later = []
        for fault, (step, *rest) in waiting:
            script.add(fault, step)
            if rest:
                self._later.append((fault, tuple(rest)))
        return script

    def _ordinary(
        self, stage: Stage, dated_on: date, wanted: int, returning: Iterator[Client]
    ) -> Iterator[Message]:
        """One declaration of about `wanted` lines, the allocations it needs, and mishaps beside it."""
        script = self._next_steps()
        for fault in self._line_faults.take(wanted):
            scene = LINE_FAULTS[fault].make(stage)
            yield from self._allocations(stage, scene)
            script.add(fault, scene.steps[0], scene.client_code)
            if scene.steps[1:]:
                self._later.append((fault, scene.steps[1:]))
        clients: list[ClientLines] = [*script.lines.items()]
        left = wanted - len(script.parts)
        while left > 0:
            client = next(returning, None)
            if client is None:
                client = self._intake.client(stage.month)
                yield from self._admission(stage, client)
            lines = list(lines_of(self._rng, self._numbers, client, stage.month, self._prices))[:left]
            if lines:
                clients.append((client.person.bsn, lines))
                left -= len(lines)
        self._rng.shuffle(clients)
        envelope = self._envelope(stage, dated_on)
        ordinary = self._declaration(stage, envelope, clients, script)
        yield ordinary
        for fault in self._mishaps.take(1, IMPOSSIBLE[self._partition.domain]):
            if fault in MISHAPS:
                yield from self._mishap(stage, fault, envelope, ordinary.content)
            else:
                yield from self._care_mishap(stage, fault, dated_on + timedelta(days=1))

    def _declaration(
        self, stage: Stage, envelope: Envelope, clients: Sequence[ClientLines], script: _Script
    ) -> Message:
        name = self._name(stage, envelope)
        content = write_declaration(stage, envelope, clients)
        claimed = sum(line.signed_cents for _, lines in clients for line in lines)
        rejected = script.rejected
        granted = claimed - sum(line.signed_cents for line in rejected)
        count = sum(len(lines) for _, lines in clients)
        outcome = Outcome(name, "answered", True, count, len(rejected), claimed, granted)
        return Message(name, content, outcome, tuple(script.expected(name)))

    def _mishap(self, stage: Stage, fault: str, earlier: Envelope, content: bytes) -> Iterator[Message]:
        mishap, scene = MISHAPS[fault], valid(stage)
        yield from self._allocations(stage, scene)
        envelope = self._envelope(stage, earlier.dated_on + timedelta(days=1))
        attempt = Attempt(stage, scene, envelope, earlier, content, self._region.received_on)
        name = self._name(stage, envelope)
        codes = (mishap.code,) if mishap.code else ()
        expected = Expected(name, fault, mishap.outcome, mishap.level, None, None, codes)
        yield Message(
            name, mishap.make(attempt), Outcome(name, mishap.outcome, False, 0, 0, 0, 0), (expected,)
        )

    def _care_mishap(self, stage: Stage, fault: str, dated_on: date) -> Iterator[Message]:
        mishap, letters = CARE_MISHAPS[fault], new_letters(stage, dated_on)
        *before, wrong = mishap.tell(letters)
        for draft in before:
            yield Message(self._path(draft.number, draft.place), draft.write())
        if mishap.claimed:
            claims = [(letters.person.bsn, [stage.line(letters.allocation.number)])]
            yield self._declaration(stage, self._envelope(stage, dated_on), claims, _Script())
        name = self._path(wrong.number, wrong.place, "0003")
        expected = Expected(name, fault, mishap.outcome, mishap.level, None, wrong.allocation, mishap.codes)
        yield Message(name, wrong.write(), None, (expected,))

    def _name(self, stage: Stage, envelope: Envelope) -> str:
        domain, town, agb = self._parties
        month = stage.month.begin.isoformat()[:7]
        return f"0002-323/{month}/{town}-{agb}-{domain.value}-{envelope.place:08d}.xml"

    def _admission(self, stage: Stage, client: Client) -> Iterator[Message]:
        """The 301 of a client, for one in eight followed by a 305, and a 307 if delivery has ended."""
        if len(self._region.months) > 1:
            self._clients.append(client)
        allocations = tuple(allocation for allocation, _ in client.care)
        yield self._allocation(stage, client.person, allocations)
        if self._rng.getrandbits(3) == 0:
            yield from self._deliveries(stage, client.person, allocations)

    def _allocations(self, stage: Stage, scene: Scene) -> Iterator[Message]:
        for person, allocations in scene.clients:
            yield self._allocation(stage, person, allocations)

    def _allocation(self, stage: Stage, person: Person, allocations: tuple[Allocation, ...]) -> Message:
        number = self._numbers.message()
        dated_on = decision_day(stage.month.begin)
        content = allocation_xml(
            *self._parties, f"M{number:09d}", dated_on, person=person, allocations=allocations
        )
        return Message(self._path("301", number), content)

    def _deliveries(
        self, stage: Stage, person: Person, allocations: tuple[Allocation, ...]
    ) -> Iterator[Message]:
        number = self._numbers.message()
        starts = tuple(
            Delivery(place, a.number, a.category, a.code, a.start, a.start, None, None, "1")
            for place, a in enumerate(allocations)
        )
        dated_on = max(stage.month.begin, *(start.begin for start in starts)) + timedelta(days=2)
        identification = f"M{number:09d}"
        yield Message(
            self._path("305", number),
            start_xml(*self._parties, identification, dated_on, person=person, starts=starts),
        )
        planned = AS_PLANNED[self._partition.domain]
        stops = tuple(
            start._replace(end=a.end, end_reason=planned)
            for start, a in zip(starts, allocations, strict=True)
            if a.end is not None and a.end <= stage.month.end
        )
        if stops:
            ended_on = stage.month.end + timedelta(days=2)
            content = stop_xml(*self._parties, identification, ended_on, person=person, stops=stops)
            yield Message(self._path("307", number), content)

    def _path(self, number: str, place: int, turn: str = "0001") -> str:
        domain, town, agb = self._parties
        return f"{turn}-{number}/{town}/{agb}-{domain.value}-{place:08d}.xml"
