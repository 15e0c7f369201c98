"""`declastroom generate`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from desk import options
from desk.screen import OUT, print_json, progress
from desk.synthetic.manifest import Manifest
from desk.synthetic.shares import read_shares
from desk.synthetic.write import generate as write_region


def generate(
    out: Annotated[Path, typer.Option("--out", help="Folder for register/, messages/ and manifest.json")],
    lines: Annotated[int, typer.Option("--lines", min=1, help="Lines over all months")] = 4000,
    municipalities: Annotated[
        int, typer.Option("--municipalities", min=1, max=342, help="Municipalities in the region")
    ] = 4,
    months: Annotated[int, typer.Option("--months", min=1, max=36, help="Months in a row")] = 1,
    first_month: Annotated[
        str, typer.Option("--first-month", metavar="DATE", help="A day in the first month")
    ] = "2026-03-01",
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same bytes")] = 1,
    fault_share: Annotated[
        float, typer.Option("--fault-share", min=0, max=1, help="Share of lines with a fault")
    ] = 0.05,
    faults: Annotated[
        str | None,
        typer.Option("--faults", metavar="CODE=SHARE,…", help="Shares of chosen faults, by name"),
    ] = None,
    packed: Annotated[bool, typer.Option("--packed", help="Put 301s, 305s and 307s in ZIPs")] = False,
    json: options.Json = False,
) -> None:
    """Make a synthetic region from a seed: register, messages, and what must become of them.

    A fault is asked for by its return code, or by its rule where that is 0001: 9321=0.01,TR358=0.1; in
    a 301, 305 or 307 with the number before it: 301-CS089=0.1,305-9019=0.1. A share counts per line
    for faults in lines, and per declaration for faults of whole messages of any kind.

    Example: declastroom generate --out region --lines 16000 --municipalities 7 --seed 42
    """
    month = options.parse_day(first_month)
    assert month is not None
    with options.failures(json):
        try:
            shares = read_shares(faults or "")
            made = make(out, seed, municipalities, lines, months, month, fault_share, shares, packed)
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None
    document: dict[str, Any] = {
        "out": str(out),
        "received_on": made.received_on,
        "files": dict(made.files),
        "faults": len(made.faults),
    }
    if json:
        print_json(document)
    else:
        counts = ", ".join(f"{count} x {name}" for name, count in sorted(made.files.items()))
        OUT.print(f"{out}: {counts}; {len(made.faults)} injected faults (manifest.json)", markup=False)


def make(
    out: Path,
    seed: int,
    municipalities: int,
    lines: int,
    months: int,
    first_month: date,
    fault_share: float,
    faults: dict[str, float],
    packed: bool,
) -> Manifest:
    """Write a region, with a progress bar where somebody watches."""
    with progress("generate", lines) as advance:
        return write_region(
            out,
            seed=seed,
            municipalities=municipalities,
            lines=lines,
            months=months,
            first_month=first_month,
            fault_share=fault_share,
            faults=faults,
            progress=lambda done, total: advance(done),
            packed=packed,
        )
