"""What the demo's marketer finds: contacts and what some of them agreed to, e-mails, and a campaign that runs."""

from greenroom.hub.campaigns.ready_made import make_webinar_campaign
from greenroom.hub.campaigns.services.running import publish
from greenroom.hub.contacts.models import Consent, ConsentRecord, Contact, CustomField, Purpose
from greenroom.hub.contacts.services import (
    Person,
    add_field,
    add_purpose,
    add_tags,
    keep_people,
    record_consent,
    set_values,
)
from greenroom.hub.core import clock
from greenroom.hub.events.models import Event, Registrant
from greenroom.hub.mailing.services import save_email
from greenroom.hub.segments.services import save_segment
from greenroom.hub.users.models import User

_NEWS = "News and invitations"
_QUESTION = "Yes, write to me about new webinars and trainings. I can take this back in every mail."
_REMINDER = """Dear {first_name|friend},

your webinar “{webinar_title}” starts on {webinar_when}.

{webinar_button}

This button is yours alone. See you soon."""
_WAY_IN = """Dear {first_name|friend},

this leads you into “{meeting_title}”.

{meeting_button}"""
_NEWSLETTER = """<h1>New this month</h1>
<p>Dear {first_name|friend}, we have planned new webinars and trainings
for teams of {contact.employees|all sizes}.</p>
<p><a href="https://northwind.example/dates">See all dates</a></p>"""
# So many of a hundred agreed.
_AGREEING = 60


def fill_marketing(marketer: User) -> None:
    """Make contacts of everybody who signed up, tag some, and have most of them agree to be written to."""
    if Purpose.objects.exists():
        return
    people = Registrant.objects.order_by("email").values_list("email", "first_name", "last_name").distinct()
    keep_people((Person(*row) for row in people), source=Contact.Source.GOTO)
    news = add_purpose(name=_NEWS, wording=_QUESTION)
    contacts = Contact.objects.order_by("pk").values_list("pk", flat=True)
    add_tags(contacts=list(contacts[:12]), names=["Key customer"], cause=f"person:{marketer.pk}")
    staff = add_field(label="Employees", kind=CustomField.Kind.NUMBER)
    set_values(values=[(pk, staff, str(20 + 15 * number)) for number, pk in enumerate(contacts[:30])])
    agreeing = [pk for number, pk in enumerate(contacts) if number % 10 < _AGREEING // 10]
    record_consent(
        contacts=agreeing, purpose=news, state=Consent.State.GRANTED, source=ConsentRecord.Source.FORM,
        details={"form": "demo"},
    )  # fmt: skip
    _write_emails(news, marketer)
    _run_campaign(news, marketer)


def _write_emails(news: Purpose, marketer: User) -> None:
    coming = {"did": "registered", "product": "webinar", "starts_from": clock.now().isoformat()}
    save_segment(name="Registered for a webinar to come", rules={"all": [coming]}, actor=marketer)
    subject = "{webinar_title} starts soon"
    save_email(name="Your webinar starts soon", subject=subject, body=_REMINDER, actor=marketer)
    save_email(name="Your way into the meeting", subject="{meeting_title}", body=_WAY_IN, actor=marketer)
    save_email(name="News of the month", subject="New webinars for you", body=_NEWSLETTER, purpose=news, actor=marketer)


def _run_campaign(news: Purpose, marketer: User) -> None:
    """Invite whoever wants news to the last webinar that is planned."""
    agreed = {"consent": "mailable", "purpose": news.pk}
    segment = save_segment(name="Wants news", rules={"all": [agreed]}, actor=marketer)
    coming = Event.objects.filter(product="webinar", state=Event.State.SCHEDULED, starts_at__gt=clock.now())
    if event := coming.order_by("starts_at").last():
        campaign = make_webinar_campaign(name=event.title, event=event, segment=segment, purpose=news, actor=marketer)
        publish(campaign=campaign, actor=marketer)
