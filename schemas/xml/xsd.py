"""Our own XSDs, compiled: control level 1 of every message."""

from __future__ import annotations

from functools import cache
from importlib.resources import as_file, files

from lxml import etree

from schemas.standard import MessageType
from schemas.xml.parser import parser


@cache
def schema_for(message_type: MessageType) -> etree.XMLSchema:
    """The compiled schema of a message type, compiled once per process.

    Its `error_log` is that of the latest validation: read it before validating anything else.
    Raises OSError for a message type of which no schema is installed.
    """
    with as_file(files("schemas") / "xsd" / message_type.domain.value) as folder:
        return etree.XMLSchema(etree.parse(folder / f"{message_type.name}.xsd", parser()))
