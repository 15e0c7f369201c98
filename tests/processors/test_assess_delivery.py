"""Whole 301, 305 and 307 messages: which codes go where, and what an accepted one changes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from processors.assess_allocation import assess_allocation_message
from processors.assess_delivery import DeliveryChanges, apply_delivery, assess_delivery_message
from processors.care import CareAssessment
from rules.catalogue import Catalogue, Clash, Level, Rule, Subject, discover, rule
from rules.facts import CareFacts
from rules.municipality import valid_for_allocations
from tests.rules.care_messages import allocation_message, delivery_message

CATALOGUE = discover()
PRODUCT = "Client/ToegewezenProducten/ToegewezenProduct[{}]"
START = "Client/StartProducten/StartProduct[{}]"
STOP = "Client/StopProducten/StopProduct[{}]"
RUNNING: dict[str, Any] = {"starts": [{}]}
PAUSED: dict[str, Any] = {"starts": [{}], "stops": [{"reason": "20"}]}
ENDED: dict[str, Any] = {"starts": [{}], "stops": [{}]}
ACCEPTED: dict[str, tuple[str, ...]] = {}
REFUSED_INSIDE = {"Header": ("0001",)}


def assess_301(message: str = "JW301", /, **example: Any) -> CareAssessment:
    return assess_allocation_message(*allocation_message(message, example), CATALOGUE)


def assess_delivery(message: str, /, **example: Any) -> CareAssessment:
    return assess_delivery_message(*delivery_message(message, example), CATALOGUE)


def one_product(path: str, *codes: str) -> dict[str, tuple[str, ...]]:
    """The codes of a message with one product, which has these."""
    return {"Header": ("0200",), "Client": ("0200",), path.format(1): codes}


# Allocations


def test_a_number_in_use_is_a_fault_of_the_product_and_its_siblings_have_no_remark() -> None:
    other = [4711, "41410001", "999991061", date(2026, 3, 1), "45", "45A05"]
    assessment = assess_301(products=[{}, {"number": 4711, "code": "45A05"}], facts={"in_use": [other]})
    assert assessment.codes == {
        "Header": ("0200",),
        "Client": ("0200",),
        "Client/Relaties/Relatie[1]": ("0200",),
        "Client/Relaties/Relatie[1]/Contact": ("0200",),
        "Client/Contactgegevens/Contact[1]": ("0200",),
        PRODUCT.format(1): ("0200",),
        PRODUCT.format(2): ("9332",),
    }
    assert not assessment.accepted


def test_an_allocation_with_an_approved_line_is_not_deleted() -> None:
    deleted = {"reason": "13", "end": date(2026, 3, 1)}
    assert assess_301(products=[deleted], facts={"live": [1001]}).codes[PRODUCT.format(1)] == ("9385",)
    assert assess_301(products=[deleted]).codes == ACCEPTED


@pytest.mark.parametrize(
    ("products", "rules"),
    [
        (
            [
                {"start": date(2026, 1, 1), "end": date(2026, 6, 30)},
                {"number": 1002, "start": date(2026, 6, 1), "end": date(2026, 12, 31)},
            ],
            ["TR302"],
        ),
        (
            [{"category": None, "code": None, "size": None, "budget": 500000}, {"number": 1002}],
            ["TR302"],
        ),
        ([{"budget": 500000}], ["CD077", "CD078"]),
        ([{"code": None, "size": (5, "04", "4"), "end": None}], ["CD080"]),
    ],
    ids=["stacked", "generic next to specific", "size and budget", "category with a size"],
)
def test_a_fault_inside_a_301_stops_it_at_the_header(
    products: list[dict[str, Any]], rules: list[str]
) -> None:
    assessment = assess_301(products=products, facts={"identification_used": True})
    assert assessment.codes == REFUSED_INSIDE
    assert [finding.rule.id for finding in assessment.findings] == rules


@pytest.mark.parametrize(
    ("start", "codes"), [(date(2025, 11, 1), ACCEPTED), (date(2026, 2, 1), {"Header": ("S300",)})]
)
def test_an_ended_municipality_code_goes_with_allocations_that_began_under_it(
    start: date, codes: dict[str, tuple[str, ...]]
) -> None:
    products = [{"start": start}]
    message, _ = allocation_message("JW301", {"products": products})
    valid = valid_for_allocations(lambda day: day < date(2026, 1, 1), message.allocations)
    assert assess_301(products=products, facts={"municipality_valid": valid}).codes == codes


def test_the_header_is_reported_with_every_fault_it_has_and_nothing_below_it() -> None:
    assessment = assess_301(
        header={"received_on": date(2026, 4, 9)},
        facts={"identification_used": True, "municipality_valid": False, "live": [1001]},
        products=[{"reason": "13", "end": date(2026, 3, 1)}],
    )
    assert assessment.codes == {"Header": ("9056", "8848", "S300")}


# Starts and stops


def test_a_right_start_gets_a_return_message_without_codes() -> None:
    assert assess_delivery("JW305").codes == ACCEPTED


def test_a_start_without_an_allocation_number_is_for_task_based_care_only() -> None:
    assert assess_delivery("JW305", products=[{"allocation": None}]).codes == one_product(START, "9019")
    task = {"allocation": None, "category": "44", "code": "44T01", "allocation_start": None}
    assert assess_delivery("JW305", products=[task]).codes == ACCEPTED


def test_a_start_is_sent_once_even_after_a_stop() -> None:
    assert assess_delivery("JW305", facts=ENDED).codes == one_product(START, "9074")


def test_a_removal_is_tested_on_nothing_but_what_it_removes() -> None:
    unknown = {"status": "3", "allocation": 4711, "code": "99Z99"}
    assert assess_delivery("JW305", products=[unknown]).codes == one_product(START, "9063")
    assert assess_delivery("JW307", products=[unknown]).codes == one_product(STOP, "9063")


def test_a_key_is_corrected_in_one_message() -> None:
    products = [{"status": "3"}, {"begin": date(2026, 3, 5)}]
    assert assess_delivery("JW305", products=products, facts=RUNNING).codes == ACCEPTED
    assert assess_delivery("JW305", products=products[::-1], facts=RUNNING).codes == ACCEPTED


@pytest.mark.parametrize("message", ["JW305", "JW307", "WMO305", "WMO307"])
def test_a_delivery_cannot_be_changed_by_status(message: str) -> None:
    assert assess_delivery(message, products=[{"status": "2"}]).codes == REFUSED_INSIDE


def test_a_stop_names_the_begin_of_its_start() -> None:
    wrong = {"begin": date(2026, 3, 4)}
    assert assess_delivery("JW307", products=[wrong]).codes == one_product(STOP, "9069")


def test_a_paused_delivery_is_not_paused_again() -> None:
    again = {"reason": "20", "end": date(2026, 4, 10)}
    assert assess_delivery("JW307", products=[again], facts=PAUSED).codes == one_product(STOP, "9413")


def test_a_definitive_stop_is_not_before_the_pause() -> None:
    early = {"reason": "31", "end": date(2026, 3, 28)}
    assert assess_delivery("JW307", products=[early], facts=PAUSED).codes == one_product(STOP, "9414")


def test_delivery_starts_again_after_a_definitive_stop() -> None:
    later = {"begin": date(2026, 5, 1)}
    header = {"dated_on": date(2026, 5, 4), "received_on": date(2026, 5, 4)}
    assert assess_delivery("JW305", products=[later], facts=ENDED, header=header).codes == ACCEPTED


def test_a_good_product_beside_a_faulty_one_has_no_remark_and_is_not_stored() -> None:
    assessment = assess_delivery("JW305", products=[{}, {"allocation": 4711}])
    assert assessment.codes == {**one_product(START, "0200"), START.format(2): ("9019",)}
    assert not assessment.accepted


def test_an_unknown_allocation_is_not_also_reported_as_an_unknown_start() -> None:
    unknown = {"allocation": 4711, "code": "99Z99"}
    assert assess_delivery("JW307", products=[unknown]).codes == one_product(STOP, "9019", "S329")


def test_products_below_a_faulty_client_are_not_assessed() -> None:
    assessment = assess_delivery_message(
        *delivery_message("JW305", {"products": [{}, {"allocation": 4711}]}),
        Catalogue([*CATALOGUE, nobody_is_a_client()]),
    )
    assert assessment.codes == {
        "Header": ("0200",), "Client": ("8187",), START.format(1): ("0233",), START.format(2): ("0233",),
    }  # fmt: skip
    assert [finding.rule.id for finding in assessment.findings] == ["TR304"]


def nobody_is_a_client() -> Rule:
    """A client rule, of which the standard has none for these messages."""

    @rule(
        "TR304",
        level=Level.HISTORY,
        subject=Subject.BSN,
        return_code="8187",
        messages={"JW305", "JW301"},
        elements=("Bsn",),
        source="for this test",
    )
    def client_is_known(bsn: str, facts: CareFacts) -> bool:
        """Nobody is known."""
        return False

    @client_is_known.explains
    def _(bsn: str, facts: CareFacts) -> Clash:
        return Clash("⟨unknown_client⟩", "⟨known_client⟩")

    return client_is_known


def test_everything_below_a_faulty_client_of_a_301_is_not_assessed() -> None:
    assessment = assess_allocation_message(
        *allocation_message("JW301", {"facts": {"live": [1001]}}),
        Catalogue([*CATALOGUE, nobody_is_a_client()]),
    )
    below = set(assessment.codes) - {"Header", "Client"}
    assert {assessment.codes[path] for path in below} == {("0233",)}
    assert len(below) == 4


# What is stored


def test_an_accepted_message_adds_first_deliveries_and_removes_rows() -> None:
    products = [{"status": "3"}, {"begin": date(2026, 3, 5)}, {"allocation": 1002}]
    message, facts = delivery_message("JW305", {"products": products, "facts": RUNNING})
    changes = apply_delivery(message, facts)
    assert changes == DeliveryChanges(added=message.products[1:], removed=(10,))


def test_a_removed_stop_leaves_the_others_known() -> None:
    stops = [{"reason": "20"}, {"reason": "31", "end": date(2026, 4, 5)}]
    products = [{"reason": "31", "end": date(2026, 4, 5), "status": "3"}]
    message, facts = delivery_message(
        "JW307", {"products": products, "facts": {"starts": [{}], "stops": stops}}
    )
    assert apply_delivery(message, facts) == DeliveryChanges(added=(), removed=(21,))


def test_assessing_changes_nothing_of_the_facts() -> None:
    message, facts = delivery_message(
        "JW305", {"products": [{"status": "3"}, {"begin": date(2026, 3, 5)}], "facts": RUNNING}
    )
    before = list(facts.starts), list(facts.stops)
    assert assess_delivery_message(message, facts, CATALOGUE).accepted
    assert (facts.starts, facts.stops) == before
