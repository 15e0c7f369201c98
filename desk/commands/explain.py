"""`declastroom explain`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from desk import options
from desk.screen import OUT, money, print_json, sentence, show_table, value
from processors.wording import Lang
from store.database import open_store, trial
from streams.attempts import persist
from streams.explain import SeveralMunicipalities
from streams.explain import explain as explain_line


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
    with options.failures(json):
        engine = open_store(chosen.database_url)

        def tell() -> dict[str, Any] | None:
            with trial(engine, writes=True) as connection:  # the books are turned back to that moment
                return explain_line(
                    connection, provider, domain, reference, municipality, options.language(lang)
                )

        try:
            story = persist(tell, chosen.patience_seconds)
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
        _show(story, options.language(lang))


def _show(story: dict[str, Any], lang: Lang) -> None:
    line = story["line"]
    decided = sentence(lang, "decided", **story | {"decision": value(lang, "decision", story["decision"])})
    if story["codes"]:
        who = value(lang, "who_acts", story["who_acts"])
        decided += f" ({' '.join(story['codes'])}) - " + sentence(lang, "who_must_act", who=who)
    OUT.print(decided, markup=False, style="bold")
    amount = money(line["amount_cents"], lang)
    OUT.print(sentence(lang, "line", **line | {"amount": amount}), markup=False)
    for key in ("explanation", "how_to_fix"):
        if story[key]:
            OUT.print(story[key], markup=False)
    if story["paths"]:
        where = "; ".join(dict.fromkeys(story["paths"]))
        OUT.print(sentence(lang, "where", where=where), markup=False)
    rows = (
        (s["rule"], s["code"], s["about"], value(lang, "step", s["outcome"]), s["found"], s["expected"])
        for s in story["rules"]
    )
    show_table(lang, "rules", ("rule", "code", "about", "outcome", "found", "expected"), rows)
    for part in ("allocation", "tariff"):
        if story[part]:
            known = {key: each for key, each in story[part].items() if each is not None}
            shown = ((value(lang, "what", key), _shown(key, each, lang)) for key, each in known.items())
            show_table(lang, part, ("what", "value"), shown)
    batch = story["batch"]
    if batch:
        OUT.print(sentence(lang, "in_batch" if batch["pays"] else "in_batch_unpaid", **batch), markup=False)
    elif story["decision"].startswith("approved"):
        OUT.print(sentence(lang, "no_batch"), markup=False)
    version = story["register_version"]
    OUT.print(sentence(lang, "rule_set", rules=story["rule_set"]["rules"], version=version), markup=False)


def _shown(key: str, each: Any, lang: Lang) -> object:
    """A value of an allocation or a tariff: cents as an amount, a list in one line."""
    if isinstance(each, bool):
        return value(lang, "yes_no", str(each))
    if key == "cents" or "cents" in key.split("_"):
        return money(each, lang)
    return "; ".join(map(str, each)) if isinstance(each, list) else each
