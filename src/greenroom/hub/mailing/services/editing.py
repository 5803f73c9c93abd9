"""Writing e-mails."""

from typing import Any

from django.db import transaction

from greenroom.hub.contacts.addresses import is_address
from greenroom.hub.core import clock
from greenroom.hub.core.errors import InvalidInputError, StateConflictError
from greenroom.hub.core.texts import storable
from greenroom.hub.mailing.checking import check_draft, check_segment
from greenroom.hub.mailing.composing import header_text
from greenroom.hub.mailing.models import Broadcast, Email, EmailVersion
from greenroom.hub.mailing.selectors import was_sent
from greenroom.hub.segments.models import Segment
from greenroom.hub.users.models import User

NAME_LENGTH = 200
# Some mail programs cut a mail of more than 100 kB.
BODY_LENGTH = 100_000
_LINES = ("subject", "preheader", "sender_name")
_CONTENT = (
    "subject", "preheader", "sender_name", "reply_to", "body", "style", "purpose_id", "tracks_opens", "tracks_clicks",
    "allows_host_links",
)  # fmt: skip


def draft_version(**content: Any) -> EmailVersion:
    """Return a version that is not saved, its texts as they would be kept."""
    for name in _LINES:
        content[name] = header_text(content.get(name, ""))
    for name in ("body", "style"):
        content[name] = storable(content.get(name, "")).replace("\r\n", "\n").strip()
    return EmailVersion(**content)


def save_email(
    *, email: Email | None = None, name: str, segment: Segment | None = None, actor: User, **content: Any
) -> Email:
    """
    Make an e-mail or change it. What was sent before keeps what it said.

    Args:
        segment: whom it is for, when that is known: then every merge tag must stand for something for all of them.
        content: the members of `EmailVersion`.

    Raises:
        InvalidInputError: something is missing, or a merge tag stands for nothing for somebody it is for.
    """
    draft = draft_version(**content)
    _check(draft, name.strip(), email)
    if segment:
        check_segment(draft, segment)
    else:
        check_draft(draft)
    with transaction.atomic():
        if email is None:
            email = Email(created_by=actor, created_at=clock.now())
        else:
            email = Email.objects.select_for_update(of=("self",)).select_related("version").get(pk=email.pk)
        email.name, email.segment = storable(name.strip()), segment
        email.save()
        if email.version is None or any(getattr(email.version, one) != getattr(draft, one) for one in _CONTENT):
            _add_version(email, draft, actor)
    return email


def put_away(*, email: Email) -> bool:
    """
    Delete an e-mail that was never sent; archive one that was, so that its reports stay.

    Returns:
        Whether it is deleted.

    Raises:
        StateConflictError: it is to be sent to a segment.
    """
    with transaction.atomic():
        email = Email.objects.select_for_update(of=("self",)).get(pk=email.pk)
        planned = Broadcast.objects.filter(version__email=email, state=Broadcast.State.PLANNED).first()
        if planned:
            raise StateConflictError(f"It is to be sent to “{planned.segment_name}”. Cancel that first.")
        if was_sent(email=email):
            Email.objects.filter(pk=email.pk).update(archived_at=clock.now())
            return False
        Email.objects.filter(pk=email.pk).update(version=None)
        email.delete()
    return True


def restore_email(*, email: Email) -> None:
    """Have an archived e-mail back."""
    Email.objects.filter(pk=email.pk).update(archived_at=None)


def _add_version(email: Email, draft: EmailVersion, actor: User) -> None:
    draft.email, draft.created_by, draft.created_at = email, actor, clock.now()
    draft.number = email.version.number + 1 if email.version else 1
    draft.save()
    email.version = draft
    email.save(update_fields=["version"])


def _check(draft: EmailVersion, name: str, email: Email | None) -> None:
    errors = {}
    others = Email.objects.exclude(pk=email.pk) if email else Email.objects.all()
    if not 0 < len(name) <= NAME_LENGTH:
        errors["name"] = f"Give a name, {NAME_LENGTH} characters at most."
    elif others.filter(name=name).exists():
        errors["name"] = "Another e-mail has this name."
    if not draft.subject:
        errors["subject"] = "Give a subject."
    if not draft.body:
        errors["body"] = "Write something."
    elif len(draft.body) + len(draft.style) > BODY_LENGTH:
        errors["body"] = "This is too long: mail programs would cut it."
    if draft.reply_to and not is_address(draft.reply_to):
        errors["reply_to"] = "Give a whole address, like olga@example.com."
    if errors:
        raise InvalidInputError("This e-mail is not saved.", errors)
