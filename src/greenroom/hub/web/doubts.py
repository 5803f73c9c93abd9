"""Pages of what GoTo said and we did not take at its word: people decide."""

import re

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from greenroom.hub.core.encryption import DecryptionError
from greenroom.hub.core.errors import InvalidInputError, UnknownObjectError
from greenroom.hub.courses.access import may_see_people_of
from greenroom.hub.events.decisions import (
    list_held_answers,
    list_set_aside_rows,
    list_unmatched_attendees,
    suggest_registrants,
)
from greenroom.hub.events.models import Attendee, HeldAnswer, Registrant
from greenroom.hub.events.services.deciding import dismiss, obey
from greenroom.hub.events.services.matching import match_attendee
from greenroom.hub.web.doors import SignedInRequest, page_of, site_admins_only, text_of

# Links that let their bearer in are shown to nobody.
_LINK = re.compile(r'("(?:join|host|start|confirmation)\w*"\s*:\s*")[^"]*', re.IGNORECASE)


@site_admins_only
@require_GET
def unmatched_page(request: SignedInRequest) -> HttpResponse:
    """Show whose attendance is nobody's we know, with those who signed up under the same name."""
    page = page_of(request, list_unmatched_attendees())
    suggestions = suggest_registrants(list(page))
    rows = [(attendee, suggestions[attendee.pk]) for attendee in page]
    return render(request, "doubts/unmatched.html", {"page": page, "rows": rows, **_frame("Attendance")})


@site_admins_only
@require_POST
def match(request: SignedInRequest, pk: int) -> HttpResponse:
    """Decide whose attendance it is, by the address they signed up with, or that it is nobody's."""
    attendee = get_object_or_404(Attendee.objects.select_related("session__event"), pk=pk)
    event = attendee.session.event
    if not may_see_people_of(request.user, event):
        raise UnknownObjectError("There is nothing here, or nothing that you may see.")
    email = text_of(request.POST, "email").lower()
    registrant = Registrant.objects.filter(event=event, email=email, gone_at=None).first() if email else None
    if email and registrant is None:
        messages.error(request, f"Nobody signed up for this event with {email}. Check the address, or leave it empty.")
        return redirect("unmatched")
    try:
        match_attendee(event=event, attendee_key=attendee.attendee_key, registrant=registrant, actor=request.user)
    except InvalidInputError as error:
        messages.error(request, str(error))
    else:
        whose = registrant.get_full_name() if registrant else "nobody we know"
        messages.success(request, f"This attendance is now that of {whose}.")
    return redirect("unmatched")


@site_admins_only
@require_GET
def held_page(request: SignedInRequest) -> HttpResponse:
    """Show the answers that are held because much was gone in them."""
    return render(
        request, "doubts/held.html", {"page": page_of(request, list_held_answers()), **_frame("Held answers")}
    )


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
