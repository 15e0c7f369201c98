"""Builders of what a batch is closed from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from contracts.tables import MunicipalityRow, PaymentBlockRow, ProviderRow
from processors.close_batch import close_batch
from schemas.batch import Batch, Instalment, NotClosed, NothingToPay, OpenDeclaration

MUNICIPALITY = MunicipalityRow(
    code="0384", name="Diemen", valid_from=date(2015, 1, 1), iban="NL91 ABNA 0417 1643 00", bic="ABNANL2A"
)
CUT_OFF = date(2026, 3, 31)
OAK, ELM, ASH = "41410001", "41410002", "41410003"
PROVIDERS = {
    OAK: ProviderRow(agb=OAK, name="De Eik", iban="DE89370400440532013000"),
    ELM: ProviderRow(agb=ELM, name="De Iep", iban="be71 0961 2345 6769"),
    ASH: ProviderRow(agb=ASH, name="De Es", iban="GB33BUKB20201555555555"),
}


def granted(
    message_id: int,
    cents: int,
    provider: str = OAK,
    *,
    received_on: date = date(2026, 3, 10),
    dated_on: date = date(2026, 3, 9),
    domain: str = "jw",
) -> OpenDeclaration:
    return OpenDeclaration(message_id, provider, domain, f"D{message_id}", received_on, dated_on, cents)


def block(provider: str = OAK, amount_cents: int | None = None, **values: object) -> PaymentBlockRow:
    base = {"agb": provider, "reason": "OTHER", "valid_from": date(2026, 1, 1), "amount_cents": amount_cents}
    return PaymentBlockRow.model_validate(base | values)


def closing(
    declarations: Iterable[OpenDeclaration] = (),
    carried_in: Mapping[str, int] | None = None,
    blocks: Sequence[PaymentBlockRow] = (),
    providers: Mapping[str, ProviderRow] = PROVIDERS,
    *,
    municipality: MunicipalityRow = MUNICIPALITY,
    cut_off: date = CUT_OFF,
    sequence: int = 1,
    instalments: Sequence[Instalment] = (),
) -> Batch | NothingToPay | NotClosed:
    return close_batch(
        municipality,
        cut_off,
        sequence,
        declarations,
        carried_in=carried_in or {},
        providers=providers,
        blocks=blocks,
        instalments=instalments,
    )


def closed(*declarations: OpenDeclaration, **values: object) -> Batch:
    batch = closing(declarations, **values)  # type: ignore[arg-type]
    assert isinstance(batch, Batch)
    return batch
