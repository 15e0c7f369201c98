"""What another register would have made of lines that were decided: the difference, in euros and lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from contracts.pricing import Price
from schemas.money import half_up, signed


class DecidedLine(NamedTuple):
    """A line as it was decided; `message` and `position` find it again under another register."""

    message: str
    position: int
    provider: str
    domain: str
    code: str
    side: str
    amount_cents: int
    granted: bool

    @property
    def granted_cents(self) -> int:
        """What was granted, signed: a credit takes it back."""
        return signed(self.amount_cents, self.side) if self.granted else 0


class Effect(NamedTuple):
    """The difference for one provider and product; cents are signed.

    `granted_*` follow the decisions on the lines as they were claimed. `repriced_cents` says what the
    lines that were granted cost at the tariffs of the other register; `unpriced` counts those for which
    it has none, which then cost nothing.
    """

    provider: str
    domain: str
    code: str
    lines: int
    granted_lines: int
    granted_lines_then: int
    newly_granted: int
    newly_rejected: int
    granted_cents: int
    granted_cents_then: int
    repriced_cents: int
    unpriced: int

    @property
    def difference_cents(self) -> int:
        """What would be granted more (or less, negative) of what was claimed."""
        return self.granted_cents_then - self.granted_cents

    @property
    def price_difference_cents(self) -> int:
        """What the granted lines would cost more (or less, negative)."""
        return self.repriced_cents - self.granted_cents

    @property
    def differs(self) -> bool:
        """Whether the other register makes any difference here."""
        return bool(self.newly_granted or self.newly_rejected or self.price_difference_cents or self.unpriced)


def amount_at(price: Price, unit: str, volume: int) -> int | None:
    """What a volume costs at an agreed price (TR346); None without a price. Euros are their own amount."""
    if unit == "83":
        return volume
    if price.cents is None:
        return None
    return half_up(price.cents * volume, 60) if price.per_hour else price.cents * volume


def effects(
    before: Iterable[DecidedLine],
    after: Mapping[tuple[str, int], bool],
    repriced: Mapping[tuple[str, int], int | None],
) -> list[Effect]:
    """The difference per provider, domain and product, in that order.

    `after` tells of each line whether it is granted under the other register; a line that is missing is
    not. `repriced` holds the signed cents of granted lines at the other tariffs, None without a tariff.
    """
    groups: defaultdict[tuple[str, str, str], list[DecidedLine]] = defaultdict(list)
    for line in before:
        groups[line.provider, line.domain, line.code].append(line)
    return [_effect(key, groups[key], after, repriced) for key in sorted(groups)]


def _effect(
    key: tuple[str, str, str],
    lines: list[DecidedLine],
    after: Mapping[tuple[str, int], bool],
    repriced: Mapping[tuple[str, int], int | None],
) -> Effect:
    then = [after.get(line[:2], False) for line in lines]
    pairs = list(zip(lines, then, strict=True))
    costs = [repriced[line[:2]] for line in lines if line.granted]
    return Effect(
        *key,
        lines=len(lines),
        granted_lines=sum(line.granted for line in lines),
        granted_lines_then=sum(then),
        newly_granted=sum(granted and not line.granted for line, granted in pairs),
        newly_rejected=sum(line.granted and not granted for line, granted in pairs),
        granted_cents=sum(line.granted_cents for line in lines),
        granted_cents_then=sum(signed(line.amount_cents, line.side) for line, granted in pairs if granted),
        repriced_cents=sum(cents for cents in costs if cents is not None),
        unpriced=sum(cents is None for cents in costs),
    )


def total(rows: Iterable[Effect]) -> Effect:
    """All effects together, without provider or product."""
    columns = zip(*(row[3:] for row in rows), strict=True)
    sums = [sum(column) for column in columns] or [0] * (len(Effect._fields) - 3)
    return Effect("", "", "", *sums)
