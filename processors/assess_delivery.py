"""Assess a 305 or 307, and say what it changes in what is known of a client's deliveries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final, NamedTuple

from processors.care import CareAssessment, Place, Rules, beyond, broken, by_class, keys, stopped_early
from processors.findings import Finding
from rules.catalogue import Catalogue, Subject
from rules.facts import DeliveryFacts, KnownDelivery
from schemas.delivery import Delivery, DeliveryMessage

CLIENT: Final = "Client"
DELETE: Final = "3"
# A delivery without an allocation has no start either: the rule would only repeat the first (OC-24).
FOLLOWERS: Final = {"TR019": frozenset({"TR382"})}
_UNSTORED: Final = -1


class DeliveryChanges(NamedTuple):
    """What an accepted 305 or 307 changes: deliveries that become known, rows that are removed."""

    added: tuple[Delivery, ...]
    removed: tuple[int, ...]


def assess_delivery_message(
    message: DeliveryMessage, facts: DeliveryFacts, catalogue: Catalogue
) -> CareAssessment:
    """Whether a 305 or 307 is accepted; any fault rejects the whole message (IV032)."""
    early = stopped_early(message.header, facts, _places(message, facts), catalogue)
    if early is not None:
        return early
    rules = beyond(catalogue, message.header.message_type.name)
    faults = broken(_of_client(message, facts), rules)
    if not faults:
        faults = _assess_products(message, facts, rules)
    return by_class((CLIENT, *(product_path(product) for product in message.products)), faults)


def apply_delivery(message: DeliveryMessage, facts: DeliveryFacts) -> DeliveryChanges:
    """What to store of an accepted message; `facts` as they were before it."""
    gone = {product.key for product in message.products if product.status == DELETE}
    return DeliveryChanges(
        tuple(product for product in message.products if product.status != DELETE),
        tuple(known.row for known in (*facts.starts, *facts.stops) if known.delivery.key in gone),
    )


def product_path(product: Delivery) -> str:
    """Where a product stands in its message."""
    kind = "Stop" if product.is_stop else "Start"
    return f"Client/{kind}Producten/{kind}Product[{product.position + 1}]"


def _of_client(message: DeliveryMessage, facts: DeliveryFacts) -> list[Place]:
    return [
        Place(CLIENT, Subject.BSN, (message.bsn, facts)),
        Place(CLIENT, Subject.BIRTH_DATE, (message.birth_date, facts)),
    ]


def _places(message: DeliveryMessage, facts: DeliveryFacts) -> Iterator[Place]:
    yield from _of_client(message, facts)
    yield from keys((product_path(product), product.key) for product in message.products)
    for product in message.products:
        yield Place(product_path(product), Subject.DELIVERY, (product, facts))


def _assess_products(
    message: DeliveryMessage, facts: DeliveryFacts, rules: Rules
) -> dict[str, tuple[Finding, ...]]:
    """Removals first, as order has no meaning (OP080, IV008); each product meets what is left."""
    running = replace(facts, starts=list(facts.starts), stops=list(facts.stops))
    faults: dict[str, tuple[Finding, ...]] = {}
    for product in sorted(message.products, key=lambda p: p.status != DELETE):
        path = product_path(product)
        subject = Subject.REMOVAL if product.status == DELETE else Subject.FIRST_DELIVERY
        findings = broken([Place(path, subject, (product, running))], rules).get(path, ())
        if findings:
            faults[path] = _without_followers(findings)
        else:
            _take(product, running.stops if product.is_stop else running.starts)
    return faults


def _take(product: Delivery, known: list[KnownDelivery]) -> None:
    if product.status == DELETE:
        known[:] = [k for k in known if k.delivery.key != product.key]
    else:
        known.append(KnownDelivery(_UNSTORED, product))


def _without_followers(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    silenced = {late for f in findings for late in FOLLOWERS.get(f.rule.id, ())}
    return tuple(finding for finding in findings if finding.rule.id not in silenced)
