"""P1: no citizen number of a run in anything that a run leaves behind, but the 325s and the database."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.driving import Driver
from tests.crash.scenario import (
    BSNS,
    ELM,
    STRANGER_BSN,
    Trial,
    credit,
    declaration,
    line,
    messages,
    write_register,
)
from tests.simulation.wire import bytes_of

UNLIKELY = "999999999"  # fails the eleven test
USED = (*BSNS, STRANGER_BSN, UNLIKELY)


def hostile() -> list[bytes]:
    """Messages that invite to repeat a citizen number where something is wrong with it or beside it."""
    a, b = BSNS[:2]
    good = bytes_of(declaration("H1", line("H1", 1, a, month=1), month=1))
    number, element = a.encode(), b"Bsn>" + a.encode() + b"<"
    twice = declaration("H2", line("H2", 1, a, month=1), line("H3", 2, b, month=1), month=1)
    same = {**twice, "clients": [twice["clients"][0], (a, [{**twice["clients"][1][1][0], "bsn": a}])]}
    odd = declaration("H4", line("H4", 1, UNLIKELY, month=1), month=1)
    foreign = declaration("H5", line("H5", 2, a, month=1), line("H6", 3, b, month=1), provider=ELM, month=1)
    unknown = declaration("H9", credit("H9", line(a, 1, a, month=1)), month=1)
    mistaken = declaration("H7", line("H7", int(a), a, month=1), line("H8", 1, b, month=1), month=1)
    return [
        bytes_of(mistaken),
        bytes_of(unknown),
        good.replace(element, b"Bsn>" + number + b"1<"),
        good.replace(element, b"Bsn>0" + number + b"<"),
        good.replace(element, b"Bsn> " + number + b"x<"),
        good.replace(b"ProductCode>45A04<", b"ProductCode>" + number + b"<"),
        good.replace(b"Eenheid>04<", b"Eenheid>" + number + b"<"),
        good.replace(b"Eenheid>04<", b"Eenheid>BSN " + number + b"<"),
        good.replace(b"<", b"<!-- " + number + b" --><", 3),
        good[: good.index(number) + 9],
        b"<!DOCTYPE a [<!ENTITY b '" + number + b"'>]><a>&b;</a>",
        b"client " + number,
        b"<client>" + number + b"</client>",
        b"<" + b"b" + number + b" xmlns='" + number + b"'/>",
        bytes_of(same),
        bytes_of(odd),
        bytes_of(foreign),
    ]


def forms(bsn: str) -> Iterator[tuple[str, bytes]]:
    """A number as it might slip out."""
    yield "plain", bsn.encode()
    for sign in (" ", ".", "-", "%20", "\\u0020"):
        yield f"with {sign!r}", f"{bsn[:4]}{sign}{bsn[4:6]}{sign}{bsn[6:]}".encode()
        yield f"by three with {sign!r}", sign.join((bsn[:3], bsn[3:6], bsn[6:])).encode()
        yield f"every digit with {sign!r}", sign.join(bsn).encode()
    yield "hex", bsn.encode().hex().encode()
    yield "HEX", bsn.encode().hex().upper().encode()
    yield "JSON", "".join(f"\\u00{ord(digit):02x}" for digit in bsn).encode()
    yield "URL", "".join(f"%{ord(digit):02X}" for digit in bsn).encode()
    for shift in range(3):
        padded = base64.b64encode(b"\0" * shift + bsn.encode())
        yield f"base64 after {shift} bytes", padded[(0, 2, 3)[shift] : len(padded) - 4]
    yield "number in hex", f"{int(bsn):x}".encode()


def artefacts(run: Driver, folder: Path, lang: str, keyed: bool) -> dict[str, bytes]:
    """Everything a number of commands print and write, by where it was found."""
    environment = {"DECLASTROOM_GROUP_MESSAGES": "4"}
    if keyed:
        (folder / "key").write_bytes(b"a secret of this municipality and nobody else")
        environment["DECLASTROOM_PSEUDONYM_KEY_FILE"] = str(folder / "key")
    inbox = folder / "inbox"
    inbox.mkdir()
    for number, content in enumerate([*messages(), *hostile()]):
        (inbox / f"{number:02d}.xml").write_bytes(content)
    trial = Trial(folder / "t")
    database = ["--database", trial.url]
    found: dict[str, bytes] = {}
    commands = [
        ["register", "import", str(write_register(folder / "register")), *database],
        [*trial.process(inbox), "--lang", lang],
        [*trial.process(inbox)[:-1], "--lang", lang],
        ["check", str(inbox), "--received-on", "2026-04-09", *database, "--lang", lang],
        ["check", str(inbox), "--received-on", "2026-04-09", *database, "--json"],
        trial.close(),
        *(
            [listing, *database, *shape]
            for listing in ("rejections", "signals", "batches")
            for shape in ([], ["--json"])
        ),
        ["explain", "--provider", "41410001", "--domain", "jw", "--reference", "R3", *database],
        ["explain", "--provider", "41410001", "--domain", "jw", "--reference", "R3", *database, "--json"],
        ["replay", "--check", *database],
        ["process", str(inbox), "--database", "sqlite:////nowhere/at/all.db"],
    ]
    for n, command in enumerate(commands):
        status = run(command, environment=environment)
        assert status == (3 if "/nowhere" in command[-1] else 0), (command, run.told()[-600:])
        found[f"{n} {command[0]}"] = run.told().encode()
    for path in sorted(trial.out.rglob("*")):
        found[f"name {path.relative_to(trial.out)}"] = str(path.relative_to(trial.out)).encode()
        if path.is_file() and path.parent.name not in {"answers", "returns"}:
            found[str(path.relative_to(trial.out))] = path.read_bytes()
    return found


@pytest.mark.parametrize(("lang", "keyed"), [("nl", False), ("en", True)])
def test_no_citizen_number_leaves_the_house(lang: str, keyed: bool, run: Driver, tmp_path: Path) -> None:
    found = artefacts(run, tmp_path, lang, keyed)
    told = b"".join(found.values())
    for outcome in (b"refused", b"quarantined", b"8187", b"0001", b"9338"):
        assert outcome in told, "the run must have had occasion"
    leaks = [
        (place, bsn, form)
        for bsn in USED
        for form, text in forms(bsn)
        for place, content in found.items()
        if text in content
    ]
    assert leaks == []


def test_control_the_scan_sees_every_form() -> None:
    """A scan that finds nothing must be able to find something."""
    bsn = BSNS[0]
    for shift in range(6):
        encoded = base64.b64encode(b"x" * shift + bsn.encode() + b"tail")
        assert any(text in encoded for form, text in forms(bsn) if form.startswith("base64"))
    for _, text in forms(bsn):
        assert len(text) > 6
