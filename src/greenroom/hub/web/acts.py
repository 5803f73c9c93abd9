"""Making, changing and cancelling events at GoTo, and how what was asked for stands."""

import uuid

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from greenroom.hub.connections.models import Connection
from greenroom.hub.core.errors import InvalidInputError, StateConflictError, UnknownObjectError
from greenroom.hub.courses.access import get_event_to_change, list_accounts_run_by
from greenroom.hub.events.act_state import get_act_state, list_acts
from greenroom.hub.events.errors import ChangedMeanwhileError
from greenroom.hub.events.models import Event, EventAct
from greenroom.hub.events.products import PRODUCTS, Product, can, get_product
from greenroom.hub.events.products.base import Ability
from greenroom.hub.events.selectors import count_turnout, list_occurrences
from greenroom.hub.events.services.acts import cancel_event, create_event, settle_unclear_act, update_event
from greenroom.hub.events.versions import version_of
from greenroom.hub.web.doors import NOTHING, SignedInRequest, number_of, signed_in, text_of
from greenroom.hub.web.event_form import (
    ChangedEventForm,
    EventForm,
    NewEventForm,
    count_rows,
    values_of,
    values_sent,
    zone_of,
)
from greenroom.hub.web.templatetags.greenroom import look_again_seconds


def new_key() -> str:
    """Return a key for a page to carry: what is sent with it twice is one act."""
    return f"page:{uuid.uuid4()}"


def key_sent(data: QueryDict, *about: object) -> str:
    """Return the key of one of the forms on a page, of which each is `about` something else."""
    return ":".join(map(str, (text_of(data, "key") or new_key(), *about)))


def _accounts(request: SignedInRequest) -> list[Connection]:
    """Return the accounts the person may make events in; for who has none there is nothing here."""
    accounts = list_accounts_run_by(request.user)
    if not accounts.exists():
        raise UnknownObjectError(NOTHING)
    return list(accounts.filter(state=Connection.State.ACTIVE))


@signed_in
@require_GET
def choose_product(request: SignedInRequest) -> HttpResponse:
    """Ask what to make."""
    products = [product for product in PRODUCTS.values() if Ability.CREATE in product.abilities]
    return render(request, "events/act_choose.html", {"products": products, "has_account": bool(_accounts(request))})


@signed_in
@require_http_methods(["GET", "POST"])
def create(request: SignedInRequest, product: str) -> HttpResponse:
    """Ask for a new event."""
    accounts, kind = _accounts(request), PRODUCTS.get(product)
    if kind is None or Ability.CREATE not in kind.abilities:
        raise UnknownObjectError(NOTHING)
    zone = zone_of(*(one.time_zone for one in accounts), request.user.time_zone)
    if "more" in request.POST:
        rows, typed = count_rows(request.POST) + 1, values_sent(request.POST)
        form = NewEventForm(accounts=accounts, zone=zone, rows=rows, initial=typed)
        form.begin_at_last_date()
    else:
        form = NewEventForm(request.POST or None, accounts=accounts, zone=zone, initial={"key": new_key()})
    if form.is_bound and form.is_valid():
        try:
            act = create_event(
                connection=form.chosen_account(),
                product=product,
                wish=form.wish(),
                idempotency_key=form.cleaned_data["key"],
                actor=request.user,
            )
        except InvalidInputError as error:
            form.add_service_errors(error)
        else:
            return redirect("act", pk=act.pk)
    context = {"form": form, "product": kind, "has_account": bool(accounts), "several": _several_dates(kind)}
    return render(request, "events/act_create.html", context, status=422 if form.errors else 200)


def _several_dates(product: Product) -> str:
    if Ability.PICK_A_DATE in product.abilities:
        return "Give it several dates, and people pick one of them."
    if Ability.ALL_DATES in product.abilities:
        return "Give it several dates, and one registration is for all of them."
    return ""


@signed_in
@require_http_methods(["GET", "POST"])
def change(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask for an event to be changed."""
    event = _event_able_to(request, pk, Ability.UPDATE)
    zone, has_several = zone_of(event.time_zone, event.connection.time_zone), _may_have_several_dates(event)
    conflict, form = "", _form_of_change(request, event, zone, has_several)
    if form.is_bound and form.is_valid():
        try:
            update_event(
                event=event,
                wish=form.wish(),
                version=form.cleaned_data["version"],
                idempotency_key=form.cleaned_data["key"],
                actor=request.user,
            )
        except InvalidInputError as error:
            form.add_service_errors(error)
        except ChangedMeanwhileError as error:
            # What was typed stays; sent once more it is meant for the event as it is now.
            conflict = str(error)
            typed = values_sent(request.POST) | {"version": version_of(event), "key": new_key()}
            form = ChangedEventForm(zone=zone, rows=count_rows(request.POST), initial=typed)
        except StateConflictError as error:
            messages.warning(request, str(error))
            return redirect("event", pk=pk)
        else:
            return redirect("event", pk=pk)
    product = get_product(event.product)
    context = {"form": form, "event": event, "product": product, "has_several": has_several, "conflict": conflict}
    return render(request, "events/act_change.html", context, status=409 if conflict else 422 if form.errors else 200)


def _event_able_to(request: SignedInRequest, pk: int, ability: Ability) -> Event:
    event = get_event_to_change(request.user, pk)
    if not can(event.product, ability):
        raise UnknownObjectError(NOTHING)
    return event


def _may_have_several_dates(event: Event) -> bool:
    return event.dates == Event.Dates.ALL or can(event.product, Ability.ALL_DATES)


def _form_of_change(request: SignedInRequest, event: Event, zone: str, has_several: bool) -> EventForm:
    if "more" in request.POST and has_several:
        rows, typed = count_rows(request.POST) + 1, values_sent(request.POST)
        form = ChangedEventForm(zone=zone, rows=rows, initial=typed)
        form.begin_at_last_date()
        return form
    now = values_of(event) | {"version": version_of(event), "key": new_key()}
    return ChangedEventForm(request.POST or None, zone=zone, rows=event.times.count(), initial=now)


@signed_in
@require_http_methods(["GET", "POST"])
def cancel(request: SignedInRequest, pk: int) -> HttpResponse:
    """Say what cancelling an event means, and ask for it."""
    event = _event_able_to(request, pk, Ability.CANCEL)
    if request.method == "POST":
        try:
            cancel_event(
                event=event,
                idempotency_key=key_sent(request.POST),
                actor=request.user,
                tell_registrants="tell" in request.POST,
            )
        except StateConflictError as error:
            messages.warning(request, str(error))
        return redirect("event", pk=pk)
    others = list_occurrences(event=event).exclude(pk=event.pk).filter(state=Event.State.SCHEDULED)
    context = {
        "event": event,
        "product": get_product(event.product),
        "turnout": count_turnout(event=event),
        "other_dates": others.count(),
        "key": new_key(),
    }
    return render(request, "events/act_cancel.html", context)


def _act(request: SignedInRequest, pk: int) -> EventAct:
    """Return an act in an account that is the person's to run."""
    acts = EventAct.objects.select_related("event", "connection", "requested_by")
    return get_object_or_404(acts, pk=pk, connection__in=list_accounts_run_by(request.user))


@signed_in
@require_GET
@never_cache
def act_page(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show how an act stands; once an event is made, it is shown instead."""
    act = _act(request, pk)
    if request.htmx and act.state != EventAct.State.PENDING:  # type: ignore[attr-defined]
        return HttpResponseClientRefresh()
    if act.event and act.state == EventAct.State.DONE:
        return redirect("event", pk=act.event.pk)
    candidates = Event.objects.filter(product=act.product, event_key__in=act.wanted.get("candidates", ()))
    state = get_act_state(act=act)
    context = {
        "state": state,
        "seconds": look_again_seconds([state]),
        "act": act,
        "title": act.event.title if act.event else act.wanted["wish"]["title"],
        "product": get_product(act.product),
        "candidates": candidates.order_by("starts_at", "pk") if act.state == EventAct.State.UNCLEAR else (),
    }
    return render(request, "events/act.html", context)


@signed_in
@require_POST
def settle(request: SignedInRequest, pk: int) -> HttpResponse:
    """Say which event it was that GoTo made, or that it made none."""
    act, chosen = _act(request, pk), text_of(request.POST, "event")
    if chosen == "none":
        settle_unclear_act(act=act, event=None, actor=request.user)
    elif (number := number_of(request.POST, "event")) is None:
        messages.error(request, "Choose one first.")
    else:
        settle_unclear_act(act=act, event=get_object_or_404(Event, pk=number), actor=request.user)
    return redirect("act", pk=pk)


@signed_in
@require_GET
@never_cache
def acts_of_event(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show the acts of an event as they stand now; when none is under way any more, the whole page is renewed."""
    event = get_event_to_change(request.user, pk)
    acts = list_acts(event=event)
    if request.htmx and not any(state.is_moving for state in acts):  # type: ignore[attr-defined]
        return HttpResponseClientRefresh()
    return render(request, "events/acts.html", {"event": event, "acts": acts})
