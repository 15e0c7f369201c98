"""The texts of the messages 301, 305, 307 and 323 with `%s` where a value goes.

`b:` stands for the prefix of the base schema. A form is written indented, and flattened for those
who need many lines in few bytes; both give the same elements in the same order.
"""

from __future__ import annotations

from functools import cache

from schemas.standard import MESSAGE_TYPES, Domain

_OPENING = """\
<?xml version="1.0" encoding="UTF-8"?>
<Bericht xmlns="NAMESPACE" xmlns:b="BASE">
  <Header>
    <BerichtCode>CODE</BerichtCode>
    <BerichtVersie>3</BerichtVersie>
    <BerichtSubversie>2</BerichtSubversie>
    <Afzender>%s</Afzender>
    <Ontvanger>%s</Ontvanger>
    <BerichtIdentificatie>
      <b:Identificatie>%s</b:Identificatie>
      <b:Dagtekening>%s</b:Dagtekening>
    </BerichtIdentificatie>
    <XsdVersie>
      <b:BasisschemaXsdVersie>1.0.0</b:BasisschemaXsdVersie>
      <b:BerichtXsdVersie>1.0.0</b:BerichtXsdVersie>
    </XsdVersie>
  </Header>
"""

_TEXTS = {
    "opening": _OPENING,
    "declaration": """\
  <Declaratie>
    <DeclaratieNummer>%s</DeclaratieNummer>
    <DeclaratiePeriode>
      <b:Begindatum>%s</b:Begindatum>
      <b:Einddatum>%s</b:Einddatum>
    </DeclaratiePeriode>
    <DeclaratieDagtekening>%s</DeclaratieDagtekening>
    <TotaalIngediendBedrag>
      <b:TotaalBedrag>%s</b:TotaalBedrag>
      <b:DebetCredit>%s</b:DebetCredit>
    </TotaalIngediendBedrag>
    <Clienten>
""",
    "declaration_end": """\
    </Clienten>
  </Declaratie>
</Bericht>
""",
    "client": """\
      <Client>
        <Bsn>%s</Bsn>
        <Prestaties>
""",
    "client_end": """\
        </Prestaties>
      </Client>
""",
    "line": """\
          <Prestatie>
            <ProductReferentie>
              <b:ReferentieNummer>%s</b:ReferentieNummer>
%s            </ProductReferentie>
            <ToewijzingNummer>%s</ToewijzingNummer>
            <ProductCategorie>%s</ProductCategorie>
            <ProductCode>%s</ProductCode>
            <ProductPeriode>
              <b:Begindatum>%s</b:Begindatum>
              <b:Einddatum>%s</b:Einddatum>
            </ProductPeriode>
            <GeleverdVolume>%s</GeleverdVolume>
            <Eenheid>%s</Eenheid>
%s            <IngediendBedrag>
              <b:Bedrag>%s</b:Bedrag>
              <b:DebetCredit>%s</b:DebetCredit>
            </IngediendBedrag>
          </Prestatie>
""",
    "previous": """\
              <b:VorigReferentieNummer>%s</b:VorigReferentieNummer>
""",
    "tariff": """\
            <ProductTarief>%s</ProductTarief>
""",
    "allocated_client": """\
  <Client>
    <Bsn>%s</Bsn>
    <Geboortedatum>
      <b:Datum>%s</b:Datum>
    </Geboortedatum>
    <Geslacht>%s</Geslacht>
    <Naam>
      <b:Geslachtsnaam>
        <b:Achternaam>%s</b:Achternaam>
      </b:Geslachtsnaam>
      <b:Voorletters>%s</b:Voorletters>
      <b:NaamGebruik>1</b:NaamGebruik>
    </Naam>
%s    <Contactgegevens>
      <Contact>
        <Soort>01</Soort>
        <Adres>
          <b:Huis>
            <b:Huisnummer>%s</b:Huisnummer>
          </b:Huis>
          <b:Postcode>%s</b:Postcode>
          <b:Straatnaam>%s</b:Straatnaam>
          <b:Plaatsnaam>%s</b:Plaatsnaam>
          <b:LandCode>NL</b:LandCode>
        </Adres>
      </Contact>
    </Contactgegevens>
    <ToegewezenProducten>
""",
    "allocated_client_end": """\
    </ToegewezenProducten>
  </Client>
</Bericht>
""",
    "parent": """\
    <Relaties>
      <Relatie>
        <Nummer>1</Nummer>
        <Soort>10</Soort>
        <Naam>
          <b:Geslachtsnaam>
            <b:Achternaam>%s</b:Achternaam>
          </b:Geslachtsnaam>
          <b:NaamGebruik>1</b:NaamGebruik>
        </Naam>
        <Contact>
          <Soort>02</Soort>
          <Telefoon>
            <b:Telefoon01>
              <b:Telefoonnummer>%s</b:Telefoonnummer>
              <b:Landnummer>0031</b:Landnummer>
            </b:Telefoon01>
          </Telefoon>
        </Contact>
      </Relatie>
    </Relaties>
""",
    "allocation": """\
      <ToegewezenProduct>
        <ToewijzingNummer>%s</ToewijzingNummer>
%s%s        <Toewijzingsdatum>%s</Toewijzingsdatum>
        <Toewijzingstijd>%s</Toewijzingstijd>
        <Ingangsdatum>%s</Ingangsdatum>
%s%s%s%s      </ToegewezenProduct>
""",
    "provider_reference": """\
        <ReferentieAanbieder>%s</ReferentieAanbieder>
""",
    "product": """\
        <Product>
          <b:Categorie>%s</b:Categorie>
%s        </Product>
""",
    "code": """\
          <b:Code>%s</b:Code>
""",
    "end": """\
        <Einddatum>%s</Einddatum>
""",
    "change_reason": """\
        <RedenWijziging>%s</RedenWijziging>
""",
    "size": """\
        <Omvang>
          <b:Volume>%s</b:Volume>
          <b:Eenheid>%s</b:Eenheid>
          <b:Frequentie>%s</b:Frequentie>
        </Omvang>
""",
    "budget": """\
        <Budget>%s</Budget>
""",
    "delivery_client": """\
  <Client>
    <Bsn>%s</Bsn>
    <Geboortedatum>
      <b:Datum>%s</b:Datum>
    </Geboortedatum>
    <Geslacht>%s</Geslacht>
    <Naam>
      <b:Geslachtsnaam>
        <b:Achternaam>%s</b:Achternaam>
      </b:Geslachtsnaam>
      <b:Voorletters>%s</b:Voorletters>
    </Naam>
    <KINDProducten>
""",
    "delivery_client_end": """\
    </KINDProducten>
  </Client>
</Bericht>
""",
    "delivery": """\
      <KINDProduct>
%s%s%s        <Begindatum>%s</Begindatum>
%s        <StatusAanlevering>%s</StatusAanlevering>
      </KINDProduct>
""",
    "delivery_allocation": """\
        <ToewijzingNummer>%s</ToewijzingNummer>
""",
    "allocation_start": """\
        <ToewijzingIngangsdatum>%s</ToewijzingIngangsdatum>
""",
    "stop": """\
        <RedenBeeindiging>%s</RedenBeeindiging>
        <Einddatum>%s</Einddatum>
""",
}


@cache
def forms(domain: Domain, number: str, indented: bool) -> dict[str, str]:
    """The forms of one message: indented, or flat with one text line per class; CR/LF either way."""
    message_type = MESSAGE_TYPES[f"{domain.value.upper()}{number}"]
    prefix = f"i{domain.value}"
    wording = {
        "xmlns:b=": f"xmlns:{prefix}=",
        "b:": f"{prefix}:",
        "NAMESPACE": message_type.namespace,
        "BASE": message_type.base_namespace,
        "CODE": message_type.code,
        "KIND": "Start" if number == "305" else "Stop",
    }
    shaped = {}
    for name, text in _TEXTS.items():
        lines = text.splitlines()
        form = "\r\n".join([*lines, ""]) if indented else "".join(map(str.lstrip, lines)) + "\r\n"
        for word, meaning in wording.items():
            form = form.replace(word, meaning)
        shaped[name] = form
    return shaped
