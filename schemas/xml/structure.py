"""Level 1 of the standard: the first fault the schema finds, and where it stands (IV087, IV088)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from threading import Lock
from typing import Final, Protocol, cast

from lxml import etree

from schemas.standard import MessageType
from schemas.xml.expected import expected_elements, expected_value
from schemas.xml.fault import Fault, fault_of_message, local_name, shown, value_of
from schemas.xml.flood import broken_start, is_suspect
from schemas.xml.xsd import schema_for

# A schema keeps the findings of its last run, so a run and the reading of them belong together.
_ONE_AT_A_TIME: Final = Lock()
_BLANK: Final = " \t\r\n"  # white space of XML; any other is text
_STEP: Final = re.compile(r"(?:(?P<prefix>[^:\[\]]+):)?(?P<name>[^:\[\]]+)(?:\[(?P<number>[0-9]+)\])?")


class _Finding(Protocol):
    path: str | None
    type_name: str
    message: str


def structure_fault(root: etree._Element, message_type: MessageType, data: bytes) -> Fault | None:
    """The first fault of the structure in document order, None when the message is valid.

    A validator that gives up instead of judging leaves the message quarantined, never accepted.
    """
    schema = schema_for(message_type)
    with _ONE_AT_A_TIME:
        try:
            start = broken_start(data, schema) if is_suspect(root, data, schema) else None
            judged = root if start is None or schema.validate(start) else start
            if schema.validate(judged):
                return None
        except etree.LxmlError:
            return fault_of_message("quarantined", "validator", root, message_type)
        finding = cast(Sequence[_Finding], schema.error_log)[0]
    element = _element_at(judged, finding.path or "")
    found, expected = _clash(element, finding.type_name, finding.message, message_type)
    return fault_of_message("refused", "structure", judged, message_type, element, found, expected)


def _clash(element: etree._Element, kind: str, finding: str, message_type: MessageType) -> tuple[str, str]:
    """Found and expected, by the kind of finding."""
    name = local_name(element)
    if kind == "SCHEMAV_ELEMENT_CONTENT":
        wanted = expected_elements(finding)
        expected = " ⟨or⟩ ".join(wanted) or "⟨no_element_here⟩"
        if "Missing child element(s)" in finding:
            return "⟨element_missing⟩", expected
        return shown(name) + (" ⟨in_other_namespace⟩" if name in wanted else ""), expected
    if kind in {"SCHEMAV_CVC_COMPLEX_TYPE_3_2_1", "SCHEMAV_CVC_TYPE_3_1_1"}:
        return "⟨an_attribute⟩", "⟨no_attributes⟩"
    if kind == "SCHEMAV_CVC_TYPE_3_1_2":
        return "⟨elements⟩", expected_value(name, message_type)
    if kind == "SCHEMAV_CVC_COMPLEX_TYPE_2_3":
        texts = (element.text, *(child.tail for child in element))
        stray = ((text or "").strip(_BLANK) for text in texts)
        return shown(next(filter(None, stray), "")), "⟨elements_only⟩"
    if len(element) or any("XMLSchema-instance" in str(key) for key in element.attrib):
        return "⟨schema_attribute⟩", "⟨no_schema_attribute⟩"
    return value_of(element), expected_value(name, message_type)


def _element_at(root: etree._Element, path: str) -> etree._Element:
    """The element a finding points at, by steps like `*[2]` and `m:Client[3]`; the nearest one known."""
    element = root
    for step in path.split("/")[2:]:
        match = _STEP.fullmatch(step)
        if match is None:
            break
        nth = int(match["number"] or 1) - 1
        candidates = (child for child in element if _is_named(child, match["prefix"], match["name"]))
        child = next((c for n, c in enumerate(candidates) if n == nth), None)
        if child is None:
            break
        element = child
    return element


def _is_named(element: etree._Element, prefix: str | None, name: str) -> bool:
    return name == "*" or (element.prefix == prefix and local_name(element) == name)
