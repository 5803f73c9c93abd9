"""Contacts, and the segments, forms and e-mails they come across. For marketers and site administrators alone."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from greenroom.hub.automation.acting import key_of_act
from greenroom.hub.automation.callers import Caller, Verb
from greenroom.hub.automation.fields import told
from greenroom.hub.automation.registry import operation
from greenroom.hub.automation.shapes.choices import Id
from greenroom.hub.automation.triggers.contacts import ContactItem, to_contact
from greenroom.hub.contacts.addresses import normalize
from greenroom.hub.contacts.models import Contact, ContactAddress
from greenroom.hub.contacts.services import add_tags, change_contact, make_contact
from greenroom.hub.contacts.services.keeping import FIELDS
from greenroom.hub.core.errors import StateConflictError, UnknownObjectError
from greenroom.hub.mailing.models import Email, Message
from greenroom.hub.mailing.services import queue_email
from greenroom.hub.segments.models import Member, Segment
from greenroom.hub.segments.services import decide_members
from greenroom.hub.webforms.models import WebForm

_TAGS = ["Contacts"]

ContactEmail = Annotated[
    str, told("Email", "The contact's address.", examples=["lena@example.com"], min_length=3, max_length=254)
]
ContactId = Annotated[str, told("Contact Id", "What this hub calls the contact.")]
Tag = Annotated[str, told("Tag", "A tag's name.", examples=["VIP"], min_length=1, max_length=64)]


class ChoicesInput(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing to say."""


class NewContact(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody to add or update. What is left out stays as it is."""

    email: ContactEmail
    first_name: Annotated[str, told("First name", "Their first name.", max_length=200)] = ""
    last_name: Annotated[str, told("Last name", "Their last name.", max_length=200)] = ""
    organization: Annotated[str, told("Organization", "Where they work.", max_length=200)] = ""
    job_title: Annotated[str, told("Job title", "What they do there.", max_length=200)] = ""
    phone: Annotated[str, told("Phone", "Their number.", max_length=64)] = ""
    city: Annotated[str, told("City", "Where they live or work.", max_length=200)] = ""
    country: Annotated[str, told("Country", "Their country.", max_length=64)] = ""


class KeptContact(ContactItem, frozen=True, kw_only=True):
    """A contact as they are known now."""

    is_new: Annotated[bool, told("New", "Whether they were not known before.")]


class TagsInput(msgspec.Struct, frozen=True, kw_only=True):
    """Whom to give which tags."""

    email: ContactEmail
    tags: Annotated[list[Tag], told("Tags", "Tags that are not there yet are made.", min_length=1, max_length=20)]


class TaggedContact(msgspec.Struct, frozen=True, kw_only=True):
    """A contact and their tags."""

    contact_id: ContactId
    tags: Annotated[list[str], told("Tags", "All their tags, by name.")]


class MemberInput(msgspec.Struct, frozen=True, kw_only=True):
    """Which contact, and which segment."""

    segment_id: Annotated[
        str, told("Segment", "The segment.", choices="ListSegments", examples=["4"], min_length=1, max_length=18)
    ]
    email: ContactEmail


class Membership(msgspec.Struct, frozen=True, kw_only=True):
    """How a contact stands with a segment."""

    contact_id: ContactId
    segment_id: Annotated[str, told("Segment Id", "What this hub calls the segment.")]
    is_in: Annotated[bool, told("In", "Whether they are in the segment now.")]


class SendInput(msgspec.Struct, frozen=True, kw_only=True):
    """Which e-mail, and to whom."""

    email_id: Annotated[
        str, told("E-mail", "The e-mail.", choices="ListEmails", examples=["3"], min_length=1, max_length=18)
    ]
    email: ContactEmail


class QueuedEmail(msgspec.Struct, frozen=True, kw_only=True):
    """An e-mail that is in line for a contact."""

    contact_id: ContactId
    email_id: Annotated[str, told("Email Id", "What this hub calls the e-mail.")]
    message_id: Annotated[str, told("Message Id", "What this hub calls the message to this contact.")]


class NamedThing(msgspec.Struct, frozen=True, kw_only=True):
    """Something to choose."""

    id: Id
    label: Annotated[str, told("Label", "Its name.")]


@operation("ListSegments", "GET", "/segments", summary="List segments", verb=Verb.READ, tags=_TAGS)
def list_segments(caller: Caller, wanted: ChoicesInput) -> list[NamedThing]:
    """Returns the segments by name."""
    _require_marketer(caller)
    return _named(Segment.objects.order_by("name"))


@operation("ListForms", "GET", "/forms", summary="List forms", verb=Verb.READ, tags=_TAGS)
def list_forms(caller: Caller, wanted: ChoicesInput) -> list[NamedThing]:
    """Returns the forms for visitors by name."""
    _require_marketer(caller)
    return _named(WebForm.objects.order_by("name"))


@operation("ListEmails", "GET", "/emails", summary="List e-mails", verb=Verb.READ, tags=_TAGS)
def list_emails(caller: Caller, wanted: ChoicesInput) -> list[NamedThing]:
    """Returns the e-mails that are written, by name."""
    _require_marketer(caller)
    return _named(Email.objects.filter(archived_at=None).exclude(version=None).order_by("name"))


def _named(things: QuerySet[Any]) -> list[NamedThing]:
    return [NamedThing(id=str(pk), label=name) for pk, name in things.values_list("pk", "name")]


@operation("UpsertContact", "POST", "/contacts", summary="Add or update contact", verb=Verb.MARKET, tags=_TAGS)
def upsert_contact(caller: Caller, wanted: NewContact) -> KeptContact:
    """
    Makes somebody a contact, or completes what is known of them.

    It is no consent: they are sent service messages only until they agree to more.
    """
    _require_marketer(caller)
    known = {name: value for name, value in msgspec.structs.asdict(wanted).items() if value and name != "email"}
    try:
        return _keep(wanted.email, known)
    except IntegrityError:  # another program has just made them
        return _keep(wanted.email, known)


@transaction.atomic
def _keep(email: str, known: Mapping[str, str]) -> KeptContact:
    contact = _find_contacts(email).select_for_update().first()
    if contact is None:
        made = make_contact(source=Contact.Source.API, email=email, **known)
        return KeptContact(**to_contact(made), is_new=True)
    kept = {name: getattr(contact, name) for name in FIELDS}
    return KeptContact(**to_contact(change_contact(contact=contact, **{**kept, **known})), is_new=False)


@operation("AddTags", "POST", "/contacts/tags", summary="Add tags to contact", verb=Verb.MARKET, tags=_TAGS)
def give_tags(caller: Caller, wanted: TagsInput) -> TaggedContact:
    """Gives a contact tags. Those that they have stay."""
    _require_marketer(caller)
    contact = _get_contact(wanted.email)
    add_tags(contacts=[contact.pk], names=wanted.tags, cause=f"program:{caller.user.pk}")
    tags = contact.tagged.order_by("tag__name").values_list("tag__name", flat=True)
    return TaggedContact(contact_id=str(contact.pk), tags=list(tags))


@operation(
    "AddToSegment",
    "POST",
    "/segments/{segment_id}/members",
    summary="Add contact to segment",
    verb=Verb.MARKET,
    tags=_TAGS,
)
def add_to_segment(caller: Caller, wanted: MemberInput) -> Membership:
    """Puts a contact into a segment; they stay there, whatever its rules say."""
    return _decide(caller, wanted, Member.Decision.IN)


@operation(
    "RemoveFromSegment",
    "POST",
    "/segments/{segment_id}/members/remove",
    summary="Remove contact from segment",
    verb=Verb.MARKET,
    tags=_TAGS,
)
def remove_from_segment(caller: Caller, wanted: MemberInput) -> Membership:
    """Takes a contact out of a segment; they stay out, whatever its rules say."""
    return _decide(caller, wanted, Member.Decision.OUT)


def _decide(caller: Caller, wanted: MemberInput, decision: Member.Decision) -> Membership:
    _require_marketer(caller)
    segment = Segment.objects.filter(pk=_number(wanted.segment_id)).first()
    if segment is None:
        raise UnknownObjectError("There is no such segment. List segments tells which there are.")
    contact = _get_contact(wanted.email)
    decide_members(segment=segment, contacts=[contact.pk], decision=decision)
    is_in = decision == Member.Decision.IN
    return Membership(contact_id=str(contact.pk), segment_id=str(segment.pk), is_in=is_in)


@operation(
    "SendEmailToContact",
    "POST",
    "/emails/{email_id}/send",
    summary="Send e-mail to contact",
    verb=Verb.MARKET,
    tags=_TAGS,
)
def send_email_to_contact(caller: Caller, wanted: SendInput) -> QueuedEmail:
    """
    Sends a contact an e-mail as it is now, if they agreed to its purpose and want to be written to.

    Send an Idempotency-Key: a repeated call then never sends a second one.
    """
    _require_marketer(caller)
    email = Email.objects.select_related("version__purpose").filter(pk=_number(wanted.email_id)).first()
    if email is None or email.version is None:
        raise UnknownObjectError("There is no such e-mail. List e-mails tells which there are.")
    contact = _get_contact(wanted.email)
    key = key_of_act(caller, "SendEmailToContact")
    with transaction.atomic():
        queue_email(version=email.version, contacts=Contact.objects.filter(pk=contact.pk), key=key, cause="api")
        message = Message.objects.filter(dedupe_key=f"{key}:{contact.pk}").first()
    if message is None:
        raise StateConflictError(
            "This contact may not be sent this e-mail: they did not agree to its purpose, or are to be left alone."
        )
    return QueuedEmail(contact_id=str(contact.pk), email_id=str(email.pk), message_id=str(message.pk))


def _find_contacts(email: str) -> QuerySet[Contact]:
    """Return the contact with an address, primary or not."""
    owner = ContactAddress.objects.filter(email=normalize(email)).values("contact")
    return Contact.objects.filter(pk__in=owner)


def _get_contact(email: str) -> Contact:
    contact = _find_contacts(email).first()
    if contact is None:
        raise UnknownObjectError("No contact has this address. Add or update contact makes one.")
    return contact


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def _require_marketer(caller: Caller) -> None:
    """Let only those pass who may know of contacts; for everybody else there is nothing here."""
    if not caller.may_market:
        raise UnknownObjectError("There is nothing here for this key: it is for marketers, and for all accounts.")
