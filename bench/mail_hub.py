"""What the hub does while mails are measured. Runs in a process of its own, in which Django is set up."""

import time
from typing import Any

from django.conf import settings
from django.db import transaction

from greenroom.hub.connections.models import Connection
from greenroom.hub.contacts.models import Consent, Contact, ContactAddress, Purpose
from greenroom.hub.core import clock
from greenroom.hub.events.models import Event, Registrant
from greenroom.hub.ledger.models import Fact
from greenroom.hub.mailing.models import Message
from greenroom.hub.mailing.services import queue_email, save_email
from greenroom.hub.mailing.services.sending import send_messages
from greenroom.hub.users.models import User

_PARAGRAPH = "<p>We are happy to see you at our webinar. It is about things that matter to you and to us.</p>"
_BODY = f"""
    <p>Dear {{first_name|friend}},</p>{_PARAGRAPH * 10}<p>{{webinar_button event=77}}</p>
    <p><a href="https://example.com/">Read more</a></p>
"""


def send_mails(count: int, port: int) -> dict[str, Any]:
    """Send marketing mail with a personal link, counted links, consent, a row and a fact for everybody."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    purpose = _make_people(count)
    email = save_email(
        name="Invitation", subject="{first_name}, come in", body=_BODY, purpose=purpose, tracks_opens=True,
        tracks_clicks=True, actor=User.objects.earliest("pk"),
    )  # fmt: skip
    assert email.version is not None
    start = time.perf_counter()
    with transaction.atomic():
        queue_email(version=email.version, contacts=Contact.objects.all(), key="bench")
    queued = time.perf_counter()
    cpu = time.process_time()
    send_messages.call()
    sent = Message.objects.filter(state=Message.State.SENT).count()
    if not sent == Fact.objects.filter(kind=Fact.Kind.MAIL_SENT).count() == count:
        raise RuntimeError("Not every mail was sent and recorded.")
    return {
        "mails": sent,
        "queue_seconds": queued - start,
        "seconds": time.perf_counter() - queued,
        "cpu": time.process_time() - cpu,
    }


def _make_people(count: int) -> Purpose:
    now = clock.now()
    event = Event.objects.create(
        connection=Connection.objects.earliest("pk"), product="webinar", event_key="77", organizer_key="1",
        title="Introduction", starts_at=now,
    )  # fmt: skip
    people = Contact.objects.bulk_create(
        Contact(email=f"p{number}@example.com", first_name=f"P{number}", source="hand", created_at=now)
        for number in range(count)
    )
    ContactAddress.objects.bulk_create(ContactAddress(email=one.email, contact=one) for one in people)
    Registrant.objects.bulk_create(
        Registrant(event=event, registrant_key=str(one.pk), email=one.email, status="APPROVED") for one in people
    )
    purpose = Purpose.objects.create(name="News", wording="I want news.", created_at=now)
    Consent.objects.bulk_create(
        Consent(contact=one, purpose=purpose, channel="email", state="granted", changed_at=now) for one in people
    )
    return purpose
