"""Faults of a 301, which is refused for each of them, and what is only told of one."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from desk.synthetic.letters import CareMishap, Draft, Letters, Spoil, spoiled
from schemas.allocation import Size
from schemas.standard import Domain

_HOUSE: Final = "<b:Huis><b:Huisnummer>1</b:Huisnummer></b:Huis>"
_POSTAL_CODE: Final = "<b:Postcode>1000XX</b:Postcode>"
_COUNTRY: Final = "<b:LandCode>NL</b:LandCode>"
_PHONE: Final = (
    "<Telefoon><b:Telefoon01><b:Telefoonnummer>0612345678</b:Telefoonnummer>"
    "<b:Landnummer>0031</b:Landnummer></b:Telefoon01></Telefoon>"
)


def _with_contact(draft: Draft, kind: str, address: str = "", rest: str = "") -> Draft:
    """The 301 with one more contact of the client, of which `address` and `rest` are XML."""
    address = address and f"<Adres>{address}</Adres>"
    end = "</Contactgegevens>"
    return draft.edited(end, f"<Contact><Soort>{kind}</Soort>{address}{rest}</Contact>{end}")


def _with_name_usage(draft: Draft, usage: str) -> Draft:
    """The 301 with another NaamGebruik of the client."""
    return draft.edited("<b:NaamGebruik>1<", f"<b:NaamGebruik>{usage}<")


def _no_language(draft: Draft) -> Draft:
    """CD007: a language interpreter is needed, of no language."""
    return draft.edited("</Naam>", "</Naam><Communicatie><b:Vorm>1</b:Vorm></Communicatie>")


def _partner_without_name(draft: Draft) -> Draft:
    """CS050: addressed by the name of a partner, which is not given."""
    return _with_name_usage(draft, "2")


def _no_natural_person(draft: Draft) -> Draft:
    """CS318: a client who is not a natural person."""
    return _with_name_usage(draft, "6")


def _no_address(draft: Draft) -> Draft:
    """TR061: a client with nothing but a temporary address."""
    return draft.edited("<Soort>01</Soort>", "<Soort>04</Soort>")


def _out_of_reach(draft: Draft) -> Draft:
    """TR006: a contact without a telephone number or an address."""
    return _with_contact(draft, "02")


def _no_postal_code(draft: Draft) -> Draft:
    """CD034: a residence without a postal code."""
    return _with_contact(draft, "03", rest=_PHONE)


def _no_country(draft: Draft) -> Draft:
    """CD005: a postal code without its country."""
    return _with_contact(draft, "02", _HOUSE + _POSTAL_CODE)


def _no_house_number(draft: Draft) -> Draft:
    """CD025: a Dutch address without a house number."""
    return _with_contact(draft, "02", _POSTAL_CODE + _COUNTRY, _PHONE)


def _postal_code_that_is_not_dutch(draft: Draft) -> Draft:
    """CS089: a Dutch postal code that begins with 0."""
    return _with_contact(draft, "02", _HOUSE + _POSTAL_CODE.replace("1000", "0100") + _COUNTRY)


def _period_of_an_address_that_stays(draft: Draft) -> Draft:
    """CD009: a postal address for some time."""
    period = f"<Periode><b:Begindatum>{draft.dated_on}</b:Begindatum></Periode>"
    return _with_contact(draft, "02", rest=_PHONE + period)


def _ends_before_it_begins(draft: Draft) -> Draft:
    """CS003: a temporary address and an allocation that end the day before they begin."""
    begin = draft.allocations[0].start
    end = begin - timedelta(days=1)
    dates = f"<b:Begindatum>{begin}</b:Begindatum><b:Einddatum>{end}</b:Einddatum>"
    return _with_contact(draft.saying(end=end), "04", rest=f"{_PHONE}<Periode>{dates}</Periode>")


def _same_address_twice(draft: Draft) -> Draft:
    """TR101: two addresses of one kind."""
    return _with_contact(draft, "01", _HOUSE + _POSTAL_CODE + _COUNTRY)


def _no_product(draft: Draft) -> Draft:
    """CD079: an allocation of neither a product nor a budget."""
    return draft.saying(category=None, code=None, size=None)


def _size_and_budget(draft: Draft) -> Draft:
    """CD077 and CD078: an allocation with a size and a budget, which each exclude the other."""
    return draft.saying(budget_cents=100_000)


def _code_without_size(draft: Draft) -> Draft:
    """CD041: a product code without a size."""
    return draft.saying(size=None)


def _size_without_code(draft: Draft) -> Draft:
    """CD080: a size without a product code."""
    return draft.saying(code=None)


def _budget_without_end(draft: Draft) -> Draft:
    """CD075: a budget without an end."""
    return draft.saying(code=None, size=None, budget_cents=100_000, end=None)


def _weekly_without_end(draft: Draft) -> Draft:
    """CD076: hours a week without an end."""
    return draft.saying(size=Size(10, "04", "2"), end=None)


def _day_parts_a_day(draft: Draft) -> Draft:
    """CS338: day-parts by the day."""
    return draft.saying(size=Size(1, "16", "1"))


def _deletion_of_months(draft: Draft) -> Draft:
    """CS335: a deletion that does not end on the day on which it begins."""
    return draft.saying(change_reason="13")


def _reason_of_old(draft: Draft) -> Draft:
    """CS336: the change reason that went out of use."""
    return draft.saying(change_reason="01")


def _other_category(letters: Letters) -> tuple[Draft, ...]:
    """S329: the code is listed under another category."""
    return (letters.allocated().saying(code=letters.stage.stranger.code),)


def _same_care_twice(letters: Letters) -> tuple[Draft, ...]:
    """TR302: two allocations of one product at one time."""
    return (letters.allocated(letters.allocation._replace(number=letters.stage.numbers.allocation())),)


def _number_of_another(letters: Letters) -> tuple[Draft, ...]:
    """9332: the number of another client's allocation."""
    return letters.allocated(), letters.allocated().about(bsn=letters.stage.person().bsn)


def _deletion_of_what_was_claimed(letters: Letters) -> tuple[Draft, ...]:
    """9385: a deletion while a line on the allocation is granted."""
    return letters.allocated(), letters.allocated().saying(change_reason="13", end=letters.allocation.start)


def _deletion_without_end(letters: Letters) -> tuple[Draft, ...]:
    """A deletion without its end, which deletes nothing (ERR-28)."""
    return letters.allocated(), letters.allocated().saying(change_reason="13", end=None)


def _end_before_what_was_claimed(letters: Letters) -> tuple[Draft, ...]:
    """An end before the last day of a line that was granted (OP362)."""
    return letters.allocated(), letters.allocated().saying(change_reason="12", end=letters.allocation.start)


def _minutes_for_hours(letters: Letters) -> tuple[Draft, ...]:
    """Another unit under the same number."""
    return letters.allocated(), letters.allocated().saying(size=Size(2400, "01", "4"))


_INSIDE: Final[dict[str, Spoil]] = {
    "CD007": _no_language,
    "CS050": _partner_without_name,
    "TR061": _no_address,
    "TR006": _out_of_reach,
    "CD034": _no_postal_code,
    "CD005": _no_country,
    "CD025": _no_house_number,
    "CS089": _postal_code_that_is_not_dutch,
    "CD009": _period_of_an_address_that_stays,
    "CS003": _ends_before_it_begins,
    "TR101": _same_address_twice,
    "CD079": _no_product,
    "CD077": _size_and_budget,
    "CD078": _size_and_budget,
    "CD041": _code_without_size,
    "CD080": _size_without_code,
    "CD075": _budget_without_end,
    "CD076": _weekly_without_end,
    "CS338": _day_parts_a_day,
    "CS335": _deletion_of_months,
    "CS336": _reason_of_old,
}
ALLOCATION_MISHAPS: Final = {
    **{f"301-{rule}": CareMishap(spoiled("301", spoil), "refused") for rule, spoil in _INSIDE.items()},
    "301-CS318": CareMishap(spoiled("301", _no_natural_person), "refused", domain=Domain.JW),
    "301-TR302": CareMishap(_same_care_twice, "refused"),
    "301-S329": CareMishap(_other_category, "refused", "product", ("S329",)),
    "301-9332": CareMishap(_number_of_another, "refused", "product", ("9332",)),
    "301-9385": CareMishap(_deletion_of_what_was_claimed, "refused", "product", ("9385",), claimed=True),
    "301-DELETION_WITHOUT_END": CareMishap(_deletion_without_end, "stored", "signal", ()),
    "301-CLAIMED_CARE_CUT": CareMishap(_end_before_what_was_claimed, "stored", "signal", (), claimed=True),
    "301-SIZE_CHANGED": CareMishap(_minutes_for_hours, "stored", "signal", ()),
}
