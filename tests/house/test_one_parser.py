"""XML is parsed in one way: no product module configures a parser or parses without the hardened one."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_ROOMS = ("schemas", "reference", "contracts", "rules", "processors", "store", "streams", "desk")
_FACTORY = "schemas/xml/parser.py"
_PARSERS = {"XMLParser", "XMLPullParser", "HTMLParser", "XMLTreeBuilder", "iterparse"}
_CALLS = {"fromstring", "fromstringlist", "parse", "XML", "XMLID", "XMLDTDID", "HTML", "parseid"}
# Modules that parse, each call with a parser of the factory.
_PARSING = {
    "schemas/xml/gate.py",
    "schemas/xml/grammar.py",
    "schemas/xml/read_answer.py",
    "schemas/xml/xsd.py",
    "processors/pain001.py",
}
_FORBIDDEN = ("xml.etree", "xml.dom", "xml.sax", "xml.parsers", "xmltodict", "defusedxml", "bs4", "html5lib")
_FORBIDDEN_LXML = ("lxml.html", "lxml.objectify", "lxml.sax", "lxml.ElementInclude")
_HARMLESS = ("xml.sax.saxutils",)


def _modules() -> list[str]:
    return sorted(str(path.relative_to(_ROOT)) for room in _ROOMS for path in (_ROOT / room).rglob("*.py"))


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _name(call: ast.Call) -> str:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _is_hardened(call: ast.Call) -> bool:
    """True when the second argument, or the one named parser, is a call of the factory."""
    given = [*call.args[1:2], *(keyword.value for keyword in call.keywords if keyword.arg == "parser")]
    return any(isinstance(value, ast.Call) and _name(value) == "parser" for value in given)


def faults(module: str, source: str) -> list[str]:
    """What a module does with XML that only the factory may do."""
    tree = ast.parse(source)
    imports = set(_imports(tree))
    found = [
        f"imports {name}"
        for name in imports
        if name.startswith(_FORBIDDEN + _FORBIDDEN_LXML) and not name.startswith(_HARMLESS)
    ]
    if not any(name.split(".")[0] == "lxml" for name in imports):
        return found
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        if _name(call) in _PARSERS and module != _FACTORY:
            found.append(f"line {call.lineno}: makes a parser")
        if _name(call) in _CALLS and not (module in _PARSING and _is_hardened(call)):
            found.append(f"line {call.lineno}: parses")
    return found


@pytest.mark.parametrize("module", _modules())
def test_no_other_parser(module: str) -> None:
    assert faults(module, (_ROOT / module).read_text(encoding="utf-8")) == []


def test_every_listed_module_still_parses() -> None:
    for module in _PARSING:
        calls = [n for n in ast.walk(ast.parse((_ROOT / module).read_text())) if isinstance(n, ast.Call)]
        assert any(_is_hardened(call) for call in calls), module


@pytest.mark.parametrize(
    "source",
    [
        "from lxml import etree\netree.fromstring(data)",
        "from lxml import etree\netree.fromstring(data, etree.XMLParser())",
        "from lxml.etree import parse\nparse(path)",
        "from lxml import etree\netree.iterparse(path)",
        "import xml.etree.ElementTree as tree",
        "from xml.dom import minidom",
        "from lxml import objectify",
    ],
)
def test_the_search_finds(source: str) -> None:
    assert faults("schemas/xml/gate.py", source)
