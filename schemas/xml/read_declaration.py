"""Read a 323 that passed the gate into a `Declaration`: one pass, each value decoded once."""

from __future__ import annotations

from lxml import etree

from schemas.declaration import Client, Declaration, Line
from schemas.money import signed
from schemas.period import Period
from schemas.standard import MessageType
from schemas.xml.decode import day, whole
from schemas.xml.fault import Fault
from schemas.xml.read_header import read_header, value_fault


def read_declaration(root: etree._Element, message_type: MessageType) -> Declaration | Fault:
    """The declaration, or a fault when a value lies outside the decoders' range.

    The structure is known to be valid, so children are taken by position; text is copied as it
    stands, because an answer repeats it exactly (TR367).
    """
    header = read_header(root, message_type)
    if isinstance(header, Fault):
        return header
    body = root[1]
    number, period, dated_on, total, clients = body
    begin, end, signed_on = day(period[0].text), day(period[1].text), day(dated_on.text)
    amount = whole(total[0].text)
    if begin is None or end is None or signed_on is None or amount is None:
        return value_fault(header, body)
    read = _read_clients(clients)
    if read is None:
        return value_fault(header, clients)
    return Declaration(
        header=header,
        number=number.text or "",
        period=Period(begin, end),
        dated_on=signed_on,
        total_text=total[0].text or "",
        total_side=total[1].text or "",
        total_cents=signed(amount, total[1].text or ""),
        clients=read[0],
        lines=read[1],
    )


def _read_clients(container: etree._Element) -> tuple[tuple[Client, ...], tuple[Line, ...]] | None:
    lines: list[Line] = []
    clients: list[Client] = []
    periods: dict[tuple[str | None, str | None], Period] = {}
    integers: dict[str | None, int] = {}
    new = tuple.__new__
    for client_position, client in enumerate(container):
        bsn = client[0].text
        first = len(lines)
        for element in client[1]:
            children = list(element)
            reference, allocation, category, code, days, volume, unit = children[:7]
            tariff = children[7].text if len(children) > 8 else None
            amount, side = children[-1]
            begin_text, end_text = days[0].text, days[1].text
            period = periods.get((begin_text, end_text))
            if period is None:
                begin, end = day(begin_text), day(end_text)
                if begin is None or end is None:
                    return None
                period = periods[begin_text, end_text] = Period(begin, end)
            volume_text, amount_text, allocation_text = volume.text, amount.text, allocation.text
            for text in (volume_text, amount_text, tariff):
                if text is not None and text not in integers:
                    number = whole(text)
                    if number is None:
                        return None
                    integers[text] = number
            allocation_number = whole(allocation_text)
            if allocation_number is None:
                return None
            lines.append(
                new(
                    Line,
                    (
                        len(lines), client_position, bsn, reference[0].text,
                        reference[1].text if len(reference) > 1 else None,
                        allocation_number, category.text, code.text, period,
                        integers[volume_text], unit.text, None if tariff is None else integers[tariff],
                        integers[amount_text], side.text, allocation_text, begin_text, end_text,
                        volume_text, tariff, amount_text,
                    ),
                )
            )  # fmt: skip
        clients.append(Client(client_position, bsn or "", first, len(lines)))
    return tuple(clients), tuple(lines)


