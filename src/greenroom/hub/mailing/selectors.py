"""Fetching e-mails, and what became of them."""

from collections.abc import Collection
from copy import copy
from dataclasses import dataclass

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.utils.html import escape, linebreaks

from greenroom.hub.contacts.models import Contact
from greenroom.hub.core import clock
from greenroom.hub.core.errors import UnknownObjectError
from greenroom.hub.mailing.checking import find_event_about
from greenroom.hub.mailing.doors import addresses_of
from greenroom.hub.mailing.models import Broadcast, Click, Email, EmailVersion, Message
from greenroom.hub.mailing.rendering import PIXEL, Rendered, Values, compile_version, with_tags, without_dead_links
from greenroom.hub.mailing.resolving import resolve
from greenroom.hub.mailing.retention import is_body_kept
from greenroom.hub.mailing.tags import Tag
from greenroom.hub.mailing.words import explain
from greenroom.hub.segments.models import Segment

State = Message.State
# Where a link leads that is only shown.
_NOWHERE = "#"


def list_emails(*, is_archived: bool = False) -> "QuerySet[Email]":
    """Return the e-mails by name, each with what it says now, and when it was sent last. One query."""
    emails = Email.objects.filter(archived_at__isnull=not is_archived).select_related("version__purpose", "segment")
    return emails.annotate(last_sent_at=Max("versions__broadcasts__starts_at")).order_by("name")


def list_broadcasts(*, email: Email) -> "QuerySet[Broadcast]":
    """Return the sendings of an e-mail, the latest first, with whether any of its mails is still to go. One query."""
    waiting = Message.objects.filter(broadcast=OuterRef("pk"), state__in=[State.WAITING, State.SENDING])
    broadcasts = Broadcast.objects.filter(version__email=email).annotate(is_on=Exists(waiting))
    return broadcasts.select_related("version").order_by("-starts_at", "-pk")


def was_sent(*, email: Email) -> bool:
    """Tell whether anybody was sent an e-mail, or is just now. One query."""
    begun = Broadcast.objects.filter(version__email=email, state=Broadcast.State.QUEUED)
    return Message.objects.filter(version__email=email).exists() or begun.exists()


@dataclass(frozen=True, slots=True)
class Report:
    """How many messages came how far."""

    made: int
    waiting: int
    sent: int
    opened: int
    clicked: int
    unsubscribed: int
    bounced: int
    unsure: int
    failed: int
    held: int


def report_on(messages: "QuerySet[Message]") -> Report:
    """Count what became of messages. One query."""
    gone = Q(state__in=[State.SENT, State.BOUNCED, State.UNSURE])
    counts = {
        "made": Q(),
        "waiting": Q(state__in=[State.WAITING, State.SENDING]),
        "sent": gone,
        "opened": Q(opened_at__isnull=False) | Q(clicked_at__isnull=False),
        "clicked": Q(clicked_at__isnull=False),
        "unsubscribed": Q(unsubscribed_at__isnull=False),
        "bounced": Q(state=State.BOUNCED),
        "unsure": Q(state=State.UNSURE),
        "failed": Q(state=State.FAILED),
        "held": Q(state=State.SUPPRESSED),
    }
    return Report(**messages.aggregate(**{name: Count("pk", filter=one) for name, one in counts.items()}))


def list_reasons(messages: "QuerySet[Message]") -> list[tuple[str, int]]:
    """Return why messages did not arrive, in words, with how many; the most first. One query."""
    troubled = messages.exclude(error="").values_list("error").annotate(number=Count("pk")).order_by("-number", "error")
    return [(explain(code), number) for code, number in troubled]


def list_troubled(messages: "QuerySet[Message]") -> "QuerySet[Message]":
    """Return the messages that did not arrive, or of which nobody knows, by address."""
    return messages.exclude(error="").select_related("contact").order_by("to", "pk")


def list_clicked_links(*, version: EmailVersion, messages: "QuerySet[Message]") -> list[tuple[str, int]]:
    """Return the counted links of a version with how many people followed them, in their order. One query."""
    counted = Click.objects.filter(message__in=messages).values_list("link").annotate(people=Count("pk"))
    people = dict(counted)
    links = compile_version(version).links
    return [(with_tags(link), people.get(number, 0)) for number, link in enumerate(links)]


@dataclass(frozen=True, slots=True)
class Preview:
    """An e-mail as one person would get it; `reason` says why they would not."""

    mail: Rendered
    reason: str


def preview(
    version: EmailVersion, contact: Contact, *, segment: Segment | None = None, shows_links: bool = False
) -> Preview:
    """
    Return an e-mail as somebody would get it, saved or not.

    Args:
        segment: whom it is for, when that is known.
        shows_links: with the links that admit this person; else they lead nowhere, for they are nobody else's.
    """
    compiled = compile_version(version)
    event = find_event_about(version, segment, at=clock.now()) if segment else None
    about = event.event_key if event else ""
    resolved = resolve(compiled.tags, [contact], about=about, allows_host_links=version.allows_host_links)
    code = resolved.missing.get(contact.pk, "")
    values = resolved.values[contact.pk]
    hidden = () if shows_links else [tag for tag in compiled.tags if tag.part == "link"]
    mail = compiled.render({**_nowhere(compiled.tags), **values, **dict.fromkeys(hidden, _NOWHERE)})
    return Preview(mail, explain(code) if code else "")


def show_in_browser(message: Message) -> str:
    """
    Return the HTML of a mail as the person it was sent to got it, with their own links, for whoever has its address.

    Nothing is counted. What leads nowhere by now, such as the way into an event that is over, is only its words.

    Raises:
        UnknownObjectError: its text is no longer kept.
    """
    assert message.contact is not None
    if not is_body_kept(message):
        raise UnknownObjectError("The text of this mail is no longer kept here.")
    if message.version is None:
        return message.html or linebreaks(escape(message.text))
    quiet = copy(message.version)
    quiet.tracks_opens = quiet.tracks_clicks = False
    compiled = compile_version(quiet)
    known = resolve(compiled.tags, [message.contact], about=message.about, allows_host_links=quiet.allows_host_links)
    values = {**known.values[message.contact.pk], **addresses_of(message)}
    return without_dead_links(compiled.render(values).html)


def _nowhere(tags: Collection[Tag]) -> Values:
    """Return addresses for what leads back to us from a mail: there is none yet."""
    return {tag: "data:," if tag == PIXEL else _NOWHERE for tag in tags if tag.is_link or tag.name.startswith("!")}
