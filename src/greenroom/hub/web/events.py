"""Pages of the events of all connected accounts."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple, Self

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from greenroom.hub.core.errors import UnknownObjectError
from greenroom.hub.courses.access import (
    get_event_with_people_for,
    list_accounts_run_by,
    list_accounts_seen_by,
    list_events_for,
    list_items_for,
    may_change_event,
    may_lead_event,
    may_see_events,
    may_see_people_of,
    may_start_event,
)
from greenroom.hub.courses.completion_rule import percent_attended
from greenroom.hub.courses.selectors import count_learners_to_register
from greenroom.hub.events.act_state import list_acts
from greenroom.hub.events.models import Attendee, Event
from greenroom.hub.events.products import PRODUCTS, can, get_product
from greenroom.hub.events.products.base import Ability
from greenroom.hub.events.selectors import (
    count_registrations_by_day,
    count_turnout,
    get_answers,
    list_attendees,
    list_dates,
    list_events,
    list_occurrences,
    list_recordings,
    list_registrants,
    list_team,
    planned_seconds,
)
from greenroom.hub.events.services import get_start_url
from greenroom.hub.events.services.answers import keep_answers_fresh
from greenroom.hub.events.services.recordings import get_recording_url, keep_recordings_fresh
from greenroom.hub.events.services.team import keep_team_fresh
from greenroom.hub.events.sign_up_state import list_sign_ups_under_way
from greenroom.hub.sync.selectors import is_being_read
from greenroom.hub.sync.services import request_sync
from greenroom.hub.web.activity import list_activity, tell
from greenroom.hub.web.acts import new_key
from greenroom.hub.web.calendar import Month
from greenroom.hub.web.doors import NOTHING, SignedInRequest, number_of, page_of, signed_in, text_of


def _check(request: SignedInRequest) -> None:
    if not may_see_events(request.user):
        raise UnknownObjectError(NOTHING)


@signed_in
@require_GET
def list_page(request: SignedInRequest) -> HttpResponse:
    """Show events with search and filters."""
    _check(request)
    wanted = request.GET
    state = text_of(wanted, "state")
    when = text_of(wanted, "when")
    if when != "calendar":
        when = "" if state else when or "upcoming"
    text, product, account = text_of(wanted, "q"), text_of(wanted, "product"), number_of(wanted, "account")
    events = list_events(text=text, product=product, state=state, connection=account, when=when)
    events = list_events_for(request.user, events)
    return render(
        request,
        "events/list.html",
        {
            **(_month_of(request, events) if when == "calendar" else {"page": page_of(request, events)}),
            "current_tab": when.capitalize(),
            "products": [(product.code, product.words.many) for product in PRODUCTS.values()],
            "states": Event.State.choices,
            "accounts": [(connection.pk, str(connection)) for connection in list_accounts_seen_by(request.user)],
            "may_create": list_accounts_run_by(request.user).exists(),
            "acts": list_acts(actor=request.user),
            "filters": {"q": text, "product": product, "state": state, "account": account, "when": when},
        },
    )


def _month_of(request: SignedInRequest, events: QuerySet[Event]) -> dict[str, object]:
    month = Month.named(text_of(request.GET, "month"))

    def address(name: str) -> str:
        query = request.GET.copy()
        query["month"] = name
        return f"?{query.urlencode()}"

    return {
        "month": month,
        "weeks": month.weeks(list_dates(events=events, between=month.span)),
        "before_url": address(month.before),
        "today_url": address(""),
        "after_url": address(month.after),
    }


@signed_in
@require_GET
def event_page(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show one event: what it is, to those who teach it who signed up and who came, and what may be done with it."""
    event = get_object_or_404(list_events_for(request.user, Event.objects.select_related("connection")), pk=pk)
    may_see_people = may_see_people_of(request.user, event)
    tabs = _tabs_of(event) if may_see_people else ["overview"]
    tab = text_of(request.GET, "tab")
    tab = tab if tab in tabs else "overview"
    text = text_of(request.GET, "q")
    context: dict[str, object] = {
        "event": event,
        "product": get_product(event.product),
        "times": event.times.all(),
        "occurrences": list_occurrences(event=event).exclude(state__in=[Event.State.CANCELLED, Event.State.MISSING]),
        "sessions": event.sessions.all(),
        "items": list_items_for(request.user, event),
        "may_see_people": may_see_people,
        "may_list_events": may_see_events(request.user),
        "may_start": may_start_event(request.user, event),
        **_acts_on(request, event),
        "tab": tab,
        "tabs": [(name.capitalize(), f"?tab={name}") for name in tabs],
        "current_tab": tab.capitalize(),
        "filters": {"q": text},
    }
    if tab == "people":
        context["page"] = page_of(request, list_registrants(event=event, text=text))
        context["sign_ups"] = list_sign_ups_under_way(event=event)
    elif tab == "attendance":
        page = page_of(request, list_attendees(event=event, text=text))
        planned = planned_seconds(event=event)
        context |= {"page": page, "stays": [_Stay.of(one, planned.get(one.session_id)) for one in page]}
        context["may_take_back"] = may_lead_event(request.user, event) and event.matches.exists()
    elif tab == "activity":
        page = page_of(request, list_activity(event=event))
        context |= {"page": page, "entries": tell(list(page))}
    elif tab in _READ_WHEN_WANTED:
        context |= _READ_WHEN_WANTED[tab](event) | {"is_cut_off": not event.connection.is_usable}
    else:
        context |= _funnel_of(event)
        context["by_day"] = count_registrations_by_day(event=event)
        context["is_being_read"] = is_being_read(event)
    if context.get("is_being_read"):
        # Further and further apart, and not for ever: GoTo may be down.
        looks = number_of(request.GET, "looks") or 0
        context |= {"looks": looks, "look_again_seconds": looks + 2 if looks < _MOST_LOOKS else 0}
    return render(request, "events/event.html", context)


class _Stay(NamedTuple):
    """One person in one session, with the shares of how long it was and of how long it was planned to be."""

    attendee: Attendee
    of_session: Decimal | None
    of_plan: Decimal | None

    @classmethod
    def of(cls, attendee: Attendee, planned_seconds: int | None) -> Self:
        """Measure a stay; there is no share of what has no length, or was not planned."""
        lengths = (attendee.session.duration_seconds, planned_seconds)
        seconds = attendee.attended_seconds
        shares = [percent_attended(attended_seconds=seconds, total_seconds=one) if one else None for one in lengths]
        return cls(attendee, *shares)


def _acts_on(request: SignedInRequest, event: Event) -> dict[str, object]:
    """Return what an organizer may do with an event, and how stands what was asked for."""
    if not may_change_event(request.user, event):
        return {}
    is_open = event.state in _OPEN
    return {
        "may_change": True,
        "is_open": is_open,
        "may_resend": is_open and can(event.product, Ability.RESEND_CONFIRMATION),
        "acts": list_acts(event=event),
        "key": new_key(),
    }


# How often the page looks again for what is being read: over a minute in all.
_MOST_LOOKS = 10
# In these states GoTo takes people on and off.
_OPEN = (Event.State.SCHEDULED, Event.State.LIVE)


def _funnel_of(event: Event) -> dict[str, object]:
    """
    Return how many remain from step to step; a step of which nothing can be known, or that says nothing, is left out.

    Nobody tells Greenroom whom the organizer invited by mail. Known are those who find the event in a lesson of theirs,
    and those who registered, who were invited somehow.
    """
    turnout, to_register = count_turnout(event=event), count_learners_to_register(event=event)
    steps = [("Invited", turnout.registered + to_register)] if to_register is not None else []
    steps.append(("Registered", turnout.registered))
    if event.needs_approval or turnout.approved != turnout.registered:
        steps.append(("Approved", turnout.approved))
    if turnout.attended or event.state == Event.State.ENDED:
        steps.append(("Attended", turnout.attended))
    return {"funnel": steps, "funnel_label": _label_of(steps)}


def _label_of(steps: Sequence[tuple[str, int]]) -> str:
    first, last = steps[0][0], steps[-1][0]
    return first if first == last else f"From {first.lower()} to {last.lower()}"


def _tabs_of(event: Event) -> list[str]:
    """Return the parts of an event's page, by what its product is able to do."""
    abilities = get_product(event.product).abilities
    wanted = {
        "people": Ability.REGISTER in abilities,
        "attendance": True,
        "answers": Ability.ANSWERS in abilities,
        "recordings": Ability.RECORDINGS in abilities,
        "team": bool(abilities & {Ability.CO_ORGANIZERS, Ability.PANELISTS}),
        "activity": True,
    }
    return ["overview", *(name for name, is_wanted in wanted.items() if is_wanted)]


def _answers_of(event: Event) -> dict[str, object]:
    sessions = list(event.sessions.all())
    reading = [keep_answers_fresh(session=session) for session in sessions]
    return {
        "is_being_read": any(reading),
        "told": [(session, get_answers(session=session)) for session in sessions],
    }


def _recordings_of(event: Event) -> dict[str, object]:
    return {"is_being_read": keep_recordings_fresh(event=event), "recordings": list_recordings(event=event)}


def _team_of(event: Event) -> dict[str, object]:
    return {"is_being_read": keep_team_fresh(event=event), "team": list_team(event=event)}


# Parts of an event's page that are read from GoTo only when somebody wants to see them.
_READ_WHEN_WANTED = {"answers": _answers_of, "recordings": _recordings_of, "team": _team_of}


@signed_in
@require_GET
@never_cache
def download_recording(request: SignedInRequest, pk: int, key: str) -> HttpResponse:
    """Lead to a recording; GoTo's link works for a while and is asked for each time."""
    return redirect(get_recording_url(event=get_event_with_people_for(request.user, pk), recording_key=key))


@signed_in
@require_POST
def sync(request: SignedInRequest, pk: int) -> HttpResponse:
    """Have one event read from GoTo now."""
    event = get_event_with_people_for(request.user, pk)
    if event.connection.is_usable:
        request_sync(connection=event.connection, product=event.product, event_key=event.event_key, actor=request.user)
    else:
        messages.warning(request, "The GoTo account of this event has to be connected again first.")
    return redirect("event", pk=pk)


@signed_in
@require_GET
def start(request: SignedInRequest, pk: int) -> HttpResponse:
    """Lead to where the organizer starts the event."""
    event = get_event_with_people_for(request.user, pk)
    if not may_start_event(request.user, event):
        raise UnknownObjectError(NOTHING)
    return redirect(get_start_url(event=event))
