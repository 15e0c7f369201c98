"""Why a line was decided so: every rule that was tried, the values compared, and what it was based on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from contracts.pricing import Price
from processors.line_rules import Verdict
from processors.wording import Lang
from reference.texts import code_texts, in_words
from schemas.allocation import Allocation
from schemas.declaration import Line
from schemas.notice import Rejection


class Step(NamedTuple):
    """One rule in the story of a line: what it is about, whether it holds, and the values compared."""

    rule: str
    code: str
    about: str
    outcome: str
    found: str
    expected: str


class Story(NamedTuple):
    """What was known when a line was decided."""

    line: Line
    steps: tuple[Step, ...]
    allocation: Allocation | None
    used_before: tuple[int, int] | None
    price: Price | None


def steps(verdicts: Iterable[Verdict], lang: Lang) -> tuple[Step, ...]:
    """Every rule that applied to a line, with the values it compared; call it when the line is decided."""
    told = []
    for verdict in verdicts:
        if verdict.outcome == "not applicable":
            continue
        clash = verdict.rule.clash(*verdict.arguments)
        rule = verdict.rule
        told.append(
            Step(
                rule.id,
                rule.return_code,
                rule.title if lang == "en" else code_texts()[rule.return_code]["nl"],
                verdict.outcome,
                in_words(clash.found, lang),
                in_words(clash.expected, lang),
            )
        )
    return tuple(told)


def causes(rejection: Rejection | None, lang: Lang) -> tuple[Step, ...]:
    """What a whole message was returned for, as the story of a line in it."""
    return tuple(
        Step(
            cause.rule,
            cause.code,
            code_texts()[cause.code][lang],
            "broken",
            in_words(cause.found, lang),
            in_words(cause.expected, lang),
        )
        for cause in (() if rejection is None else rejection.causes)
    )


def story_object(story: Story) -> dict[str, Any]:
    """The story of a line as one JSON object; the client is not named."""
    line, allocation, price = story.line, story.allocation, story.price
    return {
        "line": {
            "reference": line.reference,
            "previous": line.previous,
            "allocation": line.texts.allocation.strip(),
            "category": line.category,
            "code": line.code,
            "begin": str(line.period.begin),
            "end": str(line.period.end),
            "volume": line.volume,
            "unit": line.unit,
            "tariff_cents": line.tariff_cents,
            "amount_cents": line.amount_cents,
            "side": line.side,
        },
        "rules": [step._asdict() for step in story.steps],
        "allocation": None if allocation is None else _allocation(allocation, story.used_before),
        "tariff": None
        if price is None
        else {
            "cents": price.cents,
            "per_hour": price.per_hour,
            "ambiguous": price.ambiguous,
            "source": str(price.source),
            "agreement": price.agreement,
            "rows": list(price.rows),
            "steps": list(price.steps),
        },
    }


def _allocation(allocation: Allocation, used: tuple[int, int] | None) -> dict[str, Any]:
    size = allocation.size
    return {
        "number": allocation.number,
        "category": allocation.category,
        "code": allocation.code,
        "start": str(allocation.start),
        "end": None if allocation.end is None else str(allocation.end),
        "volume": None if size is None else size.volume,
        "unit": None if size is None else size.unit,
        "frequency": None if size is None else size.frequency,
        "budget_cents": allocation.budget_cents,
        "decided_at": allocation.decided_at,
        "used_volume_before": None if used is None else used[0],
        "used_cents_before": None if used is None else used[1],
    }
