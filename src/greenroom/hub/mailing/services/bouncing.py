"""Mail that came back, as mail servers say it (RFC 3464)."""

from email import message_from_bytes, policy
from email.message import Message as Mail
from enum import StrEnum

from django.db import transaction

from greenroom.hub.contacts.models import ConsentRecord, Contact
from greenroom.hub.contacts.services import stop_contacting
from greenroom.hub.core import clock
from greenroom.hub.ledger.models import Fact
from greenroom.hub.ledger.services import append
from greenroom.hub.mailing.composing import read_id
from greenroom.hub.mailing.models import Message
from greenroom.hub.mailing.services.sending import fact_about


class Bounce(StrEnum):
    """What a mail that came back means."""

    NOTED = "noted"
    TEMPORARY = "temporary"
    UNKNOWN = "unknown"


@transaction.atomic
def note_bounce(raw: bytes) -> Bounce:
    """
    Read a delivery status notification, and write to nobody any more whose address takes no mail for good.

    Which mail it is about is told by our own signed Message-ID, so that nobody can have others left alone. A delay is
    no news: the mail server goes on trying. What is noted once is noted once.

    Returns:
        `UNKNOWN` for what is no such notification, or about a mail that is none of ours.
    """
    report = message_from_bytes(raw, policy=policy.compat32)
    message = Message.objects.select_related("version__email").filter(pk=_find_ours(report) or 0).first()
    if message is None:
        return Bounce.UNKNOWN
    if not _is_for_good(report):
        return Bounce.TEMPORARY
    arrived = Message.objects.filter(pk=message.pk).exclude(state=Message.State.BOUNCED)
    if arrived.update(state=Message.State.BOUNCED, error="bounced"):
        append([fact_about(Fact.Kind.MAIL_BOUNCED, message, clock.now())])
    contact = message.contact
    if contact and contact.email == message.to:
        stop_contacting(
            contacts=[contact.pk],
            reason=Contact.Silence.BOUNCED,
            source=ConsentRecord.Source.DELIVERY,
            details={"message": message.pk},
        )
    return Bounce.NOTED


def _find_ours(report: Mail) -> int | None:
    """Return the message that is sent back in a report, whole or only its headers."""
    for part in report.walk():
        if part is report:
            continue
        texts = [str(part.get("Message-ID") or "")]
        if part.get_content_type() == "text/rfc822-headers":
            payload = part.get_payload(decode=True)
            texts.append(payload.decode("utf-8", "replace") if isinstance(payload, bytes) else "")
        for text in texts:
            if pk := read_id(text):
                return pk
    return None


def _is_for_good(report: Mail) -> bool:
    """Tell whether the address will never take mail: it failed, with a status of class 5."""
    for part in report.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        for block in part.get_payload():
            if not isinstance(block, Mail):
                continue
            action, status = str(block.get("Action") or ""), str(block.get("Status") or "")
            if action.strip().lower() == "failed" and status.strip().startswith("5"):
                return True
    return False
