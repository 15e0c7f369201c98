"""A synthetic region as files: register, messages and the account of what must become of them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from datetime import date
from errno import EEXIST
from pathlib import Path
from random import Random

from contracts.tables import TABLES
from desk.synthetic.files import MessageFiles
from desk.synthetic.manifest import Manifest
from desk.synthetic.region import make_region, months_from
from desk.synthetic.register import csv_text, register_rows
from desk.synthetic.traffic import messages_of


def generate(
    out: Path,
    *,
    seed: int,
    municipalities: int,
    lines: int,
    months: int,
    first_month: date,
    fault_share: float,
    faults: Mapping[str, float],
    progress: Callable[[int, int], None],
    packed: bool = False,
) -> Manifest:
    """Write `out/register/*.csv`, `out/messages/…` and `out/manifest.json`; the same seed, the same bytes.

    They take the place of the messages of an earlier run. `out` keeps everything else that is in it.

    `lines` is the number over all months; second declarations and mishaps come on top. `fault_share`
    is spread over all faults, `faults` names shares that take the place of theirs: per line for
    faults in lines, per declaration for those of whole messages of any kind. `progress` gets lines done and
    lines wanted. `packed` puts 301s, 305s and 307s in ZIPs, for a large region.

    Raises ValueError for arguments that make no region, OSError when it cannot write, or when there are
    messages of which no manifest tells.
    """
    rng = Random(seed)
    region = make_region(
        rng, municipalities=municipalities, lines=lines, months=months_from(first_month, months)
    )
    traffic = messages_of(rng, region, fault_share=fault_share, faults=faults)
    _make_room(out)
    (out / "register").mkdir(parents=True, exist_ok=True)
    for table, rows in register_rows(region, faults).items():
        text = csv_text(TABLES[table], rows)
        (out / "register" / f"{table}.csv").write_bytes(text.encode())
    manifest = Manifest(seed, municipalities, region.received_on.isoformat())
    done = 0
    with MessageFiles(out / "messages", packed=packed) as files:
        for message in traffic:
            files.write(message.name, message.content)
            manifest.add(message)
            if message.outcome is not None:
                done += message.outcome.lines
                progress(min(done, lines), lines)
    text = json.dumps(manifest.as_json(), ensure_ascii=False, indent=1)
    (out / "manifest.json").write_text(text + "\n", encoding="utf-8")
    return manifest


def _make_room(out: Path) -> None:
    """Remove the messages of an earlier run. Raises FileExistsError for those of anybody else."""
    manifest, messages = out / "manifest.json", out / "messages"
    if manifest.exists():
        shutil.rmtree(messages, ignore_errors=True)
        manifest.unlink()
    elif messages.is_dir() and any(messages.iterdir()):
        told = "there are messages here of which no manifest.json tells; remove them or choose another folder"
        raise FileExistsError(EEXIST, told, str(messages))
