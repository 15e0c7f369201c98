"""What went wrong, where: a broken rule with the element path and the values that clash."""

from __future__ import annotations

from typing import NamedTuple

from rules.catalogue import Clash, Rule, Spot
from schemas.declaration import Client, Declaration, Line


class Finding(NamedTuple):
    """One broken rule. `path` uses the Dutch element names, counted from 1 inside their parent."""

    rule: Rule
    path: str
    clash: Clash
    variant: str | None = None


def element(base: str, rule: Rule) -> str:
    """Path of the first element a rule looks at, below `base`."""
    return f"{base}/{rule.elements[0]}" if rule.elements else base


def client_path(client: Client) -> str:
    """Where a client stands in a declaration."""
    return f"Declaratie/Clienten/Client[{client.position + 1}]"


def line_path(declaration: Declaration, line: Line) -> str:
    """Where a line stands in a declaration."""
    client = declaration.clients[line.client]
    place = line.position - client.first_line + 1
    return f"{client_path(client)}/Prestaties/Prestatie[{place}]"


def spot_path(declaration: Declaration, spot: Spot) -> str:
    """Path of the element that a spot names."""
    at = spot.at
    base = client_path(at) if isinstance(at, Client) else line_path(declaration, at)
    return f"{base}/{spot.element}" if spot.element else base
