"""Handle one received message: the one function that every runtime calls.

Everything happens in the transaction of the inbox that is passed in; the caller commits, and only
then anything leaves the house.
"""

from __future__ import annotations

import hashlib
import traceback
from datetime import date
from pathlib import PurePath
from typing import Final, NamedTuple

from schemas.declaration import Declaration
from schemas.notice import Notice
from schemas.xml.fault import Fault, fault_of_message
from schemas.xml.gate import Admitted, admit
from schemas.xml.read_declaration import read_declaration
from schemas.xml.read_large import LARGE, read_large
from schemas.xml.usual import read_usual
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
}


class Opened(NamedTuple):
    """A message that was read and nothing else: to a declaration, to what was admitted, or to a fault.

    No content: these bytes were seen before.
    """

    received: Received
    content: Declaration | Admitted | Fault | None


def handle(data: bytes, file: str, received_on: date, inbox: Inbox, house: House) -> Outcome:
    """Take in one message and decide it. Never raises for what is in the message.

    Raises only when the store itself fails; then the transaction holds nothing of the message
    once the caller rolls it back.
    """
    received = receive(data, file, received_on)
    seen = inbox.seen(received.sha256)
    if seen is not None:
        return again(inbox, seen, received)
    return decide_alone(open_message(received), inbox, house)


def receive(data: bytes, file: str, received_on: date) -> Received:
    """Bytes with their hash."""
    return Received(data, file, hashlib.sha256(data).hexdigest(), received_on)


def open_message(received: Received) -> Opened:
    """Read a message as far as nothing else needs to be known for it."""
    try:
        return Opened(received, read_message(received.data))
    except Exception as error:  # a defect of ours must not stop the stream
        return Opened(received, _defect(error, received))


def read_message(data: bytes) -> Declaration | Admitted | Fault:
    """A 323 as its values, another message as the gate admitted it, or what is wrong with it."""
    usual = read_usual(data)
    if usual is not None:
        return usual
    large = read_large(data) if len(data) >= LARGE else None
    if large is not None:
        return large
    admitted = admit(data)
    if isinstance(admitted, Fault) or admitted.message_type.number != "323":
        return admitted
    return read_declaration(admitted.root, admitted.message_type, plain=admitted.plain)


def decide_alone(opened: Opened, inbox: Inbox, house: House) -> Outcome:
    """Decide in a savepoint of its own, so that nothing of a message that fails half-way stays."""
    received, content = opened
    if isinstance(content, Fault):
        return seal(content, received, inbox)
    assert content is not None, "what was seen before is not decided"
    for attempt in range(_TRIES):
        inbox.execute("SAVEPOINT message")
        try:
            result = _decide(content, received, inbox, house)
            inbox.flush()
        except GuardRefused:
            inbox.roll_back("message")
            if attempt == _TRIES - 1:
                raise StoreUnavailable("other work keeps changing the same allocations; try again") from None
        except inbox.failures:
            raise
        except Exception as error:  # idem
            inbox.roll_back("message")
            return seal(_defect(error, received), received, inbox)
        else:
            inbox.execute("RELEASE message")
            return result if isinstance(result, Outcome) else seal(result, received, inbox)
    raise AssertionError("unreachable")


def _decide(
    content: Declaration | Admitted, received: Received, inbox: Inbox, house: House
) -> Outcome | Fault:
    if isinstance(content, Declaration):
        return handle_declaration(content, received, inbox, house)
    return _STEPS[content.message_type.number](content, received, inbox, house)


def _defect(error: Exception, received: Received) -> Fault:
    """A fault of our own: say where in the program, never what was in the message."""
    admitted = admit(received.data)
    if isinstance(admitted, Fault):
        return admitted
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{type(error).__name__} in {place.name}, line {place.lineno}"
    return fault_of_message("quarantined", "defect", admitted.root, admitted.message_type, found=where)


def again(inbox: Inbox, message_id: int, received: Received) -> Outcome:
    """What became of the same bytes before."""
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


def seal(fault: Fault, received: Received, inbox: Inbox, after: int | None = None) -> Outcome:
    """Keep a refused or unusable message with its hash and reason, and nothing else of it; `after` is the
    last message before it, if that is not the last of all."""
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
    inbox.seal(notice, received.data, after)
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
