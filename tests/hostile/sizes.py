"""Category L: more of everything than a message needs."""

from __future__ import annotations

from collections.abc import Iterator

from tests.hostile.base import BSNS, VALID, Case, client, line, message

_MEGABYTE = 1024 * 1024


def cases() -> Iterator[Case]:
    """The cases of L. The large ones are built one at a time: keep none of them."""
    for number, (sentence, text, outcome, reason) in enumerate(_texts(), 1):
        yield Case(f"L{number:02}", "L", sentence, text.encode(), outcome, reason)


def _texts() -> Iterator[tuple[str, str, str, str | None]]:
    def inside(markup: str) -> str:
        return VALID.replace("<m:Header>", markup + "<m:Header>", 1)

    def on_root(attributes: str) -> str:
        return VALID.replace("<m:Bericht ", f"<m:Bericht {attributes} ", 1)

    cut, wrong = "quarantined", "not-wellformed"
    yield "25 MiB and one byte", " " * (25 * _MEGABYTE + 1 - len(VALID)) + VALID, cut, "too-large"
    yield "a comment of 11 MB", inside(f"<!--{'x' * 11_000_000}-->"), cut, wrong
    yield "a reference of 11 MB", VALID.replace(">R1<", f">{'R' * 11_000_000}<"), cut, wrong
    yield "a reference of 1 MB", VALID.replace(">R1<", f">{'R' * 1_000_000}<"), "refused", "structure"
    yield "11 MB of white space", inside(" " * 11_000_000), cut, wrong
    yield "300 elements inside each other", inside("<m:a>" * 300 + "</m:a>" * 300), cut, wrong
    yield "an element name of 60,000 characters", inside(f"<m:{'a' * 60_000}/>"), cut, wrong
    yield "50,000 attributes", on_root(" ".join(f'a{n}=""' for n in range(50_000))), "refused", "structure"
    yield "150,000 attributes", on_root(" ".join(f'a{n}=""' for n in range(150_000))), cut, "too-large"
    yield "20,000 namespaces", on_root(" ".join(f'xmlns:a{n}="u"' for n in range(20_000))), cut, "namespaces"
    yield "48 more namespaces", on_root(" ".join(f'xmlns:a{n}="u"' for n in range(48))), "admitted", None
    yield "49 more namespaces", on_root(" ".join(f'xmlns:a{n}="u"' for n in range(49))), cut, "namespaces"
    yield "a million empty comments", inside("<!---->" * 1_000_000), "admitted", None
    yield "a million instructions", inside("<?a?>" * 1_000_000), "admitted", None
    yield "five million elements", inside("<a/>" * 5_000_000), cut, "too-large"
    yield "half a million elements", inside("<a/>" * 500_000), "refused", "structure"
    yield "a million empty lines", _flood("<m:Prestatie/>" * 1_000_000), "refused", "structure"
    yield "20,000 lines with nothing in them", _flood(_EMPTY_LINE * 20_000), "refused", "structure"
    yield "20,000 clients with nothing in them", _empty_clients(20_000), "refused", "structure"
    yield "30,000 lines of which half are wrong", _half_wrong(30_000), "refused", "structure"
    yield "30,000 lines of which the last is wrong", _last_wrong(30_000), "refused", "structure"
    yield "30,000 lines, all right", _many(30_000), "admitted", None


_EMPTY_LINE = line("", "", "", "").replace(">45<", "><").replace(">9360<", "><")


def _flood(lines: str) -> str:
    return message(client(BSNS[0], line("R1", "1001", "10", "93600") + lines))


def _empty_clients(count: int) -> str:
    return message(client("", _EMPTY_LINE) * count)


def _many(count: int) -> str:
    lines = "".join(line(f"R{n}", "1001", "10", "93600") for n in range(count))
    return message(client(BSNS[0], lines), 93_600 * count)


def _half_wrong(count: int) -> str:
    right = "".join(line(f"R{n}", "1001", "10", "93600") for n in range(count // 2))
    return message(client(BSNS[0], right + line("R" * 21, "x", "x", "x") * (count // 2)))


def _last_wrong(count: int) -> str:
    return _many(count).replace(f">R{count - 1}<", f">{'R' * 21}<")
