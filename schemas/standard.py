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
    """One message of the standard in one domain, for example JW323."""

    domain: Domain
    number: str
    code: str
    namespace: str
    base_namespace: str

    @property
    def name(self) -> str:
        """The name used everywhere: `JW323`, `WMO301`."""
        return f"{self.domain.value.upper()}{self.number}"


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
            message_type = MessageType(domain, number, code, space, base)
            types[message_type.name] = message_type
    return types


MESSAGE_TYPES: Final = _message_types()
BY_NAMESPACE: Final = {t.namespace: t for t in MESSAGE_TYPES.values()}
RECEIVED: Final = frozenset({"301", "305", "307", "323"})


def answer_type(message_type: MessageType) -> MessageType:
    """The message that answers this one: 323 by 325, 305 by 306, 307 by 308."""
    number = {"323": "325", "305": "306", "307": "308", "301": "302"}[message_type.number]
    return MESSAGE_TYPES[f"{message_type.domain.value.upper()}{number}"]
