"""What is wrong with a file that never becomes a message, shown without giving a citizen away."""

from __future__ import annotations

import re
from typing import Final, Literal, NamedTuple

from lxml import etree

from schemas.standard import MessageType

Outcome = Literal["quarantined", "refused"]

# Elements of these stand in lists: a path always says which one is meant.
_LISTS: Final = frozenset(
    {"Clienten", "Prestaties", "Relaties", "Contactgegevens", "ToegewezenProducten"}
    | {"StartProducten", "StopProducten"}
)
_SHOWN: Final = 80
_LIKE_BSN: Final = re.compile(r"[0-9](?:[ ._/\-\x80-\U0010ffff]?[0-9]){8,}")
_PARTY: Final = re.compile("[0-9]{4}|[0-9]{8}")
_LONGEST_IDENTIFICATION: Final = 12


class Fault(NamedTuple):
    """Why a file is set aside. `reason` is a slug of `reference/texts/faults.yaml`.

    `refused`: a message whose structure is wrong (level 1, no 325 exists). `quarantined`: not usable at
    all. `path` names elements as the standard does, `found` is escaped and masked; words between ⟨⟩ are
    translated for the reader. Sender and receiver are filled only when the header holds them as digits,
    `identification` (escaped and masked) when it holds one of 1 to 12 characters. `rules` and `codes` tell
    which rules a 301 broke that had a good structure.
    """

    outcome: Outcome
    reason: str
    path: str | None = None
    found: str | None = None
    expected: str | None = None
    message_type: MessageType | None = None
    sender: str | None = None
    receiver: str | None = None
    identification: str | None = None
    rules: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()


def quarantined(reason: str, found: str | None = None, expected: str | None = None) -> Fault:
    """A fault of a file that no sender or kind of message is known of."""
    return Fault("quarantined", reason, found=found, expected=expected)


def fault_of_message(
    outcome: Outcome,
    reason: str,
    root: etree._Element,
    message_type: MessageType | None = None,
    element: etree._Element | None = None,
    found: str | None = None,
    expected: str | None = None,
) -> Fault:
    """A fault of a file that is XML: with what its header tells, as far as it can be read."""
    path = None if element is None else path_of(element)
    return Fault(outcome, reason, path, found, expected, message_type, *_of_header(root))


def path_of(element: etree._Element) -> str:
    """The path from the root in names of the standard, like `Bericht/Client/Relaties/Relatie[2]`."""
    steps = []
    step: etree._Element | None = element
    while step is not None:
        parent = step.getparent()
        earlier = sum(1 for _ in step.itersiblings(step.tag, preceding=True))
        listed = parent is not None and local_name(parent) in _LISTS
        steps.append(shown(local_name(step)) + (f"[{earlier + 1}]" if listed or earlier else ""))
        step = parent
    return "/".join(reversed(steps))


def local_name(element: etree._Element) -> str:
    """The name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def value_of(element: etree._Element) -> str:
    """The value of an element to show to people; of a BSN only its length."""
    text = element.text
    if not text:
        return "⟨empty⟩"
    if local_name(element) == "Bsn":
        return f"{len(text)} ⟨characters_not_shown⟩"
    return shown(text)


def shown(text: str) -> str:
    """Text of a message to show to people: at most 80 characters, digits of a BSN masked.

    Everything but plain ASCII and Latin letters is written as an escape, so that nothing is invisible,
    turned around or taken for something else.
    """
    masked = _LIKE_BSN.sub(lambda match: "*" * len(match[0]), text[: 2 * _SHOWN])
    escaped = ""
    for character in masked:
        plain = " " <= character <= "~" or "À" <= character <= "ž"
        piece = character if plain and character != "\\" else _escape(character)
        if len(escaped) + len(piece) > _SHOWN - 1:
            return escaped + "…"
        escaped += piece
    return escaped


def _escape(character: str) -> str:
    return "\\\\" if character == "\\" else f"\\u{{{ord(character):x}}}"


def _of_header(root: etree._Element) -> tuple[str | None, str | None, str | None]:
    """Sender, receiver and identification."""
    found: dict[str, str] = {}
    for element in root.iterfind("{*}Header/{*}*"):
        text = element.text or ""
        if local_name(element) in {"Afzender", "Ontvanger"} and _PARTY.fullmatch(text):
            found.setdefault(local_name(element), text)
    identification = root.findtext("{*}Header/{*}BerichtIdentificatie/{*}Identificatie")
    if not identification or len(identification) > _LONGEST_IDENTIFICATION:
        return found.get("Afzender"), found.get("Ontvanger"), None
    return found.get("Afzender"), found.get("Ontvanger"), shown(identification)
