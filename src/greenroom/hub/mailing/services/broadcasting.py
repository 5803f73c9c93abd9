"""Sending an e-mail to many contacts: one statement makes all their messages."""

import secrets
from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import QuerySet

from greenroom.hub.contacts.models import Contact
from greenroom.hub.contacts.selectors import may_be_mailed
from greenroom.hub.core import clock
from greenroom.hub.core.errors import InvalidInputError, StateConflictError
from greenroom.hub.jobs.registry import task
from greenroom.hub.mailing.checking import check_segment, find_event_about
from greenroom.hub.mailing.models import Broadcast, Email, EmailVersion, Message
from greenroom.hub.mailing.selectors import preview
from greenroom.hub.mailing.services.queueing import queue_letter, wake_sender
from greenroom.hub.segments.models import Segment
from greenroom.hub.users.models import User

_COLUMNS = {
    "subject": "", "text": "", "html": "", "headers": "{}", "attachments": "[]", "state": Message.State.WAITING,
    "attempts": 0, "error": "",
}  # fmt: skip
_MAKE = """
    INSERT INTO mailing_message ("to", contact_id, dedupe_key, {columns})
    SELECT chosen.email, chosen.id, %s || chosen.id, {values} FROM ({chosen}) AS chosen WHERE true
    ON CONFLICT (dedupe_key) DO NOTHING
"""


def queue_email(
    *,
    version: EmailVersion,
    contacts: "QuerySet[Contact]",
    key: str,
    cause: str = "",
    about: str = "",
    broadcast: Broadcast | None = None,
    not_before: datetime | None = None,
) -> int:
    """
    Put an e-mail in line for contacts who may be sent it, in the caller's transaction. Two statements, however many.

    Contacts without an address, who want to be left alone, or who did not agree to its purpose are passed over. What
    the merge tags stand for is looked up when it is sent; whoever has no link then is held back.

    Args:
        key: with the contact it makes one message, however often this is asked for.
        cause: what asked for it, such as the step of a campaign.
        about: key of the event that merge tags are about which name none.

    Returns:
        How many messages are new.
    """
    due_at = not_before or clock.now()
    chosen = contacts.filter(may_be_mailed(version.purpose_id)).order_by().values("id", "email")
    try:
        select, params = chosen.query.sql_with_params()
    except EmptyResultSet:
        return 0
    to_db = connection.ops.adapt_datetimefield_value
    same: dict[str, Any] = {
        **_COLUMNS, "version_id": version.pk, "purpose_id": version.purpose_id, "cause": cause, "about": about,
        "broadcast_id": broadcast.pk if broadcast else None, "due_at": to_db(due_at), "created_at": to_db(clock.now()),
    }  # fmt: skip
    statement = _MAKE.format(columns=", ".join(same), values=", ".join(["%s"] * len(same)), chosen=select)
    with connection.cursor() as cursor:
        cursor.execute(statement, [f"{key}:", *same.values(), *params])
        new = max(cursor.rowcount, 0)
    if new:
        wake_sender(due_at)
    return new


def broadcast(*, email: Email, segment: Segment, actor: User, starts_at: datetime | None = None) -> Broadcast:
    """
    Send an e-mail as it is now to everybody who is in a segment when the time comes.

    Raises:
        InvalidInputError: it has a merge tag that stands for nothing for some of them; the sentence names them.
    """
    if email.version is None:
        raise InvalidInputError("This e-mail says nothing yet.")
    if Email.objects.filter(pk=email.pk, archived_at__isnull=False).exists():
        raise InvalidInputError("This e-mail is archived. Restore it first.")
    check_segment(email.version, segment)
    now = clock.now()
    with transaction.atomic():
        made = Broadcast.objects.create(
            version=email.version,
            segment=segment,
            segment_name=segment.name,
            starts_at=max(starts_at or now, now),
            created_by=actor,
            created_at=now,
        )
        start_broadcast.enqueue(
            broadcast_id=made.pk, run_at=made.starts_at, dedupe_key=f"mailing.start_broadcast:{made.pk}"
        )
    return made


def cancel_broadcast(*, broadcast: Broadcast) -> None:
    """
    Take back a broadcast whose time has not come.

    Raises:
        StateConflictError: it has begun.
    """
    planned = Broadcast.objects.filter(pk=broadcast.pk, state=Broadcast.State.PLANNED)
    if not planned.update(state=Broadcast.State.CANCELLED):
        raise StateConflictError("This is being sent already. It cannot be taken back.")


def send_test(*, version: EmailVersion, contact: Contact, user: User) -> Message:
    """
    Send an e-mail to somebody who works on it, as a contact would get it.

    Links that admit the contact lead nowhere, unless it is the user themselves.
    """
    shown = preview(version, contact, segment=version.email.segment, shows_links=contact.email == user.email)
    return queue_letter(
        to=user.email,
        user=user,
        subject=f"Test: {shown.mail.subject}",
        text=shown.mail.text,
        html=shown.mail.html,
        dedupe_key=f"test:{secrets.token_hex(8)}",
        cause="test",
    )


def send_again(*, message: Message) -> None:
    """
    Put a message in line once more that failed, or that perhaps arrived.

    Raises:
        StateConflictError: it is in line, or has arrived.
    """
    with transaction.atomic():
        troubled = Message.objects.filter(pk=message.pk, state__in=[Message.State.FAILED, Message.State.UNSURE])
        troubled = troubled.exclude(version=None, text="")  # nothing of it is kept
        if not troubled.update(state=Message.State.WAITING, error="", attempts=0, due_at=clock.now()):
            raise StateConflictError("This mail is in line, has arrived, or is no longer kept.")
        wake_sender(clock.now())


@task(queue="mail")
def start_broadcast(*, broadcast_id: int) -> None:
    """Make the messages of a broadcast whose time has come."""
    with transaction.atomic():
        planned = Broadcast.objects.filter(pk=broadcast_id, state=Broadcast.State.PLANNED)
        if not planned.update(state=Broadcast.State.QUEUED):
            return
        sending = Broadcast.objects.select_related("version", "segment").get(pk=broadcast_id)
        segment = sending.segment
        about = find_event_about(sending.version, segment, at=sending.created_at) if segment else None
        members = Contact.objects.filter(memberships__segment=sending.segment_id, memberships__is_in=True)
        Broadcast.objects.filter(pk=broadcast_id).update(in_segment=members.count())
        queue_email(
            version=sending.version,
            contacts=members,
            key=f"broadcast:{broadcast_id}",
            cause=f"broadcast:{broadcast_id}",
            about=about.event_key if about else "",
            broadcast=sending,
        )
