"""Handle one received message: the one function that every runtime calls.

Everything happens in the transaction of the inbox that is passed in; the caller commits, and only
then anything leaves the house.
"""

from __future__ import annotations

import hashlib
import traceback
from datetime import date
from pathlib import PurePath
from typing import Final, cast

from schemas.notice import Notice
from schemas.xml.fault import Fault, fault_of_message
from schemas.xml.gate import Admitted, admit
from store.database import StoreUnavailable
from store.declarations import GuardRefused
from store.inbox import Inbox
from streams.handle_care import handle_allocations, handle_delivery
from streams.handle_declaration import handle_declaration
from streams.house import House
from streams.outcome import Outcome
from streams.received import Received

_TRIES: Final = 3
_STEPS: Final = {
    "301": handle_allocations,
    "305": handle_delivery,
    "307": handle_delivery,
    "323": handle_declaration,
}


def handle(data: bytes, file: str, received_on: date, inbox: Inbox, house: House) -> Outcome:
    """Take in one message and decide it. Never raises for what is in the message.

    Raises only when the store itself fails; then the transaction holds nothing of the message
    once the caller rolls it back.
    """
    received = Received(data, file, hashlib.sha256(data).hexdigest(), received_on)
    seen = inbox.seen(received.sha256)
    if seen is not None:
        return _again(inbox, seen, received)
    admitted = admit(data)
    if isinstance(admitted, Fault):
        return seal(admitted, received, inbox)
    result = _decide(admitted, received, inbox, house)
    return result if isinstance(result, Outcome) else seal(result, received, inbox)


def _decide(admitted: Admitted, received: Received, inbox: Inbox, house: House) -> Outcome | Fault:
    """Decide in a savepoint of its own, so that nothing of a message that fails half-way stays."""
    step = _STEPS[admitted.message_type.number]
    for attempt in range(_TRIES):
        inbox.execute("SAVEPOINT message")
        try:
            result = step(admitted, received, inbox, house)
        except GuardRefused:
            inbox.roll_back("message")
            if attempt == _TRIES - 1:
                raise StoreUnavailable("other work keeps changing the same allocations; try again") from None
            admitted = cast(Admitted, admit(received.data))  # a declaration lets its tree go
        except inbox.failures:
            raise
        except Exception as error:  # a defect of ours must not stop the stream
            inbox.roll_back("message")
            return _defect(error, admitted)
        else:
            inbox.execute("RELEASE message")
            return result
    raise AssertionError("unreachable")


def _defect(error: Exception, admitted: Admitted) -> Fault:
    """A fault of our own: say where in the program, never what was in the message."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{type(error).__name__} in {place.name}, line {place.lineno}"
    return fault_of_message("quarantined", "defect", admitted.root, admitted.message_type, found=where)


def _again(inbox: Inbox, message_id: int, received: Received) -> Outcome:
    earlier = inbox.stored(message_id)
    return Outcome(
        file=received.file,
        sha256=received.sha256,
        type=earlier.type,
        sender=earlier.sender,
        receiver=earlier.receiver,
        identification=earlier.identification,
        outcome="duplicate",
        answer=earlier.answer,
        claimed_cents=earlier.claimed_cents,
        granted_cents=earlier.granted_cents,
        lines=earlier.lines,
        rejected=earlier.rejected,
        message_id=message_id,
    )


def seal(fault: Fault, received: Received, inbox: Inbox) -> Outcome:
    """Keep a refused or unusable message with its hash and reason, and nothing else of it."""
    kind = fault.message_type
    municipality = fault.sender if kind is not None and kind.number == "301" else fault.receiver
    notice = Notice(
        outcome=fault.outcome,
        reason=fault.reason,
        sha256=received.sha256,
        file=PurePath(received.file).name,
        municipality=municipality,
        sender=fault.sender,
        path=fault.path,
        found=fault.found,
        expected=fault.expected,
        received_on=str(received.received_on),
        rules=fault.rules,
        codes=fault.codes,
        type=None if kind is None else kind.name,
    )
    inbox.seal(notice, received.data)
    return Outcome(
        file=received.file,
        sha256=received.sha256,
        type=None if kind is None else kind.name,
        sender=fault.sender,
        receiver=fault.receiver,
        identification=fault.identification,
        outcome=fault.outcome,
        reason=fault.reason,
    )
