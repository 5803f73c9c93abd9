"""What an organizer does for the people of an event: registering them, and having their confirmation sent again."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from greenroom.hub.core.errors import (
    InvalidInputError,
    RegistrationClosedError,
    StateConflictError,
    UnknownObjectError,
)
from greenroom.hub.courses.access import get_event_to_change, get_event_with_people_for
from greenroom.hub.events.models import Registrant, RegistrationRequest
from greenroom.hub.events.products import can
from greenroom.hub.events.products.base import Ability
from greenroom.hub.events.registration_form import RegistrationForm
from greenroom.hub.events.services import register_somebody
from greenroom.hub.events.services.acts import resend_confirmation
from greenroom.hub.events.sign_up_state import list_sign_ups_under_way
from greenroom.hub.sync.services import keep_registration_form_fresh
from greenroom.hub.web.acts import key_sent, new_key
from greenroom.hub.web.doors import NOTHING, SignedInRequest, add_errors, signed_in, text_of
from greenroom.hub.web.registration_form import RegistrationDetailsForm


@signed_in
@require_http_methods(["GET", "POST"])
def add(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask what the organizer asks, of somebody else, and sign them up."""
    event = get_event_to_change(request.user, pk)
    if not can(event.product, Ability.REGISTER):
        raise UnknownObjectError(NOTHING)
    keep_registration_form_fresh(event=event)
    asked = RegistrationForm.from_json(event.registration_form) if event.registration_form else None
    form = RegistrationDetailsForm(asked, None, request.POST or None)
    if form.is_valid():
        try:
            key = key_sent(request.POST)
            sign_up = register_somebody(event=event, answers=form.answers(), idempotency_key=key)
        except InvalidInputError as error:
            add_errors(form, error)
        except RegistrationClosedError as error:
            messages.warning(request, str(error))
            return redirect(_people_of(pk))
        else:
            if sign_up.state == RegistrationRequest.State.DELIVERED:
                messages.info(request, f"{sign_up.email} is registered already.")
            return redirect(_people_of(pk))
    key = text_of(request.POST, "key") or new_key()
    context = {"form": form, "event": event, "is_asked": asked is not None, "key": key}
    return render(request, "events/add_registrant.html", context, status=422 if form.errors else 200)


@signed_in
@require_POST
def confirm_again(request: SignedInRequest, pk: int, registrant_id: int) -> HttpResponse:
    """Ask GoTo to mail a registrant their confirmation again."""
    event = get_event_to_change(request.user, pk)
    registrants = Registrant.objects.select_related("event__connection")
    registrant = get_object_or_404(registrants, event=event, pk=registrant_id)
    key = key_sent(request.POST, "confirm", registrant.pk)
    try:
        resend_confirmation(registrant=registrant, idempotency_key=key, actor=request.user)
    except StateConflictError as error:
        messages.warning(request, str(error))
    return redirect(_people_of(pk))


@signed_in
@require_GET
@never_cache
def sign_ups(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show the sign-ups that GoTo has not taken yet; when none is under way any more, the whole page is renewed."""
    event = get_event_with_people_for(request.user, pk)
    states = list_sign_ups_under_way(event=event)
    if request.htmx and not any(state.is_moving for state in states):  # type: ignore[attr-defined]
        return HttpResponseClientRefresh()
    return render(request, "events/sign_ups.html", {"event": event, "sign_ups": states})


def _people_of(pk: int) -> str:
    return reverse("event", args=[pk]) + "?tab=people"
