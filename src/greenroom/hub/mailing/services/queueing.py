"""Putting letters in line."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from greenroom.hub.contacts.addresses import is_address
from greenroom.hub.contacts.keepers import DataSubject, forgets, tells
from greenroom.hub.contacts.models import Contact, Purpose
from greenroom.hub.core import clock
from greenroom.hub.core.errors import InvalidInputError
from greenroom.hub.core.texts import storable
from greenroom.hub.ledger.services import transaction_number
from greenroom.hub.mailing.composing import header_text
from greenroom.hub.mailing.models import Message
from greenroom.hub.mailing.services.sending import send_messages
from greenroom.hub.users.models import User

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file in a letter. `content_type` may have parameters, as `text/calendar; method=REQUEST`."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """
    One mail to one person, as somebody wants it sent.

    Attributes:
        text: what is read where HTML is not shown; always given.
        dedupe_key: makes it one mail, however often it is put in line.
        contact: id of the contact it is to, whose timeline then has it.
        user: id of who signs in, when it is to them.
        purpose: what `contact` must have agreed to; a service message when left out.
        cause: what asked for it, for people who look at the line.
        not_before: when it may leave; at once when left out.
    """

    to: str
    subject: str
    text: str
    dedupe_key: str
    html: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    attachments: Sequence[Attachment] = ()
    contact: int | None = None
    user: int | None = None
    purpose: Purpose | None = None
    cause: str = ""
    not_before: datetime | None = None


@tells("mails")
def tell_messages(person: DataSubject) -> Any:
    """Tell what somebody was sent, and whether they looked at it."""
    rows = _list_messages_of(person).select_related("version").order_by("pk")
    return [
        {
            "to": one.to, "subject": one.version.subject if one.version else one.subject, "text": one.text,
            "html": one.html, "state": one.state, "created_at": one.created_at, "sent_at": one.sent_at,
            "opened_at": one.opened_at, "clicked_at": one.clicked_at,
        }
        for one in rows
    ]  # fmt: skip


@forgets
def forget_messages(person: DataSubject) -> None:
    """Forget what somebody was sent; what still waits is sent no more."""
    _list_messages_of(person).delete()


def _list_messages_of(person: DataSubject) -> QuerySet[Message]:
    return Message.objects.filter(Q(contact=person.contact) | Q(to__in=person.emails))


def queue_letter(
    *,
    to: str,
    subject: str,
    text: str,
    dedupe_key: str,
    contact: Contact | None = None,
    user: User | None = None,
    **more: Any,
) -> Message:
    """
    Put one letter in line, in the caller's transaction; it leaves when that is committed.

    Args:
        more: the other members of `Letter`: html, headers, attachments, purpose, cause, not_before.

    Returns:
        The message; the one that is in line or sent already, unchanged, when `dedupe_key` is known.

    Raises:
        InvalidInputError: `to` is no address.
    """
    if not is_address(to):
        raise InvalidInputError("This letter cannot be sent.", {"to": "Give a whole address, like ada@example.com."})
    ids = (contact.pk if contact else None, user.pk if user else None)
    queue_letters(
        [Letter(to=to, subject=subject, text=text, dedupe_key=dedupe_key, contact=ids[0], user=ids[1], **more)]
    )
    return Message.objects.get(dedupe_key=dedupe_key)


def queue_letters(letters: Iterable[Letter]) -> None:
    """
    Put letters in line, in the caller's transaction. One statement for each 500.

    Letters to what is no address are passed over, and so are those whose dedupe key is known.
    """
    rows = [_row(one) for one in letters if is_address(one.to)]
    if rows:
        Message.objects.bulk_create(rows, batch_size=_AT_ONCE, ignore_conflicts=True)
        wake_sender(min(one.due_at for one in rows))


def wake_sender(due_at: datetime) -> None:
    """
    Have what is in line sent once this transaction is committed, or when its time comes.

    One job for each transaction: with a key shared by all, writers would wait for each other.
    """
    send_messages.enqueue(run_at=due_at, dedupe_key=f"mailing.send:{transaction_number()}")


def _row(letter: Letter) -> Message:
    now = clock.now()
    return Message(
        to=letter.to.strip(),
        subject=header_text(letter.subject),
        text=storable(letter.text),
        html=storable(letter.html),
        headers=dict(letter.headers),
        attachments=[_as_json(one) for one in letter.attachments],
        purpose=letter.purpose,
        contact_id=letter.contact,
        user_id=letter.user,
        cause=letter.cause,
        dedupe_key=letter.dedupe_key,
        due_at=letter.not_before or now,
        created_at=now,
    )


def _as_json(attachment: Attachment) -> dict[str, str]:
    content = base64.b64encode(attachment.content).decode()
    return {"name": attachment.name, "content_type": attachment.content_type, "content": content}
