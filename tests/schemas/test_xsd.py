"""Our schemas on their own: they compile, accept what is valid and refuse what is broken."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from random import Random
from time import process_time

import pytest
from lxml import etree

from schemas.standard import MESSAGE_TYPES, MessageType
from schemas.xml.xsd import schema_for
from tests.schemas.documents import document
from tests.schemas.model import Element, read_model

JW301, JW323, WMO323 = (MESSAGE_TYPES[name] for name in ("JW301", "JW323", "WMO323"))
SMALLEST, FULLEST = 0.0, 1.0


def model_of(message_type: MessageType) -> Element:
    folder = Path(str(files("schemas"))) / "xsd" / message_type.domain.value
    return read_model(folder / f"{message_type.name}.xsd")


def valid(message_type: MessageType, fullness: float = FULLEST) -> etree._Element:
    root, _ = document(model_of(message_type), Random(message_type.name), fullness)
    return root


def first(root: etree._Element, name: str) -> etree._Element:
    return next(root.iter(f"{{*}}{name}"))


@pytest.mark.parametrize("name", MESSAGE_TYPES)
@pytest.mark.parametrize("fullness", [SMALLEST, FULLEST])
def test_a_valid_document_is_accepted(name: str, fullness: float) -> None:
    schema = schema_for(MESSAGE_TYPES[name])
    assert schema.validate(valid(MESSAGE_TYPES[name], fullness)), schema.error_log


@pytest.mark.parametrize("name", MESSAGE_TYPES)
def test_a_document_without_a_sender_is_refused(name: str) -> None:
    root = valid(MESSAGE_TYPES[name], SMALLEST)
    first(root, "Header").remove(first(root, "Afzender"))
    assert not schema_for(MESSAGE_TYPES[name]).validate(root)


@pytest.mark.parametrize("name", MESSAGE_TYPES)
def test_every_other_schema_refuses_the_document(name: str) -> None:
    root = valid(MESSAGE_TYPES[name], SMALLEST)
    accepted = [other for other, kind in MESSAGE_TYPES.items() if schema_for(kind).validate(root)]
    assert accepted == [name]


@pytest.mark.parametrize(
    ("message_type", "element", "text", "accepted"),
    [
        (JW323, "BerichtVersie", "03", False),  # the pattern looks at the text, not at the number
        (JW323, "BerichtCode", WMO323.code, False),
        (JW323, "ProductCategorie", "39", False),
        (JW323, "ProductCategorie", "01", False),
        (WMO323, "ProductCategorie", "01", True),
        (JW323, "ToewijzingNummer", " +0012 ", True),
        (JW323, "ToewijzingNummer", "1000000000", False),
        (JW323, "Bedrag", "-1", False),
        (JW323, "Begindatum", "2024-01-01Z", False),
        (JW323, "Begindatum", "2024-01-01+01:00", False),
        (JW323, "Begindatum", "12024-01-01", True),  # refused later: no such Python date
        (JW323, "ProductCode", "  ", False),
        (JW323, "ProductCode", "\u00a0", True),  # not a blank in the language of patterns
        (JW323, "ProductCode", "a\nb", False),
        (JW323, "ReferentieNummer", " ", True),
        (JW323, "DeclaratieNummer", "A-1", False),
        (JW301, "Toewijzingstijd", "24:00:00", True),
        (JW301, "Toewijzingstijd", "12:30:00Z", False),
        (JW301, "Commentaar", " \n a \n", True),
        (JW301, "Commentaar", " \n ", False),
    ],
)
def test_lexical_form(message_type: MessageType, element: str, text: str, accepted: bool) -> None:
    root = valid(message_type)
    first(root, element).text = text
    assert schema_for(message_type).validate(root) is accepted


@pytest.mark.parametrize("text", [" " * 100_000, ". " * 50_000, "\n." * 50_000, " " * 100_000 + "x"])
def test_a_long_comment_is_judged_at_once(text: str) -> None:
    root = valid(JW301)
    first(root, "Commentaar").text = text
    begin = process_time()
    assert schema_for(JW301).validate(root) is bool(text.strip())
    assert process_time() - begin < 2


def test_a_schema_is_compiled_once() -> None:
    assert schema_for(JW323) is schema_for(MESSAGE_TYPES["JW323"])


def test_an_unknown_message_has_no_schema() -> None:
    with pytest.raises(OSError, match="JW999"):
        schema_for(JW323._replace(name="JW999"))
