"""Pages of e-mails: writing them, sending them, and what became of them."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from greenroom.hub.campaigns.services.discarding import discard_email
from greenroom.hub.contacts.models import Contact, Purpose
from greenroom.hub.contacts.selectors import list_contacts, list_fields
from greenroom.hub.core import clock
from greenroom.hub.core.errors import InvalidInputError, StateConflictError
from greenroom.hub.events.models import Event
from greenroom.hub.mailing import selectors
from greenroom.hub.mailing.checking import find_lost_tags
from greenroom.hub.mailing.models import Broadcast, Email, EmailVersion, Message
from greenroom.hub.mailing.services import (
    broadcast,
    cancel_broadcast,
    draft_version,
    restore_email,
    save_email,
    send_again,
    send_test,
)
from greenroom.hub.segments.models import Segment
from greenroom.hub.web.doors import SignedInRequest, add_errors, marketers_only, page_of, text_of
from greenroom.hub.web.middleware import content_security_policy

_MOMENT = "%Y-%m-%dT%H:%M"
_EVENTS_OFFERED = 12
# A mail brings its own styles, and pictures from anywhere; nothing in it runs.
_MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src https: http: data:; frame-ancestors 'self'; sandbox"
)
_EVENT_STATES = (Event.State.SCHEDULED, Event.State.LIVE)
_OPTIONS = ("tracks_opens", "tracks_clicks", "allows_host_links")
_NOBODY = "There is no contact yet to show it for."


class EmailForm(forms.Form):
    """What an e-mail says, and to whom."""

    use_required_attribute = False

    name = forms.CharField(help_text="Only you and your colleagues see it.")
    segment = forms.ModelChoiceField(
        Segment.objects.all(),
        required=False,
        label="For",
        empty_label="Nobody in particular",
        help_text="With a segment, every merge tag is checked for everybody in it.",
    )
    purpose = forms.ModelChoiceField(
        Purpose.objects.all(),
        required=False,
        empty_label="Service: about what they signed up for",
        help_text="Only those who agreed to the purpose get it, with a link to unsubscribe.",
    )
    subject = forms.CharField()
    preheader = forms.CharField(
        required=False, label="Preview text", help_text="What mail programs show beside the subject."
    )
    sender_name = forms.CharField(required=False)
    reply_to = forms.CharField(required=False, label="Answers go to")
    body = forms.CharField(
        label="Text",
        widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "true"}),
        help_text="HTML, or plain text with an empty line between paragraphs.",
    )
    style = forms.CharField(
        label="Styles (CSS)",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text="Such as .greenroom-start-button { background: green !important; }",
    )
    tracks_opens = forms.BooleanField(required=False, label="Count who opens it")
    tracks_clicks = forms.BooleanField(required=False, label="Count who follows its links, except links to join")
    allows_host_links = forms.BooleanField(
        required=False, label="I want whoever gets it to start events in the organizer's place"
    )

    def content(self) -> dict[str, Any]:
        """Return what was written, valid or not."""
        given = {name: self.data.get(name, "") for name in self.fields if name not in {"name", "segment", "purpose"}}
        return given | {name: name in self.data for name in _OPTIONS} | {"purpose": self.cleaned_data.get("purpose")}


@marketers_only
@require_GET
def list_page(request: SignedInRequest) -> HttpResponse:
    """Show all e-mails."""
    emails = selectors.list_emails(is_archived=text_of(request.GET, "show") == "archived")
    page = page_of(request, emails)
    lost = find_lost_tags([one.version for one in page if one.version and not one.archived_at])
    lacking = {pk: "field" if any(tag.field for tag in tags) else "event" for pk, tags in lost.items()}
    rows = [(one, lacking.get(one.pk, "")) for one in page]
    return render(request, "emails/list.html", {"page": page, "rows": rows, "choices": [("archived", "Archived")]})


@marketers_only
@require_http_methods(["GET", "POST"])
def create(request: SignedInRequest) -> HttpResponse:
    """Write an e-mail."""
    return _edit(request, None)


@marketers_only
@require_http_methods(["GET", "POST"])
def change(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change an e-mail; what was sent keeps what it said."""
    return _edit(request, get_object_or_404(Email.objects.select_related("version", "segment"), pk=pk))


def _edit(request: SignedInRequest, email: Email | None) -> HttpResponse:
    form = EmailForm(request.POST or None, initial=_initial(email))
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        try:
            saved = save_email(
                email=email, name=given["name"], segment=given["segment"], actor=request.user, **form.content()
            )
        except InvalidInputError as error:
            _add_errors(form, error)
        else:
            messages.success(request, "Saved.")
            return redirect("email", pk=saved.pk)
    context = {
        "form": form,
        "email": email,
        "events": _list_events(),
        "custom_fields": list_fields(),
        "person": text_of(request.POST, "person"),
    }
    return render(request, "emails/edit.html", context, status=422 if form.errors else 200)


def _initial(email: Email | None) -> dict[str, Any]:
    if email is None or email.version is None:
        return {"tracks_opens": True, "tracks_clicks": True}
    content = {name: getattr(email.version, name) for name in EmailForm.base_fields if name not in {"name", "segment"}}
    return {**content, "name": email.name, "segment": email.segment}


def _add_errors(form: EmailForm, error: InvalidInputError) -> None:
    """Put what is wrong with merge tags beside the text."""
    for name, text in error.errors.items():
        form.add_error("body" if name == "tags" else name, text)
    if not error.errors:
        add_errors(form, error)


def _list_events() -> list[Event]:
    coming = Event.objects.filter(state__in=_EVENT_STATES, starts_at__gte=clock.now())
    return list(coming.order_by("starts_at")[:_EVENTS_OFFERED])


@marketers_only
@require_POST
def preview_draft(request: SignedInRequest) -> HttpResponse:
    """Show what is being written as one person would get it."""
    form = EmailForm(request.POST)
    form.is_valid()
    segment = form.cleaned_data.get("segment")
    return _preview(request, draft_version(**form.content()), segment, text_of(request.POST, "person"))


@marketers_only
@require_GET
def preview_saved(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show an e-mail as one person would get it."""
    version = _version_of(pk)
    return _preview(request, version, version.email.segment, text_of(request.GET, "person"))


def _version_of(pk: int) -> EmailVersion:
    emails = Email.objects.select_related("version__purpose", "segment")
    email = get_object_or_404(emails, pk=pk, version__isnull=False)
    assert email.version is not None
    return email.version


def _preview(request: SignedInRequest, version: EmailVersion, segment: Segment | None, person: str) -> HttpResponse:
    contact = list_contacts(text=person).first() or Contact(first_name="Nobody")
    shown = selectors.preview(version, contact, segment=segment)
    if shown.reason:
        answer = render(request, "emails/held_back.html", {"reason": shown.reason, "contact": contact})
        answer["Content-Security-Policy"] = content_security_policy(ancestors="'self'")
    else:
        answer = HttpResponse(shown.mail.html)
        answer["Content-Security-Policy"] = _MAIL_POLICY
    answer["X-Frame-Options"] = "SAMEORIGIN"
    return answer


@marketers_only
@require_GET
def email_page(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show an e-mail with a preview, and where it was sent."""
    email = get_object_or_404(Email.objects.select_related("version__purpose", "segment"), pk=pk)
    sent = Message.objects.filter(version__email=email)
    context = {
        "email": email,
        "person": text_of(request.GET, "person"),
        "report": selectors.report_on(sent),
        "lost": find_lost_tags([email.version]).get(email.pk, []) if email.version and not email.archived_at else [],
        "was_sent": selectors.was_sent(email=email),
        "page": page_of(request, selectors.list_broadcasts(email=email)),
        "form": SendForm(initial={"segment": email.segment}),
    }
    return render(request, "emails/email.html", context)


@marketers_only
@require_POST
def discard(request: SignedInRequest, pk: int) -> HttpResponse:
    """Delete an e-mail that was never sent, or archive it, unless something is to send it."""
    email = get_object_or_404(Email, pk=pk)
    try:
        is_deleted = discard_email(email=email)
    except StateConflictError as error:
        messages.error(request, str(error))
        return redirect("email", pk=pk)
    messages.success(request, f"{email} is {'deleted' if is_deleted else 'archived. Its reports are still there'}.")
    return redirect("emails")


@marketers_only
@require_POST
def restore(request: SignedInRequest, pk: int) -> HttpResponse:
    """Have an archived e-mail back."""
    restore_email(email=get_object_or_404(Email, pk=pk))
    return redirect("email", pk=pk)


class SendForm(forms.Form):
    """To whom an e-mail is sent, and when."""

    use_required_attribute = False

    segment = forms.ModelChoiceField(Segment.objects.all(), label="To", empty_label="Choose a segment")
    starts_at = forms.DateTimeField(
        required=False,
        label="When",
        help_text="At once when left empty.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_MOMENT),
        input_formats=[_MOMENT],
    )


@marketers_only
@require_POST
def send(request: SignedInRequest, pk: int) -> HttpResponse:
    """Send an e-mail to a segment, now or at a time."""
    email = get_object_or_404(Email.objects.select_related("version__purpose"), pk=pk)
    form = SendForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose a segment, and a day and time that there is.")
        return redirect("email", pk=pk)
    given = form.cleaned_data
    try:
        made = broadcast(email=email, segment=given["segment"], actor=request.user, starts_at=given["starts_at"])
    except InvalidInputError as error:
        messages.error(request, error.errors.get("tags", str(error)))
        return redirect("email", pk=pk)
    return redirect("broadcast", pk=made.pk)


@marketers_only
@require_POST
def test(request: SignedInRequest, pk: int) -> HttpResponse:
    """Send an e-mail to oneself."""
    version = _version_of(pk)
    contact = list_contacts(text=text_of(request.POST, "person") or request.user.email).first()
    contact = contact or list_contacts().first()
    if contact is None:
        messages.error(request, _NOBODY)
    else:
        send_test(version=version, contact=contact, user=request.user)
        messages.success(request, f"A test is on its way to {request.user.email}, as {contact} would get it.")
    return redirect("email", pk=pk)


@marketers_only
@require_GET
def broadcast_page(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show how far a sending is, and what became of it."""
    sending = get_object_or_404(
        Broadcast.objects.select_related("version__email", "version__purpose", "segment"), pk=pk
    )
    sent = sending.messages.all()
    report = selectors.report_on(sent)
    context = {
        "broadcast": sending,
        "report": report,
        "is_on": sending.state == Broadcast.State.QUEUED and report.waiting,
        "not_addressed": max(sending.in_segment - report.made, 0),
        "reasons": selectors.list_reasons(sent),
        "links": selectors.list_clicked_links(version=sending.version, messages=sent),
        "page": page_of(request, selectors.list_troubled(sent)),
    }
    return render(request, "emails/broadcast.html", context)


@marketers_only
@require_POST
def cancel(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take back a sending whose time has not come."""
    try:
        cancel_broadcast(broadcast=get_object_or_404(Broadcast, pk=pk))
    except StateConflictError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Cancelled. Nobody gets it.")
    return redirect("broadcast", pk=pk)


@marketers_only
@require_POST
def again(request: SignedInRequest, pk: int) -> HttpResponse:
    """Send one message of a sending once more."""
    message = get_object_or_404(Message.objects.filter(broadcast__isnull=False), pk=pk)
    try:
        send_again(message=message)
    except StateConflictError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"It is on its way to {message.to} again.")
    return redirect("broadcast", pk=message.broadcast_id)
