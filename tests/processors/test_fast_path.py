"""The fast ways against the plain ones: rules that stop early, and a reader that counts children."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from random import Random
from xml.etree import ElementTree

import pytest

from contracts.register import Register
from desk.synthetic.region import Region, make_region, months_from
from desk.synthetic.register import register_rows
from desk.synthetic.traffic import messages_of
from processors.assess import Assessment, DeclarationRules, assess
from processors.line_rules import Verdict
from rules.facts import REJECTED, DeclarationFacts
from schemas.declaration import Client, Declaration, Header, Line, Wire
from schemas.money import signed
from schemas.period import Period, month_number
from schemas.standard import MessageType
from schemas.xml.fault import Fault
from schemas.xml.gate import admit
from schemas.xml.read_declaration import read_declaration
from tests.desk import core_run
from tests.desk.core_run import CoreRun


def _region(seed: int, lines: int, months: int = 1) -> tuple[Random, Region]:
    rng = Random(seed)
    first = date(2026, 3, 1)
    return rng, make_region(rng, municipalities=2, lines=lines, months=months_from(first, months))


@pytest.mark.parametrize("strict_credits", [False, True])
@pytest.mark.parametrize(("seed", "months"), [(11, 1), (12, 3), (13, 2)])
def test_a_line_holds_exactly_when_no_rule_says_it_is_broken(
    seed: int, months: int, strict_credits: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken: Counter[str] = Counter()
    held = 0

    def watched(declaration: Declaration, facts: DeclarationFacts, rules: DeclarationRules) -> Assessment:
        nonlocal held
        facts = replace(facts, choices=replace(facts.choices, strict_credits=strict_credits))
        said: dict[int, list[str]] = {}

        def watch(line: Line, verdicts: Iterator[Verdict]) -> None:
            said[line.position] = [v.rule.id for v in verdicts if v.outcome == "broken"]

        result = assess(declaration, facts, rules, watch)
        for position, ids in said.items():
            assert (result.states[position] == REJECTED) == bool(ids), (declaration.lines[position], ids)
            found = result.line_findings.get(position, ())
            assert [finding.rule.id for finding in found] == ids
            broken.update(ids)
            held += not ids
        return result

    monkeypatch.setattr(core_run, "assess", watched)
    rng, region = _region(seed, 2_500, months)
    run = CoreRun(Register(1, register_rows(region)), region.received_on)
    for message in messages_of(rng, region, fault_share=0.4, faults={}):
        run.take(message.content)
    assert held > 1_000
    assert broken.total() > 500
    assert len(broken) >= 15, broken


# Ways to write a whole number or a day that leave its value alone.
_NUMBERS: tuple[Callable[[str], str], ...] = (
    lambda n: n,
    lambda n: f" {n}\n",
    lambda n: f"+{n}",
    lambda n: f"000{n}",
    lambda n: f"\t+00{n} ",
    lambda n: f"<![CDATA[{n}]]>",
    lambda n: f"{n[0]}<!-- x -->{n[1:]}",
    lambda n: f"<?x y?> {n}",
    lambda n: f"&#32;&#x{ord(n[0]):x};{n[1:]}",
)
_DAYS = tuple(_NUMBERS[i] for i in (0, 1, 5, 6, 7, 8))
_TEXTS = tuple(_NUMBERS[i] for i in (0, 5, 6))
_WRITTEN = re.compile(
    r"(<(?:i(?:jw|wmo):)?(ToewijzingNummer|GeleverdVolume|ProductTarief|Bedrag|TotaalBedrag|Begindatum"
    r"|Einddatum|Dagtekening|DeclaratieDagtekening|ReferentieNummer|VorigReferentieNummer|Bsn|ProductCode)>)([^<]+)(<)"
)
_FORMS = {
    **dict.fromkeys(
        ("ToewijzingNummer", "GeleverdVolume", "ProductTarief", "Bedrag", "TotaalBedrag"), _NUMBERS
    ),
    **dict.fromkeys(("Begindatum", "Einddatum", "Dagtekening", "DeclaratieDagtekening"), _DAYS),
    **dict.fromkeys(("ReferentieNummer", "VorigReferentieNummer"), (*_TEXTS, lambda _: "  ")),
}


def _oddly(rng: Random, content: bytes) -> bytes:
    """The same message written by somebody else: other prefixes, values in other forms."""
    no_markup = bool(rng.getrandbits(1))  # values as one piece of text: the gate lets them be read at once

    def write(match: re.Match[str]) -> str:
        value = rng.choice(_FORMS.get(match[2], _TEXTS))(match[3])
        marked = "<" in value or "&" in value
        return match[0] if no_markup and marked else match[1] + value + match[4]

    text = _WRITTEN.sub(write, content.decode())
    if rng.getrandbits(1):
        text = re.sub(r"(</?|xmlns:)i(?:jw|wmo)(?=[:=])", r"\1zz", text)
    if rng.getrandbits(1):
        text = re.sub(r"<(/?)(?=[A-Z])", r"<\1own:", text).replace("xmlns=", "xmlns:own=", 1)
        text = re.sub(r"<!\[own:", "<![", text)
    return text.encode()


def _text(element: ElementTree.Element, *steps: str) -> str:
    found = element.findtext("/".join(f"{{*}}{step}" for step in steps))
    assert found is not None
    return found


def _day(text: str) -> date:
    return date.fromisoformat(text.strip())


def _plainly(content: bytes, message_type: MessageType) -> Declaration:
    """The declaration by the names of its elements, one value at a time."""
    root = ElementTree.fromstring(content)
    body = root.find("{*}Declaratie")
    assert body is not None
    lines: list[Line] = []
    clients = []
    for number, client in enumerate(body.iterfind("{*}Clienten/{*}Client")):
        first = len(lines)
        for line in client.iterfind("{*}Prestaties/{*}Prestatie"):
            lines.append(_line(len(lines), number, _text(client, "Bsn"), line))
        clients.append(Client(number, _text(client, "Bsn"), first, len(lines)))
    dated_on = _text(root, "Header", "BerichtIdentificatie", "Dagtekening")
    total, side = (_text(body, "TotaalIngediendBedrag", name) for name in ("TotaalBedrag", "DebetCredit"))
    return Declaration(
        Header(
            message_type,
            _text(root, "Header", "Afzender"),
            _text(root, "Header", "Ontvanger"),
            _text(root, "Header", "BerichtIdentificatie", "Identificatie"),
            _day(dated_on),
            dated_on,
            _text(root, "Header", "XsdVersie", "BasisschemaXsdVersie"),
            _text(root, "Header", "XsdVersie", "BerichtXsdVersie"),
        ),
        _text(body, "DeclaratieNummer"),
        Period(*(_day(_text(body, "DeclaratiePeriode", name)) for name in ("Begindatum", "Einddatum"))),
        _day(_text(body, "DeclaratieDagtekening")),
        total,
        side,
        signed(int(total), side),
        tuple(clients),
        tuple(lines),
    )


def _line(position: int, client: int, bsn: str, line: ElementTree.Element) -> Line:
    begin, end = (_text(line, "ProductPeriode", name) for name in ("Begindatum", "Einddatum"))
    allocation, volume = _text(line, "ToewijzingNummer"), _text(line, "GeleverdVolume")
    tariff = line.findtext("{*}ProductTarief")
    amount = _text(line, "IngediendBedrag", "Bedrag")
    wire = Wire(allocation, begin, end, volume, tariff, amount)
    plain = Wire(
        str(int(allocation)), str(_day(begin)), str(_day(end)), str(int(volume)),
        None if tariff is None else str(int(tariff)), str(int(amount)),
    )  # fmt: skip
    return Line(
        position=position,
        client=client,
        bsn=bsn,
        reference=_text(line, "ProductReferentie", "ReferentieNummer"),
        previous=line.findtext("{*}ProductReferentie/{*}VorigReferentieNummer"),
        allocation=int(allocation),
        category=_text(line, "ProductCategorie"),
        code=_text(line, "ProductCode"),
        period=Period(_day(begin), _day(end)),
        month=month_number(_day(begin)),
        volume=int(volume),
        unit=_text(line, "Eenheid"),
        tariff_cents=None if tariff is None else int(tariff),
        amount_cents=int(amount),
        side=_text(line, "IngediendBedrag", "DebetCredit"),
        line_text=None if wire == plain else wire,
    )


def test_the_fast_reader_reads_what_a_plain_one_reads() -> None:
    rng, region = _region(21, 2_000)
    seen: Counter[str] = Counter()
    for message in messages_of(rng, region, fault_share=0.2, faults={"CORRECTION": 0.1}):
        if message.outcome is None or message.outcome.outcome != "answered":
            continue
        content = _oddly(rng, message.content)
        admitted = admit(content)
        assert not isinstance(admitted, Fault), admitted
        declaration = read_declaration(admitted.root, admitted.message_type, plain=admitted.plain)
        assert declaration == read_declaration(admitted.root, admitted.message_type)
        assert declaration == _plainly(content, admitted.message_type)
        assert isinstance(declaration, Declaration)
        seen["plain"] += len(declaration.lines) * admitted.plain
        seen["not plain"] += len(declaration.lines) * (not admitted.plain)
        for line in declaration.lines:
            seen["lines"] += 1
            seen["credits"] += line.previous is not None
            seen["without tariff"] += line.texts.tariff is None
            seen["odd numbers"] += line.texts.volume != str(line.volume)
            seen["blank references"] += line.reference.isspace()
            seen["odd days"] += line.texts.begin != str(line.period.begin)
    assert min(seen.values()) > 20, seen
