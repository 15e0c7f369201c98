"""Rejections, signals and notices as people and files show them: values plus sentences in one language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal

from reference.texts import fault_texts, in_words, rule_texts, signal_texts
from schemas.money import euro
from schemas.notice import Cause, Notice, Rejection, Signal

Lang = Literal["nl", "en"]


def rejection_object(rejection: Rejection, lang: Lang = "nl") -> dict[str, Any]:
    """A rejection as one JSON object, with explanation, who acts and how to fix it."""
    causes = [_in_words(cause, lang) for cause in rejection.causes]
    told = _told(causes)
    return {
        "municipality": rejection.municipality,
        "provider": rejection.provider,
        "domain": rejection.domain,
        "message_sha256": rejection.message_sha256,
        "declaration": rejection.declaration,
        "class": rejection.subject,
        "client": rejection.client,
        "reference": rejection.reference,
        "allocation": rejection.allocation,
        "codes": list(rejection.codes),
        "rules": list(dict.fromkeys(cause.rule for cause in rejection.causes if cause.code)),
        "explanation": " ".join(_fill(text[lang]["says"], cause) for text, cause in told),
        "found": "; ".join([cause.found for cause in causes]),
        "expected": "; ".join([cause.expected for cause in causes]),
        "paths": [cause.path for cause in rejection.causes],
        "who_acts": who_acts(rejection),
        "how_to_fix": " ".join(dict.fromkeys(_fill(text[lang]["fix"], cause) for text, cause in told)),
        "amount_cents": rejection.amount_cents,
        "side": rejection.side,
        "received_on": rejection.received_on,
        "answer_due": rejection.answer_due,
    }


def who_acts(rejection: Rejection) -> str:
    """Provider, municipality, both or nobody: whoever one of the causes points at."""
    who = {_text(cause)["who"] for cause in rejection.causes} - {"nobody"}
    if not who:
        return "nobody"
    return who.pop() if len(who) == 1 else "both"


def _text(cause: Cause) -> dict[str, Any]:
    text = rule_texts()[cause.rule] if cause.rule in rule_texts() else fault_texts()[cause.rule]
    variant = text.get("variants", {}).get(cause.variant)
    return {**text, "who": cause.variant, **variant} if variant else text


def _told(causes: Iterable[Cause]) -> list[tuple[dict[str, Any], Cause]]:
    """Causes with their texts, each sentence once: a fault repeated on a hundred lines is one sentence."""
    distinct = {(cause.rule, cause.found, cause.expected): cause for cause in causes}
    return [(_text(cause), cause) for cause in list(distinct.values())[:10]]


def _in_words(cause: Cause, lang: Lang) -> Cause:
    return cause._replace(found=in_words(cause.found, lang), expected=in_words(cause.expected, lang))


def _fill(sentence: str, cause: Cause) -> str:
    return sentence.replace("{found}", cause.found).replace("{expected}", cause.expected)


def signal_object(signal: Signal, lang: Lang = "nl") -> dict[str, Any]:
    """A signal as one JSON object: what every signal tells, what its kind tells, and its sentence."""
    found, expected = in_words(signal.found, lang), in_words(signal.expected, lang)
    more = signal.more or {}
    told = signal_texts()[signal.kind][lang]
    for name, value in {"found": found, "expected": expected, **more}.items():
        told = told.replace(f"{{{name}}}", _shown(name, value, lang))
    every = {key: value for key, value in signal._asdict().items() if key != "more"}
    return {**every, "found": found, "expected": expected, **more, "explanation": told}


def _shown(name: str, value: object, lang: Lang) -> str:
    """A value in a sentence: cents as an amount, tokens as words."""
    if name.endswith("_cents") and isinstance(value, int):
        return euro(value, lang)
    return in_words(str(value), lang)


def notice_object(notice: Notice, lang: Lang = "nl") -> dict[str, Any]:
    """A notice as one JSON object, with its sentences and who acts."""
    fault = fault_texts()[notice.reason]
    text = fault[lang]
    return {
        **notice._asdict(),
        "found": None if notice.found is None else in_words(notice.found, lang),
        "expected": None if notice.expected is None else in_words(notice.expected, lang),
        "explanation": " ".join((text["says"], *_broken_rules(notice, lang))),
        "who_acts": fault["who"],
        "how_to_fix": text["fix"],
    }


def _broken_rules(notice: Notice, lang: Lang) -> Iterator[str]:
    """What is wrong by the rules of a notice, which knows the values of the first rule only."""
    for position, rule in enumerate(notice.rules):
        sentence: str = rule_texts()[rule][lang]["says"]
        if position == 0:
            cause = Cause(rule, "", "", notice.found or "", notice.expected or "", None)
            yield _fill(sentence, _in_words(cause, lang))
        elif "{" not in sentence:
            yield sentence
