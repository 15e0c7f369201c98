"""The payment file of a batch: pain.001.001.09, the same bytes whenever it is made again."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, Final

import pyiso20022.pain.pain_001_001_09 as iso
from lxml import etree
from xsdata.formats.dataclass.context import XmlContext
from xsdata.formats.dataclass.serializers import XmlSerializer
from xsdata.formats.dataclass.serializers.config import SerializerConfig
from xsdata.models.datatype import XmlDate, XmlDateTime

from contracts.tables import MunicipalityRow
from processors.sepa_text import sepa_text
from schemas.batch import Batch, ConservationError, Transaction
from schemas.numbers import clean_iban
from schemas.xml.parser import parser

NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
_NAME_LENGTH: Final = 70
_CONTEXT: Final = XmlContext()  # remembers what it learnt of the dataclasses, which takes longer than writing
_BIC: Final = re.compile("[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?")


def pain001(batch: Batch, municipality: MunicipalityRow) -> bytes | None:
    """The credit transfer initiation of a batch, UTF-8; None when the batch pays nothing.

    The payments are one SEPA batch booking from the municipality's account on the due date. Message and
    payment information carry the batch number, a payment its end-to-end id; the creation moment is the
    start of the cut-off date, so that making the file again gives the same bytes. No address and no BIC of
    the provider is needed, nor anything about a client.

    Raises ConservationError when the file, read back, is not the batch to the cent, and ValueError when the
    municipality has no valid IBAN (closing the batch refuses that earlier).
    """
    if not batch.transactions:
        return None
    content = _serialise(_document(batch, municipality))
    check(content, batch)
    return content


def euros(cents: int) -> str:
    """Non-negative cents as an amount in the file: `1234.56`."""
    whole, part = divmod(cents, 100)
    return f"{whole}.{part:02d}"


def check(content: bytes, batch: Batch) -> None:
    """Read a payment file back: counts, sums and every payment must be those of the batch (M10).

    Raises ConservationError otherwise.
    """
    root = etree.fromstring(content, parser())
    payments = batch.transactions
    meant = {
        "NbOfTxs": [str(len(payments))] * 2,
        "CtrlSum": [euros(batch.total_cents)] * 2,
        "CdtTrfTxInf/p:PmtId/p:EndToEndId": [payment.end_to_end_id for payment in payments],
        "CdtTrfTxInf/p:CdtrAcct/p:Id/p:IBAN": [payment.iban for payment in payments],
        "CdtTrfTxInf/p:Amt/p:InstdAmt": [euros(payment.amount_cents) for payment in payments],
    }
    for path, values in meant.items():
        if root.xpath(f".//p:{path}/text()", namespaces={"p": NAMESPACE}) != values:
            raise ConservationError(f"payment file of batch {batch.number} is not the batch at {path}")


def _serialise(document: Any) -> bytes:
    serializer = XmlSerializer(context=_CONTEXT, config=SerializerConfig(indent="  "))
    return str(serializer.render(document, ns_map={"": NAMESPACE})).encode()


def _document(batch: Batch, municipality: MunicipalityRow) -> Any:
    count, total = str(len(batch.transactions)), Decimal(euros(batch.total_cents))
    day = batch.cut_off
    payer = iso.PartyIdentification135(
        nm=sepa_text(municipality.name, _NAME_LENGTH, f"Gemeente {municipality.code}")
    )
    header = iso.GroupHeader85(
        msg_id=batch.number,
        cre_dt_tm=XmlDateTime(day.year, day.month, day.day, 0, 0, 0),
        nb_of_txs=count,
        ctrl_sum=total,
        initg_pty=payer,
    )
    payments = iso.PaymentInstruction30(
        pmt_inf_id=batch.number,
        pmt_mtd=iso.PaymentMethod3Code.TRF,
        btch_bookg=True,
        nb_of_txs=count,
        ctrl_sum=total,
        pmt_tp_inf=iso.PaymentTypeInformation26(svc_lvl=[iso.ServiceLevel8Choice(cd="SEPA")]),
        reqd_exctn_dt=iso.DateAndDateTime2Choice(dt=XmlDate(batch.due.year, batch.due.month, batch.due.day)),
        dbtr=payer,
        dbtr_acct=_account(clean_iban(municipality.iban or "")),
        dbtr_agt=_bank(municipality.bic),
        chrg_br=iso.ChargeBearerType1Code.SLEV,
        cdt_trf_tx_inf=[_payment(batch.number, transaction) for transaction in batch.transactions],
    )
    return iso.Document(
        cstmr_cdt_trf_initn=iso.CustomerCreditTransferInitiationV09(grp_hdr=header, pmt_inf=[payments])
    )


def _payment(number: str, transaction: Transaction) -> Any:
    amount = iso.ActiveOrHistoricCurrencyAndAmount(value=Decimal(euros(transaction.amount_cents)), ccy="EUR")
    remittance = f"Betaalbatch {number}, declaraties: {len(transaction.declarations)}"
    if transaction.instalments:
        remittance += f", termijnen: {len(transaction.instalments)}"
    return iso.CreditTransferTransaction34(
        pmt_id=iso.PaymentIdentification6(end_to_end_id=transaction.end_to_end_id),
        amt=iso.AmountType4Choice(instd_amt=amount),
        cdtr=iso.PartyIdentification135(nm=sepa_text(transaction.name, _NAME_LENGTH, transaction.provider)),
        cdtr_acct=_account(transaction.iban),
        rmt_inf=iso.RemittanceInformation16(ustrd=[remittance]),
    )


def _account(iban: str | None) -> Any:
    if iban is None:
        raise ValueError("a payment file needs the valid IBAN of the municipality")
    return iso.CashAccount38(id=iso.AccountIdentification4Choice(iban=iban))


def _bank(bic: str | None) -> Any:
    if bic is not None and _BIC.fullmatch(bic):
        institution = iso.FinancialInstitutionIdentification18(bicfi=bic)
    else:  # a missing BIC never stops a payment: the bank knows it from the IBAN
        other = iso.GenericFinancialIdentification1(id="NOTPROVIDED")
        institution = iso.FinancialInstitutionIdentification18(othr=other)
    return iso.BranchAndFinancialInstitutionIdentification6(fin_instn_id=institution)
