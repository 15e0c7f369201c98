"""Things to look at that never change a decision: the standard has no return code for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from processors.assess import Assessment
from rules.facts import DeclarationFacts
from schemas.declaration import Declaration, Line
from schemas.notice import Signal
from schemas.period import minus_months, month_number

TARIFF_AMBIGUOUS = "tariff_ambiguous"
CONTRACT_MISSING = "contract_missing"
MONTH_SKIPPED = "month_skipped"
SIGNED_ODDLY = "signed_oddly"
ALLOCATION_SHORTENED = "allocation_shortened"
LUMP_SUM_CLAIMED = "lump_sum_claimed"


def declaration_signals(
    declaration: Declaration,
    assessment: Assessment,
    facts: DeclarationFacts,
    *,
    sha256: str,
    latest_month: str | None,
    promised_until: Callable[[int], str],
) -> tuple[Signal, ...]:
    """Signals of a processed declaration, those about the whole first.

    `latest_month` is the latest declared month before this one; `promised_until` maps allocation
    numbers to the latest end that any version promised.
    """
    header = declaration.header

    def signal(kind: str, found: str, expected: str, line: Line | None = None) -> Signal:
        return Signal(
            municipality=header.municipality,
            provider=header.provider,
            domain=header.domain.value,
            kind=kind,
            message_sha256=sha256,
            reference=None if line is None else line.reference,
            found=found,
            expected=expected,
            received_on=str(facts.received_on),
        )

    def about_the_whole() -> Iterator[Signal]:
        begin = declaration.period.begin
        if latest_month is not None:
            year, month = (int(part) for part in latest_month.split("-")[:2])
            if month_number(begin) > year * 12 + month:
                yield signal(MONTH_SKIPPED, f"{begin:%Y-%m}", f"{latest_month[:7]} + 1")  # OC-08
        signed = declaration.dated_on
        earliest = max(declaration.period.end, minus_months(header.dated_on, 1))
        if signed > header.dated_on or signed < earliest:  # OC-03, ERR-36
            yield signal(SIGNED_ODDLY, str(signed), f"{earliest} .. {header.dated_on}")

    def about_lines() -> Iterator[Signal]:
        for position, findings in assessment.line_findings.items():
            line = declaration.lines[position]
            rules = {finding.rule.id for finding in findings}
            if "TR418" in rules:
                price = facts.price(line)
                if price.ambiguous:
                    yield signal(TARIFF_AMBIGUOUS, " / ".join(price.rows), "1", line)
                elif price.cents is None:
                    yield signal(CONTRACT_MISSING, f"{line.code} ({line.unit})", str(line.period.begin), line)
            until = promised_until(line.allocation) if "TR308" in rules else ""
            if str(line.period.end) <= until:
                yield signal(ALLOCATION_SHORTENED, str(line.period.end), f"<= {until}", line)  # OC-31

    def about_lump_sums() -> Iterator[Signal]:
        rejected = set(assessment.rejected_positions)
        for position, line in enumerate(declaration.lines):
            if line.side == "C" or position in rejected:
                continue
            begin = line.period.begin
            if facts.products.is_lump_sum(line.category, line.code, begin):
                yield signal(LUMP_SUM_CLAIMED, line.code, str(begin), line)  # LS-03

    lump_sums = about_lump_sums() if facts.products.has_lump_sums else ()
    return (*about_the_whole(), *about_lines(), *lump_sums)
