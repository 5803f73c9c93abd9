"""
Giving people what is kept of them, and forgetting them.

Other parts keep something, too: see `keepers`.
"""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from greenroom.hub.contacts.addresses import digest
from greenroom.hub.contacts.keepers import DataSubject, forget_all, tell_all
from greenroom.hub.contacts.models import Consent, Contact, Participation, Suppression, Tag
from greenroom.hub.contacts.selectors import (
    list_consent_records,
    list_facts_of,
    list_participations,
    list_standings,
    list_values,
)
from greenroom.hub.contacts.services.keeping import FIELDS, find_erased
from greenroom.hub.core import clock
from greenroom.hub.core.errors import HubError
from greenroom.hub.events.models import Attendee, Event, Registrant, RegistrationRequest, SessionAnswers
from greenroom.hub.events.services import take_registrant_off
from greenroom.hub.ledger.models import Fact
from greenroom.hub.users.models import User
from greenroom.hub.users.services import erase_user

# In one go of the daily work; the others follow the next day.
_AT_ONCE = 500
_BLANK = {"email": "", "first_name": "", "last_name": ""}


def export_person(*, contact: Contact) -> dict[str, Any]:
    """Return everything that is kept of a contact, as JSON takes it, without join links: they admit their bearer."""
    person = _subject_of(contact, with_account=True)
    facts = list(list_facts_of(contact=contact))
    titles = dict(Event.objects.filter(pk__in={one.event_id for one in facts}).values_list("pk", "title"))
    return {
        **{name: getattr(contact, name) for name in ("email", *FIELDS, "source", "created_at", "last_active_at")},
        "do_not_contact": {"since": contact.do_not_contact_at, "reason": contact.do_not_contact_reason},
        "addresses": [one.email for one in contact.addresses.all()],
        "tags": [one.tag.name for one in contact.tagged.select_related("tag")],
        "fields": {one.field.label: one.text for one in list_values(contact=contact)},
        "consents": [
            {"purpose": one.purpose.name, "channel": one.channel, "state": one.state, "since": one.changed_at}
            for one in list_standings(contact=contact)
        ],
        "evidence": [
            {
                "purpose": one.purpose.name if one.purpose else None, "channel": one.channel, "state": one.state,
                "how": one.source, "words": one.wording, "at": one.happened_at, "details": one.details,
            }
            for one in list_consent_records(contact=contact)
        ],
        "events": [
            {
                "title": one.event.title, "starts_at": one.event.starts_at, "is_registered": one.is_registered,
                "registered_at": one.registered_at, "attended_seconds": one.attended_seconds,
            }
            for one in list_participations(contact=contact)
        ],
        "history": [
            {"what": one.kind, "at": one.happened_at, "event": titles.get(one.event_id or 0), "details": one.data}
            for one in facts
        ],
        "at_goto": _tell_mirror(person.emails),
        "account": _tell_account(person.account),
        **tell_all(person),
    }  # fmt: skip


def _subject_of(contact: Contact, *, with_account: bool) -> DataSubject:
    emails = tuple(sorted(contact.addresses.values_list("email", flat=True)))
    account = User.objects.filter(email__in=emails).first() if with_account else None
    return DataSubject(contact, emails, account)


def _tell_mirror(emails: Collection[str]) -> dict[str, Any]:
    """Tell what we know from GoTo, and what we asked GoTo for."""
    signed_up = Registrant.objects.filter(email__in=emails).order_by("pk")
    attended = Attendee.objects.filter(email__in=emails).order_by("pk")
    requests = RegistrationRequest.objects.filter(email__in=emails).order_by("pk")
    return {
        "registrations": list(
            signed_up.values("event__title", "email", "first_name", "last_name", "status", "registered_at")
        ),
        "attendances": list(
            attended.values(
                "session__event__title", "email", "first_name", "last_name", "attended_seconds", "intervals"
            )
        ),
        "requests": list(
            requests.values("event__title", "email", "answers", "state", "refusal", "asked_at", "answered_at")
        ),
        "questions": [
            question
            for answers in _list_questioned(attended)
            for question in answers.questions
            if question["asked_by"] in _call(emails, signed_up, attended)
        ],
    }


def _list_questioned(attended: QuerySet[Attendee]) -> QuerySet[SessionAnswers]:
    """Return the answers of sessions in which these people were, where somebody asked something."""
    return SessionAnswers.objects.filter(session__in=attended.values("session")).exclude(questions=[]).order_by("pk")


def _call(emails: Collection[str], *lists: QuerySet[Any]) -> set[str]:
    """Return by what somebody may be called: their addresses, and the names in lists that are about them."""
    names = {f"{first} {last}".strip() for rows in lists for first, last in rows.values_list("first_name", "last_name")}
    return {*emails, *names} - {""}


def _tell_account(account: User | None) -> dict[str, Any] | None:
    if account is None:
        return None
    return {name: getattr(account, name) for name in ("email", "first_name", "last_name", "time_zone", "joined_at")}


def erase_contact(*, contact: Contact, with_account: bool = False) -> None:
    """
    Forget a person: take them off events to come at GoTo, and delete what is kept of them here.

    What happened stays in the ledger without saying to whom. GoTo keeps its own lists of events that are over.

    Args:
        with_account: also that by which they sign in; what they did in courses stays, without saying whose it was.

    Raises:
        StateConflictError: their account runs this site, and cannot go like this.
    """
    with transaction.atomic():
        contact = Contact.objects.select_for_update().get(pk=contact.pk)
        person = _subject_of(contact, with_account=with_account)
        facts = list(list_facts_of(contact=contact).values_list("pk", flat=True))
        Fact.objects.filter(contact_id=contact.pk).update(data={})
        Fact.objects.filter(pk__in=facts).update(email=None)
        _withdraw(person.emails)
        forget_all(person)
        if person.account:
            erase_user(user=person.account)
        Suppression.objects.bulk_create(
            [Suppression(digest=digest(email), erased_at=clock.now()) for email in person.emails],
            ignore_conflicts=True,
        )
        tags = list(Tag.objects.filter(tagged__contact=contact).values_list("pk", flat=True))
        contact.delete()
        Tag.objects.filter(pk__in=tags, tagged=None).delete()


def forget_again(facts: Sequence[Fact]) -> None:
    """Take the addresses of people who were erased out of what happened since, such as that they are off an event."""
    erased = find_erased({one.email for one in facts if one.email})
    if erased:
        Fact.objects.filter(pk__in=[one.pk for one in facts if one.email in erased]).update(email=None)
        Registrant.objects.filter(email__in=erased, gone_at__isnull=False).update(**_BLANK, join_url="")
        _forget_requests(erased)


def forget_in_events(events: Collection[int]) -> None:
    """Blank those of erased people whom GoTo has told of again in events that are over; one query if nobody was."""
    if not events or not Suppression.objects.exists():
        return
    there = Registrant.objects.filter(event__in=events).exclude(email="").values_list("email", flat=True)
    came = Attendee.objects.filter(session__event__in=events).exclude(email="").values_list("email", flat=True)
    _blank(find_erased({*there, *came}))


def _withdraw(emails: Collection[str]) -> None:
    """Take addresses off events to come, by the same act as anybody; blank them where an event is over."""
    now = clock.now()
    rows = Registrant.objects.filter(email__in=emails, gone_at=None)
    for one in rows.exclude(event__ends_at__lte=now).select_related("event"):
        try:
            take_registrant_off(registrant=one)
        except HubError:
            continue  # it has been asked for already
    _blank(emails)
    _forget_requests(emails)


def _blank(emails: Collection[str]) -> None:
    """Leave of people in events that are over only that somebody was there."""
    now = clock.now()
    signed_up = Registrant.objects.filter(email__in=emails).filter(
        Q(event__ends_at__lte=now) | Q(gone_at__isnull=False)
    )
    came = Attendee.objects.filter(email__in=emails, session__event__ends_at__lte=now)
    theirs = _call(emails, signed_up, came)
    for answers in _list_questioned(came):
        answers.questions = [{**one, "asked_by": ""} if one["asked_by"] in theirs else one for one in answers.questions]
        answers.save(update_fields=["questions"])
    signed_up.update(**_BLANK, join_url="")
    came.update(**_BLANK)


def _forget_requests(emails: Collection[str]) -> None:
    """Delete what people asked us to tell GoTo, but for taking them off: that is still to be done."""
    requests = RegistrationRequest.objects.filter(email__in=emails)
    requests.exclude(state=RegistrationRequest.State.CANCELLING).delete()


def erase_inactive() -> int:
    """
    Erase contacts of whom nothing was heard for as long as the site keeps them, and return how many.

    Those stay who agreed to a purpose, and those who have had to do with an event since.
    """
    if not settings.CONTACT_RETENTION_DAYS:
        return 0
    since = clock.now() - timedelta(days=settings.CONTACT_RETENTION_DAYS)
    agreed = Consent.objects.filter(contact=OuterRef("pk"), state=Consent.State.GRANTED)
    is_since = Q(event__starts_at__gte=since) | Q(event__starts_at=None) | Q(registered_at__gte=since)
    took_part = Participation.objects.filter(is_since, contact=OuterRef("pk"))
    silent = Contact.objects.filter(Q(last_active_at=None) | Q(last_active_at__lt=since), created_at__lt=since)
    inactive = list(silent.filter(~Exists(agreed), ~Exists(took_part)).order_by("pk")[:_AT_ONCE])
    for contact in inactive:
        erase_contact(contact=contact)
    return len(inactive)
