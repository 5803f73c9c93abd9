"""Edit mode: adding content to a lesson, setting it up, taking it out."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import date, timedelta
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from greenroom.hub.connections.models import Connection
from greenroom.hub.connections.selectors import list_active_connections
from greenroom.hub.core.errors import HubError, InvalidInputError, StateConflictError, UnknownObjectError
from greenroom.hub.courses.access import Verb, get_item_for, get_lesson_for, get_section_for, list_accounts_for
from greenroom.hub.courses.completion_rule import read_rule
from greenroom.hub.courses.models import Section, SectionItem
from greenroom.hub.courses.services import (
    add_event_item,
    add_section,
    change_item,
    check_can_be_added,
    remove_item,
    set_points,
    set_rule,
)
from greenroom.hub.events.errors import UnreadableLinkError
from greenroom.hub.events.links import PastedLink, read_link
from greenroom.hub.events.models import Event
from greenroom.hub.events.products import PRODUCTS, Ability, Product, can
from greenroom.hub.events.selectors import list_choosable_events
from greenroom.hub.events.services import keep_join_link
from greenroom.hub.sync.services import find_at_goto
from greenroom.hub.web.addresses import lesson_url
from greenroom.hub.web.calendar import midnight
from greenroom.hub.web.completion_form import PointsForm, RuleForm
from greenroom.hub.web.doors import SignedInRequest, add_errors, number_of, page_of, signed_in, text_of


def _editing(section: Section) -> str:
    return lesson_url(section.lesson_id, anchor=f"section-{section.pk}", is_editing=True)


def _editing_item(item: SectionItem) -> str:
    return lesson_url(item.section.lesson_id, anchor=f"item-{item.pk}", is_editing=True)


@signed_in
@require_POST
def create_section(request: SignedInRequest, pk: int) -> HttpResponse:
    """Add a section to a lesson."""
    lesson = get_lesson_for(request.user, pk, Verb.EDIT)
    try:
        section = add_section(lesson=lesson, title=text_of(request.POST, "title"))
    except InvalidInputError as error:
        messages.error(request, str(error))
        return redirect(lesson_url(pk, is_editing=True))
    return redirect(_editing(section))


@signed_in
@require_GET
def choose_kind(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask what to add to a section."""
    section = get_section_for(request.user, pk, Verb.EDIT)
    products = [product for product in PRODUCTS.values() if _is_for_lessons(product)]
    return render(request, "courses/choose_kind.html", {"section": section, "products": products})


def _is_for_lessons(product: Product) -> bool:
    return Ability.SUPPORT not in product.abilities


@signed_in
@require_GET
def choose_event(request: SignedInRequest, pk: int, product: str) -> HttpResponse:
    """Show the events of the connected accounts to choose from; with `?link=`, the ones that link points to."""
    section = get_section_for(request.user, pk, Verb.EDIT)
    kind, accounts = _product(product), list_accounts_for(section.lesson.course)
    context = {
        "section": section,
        "product": kind,
        "has_connection": accounts.filter(state=Connection.State.ACTIVE).exists(),
        "is_any_connected": list_active_connections().exists(),
        "link": text_of(request.GET, "link"),
        "title": f"Add a {kind.words.one.lower()}",
    }
    if context["link"] or "paste" in request.GET:
        return _answer_link(request, context, accounts)
    is_past, day = text_of(request.GET, "when") == "past", _day_of(request)
    events = list_choosable_events(
        product=product,
        text=text_of(request.GET, "q"),
        when="past" if is_past else "upcoming",
        between=(midnight(day), midnight(day + timedelta(days=1))) if day else None,
    )
    page = page_of(request, events.filter(connection__in=accounts), 20)
    context |= {"is_past": is_past, "current_tab": "Past" if is_past else "Upcoming", "day": day}
    context |= {"page": page, **_choices(page)}
    return render(request, "courses/choose_event.html", context)


def _day_of(request: SignedInRequest) -> date | None:
    """Return the day that was asked for; None for what is none, and for the calendar's last, which no day follows."""
    try:
        day = date.fromisoformat(text_of(request.GET, "day"))
    except ValueError:
        return None
    return day if date(2000, 1, 1) <= day < date(2200, 1, 1) else None


def _choices(events: Iterable[Event]) -> dict[str, object]:
    """Return the events to choose from, and what is asked of them; what is over is not required unless one says so."""
    choices = list(events)
    return {
        "choices": choices,
        "has_dates_to_pick": any(event.dates == Event.Dates.PICK_ONE for event in choices),
        "is_required": any(event.state != Event.State.ENDED for event in choices),
    }


def _product(code: str) -> Product:
    if code not in PRODUCTS or not _is_for_lessons(PRODUCTS[code]):
        raise UnknownObjectError("There is nothing here, or nothing that you may see.")
    return PRODUCTS[code]


def _answer_link(request: SignedInRequest, context: dict[str, object], accounts: QuerySet[Connection]) -> HttpResponse:
    context |= {"is_pasting": True, "current_tab": "Paste a link"}
    try:
        if not context["link"]:
            return render(request, "courses/choose_event.html", context)
        link = _read_link(str(context["link"]))
        context["is_personal"] = link.is_personal
        found = find_at_goto(link=link, among=accounts)
        context |= {"found": found, **_choices(found)}
    except HubError as error:
        context["problem"] = error
    return render(request, "courses/choose_event.html", context, status=422 if "problem" in context else 200)


def _read_link(text: str) -> PastedLink:
    return read_link(text, own_hosts=frozenset({urlsplit(settings.GOTO_API_URL).netloc}))


@signed_in
@require_POST
def add_event(request: SignedInRequest, pk: int) -> HttpResponse:
    """Put the chosen event into the section."""
    section = get_section_for(request.user, pk, Verb.EDIT)
    chosen = number_of(request.POST, "event")
    event = Event.objects.select_related("connection").filter(pk=chosen).first() if chosen else None
    if event is None:
        messages.error(request, "Choose an event first.")
        return redirect("choose_kind", pk=pk)
    try:
        check_can_be_added(event=event, course=section.lesson.course)
    except StateConflictError as error:
        messages.error(request, str(error))
        return redirect("choose_kind", pk=pk)
    item = add_event_item(
        section=section,
        event=event,
        actor=request.user,
        picks_date=bool(text_of(request.POST, "picks_date")),
        is_required=bool(text_of(request.POST, "is_required")),
    )
    messages.success(request, f"“{event.title}” is in this lesson.")
    if not _joins_by_link(event):
        return redirect(_editing_item(item))
    with suppress(InvalidInputError):  # what was pasted may be a bare number, which is no way in
        keep_join_link(event=event, link=_read_link(text_of(request.POST, "link")))
    event.refresh_from_db(fields=["join_url"])
    return redirect(_editing_item(item) if event.join_url else reverse("item_settings", args=[item.pk]))


def _joins_by_link(event: Event) -> bool:
    """Tell whether everybody joins by the event's own link."""
    return not can(event.product, Ability.REGISTER)


_PICKING = "All dates stand on one card, those that are added at GoTo too. Without it the item is for one date only."


class ItemSettingsForm(forms.Form):
    """What a live item is called here, and whether it is required."""

    title = forms.CharField(
        required=False, max_length=200, help_text="Instead of the event's own. At GoTo it stays as it is."
    )
    is_required = forms.BooleanField(required=False, label="Required to complete the course")
    picks_date = forms.BooleanField(required=False, label="Learners pick one of its dates", help_text=_PICKING)
    join_link = forms.CharField(
        label="Join link", required=False, max_length=2000, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, event: Event, data: QueryDict | None, initial: dict[str, object]) -> None:
        """Ask for the join link only where everybody joins by it; one that is kept is never shown."""
        super().__init__(data, initial=initial)
        if event.dates != Event.Dates.PICK_ONE:
            del self.fields["picks_date"]
        if not _joins_by_link(event):
            del self.fields["join_link"]
        elif event.join_url:
            self.fields["join_link"].help_text = "A link is kept. Paste another one to replace it."
        else:
            self.fields["join_link"].help_text = (
                "GoTo tells it only to who makes the meeting. In GoTo, choose Copy invitation and paste it here. "
                "Learners cannot join before."
            )


@signed_in
@require_http_methods(["GET", "POST"])
def item_settings(request: SignedInRequest, pk: int) -> HttpResponse:
    """Set what a live item is called and whether it is required."""
    item = get_item_for(request.user, pk, Verb.EDIT)
    if item.event is None:
        raise UnknownObjectError("There is nothing here, or nothing that you may see.")
    initial = {name: getattr(item, name) for name in ("title", "is_required", "picks_date")}
    form = ItemSettingsForm(item.event, request.POST or None, initial)
    if form.is_valid():
        try:
            if pasted := form.cleaned_data.get("join_link"):
                keep_join_link(event=item.event, link=_read_join_link(pasted))
            change_item(
                item=item,
                title=form.cleaned_data["title"],
                is_required=form.cleaned_data["is_required"],
                picks_date=form.cleaned_data.get("picks_date", False),
            )
        except InvalidInputError as error:
            add_errors(form, error)
        else:
            return redirect(_editing_item(item))
    context = {"item": item, "form": form, "rule": read_rule(item.completion_rule)}
    return render(request, "courses/item_settings.html", context, status=422 if form.errors else 200)


@signed_in
@require_http_methods(["GET", "POST"])
def completion_rule(request: SignedInRequest, pk: int) -> HttpResponse:
    """Set when a live item counts as done."""
    item = get_item_for(request.user, pk, Verb.EDIT)
    if item.event is None:
        raise UnknownObjectError("There is nothing here, or nothing that you may see.")
    rule = read_rule(item.completion_rule)
    form = RuleForm(rule, request.POST or None)
    shown = {"points_for": item.points_for, "max_points": item.max_points}
    points = PointsForm(shown | request.POST.dict() if request.method == "POST" else None, initial=shown)
    if form.is_valid() and points.is_valid():
        set_rule(item=item, rule=form.rule())
        set_points(item=item, **points.cleaned_data)
        messages.success(request, f"“{item.shown_title}” counts as done by the new rule, for everybody.")
        return redirect(_editing_item(item))
    context = {"item": item, "form": form, "points": points, "rule": rule}
    return render(request, "courses/completion_rule.html", context, status=422 if form.is_bound else 200)


def _read_join_link(text: str) -> PastedLink:
    try:
        return _read_link(text)
    except UnreadableLinkError as error:
        raise InvalidInputError(str(error), {"join_link": str(error)}) from error


@signed_in
@require_POST
def remove(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take an item out of its lesson; the event stays at GoTo."""
    item = get_item_for(request.user, pk, Verb.EDIT)
    remove_item(item=item)
    if item.event:
        messages.success(request, f"“{item.event.title}” is no longer in this lesson. It stays at GoTo as it was.")
    return redirect(_editing(item.section))
