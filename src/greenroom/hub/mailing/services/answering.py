"""What people do with a mail: open it, follow its links, and say that they want no more."""

from collections.abc import Collection

from django.db import transaction

from greenroom.hub.contacts.models import Channel, Consent, ConsentRecord, Contact
from greenroom.hub.contacts.selectors import list_purposes
from greenroom.hub.contacts.services import record_consent, stop_contacting
from greenroom.hub.core import clock
from greenroom.hub.core.errors import UnknownObjectError
from greenroom.hub.ledger.models import Fact
from greenroom.hub.ledger.services import append
from greenroom.hub.mailing.doors import NOT_OURS
from greenroom.hub.mailing.models import Click, Message
from greenroom.hub.mailing.rendering import compile_version, fill
from greenroom.hub.mailing.resolving import resolve
from greenroom.hub.mailing.services.sending import fact_about

Source = ConsentRecord.Source


def note_opening(*, message: Message) -> None:
    """Note that a mail was opened, the first time."""
    now = clock.now()
    with transaction.atomic():
        if Message.objects.filter(pk=message.pk, opened_at=None).update(opened_at=now):
            append([fact_about(Fact.Kind.MAIL_OPENED, message, now)])


def follow_link(*, message: Message, link: int) -> str:
    """
    Return where a link of a mail leads for the person it was sent to, and note that it was followed.

    Raises:
        UnknownObjectError: the mail has no such link.
    """
    compiled = compile_version(message.version) if message.version else None
    if compiled is None or not 0 <= link < len(compiled.links) or message.contact is None:
        raise UnknownObjectError(NOT_OURS)
    now = clock.now()
    with transaction.atomic():
        Message.objects.filter(pk=message.pk, clicked_at=None).update(clicked_at=now)
        if Click.objects.get_or_create(message=message, link=link, defaults={"clicked_at": now})[1]:
            append([fact_about(Fact.Kind.MAIL_CLICKED, message, now, link=link)])
    values = resolve(compiled.tags, [message.contact], about=message.about).values[message.contact.pk]
    return fill(compiled.links[link], values)


def unsubscribe(*, message: Message) -> None:
    """Have the person get no more mails of this purpose; after a service message, none at all."""
    assert message.contact is not None
    details = {"message": message.pk}
    with transaction.atomic():
        Message.objects.filter(pk=message.pk, unsubscribed_at=None).update(unsubscribed_at=clock.now())
        if message.purpose:
            record_consent(
                contacts=[message.contact.pk],
                purpose=message.purpose,
                state=Consent.State.WITHDRAWN,
                source=Source.MAIL,
                details=details,
            )
        else:
            leave_alone(contact=message.contact, message=message)


def leave_alone(*, contact: Contact, message: Message) -> None:
    """Have a person written to no more, by their own wish."""
    stop_contacting(
        contacts=[contact.pk], reason=Contact.Silence.ASKED, source=Source.MAIL, details={"message": message.pk}
    )


def choose_purposes(*, contact: Contact, purposes: Collection[int], message: Message) -> None:
    """Keep what a person wants to be written to for, and that they want nothing else. Unchanged answers are no news."""
    agreed = contact.consents.filter(state=Consent.State.GRANTED, channel=Channel.EMAIL)
    # Who wants to be left alone has nothing now; what they choose here they get again.
    granted = set() if contact.do_not_contact_at else set(agreed.values_list("purpose_id", flat=True))
    with transaction.atomic():
        for purpose in list_purposes():
            is_wanted = purpose.pk in purposes
            if is_wanted != (purpose.pk in granted):
                record_consent(
                    contacts=[contact.pk],
                    purpose=purpose,
                    state=Consent.State.GRANTED if is_wanted else Consent.State.WITHDRAWN,
                    source=Source.PREFERENCES,
                    details={"message": message.pk},
                )
