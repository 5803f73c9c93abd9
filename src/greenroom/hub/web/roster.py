"""The pages on which all learners of a course are registered for an event of it, or reminded to register."""

from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from greenroom.hub.core import clock
from greenroom.hub.core.errors import UnknownObjectError
from greenroom.hub.courses.access import Verb, get_item_for
from greenroom.hub.courses.models import RosterRegistration, SectionItem
from greenroom.hub.courses.roster_standing import view_roster_standing
from greenroom.hub.courses.services.reminding import (
    REGISTRABLE,
    list_open_dates,
    list_unregistered,
    remind_unregistered,
)
from greenroom.hub.courses.services.roster import questions_for_all, start_roster, stop_roster
from greenroom.hub.events.models import Event
from greenroom.hub.events.products import Ability, can
from greenroom.hub.events.registration_form import Answers
from greenroom.hub.sync.services import keep_registration_form_fresh
from greenroom.hub.web.doors import NOTHING, SignedInRequest, signed_in
from greenroom.hub.web.registration_form import RegistrationDetailsForm


@signed_in
@require_http_methods(["GET", "POST"])
@never_cache
def register_everybody(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show how far it is to have everybody registered; have it done, or tried again."""
    item, event = _registrable(request, pk)
    keep_registration_form_fresh(event=event)
    asked = questions_for_all(event)
    form = RegistrationDetailsForm(asked, None, request.POST or None) if asked else None
    if request.method == "POST" and event.state in REGISTRABLE and (form is None or form.is_valid()):
        answers = form.answers() if form else Answers(fields={})
        start_roster(item=item, answers=answers, actor=request.user)
        return redirect("register_everybody", pk=pk)
    context = {**_standing(item), "form": form, "is_open": event.state in REGISTRABLE}
    context["has_closed"] = item.section.lesson.course.has_closed(clock.now())
    status = 422 if form and form.errors else 200
    return render(request, "courses/register_everybody.html", context, status=status)


@signed_in
@require_GET
@never_cache
def standing(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show the part of that page that renews itself."""
    item, _ = _registrable(request, pk)
    return render(request, "courses/roster_standing.html", _standing(item))


@signed_in
@require_POST
def stop(request: SignedInRequest, pk: int) -> HttpResponse:
    """Register nobody any more who comes into the course."""
    item, _ = _registrable(request, pk)
    stop_roster(item=item)
    messages.success(request, "Nobody else is registered from here. Whoever is registered stays.")
    return redirect("register_everybody", pk=pk)


class PressForm(forms.Form):
    """One press of a button."""

    press = forms.UUIDField(widget=forms.HiddenInput)


@signed_in
@require_http_methods(["GET", "POST"])
@never_cache
def remind(request: SignedInRequest, pk: int) -> HttpResponse:
    """Say how many learners are not registered; mail them, once for each press."""
    item = get_item_for(request.user, pk, Verb.PEOPLE)
    if item.event is None or not can(item.event.product, Ability.REGISTER):
        raise UnknownObjectError(NOTHING)
    form = PressForm(request.POST if request.method == "POST" else None, initial={"press": uuid4()})
    if form.is_valid():
        press: UUID = form.cleaned_data["press"]
        count = remind_unregistered(item=item, press=press)
        messages.success(request, f"{count} {'learner is' if count == 1 else 'learners are'} reminded by mail.")
        return redirect("roster", pk=pk)
    context = {
        "item": item,
        "form": form,
        "is_open": bool(list_open_dates(item)),
        "people": list_unregistered(item=item).count(),
    }
    return render(request, "courses/remind.html", context, status=422 if form.errors else 200)


def _registrable(request: SignedInRequest, pk: int) -> tuple[SectionItem, Event]:
    item = get_item_for(request.user, pk, Verb.PEOPLE)
    if item.event is None or item.picks_date or not can(item.event.product, Ability.REGISTER):
        raise UnknownObjectError(NOTHING)
    return item, item.event


def _standing(item: SectionItem) -> dict[str, object]:
    roster = RosterRegistration.objects.filter(item=item).select_related("started_by").first()
    return {"item": item, "roster": roster, "standing": view_roster_standing(item=item, roster=roster)}
