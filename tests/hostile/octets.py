"""Categories A, B and E: files that are wrong below the level of elements; and numbers too long to write."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zlib
from collections.abc import Iterator

from schemas.xml.gate import LARGEST_MESSAGE
from tests.hostile.base import VALID, Case, with_texts, with_values

_DATA = VALID.encode()
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_BODY = VALID.removeprefix(_DECLARATION)
_BOM = b"\xef\xbb\xbf"
_REFERENCE = b"<b:ReferentieNummer>R1<"


def cases() -> Iterator[Case]:
    """The cases of A, B and E, and two of F."""
    for number, (sentence, data, reason) in enumerate(_wellformedness(), 1):
        yield _case(f"A{number:02}", sentence, data, reason)
    for number, (sentence, data, reason) in enumerate(_blanks(), 91):
        yield _case(f"A{number:02}", sentence, data, reason)
    for number, (sentence, text, reason) in enumerate(_entities(), 1):
        data = text.encode() if isinstance(text, str) else text
        yield _case(f"B{number:02}", sentence, data, reason)
    for number, (sentence, data, reason) in enumerate(_encodings(), 1):
        yield _case(f"E{number:02}", sentence, data, reason)
    for number, (sentence, text) in enumerate(_kept(), 41):
        value = with_texts({"ReferentieNummer": text}).encode()
        yield Case(f"E{number}", "E", sentence, value, "admitted", None, None, {"reference": text})
    long = with_values({"Bedrag": f"{'0' * 5000}93600"}).encode()
    yield Case("F05", "F", "5,000 zeros in front", long, "admitted", None, None, {"amount_cents": 93_600})
    long = with_values({"Bedrag": "9" * 5000}).encode()
    yield Case("F45", "F", "a number of 5,000 digits", long, "refused", "structure")


def _case(case_id: str, sentence: str, data: bytes, reason: str | None) -> Case:
    refused = {"structure", "value"}
    outcome = "admitted" if reason is None else "refused" if reason in refused else "quarantined"
    return Case(case_id, case_id[0], sentence, data, outcome, reason)


def _blanks() -> Iterator[tuple[str, bytes, str | None]]:
    yield "25 MiB of white space", b" " * LARGEST_MESSAGE, "empty"
    yield "25 MiB of white space behind a byte order mark", _BOM + b"\n" * (LARGEST_MESSAGE - 3), "empty"
    yield "a byte order mark and a blank", _BOM + b" ", "empty"
    yield "no-break and em spaces", "\u00a0\u2003\n".encode() * 30, "empty"
    yield "white space and half a character", b" " * 70 + b"\xc2", "encoding"
    yield "white space and a letter far behind", b" " * 100_000 + b"x", "not-wellformed"
    yield "25 MiB of white space and one blank", b" " * (LARGEST_MESSAGE + 1), "too-large"


def _wellformedness() -> Iterator[tuple[str, bytes, str | None]]:
    bad = "not-wellformed"
    yield "no bytes at all", b"", "empty"
    yield "white space only", b" \r\n\t", "empty"
    yield "a byte order mark only", _BOM, "empty"
    yield "cut off inside an element", _DATA[:900], bad
    yield "cut off before the last end tag", _DATA.rstrip().removesuffix(b"</m:Bericht>"), bad
    yield "the same message twice, one behind the other", _DATA + _DATA, bad
    yield "two roots without a second declaration", _DATA + _BODY.encode(), bad
    yield "text behind the root", _DATA + b"x", bad
    yield "white space and a comment behind the root", _DATA + b" <!-- end --> \n", None
    yield "zero bytes behind the root", _DATA + b"\0\0\0\0", bad
    yield "white space before the declaration", b" " + _DATA, bad
    yield "a byte order mark before the declaration", _BOM + _DATA, None
    yield "two byte order marks", _BOM + _BOM + _DATA, bad
    yield "packed with gzip", gzip.compress(_DATA, mtime=0), "compressed"
    yield "packed with bzip2", bz2.compress(_DATA), "compressed"
    yield "packed with xz", lzma.compress(_DATA), "compressed"
    yield "packed with zlib, without a name of its own", zlib.compress(_DATA), "encoding"
    yield "the start of a zstandard frame", b"\x28\xb5\x2f\xfd" + _DATA, "compressed"
    yield "an attribute twice", _DATA.replace(b"<m:Header>", b'<m:Header a="1" a="2">'), bad
    yield "a prefix that nothing declares", _DATA.replace(b"<m:Header>", b"<q:Header>"), bad
    yield "tags that cross", _DATA.replace(b"</b:Bedrag><b:DebetCredit>", b"<b:DebetCredit></b:Bedrag>"), bad
    yield "XML 1.1", _DATA.replace(b'version="1.0"', b'version="1.1"'), "xml-version"
    yield "XML 2.0", _DATA.replace(b'version="1.0"', b'version="2.0"'), "xml-version"
    yield "no declaration", _BODY.encode(), None
    yield "a declaration without encoding", _DATA.replace(b' encoding="UTF-8"', b""), None
    yield "a bare ampersand in a value", _DATA.replace(b">R1<", b">R&1<"), bad
    yield "a bare less-than in a value", _DATA.replace(b">R1<", b">R<1<"), bad
    yield "a control character in a value", _DATA.replace(b">R1<", b">R\x081<"), bad
    yield "a reference to a forbidden character", _DATA.replace(b">R1<", b">R&#8;1<"), bad
    yield "JSON", b'{"Bericht": {}}', bad
    yield "a web page", b"<html><body>Te groot</body></html>", "unknown-message"
    yield "line ends of an old Macintosh", _DATA.replace(b"\n", b"\r"), None


def _entities() -> Iterator[tuple[str, str | bytes, str | None]]:
    def under(doctype: str, body: str = _BODY) -> str:
        return _DECLARATION + doctype + body

    used = with_values({"ReferentieNummer": "&x;"}).removeprefix(_DECLARATION)
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    yield "a bare DOCTYPE", under("<!DOCTYPE Bericht>"), "doctype"
    yield "an internal entity", under('<!DOCTYPE a [<!ENTITY x "R9">]>', used), "doctype"
    yield "an entity holding a BSN", under('<!DOCTYPE a [<!ENTITY x "999991103">]>', used), "doctype"
    yield (
        "a billion laughs",
        under(f'<!DOCTYPE a [<!ENTITY l0 "ha">{lol}]>', used.replace("&x;", "&l9;")),
        "doctype",
    )
    yield (
        "quadratic blow-up",
        under(f'<!DOCTYPE a [<!ENTITY x "{"a" * 50_000}">]>', used.replace("&x;", "&x;" * 10_000)),
        "doctype",
    )
    yield (
        "a file from outside",
        under('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>', used),
        "doctype",
    )
    yield (
        "a call to loopback",
        under('<!DOCTYPE a [<!ENTITY x SYSTEM "http://127.0.0.1:9/">]>', used),
        "doctype",
    )
    yield "a DTD from outside", under('<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd">'), "doctype"
    yield (
        "a parameter entity",
        under('<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p;]>'),
        "doctype",
    )
    yield (
        "an attribute by default",
        under('<!DOCTYPE a [<!ATTLIST Bericht a CDATA "1">]>'),
        "doctype",
    )
    yield "a DOCTYPE behind a megabyte of comment", under(f"<!--{'x' * 1_000_000}--><!DOCTYPE a>"), "doctype"
    yield "a DOCTYPE behind many comments", under("<!-- -->" * 100_000 + "<!DOCTYPE a>"), "doctype"
    yield "a DOCTYPE behind an instruction", under("<?a <!-- ?>\n<!DOCTYPE a>"), "doctype"
    yield "a DOCTYPE in UTF-16", under("<!DOCTYPE a>").encode("utf-16"), "encoding"
    yield "a DOCTYPE in UTF-7", _utf7("+ADw-!DOCTYPE a+AD4-"), "encoding"
    yield "an entity that nothing declares", _DECLARATION + used, "not-wellformed"
    yield "a DOCTYPE in small letters", under("<!doctype a>"), "not-wellformed"
    yield "a DOCTYPE behind the root", VALID + "<!DOCTYPE a>", "not-wellformed"
    yield "a DOCTYPE that does not end", under("<!DOCTYPE a ["), "doctype"
    yield "a DOCTYPE in a comment is only a comment", under("<!-- <!DOCTYPE a> -->"), None
    yield "a DOCTYPE in CDATA is only text", VALID.replace(">R1<", "><![CDATA[<!DOCTYPE a>]]><"), None


def _utf7(doctype: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-7"?>{doctype}{_BODY}'.encode()


def _encodings() -> Iterator[tuple[str, bytes, str | None]]:
    def declared(name: str) -> bytes:
        return _DATA.replace(b"UTF-8", name.encode())

    def holding(octets: bytes) -> bytes:
        return _DATA.replace(_REFERENCE, _REFERENCE[:-1] + octets + b"<")

    bad, wrong = "encoding", "not-wellformed"
    for codec in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"):
        yield f"written and declared as {codec}", VALID.replace("UTF-8", codec).encode(codec), bad
    yield "written as UTF-16 while it declares UTF-8", VALID.encode("utf-16"), bad
    yield "written as UTF-16 without declaration or mark", _BODY.encode("utf-16-le"), bad
    yield "declared as UTF-7", declared("UTF-7"), bad
    yield "declared as latin-1, only ASCII inside", declared("ISO-8859-1"), bad
    yield "declared as windows-1252", declared("windows-1252"), bad
    yield "declared as an encoding nobody knows", declared("x-klingon"), bad
    yield "declared with nothing", declared(""), bad
    yield "declared in small letters and single quotes", _DATA.replace(b'"UTF-8"', b"'utf-8'"), None
    yield "EBCDIC", VALID.encode("cp037"), bad
    yield "latin-1 bytes in UTF-8", holding(b"\xe9"), bad
    yield "windows-1252 quotes in UTF-8", holding(b"\x93x\x94"), bad
    yield "an overlong less-than", holding(b"\xc0\xbc"), bad
    yield "an overlong zero", holding(b"\xc0\x80"), bad
    yield "half a surrogate pair", holding(b"\xed\xa0\x80"), bad
    yield "a surrogate pair as in CESU-8", holding(b"\xed\xa0\xbd\xed\xb8\x80"), bad
    yield "beyond the last character", holding(b"\xf4\x90\x80\x80"), bad
    yield "a character cut in two at the end", _DATA + b"\xe2\x82", bad
    yield "a lonely continuation byte", holding(b"\x80"), bad
    yield "a byte that UTF-8 never uses", holding(b"\xff"), bad
    yield "a non-character", holding("\ufffe".encode()), wrong
    yield "a zero character", holding(b"\0"), wrong
    yield "a byte order mark and a declared UTF-16", _BOM + declared("UTF-16"), bad
    yield "an element name in Cyrillic letters", _DATA.replace(b"Header", "H\u0435ader".encode()), "structure"
    yield "the encoding named far behind", _far_behind(), bad


def _far_behind() -> bytes:
    return b'<?xml version="1.0"' + b" " * 100_000 + b'encoding="UTF-7"?>' + _BODY.encode()


def _kept() -> Iterator[tuple[str, str]]:
    """Hostile to the eye, legal by the standard: kept exactly."""
    yield "a right-to-left override is kept", "R\u202e1"
    yield "a zero-width space is kept", "R\u200b1"
    yield "a byte order mark inside is kept", "R\ufeff1"
    yield "a C1 control is kept", "R\u009b31m"
    yield "a composed letter is kept", "R\u00e9"
    yield "a decomposed letter is kept", "Re\u0301"
    yield "a Cyrillic letter is kept", "\u0420-1"
    yield "a character beyond the basic plane is kept", "R\U0001f600"
    yield "full-width digits in a reference are kept", "R\uff11"
    yield "a no-break space is kept", "R\u00a01"
    yield "a line separator is kept", "R\u20281"
