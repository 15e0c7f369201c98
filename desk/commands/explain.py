"""`declastroom explain`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from desk import options
from desk.screen import OUT, money, print_json, print_table
from store.database import open_store, trial
from streams.explain import SeveralMunicipalities
from streams.explain import explain as explain_line

MARKS = {"holds": "ok", "broken": "FOUT", "follows": "volgt"}
MARKS_EN = {"holds": "ok", "broken": "BROKEN", "follows": "follows"}


def explain(
    provider: Annotated[str, typer.Option("--provider", metavar="AGB", help="Who declared the line")],
    domain: Annotated[
        str, typer.Option("--domain", metavar="jw|wmo", help="Youth Act or Social Support Act")
    ],
    reference: Annotated[
        str, typer.Option("--reference", metavar="REF", help="ReferentieNummer of the line")
    ],
    municipality: options.Municipality = None,
    database: options.Database = None,
    lang: options.Language = "nl",
    json: options.Json = False,
) -> None:
    """Tell why a line was decided so: rules, values, allocation, tariff, who must act.

    Example: declastroom explain --provider 41410001 --domain jw --reference R1
    """
    if domain not in {"jw", "wmo"}:
        raise typer.BadParameter(f"--domain: found {domain!r}, expected jw or wmo")
    chosen = options.settings(database)
    with options.failures(json), trial(open_store(chosen.database_url)) as connection:
        try:
            story = explain_line(
                connection, provider, domain, reference, municipality, options.language(lang)
            )
        except SeveralMunicipalities as several:
            options.stop(
                json,
                [f"--municipality: found none, expected one of {several}, which all have line {reference!r}"],
                options.WRONG_USE,
            )
    if story is None:
        options.wrong(json, f"--reference: found no line {reference!r} of provider {provider} in {domain}")
    if json:
        print_json(story)
    else:
        _show(story, MARKS_EN if lang == "en" else MARKS)


def _show(story: dict[str, Any], marks: dict[str, str]) -> None:
    line = story["line"]
    OUT.print(
        f"{story['reference']} of {story['municipality']}: {story['decision']}"
        + (f" ({' '.join(story['codes'])}) - who acts: {story['who_acts']}" if story["codes"] else ""),
        markup=False,
        style="bold",
    )
    OUT.print(
        f"{line['begin']} .. {line['end']}, {line['category']}/{line['code']}, volume {line['volume']}"
        f" (unit {line['unit']}), {money(line['amount_cents'])} {line['side']}",
        markup=False,
    )
    for key in ("explanation", "how_to_fix"):
        if story[key]:
            OUT.print(story[key], markup=False)
    columns = ("rule", "code", "about", "outcome", "found", "expected")
    rows = (
        (s["rule"], s["code"], s["about"], marks[s["outcome"]], s["found"], s["expected"])
        for s in story["rules"]
    )
    print_table("Rules", columns, rows)
    for part in ("allocation", "tariff"):
        if story[part]:
            print_table(
                part.capitalize(), ("", ""), ((k, v) for k, v in story[part].items() if v is not None)
            )
    batch = story["batch"]
    OUT.print(f"batch: {batch['batch']}, due {batch['due']}" if batch else "batch: none yet", markup=False)
    OUT.print(f"rule set: {story['rule_set']['rules']}; register version {story['register_version']}")
