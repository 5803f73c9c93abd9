"""What may be waited for of contacts: who is new, moves between segments, sends a form, or answers an e-mail."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Annotated, Any

import msgspec

from greenroom.hub.automation.fields import told
from greenroom.hub.automation.narrowing import MailFilter, NoFilter, SegmentFilter, WebFormFilter
from greenroom.hub.automation.registry import About, Trigger, register_trigger
from greenroom.hub.contacts.models import Contact, Purpose
from greenroom.hub.contacts.selectors import find_current
from greenroom.hub.ledger.models import Fact
from greenroom.hub.segments.models import Segment
from greenroom.hub.webforms.answers import read_answers
from greenroom.hub.webforms.models import Submission

_TAGS = ("Contacts",)
_KNOWN = ("email", "first_name", "last_name", "organization", "job_title", "phone", "city", "country", "source")


class ContactItem(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody as marketing knows them."""

    contact_id: Annotated[str, told("Contact Id", "What this hub calls the contact.")]
    email: Annotated[str, told("Email", "Their address; empty when only a name is known.")]
    first_name: Annotated[str, told("First name", "Their first name.")]
    last_name: Annotated[str, told("Last name", "Their last name.")]
    organization: Annotated[str, told("Organization", "Where they work.")]
    job_title: Annotated[str, told("Job title", "What they do there.")]
    phone: Annotated[str, told("Phone", "Their number.")]
    city: Annotated[str, told("City", "Where they live or work.")]
    country: Annotated[str, told("Country", "Their country.")]
    source: Annotated[str, told("Source", "How they became known: goto, form, import, api or hand.")]
    created_at: Annotated[datetime, told("Created at", "Since when they are known, in UTC.")]


class SegmentMoveItem(ContactItem, frozen=True, kw_only=True):
    """Somebody who has come into a segment, or is no longer in it."""

    segment_id: Annotated[str, told("Segment Id", "What this hub calls the segment.")]
    segment: Annotated[str, told("Segment", "The segment's name.")]


class FormAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An answer in a form."""

    question: Annotated[str, told("Question", "What was asked.")]
    answer: Annotated[str, told("Answer", "What was answered, as people read it.")]


class SubmissionItem(ContactItem, frozen=True, kw_only=True):
    """Somebody who has sent a form, and what they answered."""

    form_id: Annotated[str, told("Form Id", "What this hub calls the form.")]
    form: Annotated[str, told("Form", "The form's name.")]
    submission_id: Annotated[str, told("Submission Id", "What this hub calls what was sent.")]
    answers: Annotated[list[FormAnswer], told("Answers", "What they answered, in the order of the form.")]


class MailItem(ContactItem, frozen=True, kw_only=True):
    """Somebody who was sent an e-mail."""

    email_id: Annotated[str, told("Email Id", "What this hub calls the e-mail; empty for a single letter.")]
    email_name: Annotated[str, told("Email name", "The e-mail's name; empty for a single letter.")]


class ClickItem(MailItem, frozen=True, kw_only=True):
    """Somebody who has followed a link of an e-mail."""

    link_number: Annotated[int, told("Link number", "Which link of the e-mail, counted from 1.")]


class UnsubscribedItem(ContactItem, frozen=True, kw_only=True):
    """Somebody who is to be written to no more."""

    purpose: Annotated[str, told("Purpose", "What for they are not written to any more; empty for nothing at all.")]
    reason: Annotated[
        str, told("Reason", "asked, complained, bounced or hand; withdrawn when they took a consent back.")
    ]


@dataclass
class People:
    """The contacts some facts are about, and the rest of it. One query for each kind of thing that is asked."""

    facts: Sequence[Fact]

    def of(self, fact: Fact) -> dict[str, Any] | None:
        """Return the members of a `ContactItem`; None for somebody who was erased, or is no contact."""
        known = fact.contact_id or 0
        contact = self._contacts.get(self._current.get(known, known))
        if contact is None:
            return None
        return to_contact(contact)

    def segment(self, fact: Fact) -> Segment | None:
        """Return the segment a fact is about."""
        return self._segments.get(fact.data.get("segment_id", 0))

    def submission(self, fact: Fact) -> Submission | None:
        """Return what was sent by a form."""
        return self._submissions.get(fact.data.get("submission_id", 0))

    def purpose(self, fact: Fact) -> str:
        """Return the name of what a fact says people are not written to for any more."""
        found = self._purposes.get(fact.data.get("purpose_id") or 0)
        return found.name if found else ""

    def _named(self, member: str) -> set[int]:
        return {number for one in self.facts if (number := one.data.get(member))}

    @cached_property
    def _current(self) -> dict[int, int]:
        return find_current({one.contact_id for one in self.facts if one.contact_id})

    @cached_property
    def _contacts(self) -> dict[int, Contact]:
        named: Iterable[int] = {one.contact_id for one in self.facts if one.contact_id}
        return Contact.objects.in_bulk({self._current.get(one, one) for one in named})

    @cached_property
    def _segments(self) -> dict[int, Segment]:
        return Segment.objects.in_bulk(self._named("segment_id"))

    @cached_property
    def _submissions(self) -> dict[int, Submission]:
        return Submission.objects.select_related("form").in_bulk(self._named("submission_id"))

    @cached_property
    def _purposes(self) -> dict[int, Purpose]:
        return Purpose.objects.in_bulk(self._named("purpose_id"))


def to_contact(contact: Contact) -> dict[str, Any]:
    """Return the members of a `ContactItem`. No query."""
    known = {name: getattr(contact, name) for name in _KNOWN}
    return {**known, "contact_id": str(contact.pk), "created_at": contact.created_at}


def _contact(people: People, fact: Fact, person: dict[str, Any]) -> ContactItem:
    return ContactItem(**person)


def _moved(people: People, fact: Fact, person: dict[str, Any]) -> SegmentMoveItem | None:
    segment = people.segment(fact)
    return SegmentMoveItem(**person, segment_id=str(segment.pk), segment=segment.name) if segment else None


def _submitted(people: People, fact: Fact, person: dict[str, Any]) -> SubmissionItem | None:
    sent = people.submission(fact)
    if sent is None:
        return None
    answers = [FormAnswer(question=one.label, answer=one.shown) for one in read_answers(sent.answers)]
    form: dict[str, Any] = {"form_id": str(sent.form_id), "form": sent.form.name, "submission_id": str(sent.pk)}
    return SubmissionItem(**person, **form, answers=answers)


def _of_mail(fact: Fact) -> dict[str, Any]:
    return {"email_id": str(fact.data.get("email", "")), "email_name": fact.data.get("title", "")}


def _mail(people: People, fact: Fact, person: dict[str, Any]) -> MailItem:
    return MailItem(**person, **_of_mail(fact))


def _click(people: People, fact: Fact, person: dict[str, Any]) -> ClickItem:
    return ClickItem(**person, **_of_mail(fact), link_number=fact.data.get("link", 0) + 1)


def _unsubscribed(people: People, fact: Fact, person: dict[str, Any]) -> UnsubscribedItem:
    return UnsubscribedItem(**person, purpose=people.purpose(fact), reason=fact.data.get("reason", "withdrawn"))


def _build(
    make: Callable[[People, Fact, dict[str, Any]], msgspec.Struct | None],
) -> Callable[[Sequence[Fact]], list[msgspec.Struct | None]]:
    def build(facts: Sequence[Fact]) -> list[msgspec.Struct | None]:
        people = People(facts)
        return [make(people, fact, person) if (person := people.of(fact)) else None for fact in facts]

    return build


_SAMPLES: list[dict[str, Any]] = [
    {
        "contact_id": str(number),
        "email": f"{first.lower()}@example.com",
        "first_name": first,
        "last_name": last,
        "organization": "Northwind",
        "job_title": "",
        "phone": "",
        "city": "Berlin",
        "country": "Germany",
        "source": "form",
        "created_at": datetime(2026, 2, number, 9, tzinfo=UTC),
    }
    for number, (first, last) in enumerate((("Lena", "Fischer"), ("Ben", "Okoro"), ("Chris", "Novak")), start=1)
]
_SEGMENT: dict[str, Any] = {"segment_id": "4", "segment": "Customers in the north"}
_MAIL: dict[str, Any] = {"email_id": "3", "email_name": "Invitation to the safety week"}


def _of_contacts(
    name: str,
    operation_id: str,
    summary: str,
    description: str,
    kinds: tuple[str, ...],
    make: Callable[[People, Fact, dict[str, Any]], msgspec.Struct | None],
    samples: list[msgspec.Struct],
    narrowed_by: type[msgspec.Struct] = NoFilter,
) -> None:
    """Register a trigger about contacts."""
    register_trigger(
        Trigger(
            name=name,
            operation_id=operation_id,
            summary=summary,
            description=f"This operation triggers when {description} Only marketers and site administrators are told.",
            kinds=kinds,
            data=type(samples[0]),
            filter=narrowed_by,
            build=_build(make),
            samples=samples,
            about=About.CONTACT,
            tags=_TAGS,
        )
    )


_of_contacts(
    "contact.created",
    "OnContactCreated",
    "When a contact is new",
    "somebody becomes known: by a sign-up, a form, an import, the API or by hand.",
    ("contact_created",),
    _contact,
    [ContactItem(**one) for one in _SAMPLES],
)
_of_contacts(
    "contact.unsubscribed",
    "OnContactUnsubscribed",
    "When a contact is to be written to no more",
    "somebody takes a consent back, or is to be left alone because they asked, mail came back, or by hand.",
    ("consent_withdrawn", "contact_silenced"),
    _unsubscribed,
    [UnsubscribedItem(**one, purpose="Newsletter", reason="withdrawn") for one in _SAMPLES],
)
_of_contacts(
    "segment.entered",
    "OnSegmentEntered",
    "When a contact comes into a segment",
    "what somebody does, or is by hand, brings them into a segment. Changed rules of a segment trigger nothing.",
    ("segment_entered",),
    _moved,
    [SegmentMoveItem(**one, **_SEGMENT) for one in _SAMPLES],
    SegmentFilter,
)
_of_contacts(
    "segment.left",
    "OnSegmentLeft",
    "When a contact is no longer in a segment",
    "what somebody does, or is by hand, takes them out of a segment. Changed rules of a segment trigger nothing.",
    ("segment_left",),
    _moved,
    [SegmentMoveItem(**one, **_SEGMENT) for one in _SAMPLES],
    SegmentFilter,
)
_of_contacts(
    "form.submitted",
    "OnFormSubmitted",
    "When a form is sent",
    "a visitor has sent a form, and confirmed it where that is asked.",
    ("form_submitted",),
    _submitted,
    [
        SubmissionItem(
            **one,
            form_id="2",
            form="Safety week",
            submission_id=one["contact_id"],
            answers=[FormAnswer(question="First name", answer=one["first_name"])],
        )
        for one in _SAMPLES
    ],
    WebFormFilter,
)
_of_contacts(
    "email.opened",
    "OnEmailOpened",
    "When an e-mail is opened",
    "somebody opens an e-mail for the first time. Mail programs may hide that, or open it by themselves.",
    ("mail_opened",),
    _mail,
    [MailItem(**one, **_MAIL) for one in _SAMPLES],
    MailFilter,
)
_of_contacts(
    "email.clicked",
    "OnEmailClicked",
    "When a link of an e-mail is followed",
    "somebody follows a link of an e-mail for the first time, once for each link.",
    ("mail_clicked",),
    _click,
    [ClickItem(**one, **_MAIL, link_number=1) for one in _SAMPLES],
    MailFilter,
)
_of_contacts(
    "email.bounced",
    "OnEmailBounced",
    "When an e-mail comes back",
    "an e-mail comes back because the address takes no mail.",
    ("mail_bounced",),
    _mail,
    [MailItem(**one, **_MAIL) for one in _SAMPLES],
    MailFilter,
)
