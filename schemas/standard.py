"""The messages of iJw and iWmo 3.2: names, codes and namespaces (COD002)."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple

RELEASE: Final = "3.2"


class Domain(StrEnum):
    """Legal domain: Youth Act (Jw) or Social Support Act (Wmo). Numbers are counted per domain."""

    JW = "jw"
    WMO = "wmo"


class MessageType(NamedTuple):
    """One message of the standard in one domain; `name` is the one used everywhere: `JW323`, `WMO301`."""

    domain: Domain
    number: str
    code: str
    namespace: str
    base_namespace: str
    name: str


_CODES: Final = {
    Domain.JW: {"301": "436", "302": "437", "305": "438", "306": "439", "307": "440", "308": "441",
                "323": "490", "325": "491"},
    Domain.WMO: {"301": "414", "302": "415", "305": "418", "306": "419", "307": "420", "308": "421",
                 "323": "484", "325": "485"},
}  # fmt: skip


def _message_types() -> dict[str, MessageType]:
    types = {}
    for domain, codes in _CODES.items():
        base = f"http://www.istandaarden.nl/i{domain.value}/3_2/basisschema/schema"
        for number, code in codes.items():
            space = f"http://www.istandaarden.nl/i{domain.value}/3_2/{domain.value}{number}/schema"
            name = f"{domain.value.upper()}{number}"
            types[name] = MessageType(domain, number, code, space, base, name)
    return types


MESSAGE_TYPES: Final = _message_types()
BY_NAMESPACE: Final = {t.namespace: t for t in MESSAGE_TYPES.values()}
_ANSWERS: Final = {
    kind.name: MESSAGE_TYPES[kind.name.replace(kind.number, number)]
    for kind in MESSAGE_TYPES.values()
    for number in ({"323": "325", "305": "306", "307": "308", "301": "302"}.get(kind.number),)
    if number is not None
}
RECEIVED: Final = frozenset({"301", "305", "307", "323"})


def answer_type(message_type: MessageType) -> MessageType:
    """The message that answers this one: 323 by 325, 305 by 306, 307 by 308."""
    return _ANSWERS[message_type.name]
