"""Pages of what GoTo said and we did not take at its word: people decide."""

import re

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from greenroom.hub.core.encryption import DecryptionError
from greenroom.hub.core.errors import InvalidInputError, UnknownObjectError
from greenroom.hub.courses.access import get_event_with_people_for, may_lead_event
from greenroom.hub.events.decisions import (
    list_decided_attendees,
    list_held_answers,
    list_set_aside_rows,
    list_unmatched_attendees,
    name_what_is_gone,
    suggest_registrants,
)
from greenroom.hub.events.models import Attendee, Event, HeldAnswer, Registrant
from greenroom.hub.events.services.deciding import dismiss, obey
from greenroom.hub.events.services.matching import forget_match, match_attendee
from greenroom.hub.web.doors import NOTHING, SignedInRequest, page_of, signed_in, site_admins_only, text_of

# Links that let their bearer in are shown to nobody.
_LINK = re.compile(r'("(?:join|host|start|confirmation)\w*"\s*:\s*")[^"]*', re.IGNORECASE)


@site_admins_only
@require_GET
def unmatched_page(request: SignedInRequest) -> HttpResponse:
    """Show whose attendance is nobody's we know, with those who signed up under the same name."""
    return render(request, "doubts/unmatched.html", {**_attendees(request), **_frame("Attendance")})


@signed_in
@require_GET
def event_unmatched_page(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show the same of one event to those who lead it."""
    event = get_event_with_people_for(request.user, pk)
    _check_leads(request, event)
    return render(request, "doubts/event_unmatched.html", {"event": event, **_attendees(request, event)})


def _attendees(request: SignedInRequest, event: Event | None = None) -> dict[str, object]:
    page = page_of(request, list_unmatched_attendees(event=event))
    suggestions = suggest_registrants(list(page))
    return {
        "page": page,
        "rows": [(attendee, suggestions[attendee.pk]) for attendee in page],
        "decided": list_decided_attendees(event=event),
    }


def _check_leads(request: SignedInRequest, event: Event) -> None:
    """Whose attendance it is decides about completion, so it is for those who may mark people."""
    if not (request.user.is_site_admin or may_lead_event(request.user, event)):
        raise UnknownObjectError(NOTHING)


@signed_in
@require_POST
def match(request: SignedInRequest, pk: int) -> HttpResponse:
    """Decide whose attendance it is, by the address they signed up with, or that it is nobody's; or take that back."""
    attendee = get_object_or_404(Attendee.objects.select_related("session__event"), pk=pk)
    event = get_event_with_people_for(request.user, attendee.session.event_id)
    _check_leads(request, event)
    is_of_event = text_of(request.POST, "place") == "event" or not request.user.is_site_admin
    answer = redirect("event_unmatched", pk=event.pk) if is_of_event else redirect("unmatched")
    if "again" in request.POST:
        forget_match(event=event, attendee_key=attendee.attendee_key)
        messages.success(request, "That is taken back.")
        return answer
    email = text_of(request.POST, "email").lower()
    registrant = Registrant.objects.filter(event=event, email=email, gone_at=None).first() if email else None
    if email and registrant is None:
        messages.error(request, f"Nobody signed up for this event with {email}. Check the address, or leave it empty.")
        return answer
    try:
        match_attendee(event=event, attendee_key=attendee.attendee_key, registrant=registrant, actor=request.user)
    except InvalidInputError as error:
        messages.error(request, str(error))
    else:
        whose = registrant.get_full_name() if registrant else "nobody we know"
        messages.success(request, f"This attendance is now that of {whose}.")
    return answer


@site_admins_only
@require_GET
def held_page(request: SignedInRequest) -> HttpResponse:
    """Show the answers that are held because much was gone in them."""
    page = page_of(request, list_held_answers())
    rows = [(held, names := _names_of(held), held.rows_gone - len(names)) for held in page]
    return render(request, "doubts/held.html", {"page": page, "rows": rows, **_frame("Held answers")})


def _names_of(held: HeldAnswer) -> list[str]:
    try:
        return name_what_is_gone(held)
    except DecryptionError:
        return []


@site_admins_only
@require_POST
def decide(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take a held answer at its word, or do not believe it."""
    held = get_object_or_404(HeldAnswer.objects.select_related("connection", "event", "session"), pk=pk)
    if text_of(request.POST, "decision") == "obey":
        obey(held=held, actor=request.user)
        messages.success(request, "What GoTo no longer lists is gone here as well.")
    else:
        dismiss(held=held, actor=request.user)
        messages.success(request, "Everything stays as it was here.")
    return redirect("held_answers")


@site_admins_only
@require_GET
def rows_page(request: SignedInRequest) -> HttpResponse:
    """Show the rows of GoTo's that could not be read."""
    return render(
        request, "doubts/rows.html", {"page": page_of(request, list_set_aside_rows()), **_frame("Unreadable rows")}
    )


@site_admins_only
@require_GET
def row_page(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show one such row as GoTo sent it."""
    row = get_object_or_404(list_set_aside_rows().defer(None), pk=pk)
    try:
        raw = row.raw
    except DecryptionError:
        raw = ""
    return render(request, "doubts/row.html", {"row": row, "raw": _LINK.sub(r"\1(hidden)", raw)})


def _frame(current: str) -> dict[str, object]:
    return {"current_tab": current}
