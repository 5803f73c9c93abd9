"""What a learner does with a live item: register, see how it stands, join, step back."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from greenroom.hub.core.errors import InvalidInputError, StateConflictError, UnknownObjectError
from greenroom.hub.courses.access import Verb, get_item_for, may
from greenroom.hub.courses.item_state import Code, ItemState
from greenroom.hub.courses.models import ItemClick, SectionItem
from greenroom.hub.courses.selectors import ItemView, view_item
from greenroom.hub.courses.services import note_click
from greenroom.hub.events.models import Event
from greenroom.hub.events.registration_form import BASIC_FORM, RegistrationForm
from greenroom.hub.events.selectors import find_given_answers, find_join_url
from greenroom.hub.events.services import cancel_registration, register
from greenroom.hub.events.services.joining import leads_to_goto
from greenroom.hub.sync.services import keep_registration_form_fresh
from greenroom.hub.web.addresses import lesson_url
from greenroom.hub.web.doors import NOTHING, SignedInRequest, add_errors, number_of, signed_in
from greenroom.hub.web.registration_form import RegistrationDetailsForm

# The status at which htmx no longer asks again.
_STOP_ASKING = 286


def _live_item(request: SignedInRequest, pk: int, verb: Verb = Verb.TAKE_PART) -> tuple[SectionItem, Event]:
    item = get_item_for(request.user, pk, verb)
    if item.event is None:
        raise UnknownObjectError(NOTHING)
    return item, item.event


@signed_in
@require_GET
@never_cache
def card(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show an item as it stands now; the page that holds it asks for it again by itself."""
    try:
        item, _ = _live_item(request, pk, Verb.VIEW)
    except UnknownObjectError:
        if not request.htmx:  # type: ignore[attr-defined]
            raise
        return HttpResponse(status=_STOP_ASKING)  # the item was removed while the page was open
    return render(
        request,
        "courses/item.html",
        {
            "view": view_item(
                item=item,
                user=request.user,
                takes_part=may(request.user, Verb.TAKE_PART, item.section.lesson.course),
            ),
            "place": "home" if request.GET.get("place") == "home" else "",
        },
    )


@signed_in
@require_http_methods(["GET", "POST"])
def register_page(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask what the organizer asks, and sign the person up."""
    item, event = _live_item(request, pk)
    view = view_item(item=item, user=request.user)
    if view.choices:
        event = _picked(request, view)
    elif view.state is None or view.state.button != "Register":
        return redirect(_lesson_of(item))
    keep_registration_form_fresh(event=event)
    asked = RegistrationForm.from_json(event.registration_form) if event.registration_form else None
    dates = [choice.event for choice in view.choices] or [event]
    given = find_given_answers(user=request.user, events=dates, asked=asked or BASIC_FORM)
    form = RegistrationDetailsForm(asked, request.user, request.POST or None, given=given)
    if form.is_valid():
        try:
            register(
                event=event,
                answers=form.answers(),
                user=request.user,
                replaces=view.event if view.has_place else None,
            )
        except InvalidInputError as error:
            add_errors(form, error)
        else:
            return redirect(_lesson_of(item))
    status = 422 if form.errors else 200
    return render(
        request,
        "courses/register.html",
        {"form": form, "view": view, "event": event, "is_asked": asked is not None},
        status=status,
    )


def _picked(request: SignedInRequest, view: ItemView) -> Event:
    """Return the one of several dates that the address of the page names."""
    wanted = number_of(request.GET, "date")
    choice = next((one for one in view.choices if one.event.pk == wanted), None)
    if choice is None:
        raise UnknownObjectError(NOTHING)
    if not choice.can_be_picked:
        raise StateConflictError(
            f"This date cannot be picked: {choice.reason or choice.word}. Go back for another one."
        )
    return choice.event


@signed_in
@require_POST
def cancel(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take the person off the event again."""
    item, event = _live_item(request, pk)
    cancel_registration(event=view_item(item=item, user=request.user).event or event, user=request.user)
    return redirect(_lesson_of(item))


@signed_in
@require_GET
@never_cache
def join(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let the person in, if the door is open; every join passes here."""
    item, event = _live_item(request, pk)
    view = view_item(item=item, user=request.user)
    if view.state is None or not view.state.can_join:
        messages.info(request, _why_not(view.state))
        return redirect(_lesson_of(item))
    address = find_join_url(user=request.user, event=view.event or event)
    if not leads_to_goto(address):
        raise StateConflictError("GoTo has not given you a join link yet. Try again in a minute.")
    note_click(item=item, user=request.user, kind=ItemClick.Kind.JOINED)
    return redirect(address)


def _why_not(state: ItemState | None) -> str:
    if state is None or state.code == Code.OPEN:
        return "Register first; then you can join."
    return state.disabled_reason or state.sentence


def _lesson_of(item: SectionItem) -> str:
    return lesson_url(item.section.lesson_id, anchor=f"item-{item.pk}")
